// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Answer, AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {DemandLib} from "../types/Operator.sol";
import {Request} from "../types/Request.sol";
import {RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Delivery} from "../types/Terms.sol";
import {Settlement} from "./Settlement.sol";

/// @notice Answers that stand on a bond, and who may give them.
abstract contract OptimisticAnswers is Settlement {
    /* ANSWER */

    /// @dev `IInferenceAnswers.fulfill` at this level.
    function _fulfillOptimistically(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) internal {
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 payee = answer.payee;
        uint256 deadline = request.terms.deadline;
        require(block.timestamp < deadline, IInferenceAnswers.DeadlinePassed(requestId, deadline));
        require(
            payee != 0 && payee == _entitled(requestId, request, assignment),
            IInferenceAnswers.NotAssigned(requestId, payee, assignment.primaryUntil)
        );
        _requireLength(requestId, assignment, answer.output);
        // Without a judge a lie would cost nothing.
        _requireJudge(assignment);
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
            // For whoever asks during the callback; what that costs, and so the digest, is not known before.
            _store(requestId, windowEnd, false, 0);
            (delivered, callbackGasUsed) = _callBack(
                requestId,
                request,
                output,
                block.timestamp,
                false
            );
        }
        record.gasFee = _gasFee(request, FeeLib.answerWork(output.length, callbackGasUsed), 0);
        _store(requestId, windowEnd, delivered, record.digest200(requestId, assignment));
        emit IInferenceDisputes.RequestAnswered(
            requestId,
            payee,
            windowEnd,
            delivered,
            record,
            output
        );
    }

    function _store(bytes32 requestId, uint256 windowEnd, bool delivered, uint200 digest) private {
        _requests[requestId] = RequestSlotLib.answered(
            RequestStatus.Answered,
            delivered,
            windowEnd,
            digest
        );
    }

    /// @dev An answer can be copied, so one operator at a time may give it: the assigned one, then the
    /// fallback that each further window draws.
    function _entitled(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment
    ) internal view returns (uint256) {
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

    /// @dev Who acts for an operator: the caller, also of a batch.
    function _actor() private view returns (address) {
        return msg.sender == address(this) ? _batchSender : msg.sender;
    }
}
