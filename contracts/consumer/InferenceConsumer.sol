// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {IBalanceLedger} from "../interfaces/IBalanceLedger.sol";
import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @title InferenceConsumer
/// @notice Base of contracts that ask for inferences. Implement `_onInference`; ask with
/// `_requestInference`.
/// @dev Warning: after `setCoordinator` answers of the earlier coordinator are refused. They can be
/// fetched by setting it back and calling its `retryCallback`.
abstract contract InferenceConsumer is IInferenceConsumer, Ownable2Step {
    /// @notice The only account whose callbacks are believed.
    address public coordinator;

    event CoordinatorSet(address indexed coordinator);

    error NotCoordinator(address account);
    error CodeMissing(address coordinator);

    /// @param initialOwner Account that may set the coordinator and withdraw this contract's balance there.
    constructor(address initialOwner, address initialCoordinator) Ownable(initialOwner) {
        _setCoordinator(initialCoordinator);
    }

    /// @notice Follows a successor coordinator. Owner only.
    function setCoordinator(address newCoordinator) external onlyOwner {
        _setCoordinator(newCoordinator);
    }

    /// @notice Sends what this contract holds at the coordinator (deposits, refunds) to `to`. Owner only.
    function withdrawTo(address to, uint256 amount) external onlyOwner {
        IBalanceLedger(coordinator).withdraw(to, amount);
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) external {
        require(msg.sender == coordinator, NotCoordinator(msg.sender));
        _onInference(requestId, output, answeredAt, isFinal);
    }

    /// @inheritdoc IInferenceConsumer
    function onInferenceVoided(bytes32 requestId) external {
        require(msg.sender == coordinator, NotCoordinator(msg.sender));
        _onVoided(requestId);
    }

    /// @notice Asks for one inference, paid from this contract's balance at the coordinator and `value`.
    function _requestInference(
        bytes32 releaseId,
        Verification level,
        bytes memory input,
        Terms memory terms,
        uint256 value
    ) internal returns (bytes32 requestId) {
        return
            IInferenceRequests(coordinator).requestInference{value: value}(
                releaseId,
                level,
                input,
                terms
            );
    }

    /// @notice The same, paid from the balance of an account that allowed it to this contract.
    function _requestInferenceFrom(
        address payer,
        bytes32 releaseId,
        Verification level,
        bytes memory input,
        Terms memory terms
    ) internal returns (bytes32 requestId) {
        return
            IInferenceRequests(coordinator).requestInferenceFrom(
                payer,
                releaseId,
                level,
                input,
                terms
            );
    }

    /// @notice Receives an answer of the coordinator. Whatever happens here, the answer stays paid.
    function _onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) internal virtual;

    /// @notice Forgets an optimistic answer that fell without a right one. Only consumers that act before
    /// an answer is final have something to undo.
    function _onVoided(bytes32 requestId) internal virtual {}

    function _setCoordinator(address newCoordinator) private {
        require(newCoordinator.code.length > 0, CodeMissing(newCoordinator));

        coordinator = newCoordinator;
        emit CoordinatorSet(newCoordinator);
    }
}
