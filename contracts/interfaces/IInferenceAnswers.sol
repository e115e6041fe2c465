// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";

/// @notice How answers come in. Callers hand in the request and its assignment, both from
/// `InferenceRequested` (or `RequestReassigned`): only their digest is stored.
interface IInferenceAnswers {
    /// @notice An answer was accepted and is final. `paid` went to the operator, `refund` to the payer.
    event RequestFulfilled(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        uint256 paid,
        uint256 refund,
        bool isDelivered,
        bytes output
    );
    /// @notice The callback reverted or ran out of its gas; `reason` is at most 256 bytes of what it returned.
    event CallbackFailed(bytes32 indexed requestId, bytes reason);
    /// @notice The assigned operator let his window pass; `paid` of his penalty came here.
    event OperatorLate(bytes32 indexed requestId, uint256 indexed operatorId, uint256 paid);

    /// @notice Request and assignment are not those of this open request.
    error AssignmentMismatch(bytes32 requestId);
    error InputMismatch(bytes32 requestId);
    error OutputLengthWrong(bytes32 requestId, uint256 length, uint256 expected);
    error DeadlinePassed(bytes32 requestId, uint256 deadline);
    /// @notice Only the assigned operator may answer before `primaryUntil`; at `Optimistic`, only the
    /// fallback drawn for the window afterwards.
    error NotAssigned(bytes32 requestId, uint256 operatorId, uint256 primaryUntil);
    /// @notice Coins reach a coordinator with a deposit or a request.
    error NotOperatorRegistry(address account);
    /// @notice The operator registry belongs to another coordinator.
    error RegistryForeign(address coordinator);
    /// @notice The operator registry has another asset, or other models.
    error RegistryOfOtherParts(address operatorRegistry);
    /// @notice Without a window an optimistic answer could not be disputed, without time none proven.
    error WindowMissing(uint256 challengeWindowSeconds, uint256 proofSeconds);
    error UnbondingTooShort(uint256 unbondingSeconds, uint256 maximumLifetime);
    /// @notice The extension was made for another deployment.
    error ExtensionForeign(address extension);

    /// @notice Hands in an answer for `answer.payee`: the assigned operator until `primaryUntil`. At `Zk`
    /// and `Tee` any bonded one from then to the deadline; anyone may send it, since the evidence names the
    /// payee. Pays the payee, refunds the rest, calls the requester back; a failing callback changes nothing
    /// of that. At `Optimistic` only a sender of the payee may send, and from `primaryUntil` on the payee is the
    /// fallback drawn for the window (`fallbackOf`); the answer locks the assignment's bond and is paid when it
    /// is final.
    /// @dev Needs gas for the callback on top of its own: 64/63 of `terms.callbackGas`.
    function fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) external;

    /// @notice Operator who alone may answer an open optimistic request at this second, 0 if none may.
    function fallbackOf(
        Request calldata request,
        Assignment calldata assignment
    ) external view returns (uint256 operatorId);
}
