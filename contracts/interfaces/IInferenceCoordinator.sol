// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";

import {IBalanceLedger} from "./IBalanceLedger.sol";
import {IInferenceRequests} from "./IInferenceRequests.sol";
import {IVerifierRouter} from "./IVerifierRouter.sol";

/// @notice Takes requests, holds their fees, accepts answers that come with evidence, calls back
/// and pays. Callers of later steps hand in the request and its assignment, both from
/// `InferenceRequested`: only their digest is stored.
interface IInferenceCoordinator is IInferenceRequests, IBalanceLedger, IVerifierRouter {
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
    /// @notice A callback that had failed was delivered by `retryCallback`.
    event CallbackDelivered(bytes32 indexed requestId);
    /// @notice Nobody answered in time. `reward` went to the caller, `refund` to the payer.
    event RequestExpired(
        bytes32 indexed requestId,
        address indexed caller,
        uint256 reward,
        uint256 refund
    );
    /// @notice The verifier was revoked while the request was open.
    event RequestFailed(bytes32 indexed requestId, uint256 indexed verifierId, uint256 refund);
    /// @notice The assigned operator gave the request back.
    event RequestDeclined(bytes32 indexed requestId, uint256 indexed operatorId);
    /// @notice Another operator was drawn, or none (0: any may answer at once); `assignment` replaces
    /// the one of the request's earlier event.
    event RequestReassigned(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        Request request,
        Assignment assignment
    );
    /// @notice The assigned operator let his window pass; `paid` of his penalty came here.
    event OperatorLate(bytes32 indexed requestId, uint256 indexed operatorId, uint256 paid);

    /// @notice Request and assignment are not those of this open request.
    error AssignmentMismatch(bytes32 requestId);
    error InputMismatch(bytes32 requestId);
    error OutputLengthWrong(bytes32 requestId, uint256 length, uint256 expected);
    error DeadlinePassed(bytes32 requestId, uint256 deadline);
    error DeadlineNotPassed(bytes32 requestId, uint256 deadline);
    /// @notice Only the assigned operator may answer before `primaryUntil`.
    error NotAssigned(bytes32 requestId, uint256 operatorId, uint256 primaryUntil);
    error DeclineTooLate(bytes32 requestId, uint256 declinableUntil);
    error NotSender(uint256 operatorId, address account);
    /// @notice Coins reach a coordinator with a deposit or a request.
    error NotOperatorRegistry(address account);
    /// @notice The operator registry belongs to another coordinator.
    error RegistryForeign(address coordinator);
    error UnbondingTooShort(uint256 unbondingSeconds, uint256 maximumLifetime);
    error CallbackGasTooLow(uint256 callbackGas, uint256 minimum);
    error CallbackFailedAgain(bytes32 requestId, bytes reason);
    error CallbackAlreadyDelivered(bytes32 requestId);
    error CallbackAbsent(bytes32 requestId);
    /// @notice Only the requester may still retry.
    error RetryClosed(bytes32 requestId, uint256 retryUntil);

    /// @notice Hands in an answer for `answer.payee`: the assigned operator until `primaryUntil`, any
    /// bonded one from then to the deadline. Anyone may send it, since the evidence names the payee. Pays the payee, refunds the
    /// rest, calls the requester back; a failing callback changes nothing of that.
    /// @dev Needs gas for the callback on top of its own: 64/63 of `terms.callbackGas`.
    function fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) external;

    /// @notice Gives an assigned request back, in the first third of the primary window. A sender of the assigned operator may call. It costs no money but a
    /// ticket for a day. The request goes to another operator at the price that was agreed.
    function decline(Request calldata request, Assignment calldata assignment) external;

    /// @notice Calls back again after a callback failed. The requester may at any time, anyone until
    /// `retrySeconds` after the answer.
    /// @param callbackGas Gas to give, at least `terms.callbackGas`.
    /// @dev Reverts with `CallbackFailedAgain`, which carries the callback's own reason.
    function retryCallback(
        Request calldata request,
        bytes calldata output,
        uint256 callbackGas
    ) external;

    /// @notice Ends a request nobody answered by its deadline and refunds the payer. Anyone may call;
    /// the gas is paid, times 1.2, as far as `terms.maxGasPrice` allows: from the assigned operator's late
    /// penalty, else from the escrow. What is left of the penalty is burned.
    /// @dev State a gas limit: estimates are made at a gas price of zero, where nothing is paid to
    /// the caller, so they are 20,000 too low for one who never had a balance.
    function expire(Request calldata request, Assignment calldata assignment) external;

    /// @notice Ends an open request whose verifier was revoked; the payer gets the whole escrow back.
    /// Anyone may call.
    function fail(Request calldata request, Assignment calldata assignment) external;

    /// @notice Id of a request made to this coordinator.
    function requestIdOf(Request calldata request) external view returns (bytes32);
}
