// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer} from "../../../../contracts/types/Answer.sol";
import {Bond} from "../../../../contracts/types/Operator.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Terms} from "../../../../contracts/types/Terms.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {MarketDisputes} from "./MarketDisputes.sol";
import {ScriptedModel} from "./MarketVerifier.sol";

/// @notice Steps that nobody may take. Each is sent as it would be by whoever gains from it.
abstract contract MarketAttacks is MarketDisputes {
    /* STEPS */

    /// @notice On an open request: too late, too early, by the wrong one, with the wrong evidence.
    function attackOpen(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _anyOpen(pick, dice);
        if (id == 0) return _instead();
        Entry storage entry = _entries[id];
        bool isEarly = block.timestamp < entry.assignment.primaryUntil;
        (uint256 other, address otherOwner) = _operator(dice >> 8);
        bool isOther = other != entry.assignment.operatorId;
        bool isZk = entry.request.level == Verification.Zk;
        if (isEarly && isOther) _refusedAnswer(otherOwner, entry, _proof(id, other));

        Answer memory forged = _proof(id, entry.assignment.operatorId);
        address owner = _ownerOf(forged.payee);
        if (isZk) {
            // Somebody else's evidence, and an output nobody can prove.
            forged.payee = other;
            if (isOther) _refusedAnswer(otherOwner, entry, forged);
            forged = _proof(id, entry.assignment.operatorId);
            forged.output = _wrong(entry);
            _refusedAnswer(owner, entry, forged);
            forged.evidence = _evidence(id, forged);
            _refusedAnswer(owner, entry, forged);
        } else {
            _refusedAnswer(PASSER_BY, entry, forged);
        }
        if (block.timestamp >= entry.request.terms.deadline) {
            _refusedAnswer(owner, entry, _proof(id, forged.payee));
        } else {
            _refused(abi.encodeCall(coordinator.expire, (entry.request, entry.assignment)));
        }
        if (!_isRevoked(entry))
            _refused(abi.encodeCall(coordinator.fail, (entry.request, entry.assignment)));
        _refused(abi.encodeCall(coordinator.decline, (entry.request, entry.assignment)));
        _done();
    }

    /// @notice On an answer: final before its time, proven although it is wrong, overturned although it is
    /// right.
    function attackAnswered(uint256 pick, uint256 dice) external step(pick, dice) {
        RequestStatus status = dice % 2 == 0 ? RequestStatus.Answered : RequestStatus.Challenged;
        bytes32 id = _find(status, Wanted.Any, pick);
        if (id == 0) {
            status = RequestStatus.Answered;
            id = _standing(Wanted.Disputable, pick, dice);
        }
        if (id == 0) return _instead();
        Entry storage entry = _entries[id];
        bool isOver = block.timestamp >= entry.windowEnd;
        bool isChallenged = status == RequestStatus.Challenged;
        if (!isOver || isChallenged) _refused(_finalizing(entry));
        if (!isOver || !isChallenged) _refused(_closing(entry));
        if (isOver || isChallenged)
            _refused(
                abi.encodeCall(
                    coordinator.challenge,
                    (entry.request, entry.assignment, entry.record)
                )
            );
        if (!_isRevoked(entry)) _refused(_failing(entry));
        _overturnRight(id, entry);
        if (entry.isWrong) {
            Answer memory forged = _proof(id, entry.record.payee);
            _refused(_escalating(entry, forged));
            forged.output = _wrong(entry);
            forged.evidence = _evidence(id, forged);
            _refused(_escalating(entry, forged));
        }
        _refusedAnswer(_ownerOf(entry.record.payee), entry, _proof(id, entry.record.payee));
        _refused(abi.encodeCall(coordinator.expire, (entry.request, entry.assignment)));
        _done();
    }

    /// @notice On a request that ended: every other end.
    function attackEnded(uint256 pick, uint256 dice) external step(pick, dice) {
        RequestStatus status = RequestStatus(4 + (dice % 4));
        bytes32 id = _find(status, Wanted.Any, pick);
        if (id == 0) id = _proveOne(pick, dice);
        if (id == 0) return _instead();
        Entry storage entry = _entries[id];
        uint256 payee = entry.assignment.operatorId;
        _refusedAnswer(_ownerOf(payee), entry, _proof(id, payee));
        _refused(abi.encodeCall(coordinator.expire, (entry.request, entry.assignment)));
        _refused(abi.encodeCall(coordinator.fail, (entry.request, entry.assignment)));
        _refused(_finalizing(entry));
        _refused(_closing(entry));
        _refused(_failing(entry));
        bool isFinal = entry.status == RequestStatus.Finalized || entry.hasOutput;
        if (isFinal || entry.status == RequestStatus.Expired)
            _refused(
                abi.encodeCall(coordinator.retryVoidedCallback, (entry.request, CALLBACK_GAS))
            );
        _refused(_escalating(entry, _proof(id, entry.record.payee)));
        _overturn(id, bytes32(uint256(1)), true);
        _done();
    }

    /// @notice On the money itself.
    function attackMoney(uint256 pick, uint256 dice) external step(pick, dice) {
        address account = _account(pick);
        uint256 balance = coordinator.balanceOf(account);
        (uint256 id, address owner) = _operator(dice);
        uint256 earnings = coordinator.earningsOf(id);
        Bond memory bond = operators.bondOf(id);
        _refusedFrom(account, abi.encodeCall(coordinator.withdraw, (account, balance + 1)));
        _refusedFrom(
            owner,
            abi.encodeCall(coordinator.withdrawEarnings, (id, owner, earnings + 1))
        );
        _refused(abi.encodeCall(coordinator.withdrawEarnings, (id, PASSER_BY, 0)));
        Terms memory terms;
        terms.maxFee = type(uint256).max;
        terms.deadline = block.timestamp + 1 hours;
        _refused(
            abi.encodeCall(
                coordinator.requestInferenceFrom,
                (TREASURY, releaseId, Verification.Zk, bytes("12345678"), terms)
            )
        );
        _refusedBy(operators.startUnbonding.selector, owner, id, bond.amount - bond.locked + 1);
        _refusedBy(operators.unlockBond.selector, owner, id, 0);
        if (_sendValue(owner, address(coordinator), 1, "")) breaches.forbidden = true;
        if (_sendValue(owner, address(operators), 1, "")) breaches.forbidden = true;
        _done();
    }

    /* INSIDE */

    /// @dev With a commitment of an earlier block, as it would be done.
    function _overturnRight(bytes32 id, Entry storage entry) private {
        if (entry.isWrong) return;
        bytes32 salt = id;
        Answer memory forged = _proof(id, uint160(CHALLENGER));
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 commitment = keccak256(
                abi.encode(id, keccak256(forged.output), CHALLENGER, salt)
            );
            try coordinator.commitOverturn(commitment) {} catch {}
            forged.output = _wrong(entry);
            forged.evidence = _evidence(id, forged);
        }
        _jumpTo(_clock + 12);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory data = abi.encodeCall(
                coordinator.overturn,
                (entry.request, entry.assignment, entry.record, forged, salt)
            );
            _refusedFrom(CHALLENGER, data);
            forged = _proof(id, uint160(CHALLENGER));
        }
    }

    function _evidence(bytes32 id, Answer memory given) private pure returns (bytes memory) {
        return ScriptedModel.evidenceFor(id, given.payee, given.input, given.output);
    }

    function _finalizing(Entry storage entry) private view returns (bytes memory) {
        return
            abi.encodeCall(
                coordinator.finalize,
                (entry.request, entry.assignment, entry.record, _outputOf(entry))
            );
    }

    function _closing(Entry storage entry) private view returns (bytes memory) {
        return
            abi.encodeCall(
                coordinator.closeChallenge,
                (entry.request, entry.assignment, entry.record)
            );
    }

    function _failing(Entry storage entry) private view returns (bytes memory) {
        return
            abi.encodeCall(
                coordinator.failAnswered,
                (entry.request, entry.assignment, entry.record)
            );
    }

    function _escalating(
        Entry storage entry,
        Answer memory proven
    ) private view returns (bytes memory) {
        return
            abi.encodeCall(
                coordinator.escalate,
                (entry.request, entry.assignment, entry.record, proven)
            );
    }

    function _refusedAnswer(address from, Entry storage entry, Answer memory given) private {
        _refusedFrom(
            from,
            abi.encodeCall(coordinator.fulfill, (entry.request, entry.assignment, given))
        );
    }

    function _refused(bytes memory data) private {
        _refusedFrom(PASSER_BY, data);
    }

    function _refusedFrom(address from, bytes memory data) private {
        if (_send(from, address(coordinator), data)) breaches.forbidden = true;
    }

    function _refusedBy(bytes4 selector, address from, uint256 id, uint256 amount) private {
        bytes memory data = abi.encodeWithSelector(selector, id, amount);
        if (_send(from, address(operators), data)) breaches.forbidden = true;
    }
}
