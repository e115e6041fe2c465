// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {IInferenceEndings} from "../interfaces/IInferenceEndings.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {AnswerBondLib} from "../libraries/AnswerBondLib.sol";
import {FeeLib, Work} from "../libraries/FeeLib.sol";
import {Answer, AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Verification} from "../types/Verification.sol";
import {FallenAnswers} from "./FallenAnswers.sol";

/// @notice Disputes about optimistic answers. Proofs decide them, nobody's word.
abstract contract Disputes is FallenAnswers {
    /// @dev What judges are today proves at this level.
    Verification private constant JUDGE_LEVEL = Verification.Zk;

    /* CHALLENGE */

    /// @inheritdoc IInferenceDisputes
    function challenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external payable nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        require(slot.status() == RequestStatus.Answered, AlreadyChallenged(requestId));
        _requireWindow(requestId, slot);
        _requireJudge(assignment);

        AnswerRecord memory challenged = record;
        challenged.challenger = msg.sender;
        challenged.challengeBond = challengeBondOf(request.releaseId);
        _charge(_accounts[msg.sender], challenged.challengeBond, 0);
        uint256 open = ++_operatorAccounts[record.payee].openChallenges;
        // As many proofs as were asked of him can be due at once.
        uint256 proofDeadline = block.timestamp + open * _proofSeconds;
        // A liar who challenges himself must not cut short who is about to overturn him.
        if (proofDeadline < slot.windowEnd()) proofDeadline = slot.windowEnd();

        RequestSlot next = RequestSlotLib.answered(
            RequestStatus.Challenged,
            slot.isDelivered(),
            proofDeadline,
            challenged.digest200(requestId, assignment)
        );
        _requests[requestId] = next;
        emit RequestChallenged(requestId, msg.sender, record.payee, proofDeadline, challenged);
    }

    /// @inheritdoc IInferenceDisputes
    function escalate(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata answer
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        bool isChallenged = slot.status() == RequestStatus.Challenged;
        if (isChallenged) _requireWindow(requestId, slot);
        require(keccak256(answer.output) == record.outputHash, OtherOutput(requestId));
        _verify(
            requestId,
            request,
            assignment,
            record.payee,
            answer.input,
            answer.output,
            answer.evidence
        );

        if (isChallenged) {
            --_operatorAccounts[record.payee].openChallenges;
            _earn(record.payee, record.challengeBond);
            emit ChallengeAnswered(requestId, record.challenger, record.challengeBond);
        }
        RequestSlot last = _proven(RequestStatus.Finalized, assignment, record.answeredAt, answer);
        if (slot.isDelivered()) last = last.withDelivered();
        _finish(requestId, request, assignment, record, answer.output, last);
    }

    /// @inheritdoc IInferenceDisputes
    function closeChallenge(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        require(slot.status() == RequestStatus.Challenged, NotChallenged(requestId));
        require(block.timestamp >= slot.windowEnd(), WindowOpen(requestId, slot.windowEnd()));
        _requireJudge(assignment);

        RequestSlot last = RequestSlotLib.voided(RequestStatus.Overturned);
        _requests[requestId] = last;
        // Before the callback: whoever is told may ask again with it.
        _credit(assignment.payer, assignment.escrow);
        (bool delivered, uint256 callbackGasUsed) = _callBackFallen(
            requestId,
            request,
            assignment.bond,
            abi.encodeCall(IInferenceConsumer.onInferenceVoided, (requestId))
        );
        if (delivered) _requests[requestId] = last.withDelivered();
        _slash(
            Fall({
                requestId: requestId,
                challenger: record.challenger,
                gasFee: 0,
                callbackFee: _callbackFee(callbackGasUsed)
            }),
            assignment,
            record,
            msg.data[:0]
        );
    }

    /* OVERTURN */

    /// @inheritdoc IInferenceDisputes
    function commitOverturn(bytes32 commitment) external {
        require(_commitments[commitment] == 0, AlreadyCommitted(commitment));

        _commitments[commitment] = block.number;
        emit OverturnCommitted(commitment);
    }

    /// @inheritdoc IInferenceDisputes
    function overturn(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata rightAnswer,
        bytes32 salt
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        _requireWindow(requestId, slot);
        bytes calldata output = rightAnswer.output;
        require(keccak256(output) != record.outputHash, SameOutput(requestId));
        _requireCommitted(requestId, output, salt);
        _verify(
            requestId,
            request,
            assignment,
            uint160(msg.sender),
            rightAnswer.input,
            output,
            rightAnswer.evidence
        );

        _replace(requestId, request, assignment, record, rightAnswer);
    }

    /// @dev Puts the proven output in place of the one that falls.
    function _replace(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        Answer calldata rightAnswer
    ) private {
        bytes calldata output = rightAnswer.output;
        RequestSlot last = _proven(
            RequestStatus.Overturned,
            assignment,
            block.timestamp,
            rightAnswer
        );
        _requests[requestId] = last;
        (bool delivered, uint256 callbackGasUsed) = _callBackFallen(
            requestId,
            request,
            assignment.bond,
            abi.encodeCall(
                IInferenceConsumer.onInference,
                (requestId, output, block.timestamp, true)
            )
        );
        if (delivered) _requests[requestId] = last.withDelivered();

        Work memory work = FeeLib.proofWork(rightAnswer.input.length, output.length, 0);
        uint256 units = work.units(1);
        uint256 gasFee = _gasFee(request, work, 1);
        work.gas += callbackGasUsed;
        if (gasFee > assignment.escrow) gasFee = assignment.escrow;
        _credit(assignment.payer, assignment.escrow - gasFee);
        _slash(
            Fall({
                requestId: requestId,
                challenger: msg.sender,
                gasFee: gasFee,
                // Where the calldata's floor decides, a callback adds less than it uses.
                callbackFee: _callbackFee(work.units(1) - units)
            }),
            assignment,
            record,
            output
        );
    }

    function _requireCommitted(
        bytes32 requestId,
        bytes calldata output,
        bytes32 salt
    ) private view {
        bytes32 commitment = keccak256(abi.encode(requestId, keccak256(output), msg.sender, salt));
        uint256 committedIn = _commitments[commitment];
        require(committedIn != 0 && committedIn < block.number, OverturnNotCommitted(commitment));
    }

    /* JUDGE REVOKED */

    /// @inheritdoc IInferenceDisputes
    function failAnswered(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) external nonReentrant {
        (bytes32 requestId, RequestSlot slot) = _requireAnswered(request, assignment, record);
        uint256 verifierId = assignment.verifierId;
        require(_isRevoked(verifierId), IVerifierRouter.VerifierNotRevoked(verifierId));

        RequestSlot last =
            slot.isDelivered()
                ? RequestSlotLib.voided(RequestStatus.Failed)
                : RequestSlotLib.ended(RequestStatus.Failed);
        _requests[requestId] = last;
        _operatorRegistry.unlockBond(record.payee, assignment.bond);
        _endChallenge(record);
        _credit(assignment.payer, assignment.escrow);
        emit IInferenceEndings.RequestFailed(requestId, verifierId, assignment.escrow);
        // Nobody's bond pays for this one.
        if (!last.isVoided()) return;
        (bool delivered, ) = _call(
            requestId,
            request,
            abi.encodeCall(IInferenceConsumer.onInferenceVoided, (requestId))
        );
        if (delivered) _requests[requestId] = last.withDelivered();
    }

    /* VIEWS */

    /// @inheritdoc IInferenceDisputes
    function challengeBondOf(bytes32 releaseId) public view returns (uint256) {
        return AnswerBondLib.challengeBondOf(_modelRegistry.minBondOf(releaseId));
    }

    /// @inheritdoc IInferenceDisputes
    function openChallengesOf(uint256 operatorId) external view returns (uint256) {
        return _operatorAccounts[operatorId].openChallenges;
    }

    /// @inheritdoc IInferenceDisputes
    function challengeWindowSeconds() external view returns (uint256) {
        return _challengeWindowSeconds;
    }

    /// @inheritdoc IInferenceDisputes
    function proofSeconds() external view returns (uint256) {
        return _proofSeconds;
    }

    function _proven(
        RequestStatus end,
        Assignment calldata assignment,
        uint256 answeredAt,
        Answer calldata answer
    ) private view returns (RequestSlot) {
        return
            RequestSlotLib.finalized(
                end,
                JUDGE_LEVEL,
                assignment.grade,
                answeredAt,
                keccak256(answer.output)
            );
    }

    function _requireWindow(bytes32 requestId, RequestSlot slot) private view {
        require(block.timestamp < slot.windowEnd(), WindowClosed(requestId, slot.windowEnd()));
    }
}
