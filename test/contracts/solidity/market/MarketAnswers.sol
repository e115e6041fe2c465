// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Finalization, Fulfilment} from "../../../../contracts/interfaces/IInferenceBatches.sol";
import {Answer} from "../../../../contracts/types/Answer.sol";
import {Bond} from "../../../../contracts/types/Operator.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {MarketConsumer} from "./MarketConsumer.sol";
import {MarketOperators} from "./MarketOperators.sol";
import {ScriptedModel} from "./MarketVerifier.sol";

/// @notice How answers come in, become final and reach their consumers.
abstract contract MarketAnswers is MarketOperators {
    /* STEPS */

    /// @notice A proven answer, sent by anybody.
    function prove(uint256 pick, uint256 dice) external step(pick, dice) {
        if (_proveOne(pick, dice) == 0) _instead();
    }

    /// @notice An answer on a bond, every third time a wrong one.
    function answer(uint256 pick, uint256 dice) external step(pick, dice) {
        if (_answerOne(pick, dice, dice % 3 == 0) == 0) _instead();
    }

    /// @notice Open requests of both levels, one that ended already, and some that are another operator's.
    function fulfillBatch(uint256 pick, uint256 dice) external step(pick, dice) {
        if (_anyOpen(pick, dice) == 0) return _instead();
        bytes32[] storage open = _in[RequestStatus.Open];
        uint256 count = open.length < 4 ? open.length : 4;
        Fulfilment[] memory items = new Fulfilment[](count + 1);
        address sender = PASSER_BY;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 id = open[((pick % open.length) + i) % open.length];
            Entry storage entry = _entries[id];
            bool isZk = entry.request.level == Verification.Zk;
            uint256 payee =
                isZk
                    ? _payeeOf(entry, dice)
                    : coordinator.fallbackOf(entry.request, entry.assignment);
            if (!isZk && sender == PASSER_BY && payee != 0) sender = _ownerOf(payee);
            items[i] = Fulfilment(entry.request, entry.assignment, _proof(id, payee));
        }
        bytes32 first = _everything[0];
        items[count] = Fulfilment(
            _entries[first].request,
            _entries[first].assignment,
            _proof(first, _ids[0])
        );
        uint256 before = open.length;
        _send(sender, address(coordinator), abi.encodeCall(coordinator.fulfillBatch, (items)));
        if (open.length >= before) _instead();
    }

    function finalize(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _ripe(pick, dice);
        if (id == 0) return _instead();
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(
            coordinator.finalize,
            (entry.request, entry.assignment, entry.record, _outputOf(entry))
        );
        _send(PASSER_BY, address(coordinator), data);
    }

    function finalizeMany(uint256 pick, uint256 dice) external step(pick, dice) {
        if (_ripe(pick, dice) == 0) return _instead();
        bytes32[] storage answered = _in[RequestStatus.Answered];
        uint256 count = answered.length < 5 ? answered.length : 5;
        Finalization[] memory items = new Finalization[](count);
        for (uint256 i = 0; i < count; ++i) {
            Entry storage entry = _entries[
                answered[((pick % answered.length) + i) % answered.length]
            ];
            items[i] = Finalization(
                entry.request,
                entry.assignment,
                entry.record,
                _outputOf(entry)
            );
        }
        uint256 before = answered.length;
        _send(PASSER_BY, address(coordinator), abi.encodeCall(coordinator.finalizeMany, (items)));
        if (answered.length >= before) _instead();
    }

    /// @notice A consumer that has come round gets its final answer again.
    function retryCallback(uint256 pick, uint256 dice) external step(pick, dice) {
        RequestStatus status = dice % 4 == 0 ? RequestStatus.Overturned : RequestStatus.Finalized;
        bytes32 id = _find(status, Wanted.Undelivered, pick);
        if (id == 0 || coordinator.resultDigest(id) == 0) {
            _askAt(Verification.Zk, STUBBORN, dice | (1 << 56));
            id = _proveOne(_newest(), dice);
        }
        if (id == 0 || !_awaits(_entries[id], Wanted.Undelivered)) return _instead();
        Entry storage entry = _entries[id];
        bool isRight = entry.status == RequestStatus.Overturned || !entry.isWrong;
        bytes memory output = isRight ? _right(entry) : _wrong(entry);
        _retry(
            entry,
            abi.encodeCall(coordinator.retryCallback, (entry.request, output, CALLBACK_GAS))
        );
    }

    /// @notice The same of an answer that is not final.
    function retryAnswerCallback(uint256 pick, uint256 dice) external step(pick, dice) {
        RequestStatus status = dice % 4 == 0 ? RequestStatus.Challenged : RequestStatus.Answered;
        bytes32 id = _find(status, Wanted.Unheard, pick);
        if (id == 0) {
            _askAt(Verification.Optimistic, STUBBORN, (dice | (1 << 56)) & ~(uint256(1) << 80));
            id = _answerOne(_newest(), dice, false);
        }
        if (id == 0 || !_awaits(_entries[id], Wanted.Unheard)) return _instead();
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(
            coordinator.retryAnswerCallback,
            (entry.request, entry.assignment, entry.record, _outputOf(entry), CALLBACK_GAS)
        );
        _retry(entry, data);
    }

    /* INSIDE */

    /// @dev An open request that can still be answered: one that is there, or a new one.
    function _openOne(
        Verification level,
        uint256 pick,
        uint256 dice
    ) internal returns (bytes32 id) {
        bool isZk = level == Verification.Zk;
        Wanted wanted = isZk ? Wanted.ProvenInTime : Wanted.AnsweredInTime;
        id = _find(RequestStatus.Open, wanted, pick);
        if (id != 0) return id;
        _askAt(level, pick, dice);
        return _find(RequestStatus.Open, wanted, _newest());
    }

    /// @dev An open request of any kind: one that is there, or a new one.
    function _anyOpen(uint256 pick, uint256 dice) internal returns (bytes32 id) {
        if (_in[RequestStatus.Open].length == 0) _ask(pick, dice);
        return _find(RequestStatus.Open, Wanted.Any, pick);
    }

    /// @dev Where the newest open request stands, if there is one.
    function _newest() internal view returns (uint256) {
        uint256 length = _in[RequestStatus.Open].length;
        return length == 0 ? 0 : length - 1;
    }

    /// @return id Of the request that was answered; zero if none could be.
    function _proveOne(uint256 pick, uint256 dice) internal returns (bytes32 id) {
        id = _openOne(Verification.Zk, pick, dice);
        if (id == 0) return id;
        Entry storage entry = _entries[id];
        uint256 payee = _payeeOf(entry, dice);
        if (payee == 0) return 0;
        bytes memory data = abi.encodeCall(
            coordinator.fulfill,
            (entry.request, entry.assignment, _proof(id, payee))
        );
        return _send(_account(dice), address(coordinator), data) ? id : bytes32(0);
    }

    /// @return id Of the request that was answered; zero if none could be.
    function _answerOne(uint256 pick, uint256 dice, bool isWrong) internal returns (bytes32 id) {
        id = _openOne(Verification.Optimistic, pick, dice);
        if (id == 0) return id;
        Entry storage entry = _entries[id];
        uint256 payee = coordinator.fallbackOf(entry.request, entry.assignment);
        if (payee == 0) return 0;
        Bond memory bond = operators.bondOf(payee);
        uint256 needed = bond.locked + entry.assignment.bond;
        if (needed < LEAST_BOND) needed = LEAST_BOND;
        if (bond.amount < needed) _addBond(payee, needed - bond.amount);
        Answer memory given = Answer(payee, "", isWrong ? _wrong(entry) : _right(entry), "");
        bytes memory data = abi.encodeCall(
            coordinator.fulfill,
            (entry.request, entry.assignment, given)
        );
        return _send(_ownerOf(payee), address(coordinator), data) ? id : bytes32(0);
    }

    /// @dev An answer of that kind whose window is open: one that is there, or a new one.
    function _standing(Wanted wanted, uint256 pick, uint256 dice) internal returns (bytes32 id) {
        RequestStatus first = dice % 3 == 0 ? RequestStatus.Answered : RequestStatus.Challenged;
        if (wanted != Wanted.Disputable) id = _find(first, wanted, pick);
        if (id == 0) id = _find(RequestStatus.Answered, wanted, pick);
        bool isWrong = wanted == Wanted.Wrong || (wanted == Wanted.Disputable && dice % 2 == 0);
        return id == 0 ? _answerOne(pick, dice, isWrong) : id;
    }

    /// @dev The assigned operator, or from his window's end on any who is bonded; 0: nobody is.
    function _payeeOf(Entry storage entry, uint256 dice) internal view returns (uint256) {
        if (block.timestamp < entry.assignment.primaryUntil) return entry.assignment.operatorId;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            (uint256 id, ) = _operator((dice % OPERATORS) + i);
            if (operators.isBonded(id)) return id;
        }
        return 0;
    }

    function _proof(bytes32 id, uint256 payee) internal view returns (Answer memory) {
        Entry storage entry = _entries[id];
        bytes memory input = _inputOf(entry);
        bytes memory output = ScriptedModel.rightOutput(input);
        bytes memory evidence = ScriptedModel.evidenceFor(id, payee, input, output);
        return Answer(payee, input, output, evidence);
    }

    /// @dev An answer whose window is over, if need be by waiting for it.
    function _ripe(uint256 pick, uint256 dice) private returns (bytes32 id) {
        id = _find(RequestStatus.Answered, Wanted.Ripe, pick);
        if (id != 0) return id;
        id = _standing(Wanted.Disputable, pick, dice);
        if (id != 0) _jumpTo(_entries[id].windowEnd);
    }

    function _retry(Entry storage entry, bytes memory data) internal {
        MarketConsumer consumer = MarketConsumer(payable(entry.request.requester));
        MarketConsumer.Mood before = consumer.mood();
        consumer.setMood(MarketConsumer.Mood.Accept);
        _send(address(consumer), address(coordinator), data);
        consumer.setMood(before);
    }

    function _outputOf(Entry storage entry) internal view returns (bytes memory) {
        return entry.isWrong ? _wrong(entry) : _right(entry);
    }

    function _right(Entry storage entry) internal view returns (bytes memory) {
        return ScriptedModel.rightOutput(_inputOf(entry));
    }

    function _wrong(Entry storage entry) internal view returns (bytes memory) {
        return ScriptedModel.wrongOutput(_inputOf(entry));
    }
}
