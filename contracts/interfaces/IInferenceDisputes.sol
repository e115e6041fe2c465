// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer, AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {Verification} from "../types/Verification.sol";

/// @notice Steps of the optimistic level: an answer stands on a bond until its window is over, and a proof
/// decides whoever disputes it. Callers hand in the record of the answer, from `RequestAnswered`
/// (or `RequestChallenged`): only its digest is stored.
interface IInferenceDisputes {
    /// @notice An answer was taken; it can be disputed until `windowEnd`.
    event RequestAnswered(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        uint256 windowEnd,
        bool isDelivered,
        AnswerRecord record,
        bytes output
    );
    /// @notice An optimistic answer is final, at the level that was proven. `paid` went to the operator,
    /// `refund` to the payer.
    event RequestFinalized(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        Verification level,
        uint256 paid,
        uint256 refund,
        bool isDelivered
    );
    /// @notice `challenger` asked for a proof; without one by `proofDeadline` the answer falls. `record`
    /// replaces the one of `RequestAnswered`.
    event RequestChallenged(
        bytes32 indexed requestId,
        address indexed challenger,
        uint256 indexed operatorId,
        uint256 proofDeadline,
        AnswerRecord record
    );
    /// @notice A proof answered the challenge; its bond went to the operator.
    event ChallengeAnswered(
        bytes32 indexed requestId,
        address indexed challenger,
        uint256 challengeBond
    );
    event OverturnCommitted(bytes32 indexed commitment);
    /// @notice The answer fell. `reward` went to `challenger`, `refund` to the payer; `output` is the proven
    /// one, or empty if none was.
    event RequestOverturned(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        address indexed challenger,
        uint256 slashed,
        uint256 reward,
        uint256 refund,
        bytes output
    );
    /// @notice What the callback of a fallen answer cost in gas, at the block's base fee, went to `caller`,
    /// who brought the answer down: out of what of the bond would be burned.
    event CallbackPaid(bytes32 indexed requestId, address indexed caller, uint256 amount);

    error WindowOpen(bytes32 requestId, uint256 windowEnd);
    error WindowClosed(bytes32 requestId, uint256 windowEnd);
    error AlreadyChallenged(bytes32 requestId);
    error NotChallenged(bytes32 requestId);
    /// @notice Request, assignment and record are not those of this answer.
    error AnswerMismatch(bytes32 requestId);
    /// @notice The proof is of the output that stands: `escalate` takes it.
    error SameOutput(bytes32 requestId);
    /// @notice The proof is of another output than the one that stands: `overturn` takes it.
    error OtherOutput(bytes32 requestId);
    error OverturnNotCommitted(bytes32 commitment);
    error AlreadyCommitted(bytes32 commitment);
    /// @notice Reason of a `CallbackFailed`: the callback was left out, for its gas may cost more than the
    /// quarter of the bond that pays for it.
    error CallbackUnpaid(uint256 cost, uint256 most);

    /// @notice Makes an unchallenged answer final once its window is over, and pays. Anyone may call.
    /// @param output Needed where `terms.delivery` is `WhenFinal`; may be empty otherwise.
    function finalize(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output
    ) external;

    /// @notice Makes the given answer final at the judge's level by a proof of it, whose payee is the
    /// operator. Anyone may call before the answer is final; if a proof was asked for, before its
    /// deadline: then the challenger's bond goes to the operator.
    function escalate(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata answer
    ) external;

    /// @notice Asks for a proof of an answer, against `challengeBondOf`, which is taken from the value sent and
    /// the caller's balance. Anyone may call, once per answer. The proof is due after `proofSeconds` for each open
    /// challenge of the operator, this one included, and never before the window would have ended.
    function challenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external payable;

    /// @notice Commits to an `overturn` in a later block, so that whoever sees it cannot be first.
    /// @param commitment keccak256(abi.encode(requestId, keccak256(output), challenger, salt)).
    function commitOverturn(bytes32 commitment) external;

    /// @notice Replaces a wrong answer by the right one, given a proof of it whose payee is the caller's address
    /// as a number; slashes the operator. Calls the requester back with the right output, unless the base fee
    /// is so high that a quarter of the bond could not pay for that (`CallbackUnpaid`): `retryCallback` is
    /// left then. What the callback used is paid to the caller, from that quarter.
    function overturn(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata rightAnswer,
        bytes32 salt
    ) external;

    /// @notice Ends a challenge that no proof answered in time: the answer falls without a right one. Anyone
    /// may call; the requester is told by `onInferenceVoided`, and its gas paid to the caller, as by `overturn`.
    /// @dev State a gas limit: estimates are made at a base fee of zero, where nothing is paid to the caller,
    /// so they are 20,000 too low for one who never had a balance.
    function closeChallenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external;

    /// @notice Ends an answered request whose judge was revoked: bonds go back, the payer gets the whole
    /// escrow. Anyone may call. A requester who had the answer is told by `onInferenceVoided`.
    function failAnswered(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external;

    /// @notice `retryCallback` for an answer that is not final yet.
    function retryAnswerCallback(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output,
        uint256 callbackGas
    ) external;

    /// @notice What asking for a proof of an answer of that release costs: 1.5 times a fifth of the release's
    /// `minBond`, which is what it sets a proof at. More bond behind a single answer makes asking no dearer.
    function challengeBondOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Answers of an operator that a proof was asked of and none has come for.
    function openChallengesOf(uint256 operatorId) external view returns (uint256);

    function challengeWindowSeconds() external view returns (uint256);

    function proofSeconds() external view returns (uint256);
}
