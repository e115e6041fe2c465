// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {Verification} from "../types/Verification.sol";

/// @notice An optimistic answer under its window: the preimage of an answered request's slot.
struct AnswerRecord {
    uint256 payee;
    bytes32 outputHash;
    uint256 answeredAt;
    /// @dev Account that challenged; zero while nobody did.
    address challenger;
    uint256 challengeBond;
}

/// @notice Steps of the optimistic level, fixed now so that states, ids and events have their place.
/// The coordinator that supports the level implements this interface beside `IInferenceCoordinator`;
/// one that does not refuses the level with `LevelUnsupported`, so no request can need these steps.
interface IInferenceDisputes {
    event RequestAnswered(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        address sender,
        uint256 lockedBond,
        uint256 windowEnd,
        AnswerRecord record,
        bytes output
    );
    event RequestFinalized(bytes32 indexed requestId, Verification level, uint256 grade);
    event RequestEscalated(bytes32 indexed requestId, Verification level, uint256 grade);
    event RequestChallenged(
        bytes32 indexed requestId,
        address indexed challenger,
        uint256 proofDeadline,
        AnswerRecord record
    );
    event OverturnCommitted(bytes32 indexed commitment, address indexed challenger);
    event RequestOverturned(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        address indexed challenger,
        uint256 slashed,
        bytes output
    );

    error WindowOpen(bytes32 requestId, uint256 windowEnd);
    error WindowClosed(bytes32 requestId, uint256 windowEnd);
    error AnswerMismatch(bytes32 requestId);
    error SameOutput(bytes32 requestId, bytes32 outputHash);
    error ChallengeBondTooLow(uint256 bond, uint256 minimum);
    error OverturnNotCommitted(bytes32 commitment);

    /// @notice Makes an unchallenged answer final once its window is over, and pays. Anyone may call.
    function finalize(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output
    ) external;

    /// @notice Raises the level of the given answer by a proof of it. Anyone may call.
    function escalate(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata answer
    ) external;

    /// @notice Forces a proof of an answer, against a bond. Anyone may call.
    function challenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external payable;

    /// @notice Commits to an `overturn` of at least one block later.
    function commitOverturn(bytes32 commitment) external;

    /// @notice Replaces a wrong answer by the right one, given evidence of it, and slashes.
    function overturn(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata rightAnswer,
        bytes32 salt
    ) external;

    /// @notice Ends a challenge that no proof answered in time: the answer is overturned without a right one.
    function closeChallenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external;
}
