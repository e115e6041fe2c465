// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {IInferenceEndings} from "../interfaces/IInferenceEndings.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Delivery} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";
import {Settlement} from "./Settlement.sol";

/// @notice How optimistic answers become final undisputed.
abstract contract Finality is IInferenceDisputes, Settlement {
    /// @inheritdoc IInferenceDisputes
    function finalize(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        require(
            slot.status() == RequestStatus.Answered,
            IInferenceRequests.StatusWrong(requestId, slot.status())
        );
        require(block.timestamp >= slot.windowEnd(), WindowOpen(requestId, slot.windowEnd()));
        // Nobody could have disputed it.
        _requireJudge(assignment);

        bytes32 outputHash = record.outputHash;
        if (request.terms.delivery == Delivery.WhenFinal) {
            bytes25 given = bytes25(keccak256(output));
            require(
                bytes25(outputHash) == given,
                IInferenceRequests.OutputMismatch(requestId, bytes25(outputHash), given)
            );
        }
        RequestSlot last = RequestSlotLib.finalized(
            RequestStatus.Finalized,
            Verification.Optimistic,
            0,
            record.answeredAt,
            outputHash
        );
        if (slot.isDelivered()) last = last.withDelivered();
        _finish(requestId, request, assignment, record, output, last);
    }

    /// @dev Frees the bond, pays, and delivers an answer that waited for it.
    /// @param output Checked, where it is delivered.
    function _finish(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output,
        RequestSlot slot
    ) internal {
        _requests[requestId] = slot;
        _operatorRegistry.unlockBond(record.payee, assignment.bond);

        uint256 outputLength;
        uint256 callbackGasUsed;
        bool delivered = slot.isDelivered();
        if (request.terms.delivery == Delivery.WhenFinal) {
            outputLength = output.length;
            (delivered, callbackGasUsed) = _callBack(
                requestId,
                request,
                output,
                record.answeredAt,
                true
            );
            if (delivered) _requests[requestId] = slot.withDelivered();
        }
        (uint256 paid, uint256 refund) = _settle(
            record.payee,
            request,
            assignment,
            FeeLib.finalizeWork(outputLength, callbackGasUsed),
            record.gasFee,
            0
        );
        emit RequestFinalized(requestId, record.payee, slot.level(), paid, refund, delivered);
    }

    /* CALLBACK */

    /// @inheritdoc IInferenceDisputes
    function retryAnswerCallback(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output,
        uint256 callbackGas
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        require(
            request.terms.delivery == Delivery.WhenAnswered,
            IInferenceEndings.CallbackAbsent(requestId)
        );
        bytes25 given = bytes25(keccak256(output));
        require(
            bytes25(record.outputHash) == given,
            IInferenceRequests.OutputMismatch(requestId, bytes25(record.outputHash), given)
        );
        uint256 retryUntil = record.answeredAt + _retrySeconds;
        _requireRetry(requestId, request, slot, retryUntil, callbackGas);

        _requests[requestId] = slot.withDelivered();
        _retry(
            requestId,
            request,
            callbackGas,
            abi.encodeCall(
                IInferenceConsumer.onInference,
                (requestId, output, record.answeredAt, false)
            )
        );
    }
}
