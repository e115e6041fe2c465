// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {IInferenceEndings} from "../interfaces/IInferenceEndings.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Answer, AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {DemandLib} from "../types/Operator.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Delivery} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";
import {Settlement} from "./Settlement.sol";

/// @notice Answers that stand on a bond: how they come in, and how they become final undisputed.
abstract contract OptimisticAnswers is IInferenceDisputes, Settlement {
    /* ANSWER */

    /// @notice `IInferenceAnswers.fulfill` at this level: the coordinator hands on no other.
    function fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) external nonReentrant {
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 payee = answer.payee;
        uint256 deadline = request.terms.deadline;
        require(block.timestamp < deadline, IInferenceAnswers.DeadlinePassed(requestId, deadline));
        require(
            payee != 0 && payee == _entitled(requestId, request, assignment),
            IInferenceAnswers.NotAssigned(requestId, payee, assignment.primaryUntil)
        );
        // Nobody could overturn it: a liar would risk nothing.
        _requireJudge(assignment);
        _requireLength(requestId, assignment, answer.output);
        _operatorRegistry.lockBond(payee, _actor(), assignment.bond);
        if (payee != assignment.operatorId && assignment.operatorId != 0) {
            uint256 bonus = _penalize(requestId, request, assignment, assignment.latePenalty / 2);
            if (bonus > 0) _earn(payee, bonus);
        }
        _answer(requestId, request, assignment, payee, answer.output);
    }

    function _answer(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        uint256 payee,
        bytes calldata output
    ) private {
        AnswerRecord memory record = AnswerRecord({
            payee: payee,
            outputHash: keccak256(output),
            answeredAt: block.timestamp,
            gasFee: 0,
            challenger: address(0),
            challengeBond: 0
        });
        uint256 windowEnd = block.timestamp + _challengeWindowSeconds;
        bool delivered;
        uint256 callbackGasUsed;
        if (request.terms.delivery == Delivery.WhenAnswered) {
            // For whoever asks during the callback; what it costs is not known before.
            _store(requestId, assignment, record, windowEnd, false);
            (delivered, callbackGasUsed) = _callBack(
                requestId,
                request,
                output,
                block.timestamp,
                false
            );
        }
        uint256 units = FeeLib.answerUnits(output.length, callbackGasUsed);
        record.gasFee = _gasFee(request, units, output.length);
        _store(requestId, assignment, record, windowEnd, delivered);
        emit RequestAnswered(requestId, payee, windowEnd, delivered, record, output);
    }

    function _store(
        bytes32 requestId,
        Assignment calldata assignment,
        AnswerRecord memory record,
        uint256 windowEnd,
        bool delivered
    ) private {
        _requests[requestId] = RequestSlotLib.answered(
            RequestStatus.Answered,
            delivered,
            windowEnd,
            record.digest200(requestId, assignment)
        );
    }

    /// @inheritdoc IInferenceDisputes
    function fallbackOf(
        Request calldata request,
        Assignment calldata assignment
    ) external view returns (uint256) {
        return _entitled(_requireOpen(request, assignment), request, assignment);
    }

    /// @dev An answer can be copied, so one operator at a time may give it: the assigned one, then the
    /// fallback that each further window draws.
    function _entitled(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment
    ) private view returns (uint256) {
        if (block.timestamp < assignment.primaryUntil) return assignment.operatorId;
        uint256 window =
            (block.timestamp - assignment.primaryUntil) /
                _modelRegistry.primaryWindowOf(request.releaseId);
        return
            _operatorRegistry.fallbackFor(
                request.releaseId,
                request.level,
                DemandLib.ofAssigned(
                    request.terms,
                    assignment.bond,
                    _modelRegistry.inputLengthOf(request.releaseId)
                ),
                assignment.price,
                assignment.bond,
                uint256(keccak256(abi.encode(requestId, window)))
            );
    }

    /// @dev What a revoked verifier cannot judge is neither answered nor becomes final: `fail`, `failAnswered`.
    function _requireJudge(Assignment calldata assignment) internal view {
        uint256 verifierId = assignment.verifierId;
        require(!_isRevoked(verifierId), IVerifierRouter.VerifierIsRevoked(verifierId));
    }

    /// @dev Who acts for an operator: the caller, also of a batch.
    function _actor() internal view returns (address) {
        return msg.sender == address(this) ? _batchSender : msg.sender;
    }

    /* FINAL */

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
        uint256 units = FeeLib.finalizeUnits(outputLength, callbackGasUsed);
        uint256 gasFee = record.gasFee + _gasFee(request, units, outputLength);
        (uint256 paid, uint256 refund) = _settle(record.payee, assignment, gasFee, 0);
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
        _retry(requestId, request, output, record.answeredAt, false, callbackGas);
    }
}
