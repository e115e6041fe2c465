// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";

/// @notice What else can become of an open request, and callbacks that are given again.
interface IInferenceEndings {
    /// @notice A callback that had failed was delivered.
    event CallbackDelivered(bytes32 indexed requestId);
    /// @notice Nobody answered in time. `reward` went to the caller, `refund` to the payer.
    event RequestExpired(
        bytes32 indexed requestId,
        address indexed caller,
        uint256 reward,
        uint256 refund
    );
    /// @notice The verifier was revoked before the request had a final answer.
    event RequestFailed(bytes32 indexed requestId, uint256 indexed verifierId, uint256 refund);
    /// @notice The assigned operator gave the request back.
    event RequestDeclined(bytes32 indexed requestId, uint256 indexed operatorId);
    /// @notice Another operator was drawn, or none (0: any may answer at once; at `Optimistic`, the fallbacks);
    /// `assignment` replaces the one of the request's earlier event.
    event RequestReassigned(
        bytes32 indexed requestId,
        uint256 indexed operatorId,
        Request request,
        Assignment assignment
    );

    error DeadlineNotPassed(bytes32 requestId, uint256 deadline);
    error DeclineTooLate(bytes32 requestId, uint256 declinableUntil);
    error NotSender(uint256 operatorId, address account);
    error CallbackGasTooLow(uint256 callbackGas, uint256 minimum);
    error CallbackFailedAgain(bytes32 requestId, bytes reason);
    error CallbackAlreadyDelivered(bytes32 requestId);
    error CallbackAbsent(bytes32 requestId);
    /// @notice Only the requester may still retry.
    error RetryClosed(bytes32 requestId, uint256 retryUntil);

    /// @notice Gives an assigned request back, in the first third of the primary window. A sender of the assigned operator may call. It costs no money but a
    /// ticket for a day. The request goes to another operator at the price that was agreed.
    function decline(Request calldata request, Assignment calldata assignment) external;

    /// @notice Calls back again after the callback of a final answer failed or was left out. The requester may at
    /// any time, anyone until `retrySeconds` after the answer became final. Where it became final later than it was
    /// given (`Optimistic`), that time is counted in quarters of a day, rounded up, at most 255.
    /// @param callbackGas Gas to give, at least `terms.callbackGas`.
    /// @dev Reverts with `CallbackFailedAgain`, which carries the callback's own reason.
    function retryCallback(
        Request calldata request,
        bytes calldata output,
        uint256 callbackGas
    ) external;

    /// @notice The same for `onInferenceVoided`, in the same time after the answer fell or its request failed.
    function retryVoidedCallback(Request calldata request, uint256 callbackGas) external;

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

    /// @notice Time after a final answer in which anyone may retry a failed callback.
    function retrySeconds() external view returns (uint256);
}
