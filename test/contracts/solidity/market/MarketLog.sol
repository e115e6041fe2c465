// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBalanceLedger} from "../../../../contracts/interfaces/IBalanceLedger.sol";
import {IInferenceAnswers} from "../../../../contracts/interfaces/IInferenceAnswers.sol";
import {IInferenceDisputes} from "../../../../contracts/interfaces/IInferenceDisputes.sol";
import {IInferenceEndings} from "../../../../contracts/interfaces/IInferenceEndings.sol";
import {IInferenceRequests} from "../../../../contracts/interfaces/IInferenceRequests.sol";
import {IOperatorRegistry} from "../../../../contracts/interfaces/IOperatorRegistry.sol";
import {AnswerRecord} from "../../../../contracts/types/Answer.sol";
import {Assignment} from "../../../../contracts/types/Assignment.sol";
import {Request} from "../../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Vm} from "../Vm.sol";
import {MarketDraws} from "./MarketDraws.sol";

/// @notice Books what events say: statuses, and every amount by the one cause it may have.
abstract contract MarketLog is MarketDraws {
    /// @dev What left a bond and waits for the event that says why.
    uint256 private _takenFrom;
    uint256 private _taken;
    uint256 private _sent;
    /// @dev Of a late penalty, what waits for the event that says whom it goes to.
    uint256 private _bonus;
    /// @dev The same of what a slashed bond pays for a callback.
    uint256 private _callbackFee;

    function _book(Vm.Log[] memory logs) internal {
        if (operators.burned() < _burned) breaches.burnedShrank = true;
        _hasListChanged = false;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IOperatorRegistry.ListingRemoved.selector)
                _hasListChanged = true;
        }
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(coordinator)) _bookCoordinator(logs[i]);
            else if (logs[i].emitter == address(operators)) _bookRegistry(logs[i]);
        }
    }

    function _bookCoordinator(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        bytes32 id = log.topics.length > 1 ? log.topics[1] : bytes32(0);
        if (topic == IInferenceRequests.InferenceRequested.selector) _requested(id, log.data);
        else if (topic == IInferenceEndings.RequestReassigned.selector) _reassigned(id, log.data);
        else if (topic == IInferenceAnswers.OperatorLate.selector) _late(id, log.data);
        else if (topic == IInferenceAnswers.RequestFulfilled.selector) _fulfilled(id, log);
        else if (topic == IInferenceDisputes.RequestAnswered.selector) _answered(id, log);
        else if (topic == IInferenceDisputes.RequestFinalized.selector) _finalized(id, log);
        else if (topic == IInferenceDisputes.RequestChallenged.selector) _challenged(id, log);
        else if (topic == IInferenceDisputes.ChallengeAnswered.selector) _proven(id);
        else if (topic == IInferenceDisputes.RequestOverturned.selector) _overturned(id, log);
        else if (topic == IInferenceDisputes.CallbackPaid.selector) _callbackPaid(id, log);
        else if (topic == IInferenceEndings.RequestExpired.selector) _expired(id, log);
        else if (topic == IInferenceEndings.RequestFailed.selector) _failed(id, log.data);
        else if (topic == IInferenceEndings.CallbackDelivered.selector) _delivered(id);
        else if (topic == IBalanceLedger.Deposited.selector) _deposited(log);
        else if (topic == IBalanceLedger.Withdrawn.selector) _withdrawn(log);
        else if (topic == IBalanceLedger.EarningsWithdrawn.selector) _earningsWithdrawn(log);
        else if (topic == IBalanceLedger.Allowed.selector) _allowed(log);
    }

    /* REQUESTS */

    function _requested(bytes32 id, bytes memory data) private {
        (Request memory request, Assignment memory assignment, bytes memory input) = abi.decode(
            data,
            (Request, Assignment, bytes)
        );
        // The cheat code also keeps events of inner calls that were reverted.
        if (coordinator.requestStatus(id) == RequestStatus.None) return;
        Entry storage entry = _entries[id];
        if (entry.status != RequestStatus.None) {
            breaches.idTwice = true;
            return;
        }
        _move(id, RequestStatus.Open);
        entry.request = request;
        entry.assignment = assignment;
        entry.input = uint64(bytes8(input));

        uint256 quoted = _quotes[request.requester][request.nonce];
        if (quoted != 0 && assignment.escrow > quoted) breaches.aboveQuote = true;
        _checkDrawn(request, assignment);
        _balances[assignment.payer] -= int256(assignment.escrow);
        _escrows += assignment.escrow;
        uint256 allowance = _allowances[assignment.payer][request.requester];
        if (assignment.payer != request.requester && allowance < type(uint256).max) {
            _allowances[assignment.payer][request.requester] = allowance - assignment.escrow;
        }
    }

    function _reassigned(bytes32 id, bytes memory data) private {
        (Request memory request, Assignment memory next) = abi.decode(data, (Request, Assignment));
        Entry storage entry = _entries[id];
        _checkDrawnAgain(request, entry.assignment, next);
        entry.assignment = next;
    }

    /* ANSWERS */

    function _fulfilled(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        uint256 payee = uint256(log.topics[2]);
        (uint256 paid, uint256 refund, bool isDelivered, bytes memory output) = abi.decode(
            log.data,
            (uint256, uint256, bool, bytes)
        );
        _checkProven(entry, payee, output);
        entry.isDelivered = isDelivered;
        _settled(entry, payee, paid, refund, _takeBonus());
        _move(id, RequestStatus.Finalized);
    }

    function _answered(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        bytes memory output;
        (entry.windowEnd, entry.isDelivered, entry.record, output) = abi.decode(
            log.data,
            (uint40, bool, AnswerRecord, bytes)
        );
        uint256 payee = entry.record.payee;
        entry.isWrong = !_isRight(entry, output);
        if (entry.windowEnd != block.timestamp + CHALLENGE_WINDOW) breaches.deadlineWrong = true;
        _locked[payee] += entry.assignment.bond;
        _earnings[payee] += _takeBonus();
        _move(id, RequestStatus.Answered);
    }

    function _finalized(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        uint256 payee = uint256(log.topics[2]);
        (uint256 level, uint256 paid, uint256 refund, bool isDelivered) = abi.decode(
            log.data,
            (uint256, uint256, uint256, bool)
        );
        if (entry.isDelivered && !isDelivered) breaches.undelivered = true;
        entry.isDelivered = isDelivered;
        _checkFinal(entry, level, payee);
        _locked[payee] -= entry.assignment.bond;
        _settled(entry, payee, paid, refund, 0);
        _move(id, RequestStatus.Finalized);
    }

    function _delivered(bytes32 id) private {
        Entry storage entry = _entries[id];
        if (entry.isDelivered) breaches.undelivered = true;
        entry.isDelivered = true;
    }

    /// @dev An escrow is split to the last wei, and of it only gas is not agreed beforehand.
    function _settled(
        Entry storage entry,
        uint256 payee,
        uint256 paid,
        uint256 refund,
        uint256 bonus
    ) private {
        Assignment storage assignment = entry.assignment;
        uint256 fee = _feeOf(assignment.price);
        uint256 shares = paid + refund + assignment.royalty + fee;
        if (shares != assignment.escrow + bonus) breaches.splitWrong = true;
        if (paid < assignment.price + bonus) breaches.splitWrong = true;
        if (refund > assignment.escrow) breaches.refundTooHigh = true;
        _escrows -= assignment.escrow;
        _earnings[payee] += paid;
        _balances[PUBLISHER] += int256(assignment.royalty);
        _balances[FEE_RECEIVER] += int256(fee);
        _fees += fee;
        _balances[assignment.payer] += int256(refund);
    }

    /* DISPUTES */

    function _challenged(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        uint256 windowEnd = entry.windowEnd;
        (entry.windowEnd, entry.record) = abi.decode(log.data, (uint40, AnswerRecord));
        uint256 bond = (RELEASE_BOND * 3) / 10;
        if (entry.record.challengeBond != bond) breaches.splitWrong = true;
        _balances[entry.record.challenger] -= int256(bond);
        _challengeBonds += bond;
        uint256 open = ++_openChallenges[entry.record.payee];
        uint256 due = block.timestamp + open * PROOF_TIME;
        if (entry.windowEnd != (due < windowEnd ? windowEnd : due)) breaches.deadlineWrong = true;
        _move(id, RequestStatus.Challenged);
    }

    function _proven(bytes32 id) private {
        Entry storage entry = _entries[id];
        _challengeBonds -= entry.record.challengeBond;
        --_openChallenges[entry.record.payee];
        _earnings[entry.record.payee] += entry.record.challengeBond;
    }

    function _overturned(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        address challenger = address(uint160(uint256(log.topics[3])));
        (uint256 slashed, uint256 reward, uint256 refund, bytes memory output) = abi.decode(
            log.data,
            (uint256, uint256, uint256, bytes)
        );
        _checkOverturned(entry, output);
        (uint256 taken, uint256 sent) = _takePending(entry.record.payee);
        uint256 bond = entry.assignment.bond;
        uint256 escrow = entry.assignment.escrow;
        uint256 shared = bond / 2;
        uint256 share = (shared * 2) / 5;
        if (taken != bond || slashed != bond || sent < shared) breaches.splitWrong = true;
        if (reward + refund != escrow + shared || reward < share) breaches.splitWrong = true;
        if (output.length == 0 && reward != share) breaches.splitWrong = true;
        if (refund > escrow + shared - share) breaches.refundTooHigh = true;
        _callbackFee = sent - shared;

        _locked[entry.record.payee] -= bond;
        _staying[entry.record.payee] -= bond;
        _ins += sent;
        _escrows -= escrow;
        _balances[challenger] += int256(reward);
        _balances[entry.assignment.payer] += int256(refund);
        _returnChallengeBond(entry);
        entry.fallen = bytes25(entry.record.outputHash);
        entry.hasOutput = output.length > 0;
        // Said of another output from here on.
        entry.isDelivered = false;
        _move(id, RequestStatus.Overturned);
    }

    /// @dev Out of what would be burned, of which half stays burned whatever gas costs.
    function _callbackPaid(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        uint256 amount = abi.decode(log.data, (uint256));
        // What the terms allow, and what calling takes.
        uint256 most = (entry.request.terms.callbackGas + 3_000) * block.basefee;
        if (amount != _callbackFee || amount > most) breaches.splitWrong = true;
        if (amount > entry.assignment.bond / 4) breaches.splitWrong = true;
        _callbackFee = 0;
        _balances[address(uint160(uint256(log.topics[2])))] += int256(amount);
    }

    function _returnChallengeBond(Entry storage entry) private {
        if (entry.status != RequestStatus.Challenged) return;
        uint256 bond = entry.record.challengeBond;
        _challengeBonds -= bond;
        _balances[entry.record.challenger] += int256(bond);
        --_openChallenges[entry.record.payee];
    }

    /* OTHER ENDS */

    function _expired(bytes32 id, Vm.Log memory log) private {
        Entry storage entry = _entries[id];
        address caller = address(uint160(uint256(log.topics[2])));
        (uint256 reward, uint256 refund) = abi.decode(log.data, (uint256, uint256));
        uint256 escrow = entry.assignment.escrow;
        if (reward + refund != escrow + _takeBonus()) breaches.splitWrong = true;
        if (refund > escrow) breaches.refundTooHigh = true;
        if (block.timestamp < entry.request.terms.deadline) breaches.unproven = true;
        _escrows -= escrow;
        _moved(caller, int256(reward));
        _balances[entry.assignment.payer] += int256(refund);
        _move(id, RequestStatus.Expired);
    }

    function _failed(bytes32 id, bytes memory data) private {
        Entry storage entry = _entries[id];
        uint256 refund = abi.decode(data, (uint256));
        if (refund != entry.assignment.escrow) breaches.splitWrong = true;
        _escrows -= entry.assignment.escrow;
        _balances[entry.assignment.payer] += int256(refund);
        if (entry.status != RequestStatus.Open) {
            _locked[entry.record.payee] -= entry.assignment.bond;
            _returnChallengeBond(entry);
        }
        _move(id, RequestStatus.Failed);
    }

    function _late(bytes32 id, bytes memory data) private {
        Assignment storage assignment = _entries[id].assignment;
        uint256 operatorId = assignment.operatorId;
        uint256 paid = abi.decode(data, (uint256));
        (uint256 taken, uint256 sent) = _takePending(operatorId);
        if (taken > assignment.latePenalty || sent > taken) breaches.penaltyTooHigh = true;
        bool isAnswered = block.timestamp < _entries[id].request.terms.deadline;
        if (isAnswered && sent > taken / 2) breaches.penaltyTooHigh = true;
        if (paid != sent) breaches.splitWrong = true;
        uint256 free = _staying[operatorId] - _locked[operatorId];
        uint256 fromFree = taken < free ? taken : free;
        _staying[operatorId] -= fromFree;
        _leaving[operatorId] -= taken - fromFree;
        _ins += sent;
        _bonus = paid;
    }

    function _takeBonus() private returns (uint256 bonus) {
        bonus = _bonus;
        _bonus = 0;
    }

    /* ACCOUNTS */

    function _deposited(Vm.Log memory log) private {
        uint256 amount = abi.decode(log.data, (uint256));
        _moved(address(uint160(uint256(log.topics[1]))), int256(amount));
        _ins += amount;
    }

    function _withdrawn(Vm.Log memory log) private {
        uint256 amount = abi.decode(log.data, (uint256));
        _moved(address(uint160(uint256(log.topics[1]))), -int256(amount));
        _outs += amount;
    }

    function _moved(address account, int256 amount) private {
        _balances[account] += amount;
        if (account == FEE_RECEIVER) _feeReceiverMoved += amount;
    }

    function _earningsWithdrawn(Vm.Log memory log) private {
        uint256 amount = abi.decode(log.data, (uint256));
        _earnings[uint256(log.topics[1])] -= amount;
        _outs += amount;
    }

    function _allowed(Vm.Log memory log) private {
        address payer = address(uint160(uint256(log.topics[1])));
        address consumer = address(uint160(uint256(log.topics[2])));
        _allowances[payer][consumer] = abi.decode(log.data, (uint256));
    }

    /* REGISTRY */

    function _bookRegistry(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        uint256 id = log.topics.length > 1 ? uint256(log.topics[1]) : 0;
        if (topic == IOperatorRegistry.BondAdded.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            _staying[id] += amount;
            _registryIns += amount;
        } else if (topic == IOperatorRegistry.UnbondingStarted.selector) {
            (uint256 amount, ) = abi.decode(log.data, (uint256, uint256));
            _staying[id] -= amount;
            _leaving[id] += amount;
        } else if (topic == IOperatorRegistry.BondWithdrawn.selector) {
            uint256 amount = abi.decode(log.data, (uint256));
            _leaving[id] -= amount;
            _registryOuts += amount;
        } else if (topic == IOperatorRegistry.BondSlashed.selector) {
            (uint256 taken, uint256 sent) = abi.decode(log.data, (uint256, uint256));
            (_takenFrom, _taken, _sent) = (id, taken, sent);
            _burned += taken - sent;
            _registryOuts += sent;
        }
    }

    /// @dev What was taken from this operator just before.
    function _takePending(uint256 operatorId) private returns (uint256 taken, uint256 sent) {
        if (_taken > 0 && _takenFrom != operatorId) breaches.rightSlashed = true;
        (taken, sent) = (_taken, _sent);
        (_taken, _sent) = (0, 0);
    }
}
