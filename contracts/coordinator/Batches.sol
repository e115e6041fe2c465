// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {Finalization, Fulfilment, IInferenceBatches} from "../interfaces/IInferenceBatches.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Request} from "../types/Request.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {RequestBook} from "./RequestBook.sol";

/// @notice Many steps in one transaction. Each is a call of its own, so that one that reverts undoes itself only.
abstract contract Batches is IInferenceBatches, RequestBook {
    uint256 private constant MAXIMUM_REASON = 256;
    /// @dev Most that an item takes beside its bytes and its callback: a proof, a late operator's penalty and
    /// his place in a list, with a token as the asset. What is left of it at the end is not paid for.
    uint256 private constant ITEM_GAS = 600_000;

    /// @inheritdoc IInferenceBatches
    function fulfillBatch(Fulfilment[] calldata items) external {
        for (uint256 i = 0; i < items.length; ++i) {
            Fulfilment calldata item = items[i];
            bytes32 requestId = item.request.id();
            // Somebody else may have been first: that shall cost the rest of the batch nothing.
            if (_requests[requestId].status() != RequestStatus.Open) continue;
            _requireGas(item.request, item.answer.input.length + item.answer.output.length);
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
            _requireGas(item.request, item.output.length);
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

    /// @dev Without it an item would fail for want of gas, with an error that says something else, and who
    /// estimates a batch's gas would find the least with which all of them fail.
    function _requireGas(Request calldata request, uint256 payloadLength) private view {
        uint256 callbackGas = request.terms.callbackGas;
        uint256 needed = ITEM_GAS + FeeLib.GAS_PER_BYTE * payloadLength + callbackGas;
        // Twice: this contract's call to itself and the callback each keep one 64th back.
        needed += callbackGas / 31;
        require(gasleft() >= needed, BatchGasMissing(gasleft(), needed));
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
