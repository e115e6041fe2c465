// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceEndings} from "../interfaces/IInferenceEndings.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {CallbackLib} from "../libraries/CallbackLib.sol";
import {FeeLib, Work} from "../libraries/FeeLib.sol";
import {Answer, Claim} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Lateness} from "../types/Operator.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot} from "../types/RequestSlot.sol";
import {Ledger} from "./Ledger.sol";
import {RequestBook} from "./RequestBook.sol";
import {VerifierBook} from "./VerifierBook.sol";

/// @notice What every way of ending a request is made of: evidence, callback, payment, lateness.
abstract contract Settlement is RequestBook, Ledger, VerifierBook {
    uint256 private constant MOST_LATE_IN_ROW = 3;

    /// @dev Reverts unless the verifier of the assignment accepts this.
    function _verify(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        uint256 payee,
        bytes calldata input,
        bytes calldata output,
        bytes calldata evidence
    ) internal view {
        _requirePayload(requestId, request, assignment, input, output);
        IVerifier(_verifierOf(assignment.verifierId)).verify(
            Claim({
                requestId: requestId,
                payee: payee,
                releaseId: request.releaseId,
                key: assignment.key,
                input: input,
                output: output
            }),
            evidence
        );
    }

    /// @dev The same where this contract's batch may have checked the evidence, together with others.
    function _verifyUnlessProven(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) internal {
        // Only a batch calls this contract as this contract.
        if (msg.sender == address(this) && _takeProven(requestId, assignment, answer)) {
            _requirePayload(requestId, request, assignment, answer.input, answer.output);
            return;
        }
        _verify(
            requestId,
            request,
            assignment,
            answer.payee,
            answer.input,
            answer.output,
            answer.evidence
        );
    }

    /// @dev Once: what was proven does not outlast the call that it was noted for. A callback may have
    /// revoked the verifier since.
    function _takeProven(
        bytes32 requestId,
        Assignment calldata assignment,
        Answer calldata answer
    ) private returns (bool) {
        bytes32 proven = _provenClaim;
        if (proven == 0) return false;
        _provenClaim = 0;
        return
            !_isRevoked(assignment.verifierId) &&
            proven == _provenHash(requestId, assignment, answer);
    }

    /// @dev Everything that evidence attests to, and by whose word; the input is in the request's id.
    function _provenHash(
        bytes32 requestId,
        Assignment calldata assignment,
        Answer calldata answer
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    requestId,
                    answer.payee,
                    assignment.verifierId,
                    assignment.key,
                    keccak256(answer.output)
                )
            );
    }

    function _requirePayload(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        bytes calldata input,
        bytes calldata output
    ) private pure {
        require(keccak256(input) == request.inputHash, IInferenceAnswers.InputMismatch(requestId));
        _requireLength(requestId, assignment, output);
    }

    function _requireLength(
        bytes32 requestId,
        Assignment calldata assignment,
        bytes calldata output
    ) internal pure {
        require(
            output.length == assignment.outputLength,
            IInferenceAnswers.OutputLengthWrong(requestId, output.length, assignment.outputLength)
        );
    }

    /// @return delivered Whether the callback went through.
    /// @return gasUsed What it used of its gas, with what calling takes.
    function _callBack(
        bytes32 requestId,
        Request calldata request,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) internal returns (bool delivered, uint256 gasUsed) {
        if (!_hasCallback(request)) return (false, 0);
        return
            _call(
                requestId,
                request,
                abi.encodeCall(
                    IInferenceConsumer.onInference,
                    (requestId, output, answeredAt, isFinal)
                )
            );
    }

    function _call(
        bytes32 requestId,
        Request calldata request,
        bytes memory data
    ) internal returns (bool delivered, uint256 gasUsed) {
        bytes memory reason;
        uint256 gasBefore = gasleft();
        (delivered, reason) = CallbackLib.callWithExactGas(
            request.requester,
            request.terms.callbackGas,
            data
        );
        gasUsed = gasBefore - gasleft();
        if (gasUsed > request.terms.callbackGas) gasUsed = request.terms.callbackGas;
        gasUsed += FeeLib.CALLBACK_OVERHEAD;

        if (!delivered) emit IInferenceAnswers.CallbackFailed(requestId, reason);
    }

    function _requireRetry(
        bytes32 requestId,
        Request calldata request,
        RequestSlot slot,
        uint256 retryUntil,
        uint256 callbackGas
    ) internal view {
        require(_hasCallback(request), IInferenceEndings.CallbackAbsent(requestId));
        require(!slot.isDelivered(), IInferenceEndings.CallbackAlreadyDelivered(requestId));
        require(
            msg.sender == request.requester || block.timestamp < retryUntil,
            IInferenceEndings.RetryClosed(requestId, retryUntil)
        );
        require(
            callbackGas >= request.terms.callbackGas,
            IInferenceEndings.CallbackGasTooLow(callbackGas, request.terms.callbackGas)
        );
    }

    function _retry(
        bytes32 requestId,
        Request calldata request,
        uint256 callbackGas,
        bytes memory data
    ) internal {
        (bool delivered, bytes memory reason) = CallbackLib.callWithExactGas(
            request.requester,
            callbackGas,
            data
        );
        require(delivered, IInferenceEndings.CallbackFailedAgain(requestId, reason));
        emit IInferenceEndings.CallbackDelivered(requestId);
    }

    /// @dev Splits an escrow between who answered, publisher, protocol and payer. Of gas at most what the escrow
    /// holds for it is paid: a rollup's data fee may have risen.
    /// @param work Of this transaction.
    /// @param earlierFee For gas of an earlier one.
    /// @param bonus On top of it, from elsewhere.
    function _settle(
        uint256 payee,
        Request calldata request,
        Assignment calldata assignment,
        Work memory work,
        uint256 earlierFee,
        uint256 bonus
    ) internal returns (uint256 paid, uint256 refund) {
        uint256 royalty = assignment.royalty;
        uint256 protocolFee;
        if (_protocolFeeBps > 0) protocolFee = _creditProtocolFee(assignment.price);
        refund = assignment.escrow - royalty - assignment.price - protocolFee;
        uint256 gasFee;
        (gasFee, refund) = _splitGas(
            request,
            work,
            FeeLib.creditsOf(royalty, protocolFee),
            earlierFee,
            refund
        );
        paid = assignment.price + gasFee + bonus;

        _earn(payee, paid);
        if (royalty > 0) _credit(assignment.publisher, royalty);
        if (refund > 0) _credit(assignment.payer, refund);
    }

    /// @return fee For gas, out of what is held for it.
    /// @return rest The payer's.
    function _splitGas(
        Request calldata request,
        Work memory work,
        uint256 credits,
        uint256 earlierFee,
        uint256 held
    ) private view returns (uint256 fee, uint256 rest) {
        uint256 maxGasPrice = request.terms.maxGasPrice;
        if (maxGasPrice == 0) return (0, held);
        uint256 gasPrice = FeeLib.gasPrice(maxGasPrice);
        uint256 units = work.units(credits);
        fee = earlierFee + units * gasPrice + _dataFeeOf(work);
        if (fee > held) fee = held;
        rest = held - fee;
        // Who gets nothing back costs no credit.
        uint256 creditFee = (work.units(credits + 1) - units) * gasPrice;
        if (rest <= creditFee) return (fee, rest);
        fee += creditFee;
        rest -= creditFee;
    }

    /// @param credits Shares of the escrow that go to others in this transaction.
    function _gasFee(
        Request calldata request,
        Work memory work,
        uint256 credits
    ) internal view returns (uint256) {
        uint256 maxGasPrice = request.terms.maxGasPrice;
        if (maxGasPrice == 0) return 0;
        return work.units(credits) * FeeLib.gasPrice(maxGasPrice) + _dataFeeOf(work);
    }

    /// @dev Of a rollup, for this transaction.
    function _dataFeeOf(Work memory work) private view returns (uint256) {
        if (address(_dataFee) == address(0)) return 0;
        // Nobody's answer waits for a contract that tells fees: a window would go on without it.
        try _dataFee.dataFee(FeeLib.CALLDATA_LENGTH + work.payloadLength) returns (
            uint256 dataFee
        ) {
            return dataFee < type(uint128).max ? dataFee : type(uint128).max;
        } catch {
            return 0;
        }
    }

    /// @dev Notes that the assigned operator let his window pass, unless gas cost more than the
    /// requester pays for.
    /// @param mostPaid Most of the penalty that is paid out.
    /// @return paid What of it came here.
    function _penalize(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        uint256 mostPaid
    ) internal returns (uint256 paid) {
        uint256 operatorId = assignment.operatorId;
        uint256 lateInRow = _operatorAccounts[operatorId].lateInRow + 1;
        bool isLast = lateInRow == MOST_LATE_IN_ROW;

        bool isLate;
        (isLate, paid) = _operatorRegistry.penalizeLate(
            Lateness({
                operatorId: operatorId,
                releaseId: request.releaseId,
                level: request.level,
                penalty: assignment.latePenalty,
                mostPaid: mostPaid,
                maxGasPrice: request.terms.maxGasPrice,
                assignedAt: assignment.assignedAt,
                primaryUntil: assignment.primaryUntil,
                isLast: isLast
            })
        );
        if (!isLate) return 0;
        _operatorAccounts[operatorId].lateInRow = isLast ? 0 : uint8(lateInRow);
        emit IInferenceAnswers.OperatorLate(requestId, operatorId, paid);
    }
}
