// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @notice The least a consumer does: asks, and keeps each answer in one new slot. What requests and
/// answers cost is measured with it.
contract SlotConsumer is IInferenceConsumer {
    address public coordinator;
    Verification public immutable level;
    mapping(bytes32 requestId => bytes32 outputHash) public answers;

    error NotCoordinator(address account);

    constructor(address initialCoordinator, Verification askedLevel) {
        coordinator = initialCoordinator;
        level = askedLevel;
    }

    function ask(
        bytes32 releaseId,
        bytes calldata input,
        Terms calldata terms
    ) external payable returns (bytes32) {
        return
            IInferenceRequests(coordinator).requestInference{value: msg.value}(
                releaseId,
                level,
                input,
                terms
            );
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(bytes32 requestId, bytes calldata output, uint256, bool) external {
        require(msg.sender == coordinator, NotCoordinator(msg.sender));
        answers[requestId] = keccak256(output);
    }

    /// @inheritdoc IInferenceConsumer
    function onInferenceVoided(bytes32 requestId) external {
        require(msg.sender == coordinator, NotCoordinator(msg.sender));
        delete answers[requestId];
    }
}
