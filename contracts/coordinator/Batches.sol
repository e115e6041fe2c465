// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {Finalization, Fulfilment, IInferenceBatches} from "../interfaces/IInferenceBatches.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {RequestBook} from "./RequestBook.sol";

/// @notice Many steps in one transaction. Each is a call of its own, so that one that reverts undoes itself only.
abstract contract Batches is IInferenceBatches, RequestBook {
    uint256 private constant MAXIMUM_REASON = 256;

    /// @inheritdoc IInferenceBatches
    function fulfillBatch(Fulfilment[] calldata items) external {
        for (uint256 i = 0; i < items.length; ++i) {
            Fulfilment calldata item = items[i];
            bytes32 requestId = item.request.id();
            // Somebody else may have been first: that shall cost the rest of the batch nothing.
            if (_requests[requestId].status() != RequestStatus.Open) continue;
            // Again for each: a callback may have run another batch.
            _batchSender = msg.sender;
            try
                IInferenceAnswers(address(this)).fulfill(item.request, item.assignment, item.answer)
            {} catch (bytes memory reason) {
                _noteFailure(requestId, reason);
            }
        }
    }

    /// @inheritdoc IInferenceBatches
    function finalizeMany(Finalization[] calldata items) external {
        for (uint256 i = 0; i < items.length; ++i) {
            Finalization calldata item = items[i];
            bytes32 requestId = item.request.id();
            if (_requests[requestId].status() != RequestStatus.Answered) continue;
            try
                IInferenceDisputes(address(this)).finalize(
                    item.request,
                    item.assignment,
                    item.record,
                    item.output
                )
            {} catch (bytes memory reason) {
                _noteFailure(requestId, reason);
            }
        }
    }

    function _noteFailure(bytes32 requestId, bytes memory reason) private {
        if (reason.length > MAXIMUM_REASON) {
            assembly ("memory-safe") {
                mstore(reason, MAXIMUM_REASON)
            }
        }
        emit BatchItemFailed(requestId, reason);
    }
}
