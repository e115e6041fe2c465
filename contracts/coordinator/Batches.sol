// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchVerifier} from "../interfaces/IBatchVerifier.sol";
import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {Finalization, Fulfilment, IInferenceBatches} from "../interfaces/IInferenceBatches.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Claim} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Verification} from "../types/Verification.sol";
import {Settlement} from "./Settlement.sol";

/// @notice Many steps in one transaction. Each is a call of its own, so that one that reverts undoes itself only.
abstract contract Batches is IInferenceBatches, Settlement {
    uint256 private constant MAXIMUM_REASON = 256;
    /// @dev Most that an item takes beside its bytes and its callback: a proof, a late operator's penalty and
    /// his place in a list, with a token as the asset. What is left of it at the end is not paid for.
    uint256 private constant ITEM_GAS = 600_000;

    /// @dev Most that one proof of a batch takes: a key and a setup of its own, 24 kB of input.
    uint256 private constant PROOF_GAS = 300_000;

    /// @inheritdoc IInferenceBatches
    function fulfillBatch(Fulfilment[] calldata items) external {
        bytes32[] memory proven = _verifyTogether(items);
        for (uint256 i = 0; i < items.length; ++i) {
            Fulfilment calldata item = items[i];
            bytes32 requestId = item.request.id();
            // Somebody else may have been first: that shall cost the rest of the batch nothing.
            if (_requests[requestId].status() != RequestStatus.Open) continue;
            _requireGas(item.request, item.answer.input.length + item.answer.output.length);
            // Again for each: a callback may have run another batch.
            _batchSender = msg.sender;
            _provenClaim = proven[i];
            try
                IInferenceAnswers(address(this)).fulfill(item.request, item.assignment, item.answer)
            {} catch (bytes memory reason) {
                _noteFailure(requestId, reason);
            }
        }
        _provenClaim = 0;
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

    /// @dev Has the evidence of all items that one verifier can judge checked at once. Reverts as a whole
    /// if it does not hold: which item it is cannot be told.
    /// @return proven By item, the claim that need not be checked again; zero where it must be.
    function _verifyTogether(Fulfilment[] calldata items) private view returns (bytes32[] memory) {
        bytes32[] memory proven = new bytes32[](items.length);
        Claim[] memory claims = new Claim[](items.length);
        bytes[] memory evidence = new bytes[](items.length);
        uint256 verifierId;
        uint256 count;
        for (uint256 i = 0; i < items.length; ++i) {
            Fulfilment calldata item = items[i];
            bytes32 requestId = item.request.id();
            if (!_isFulfillable(requestId, item)) continue;
            // A second verifier is rare (they change once in years): its items are checked one by one.
            if (count == 0) verifierId = item.assignment.verifierId;
            if (item.assignment.verifierId != verifierId) continue;
            proven[i] = _provenHash(requestId, item.assignment, item.answer);
            evidence[count] = item.answer.evidence;
            claims[count++] = _claimOf(requestId, item);
        }
        // One is cheaper by itself.
        if (count < 2 || _isRevoked(verifierId)) return new bytes32[](items.length);
        assembly ("memory-safe") {
            mstore(claims, count)
            mstore(evidence, count)
        }
        bool isAccepted = _verifyBatch(_verifiers[verifierId].verifier, claims, evidence);
        return isAccepted ? proven : new bytes32[](items.length);
    }

    /// @return isAccepted False if the verifier takes no batches.
    function _verifyBatch(
        address verifier,
        Claim[] memory claims,
        bytes[] memory evidence
    ) private view returns (bool isAccepted) {
        uint256 needed = PROOF_GAS * claims.length;
        require(gasleft() >= needed, BatchGasMissing(gasleft(), needed));
        (bool success, bytes memory result) = verifier.staticcall(
            abi.encodeCall(IBatchVerifier.verifyBatch, (claims, evidence))
        );
        if (!success && result.length > 0) {
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        return success && bytes32(result) == bytes32(IBatchVerifier.verifyBatch.selector);
    }

    /// @dev Whether only its evidence decides. What cannot be fulfilled shall not make the others wait, and
    /// says why when its turn comes.
    function _isFulfillable(
        bytes32 requestId,
        Fulfilment calldata item
    ) private view returns (bool) {
        Assignment calldata assignment = item.assignment;
        uint256 payee = item.answer.payee;
        return
            _requests[requestId].isOpenWith(assignment.digest248Of(requestId)) &&
            item.request.level != Verification.Optimistic &&
            block.timestamp < item.request.terms.deadline &&
            ((payee == assignment.operatorId && payee != 0) ||
                block.timestamp >= assignment.primaryUntil) &&
            keccak256(item.answer.input) == item.request.inputHash &&
            item.answer.output.length == assignment.outputLength;
    }

    function _claimOf(
        bytes32 requestId,
        Fulfilment calldata item
    ) private pure returns (Claim memory) {
        return
            Claim({
                requestId: requestId,
                payee: item.answer.payee,
                releaseId: item.request.releaseId,
                key: item.assignment.key,
                input: item.answer.input,
                output: item.answer.output
            });
    }

    /// @dev Without it an item would fail for want of gas, with an error that says something else, and who
    /// estimates a batch's gas would find the least with which all of them fail.
    function _requireGas(Request calldata request, uint256 payloadLength) private view {
        uint256 callbackGas = request.terms.callbackGas;
        uint256 needed = ITEM_GAS + FeeLib.GAS_PER_OUTPUT_BYTE * payloadLength + callbackGas;
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
