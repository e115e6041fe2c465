// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {MarketAnswers} from "./MarketAnswers.sol";
import {MarketVerifier} from "./MarketVerifier.sol";

/// @notice Disputes, and ends without an answer.
abstract contract MarketDisputes is MarketAnswers {
    uint256 private _salt;

    /* STEPS */

    function challenge(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _standing(Wanted.Disputable, pick, dice);
        if (id == 0) return _instead();
        _challenge(id);
    }

    /// @notice A proof of the answer that stands.
    function escalate(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _standing(Wanted.Right, pick, dice);
        if (id == 0) return _instead();
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(
            coordinator.escalate,
            (entry.request, entry.assignment, entry.record, _proof(id, entry.record.payee))
        );
        _send(PASSER_BY, address(coordinator), data);
    }

    /// @notice A proof of another output, announced a block before.
    function overturn(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _standing(Wanted.Wrong, pick, dice);
        if (id == 0) return _instead();
        bytes32 salt = bytes32(++_salt);
        Entry storage entry = _entries[id];
        bytes32 commitment = keccak256(abi.encode(id, keccak256(_right(entry)), CHALLENGER, salt));
        coordinator.commitOverturn(commitment);
        _overturn(id, salt, true);
        if (_clock + 12 >= entry.windowEnd) return;
        _jumpTo(_clock + 12);
        _overturn(id, salt, false);
    }

    /// @notice Nobody proved a challenged answer in time.
    function closeChallenge(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _find(RequestStatus.Challenged, Wanted.Unproven, pick);
        if (id == 0) {
            id = _find(RequestStatus.Challenged, Wanted.Disputable, pick);
            if (id == 0) {
                id = _standing(Wanted.Disputable, pick, dice);
                if (id == 0) return _instead();
                _challenge(id);
            }
            _jumpTo(_entries[id].windowEnd);
        }
        _close(id);
    }

    /// @notice A consumer that has come round hears that nothing holds.
    function retryVoidedCallback(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _find(RequestStatus.Overturned, Wanted.Untold, pick);
        if (id == 0) {
            _askAt(Verification.Optimistic, STUBBORN, dice | (1 << 56));
            id = _answerOne(_newest(), dice, false);
            if (id == 0 || !_awaits(_entries[id], Wanted.Untold)) return _instead();
            _challenge(id);
            _jumpTo(_entries[id].windowEnd);
            _close(id);
        }
        Entry storage entry = _entries[id];
        _retry(
            entry,
            abi.encodeCall(coordinator.retryVoidedCallback, (entry.request, CALLBACK_GAS))
        );
    }

    /// @notice Up to three requests that nobody answered in time.
    function expire(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _find(RequestStatus.Open, Wanted.Overdue, pick);
        if (id == 0) {
            id = _anyOpen(pick, dice);
            if (id == 0) return _instead();
            _jumpTo(_entries[id].request.terms.deadline);
        }
        for (uint256 i = 0; i < 3 && id != 0; ++i) {
            Entry storage entry = _entries[id];
            bytes memory data = abi.encodeCall(
                coordinator.expire,
                (entry.request, entry.assignment)
            );
            _send(_account(dice), address(coordinator), data);
            id = i < 2 ? _find(RequestStatus.Open, Wanted.Overdue, pick) : bytes32(0);
        }
    }

    /// @notice The assigned operator gives a request back: one that is there, or a new one.
    function decline(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _find(RequestStatus.Open, Wanted.Declinable, pick);
        if (id == 0) {
            _ask(pick, dice);
            id = _find(RequestStatus.Open, Wanted.Declinable, _newest());
            if (id == 0) return;
        }
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(coordinator.decline, (entry.request, entry.assignment));
        _send(_ownerOf(entry.assignment.operatorId), address(coordinator), data);
    }

    /// @notice Ends what a revoked verifier was to check; when all of that ended, another is revoked.
    function fail(uint256 pick, uint256 dice) external step(pick, dice) {
        bytes32 id = _orphan(pick);
        if (id == 0) {
            _anyOpen(pick, dice);
            if (dice % 4 != 0) _replaceVerifier(Verification.Zk);
            if (dice % 4 != 1) _replaceVerifier(Verification.Optimistic);
            id = _orphan(pick);
            if (id == 0) return _instead();
        }
        Entry storage entry = _entries[id];
        bytes memory data =
            entry.status == RequestStatus.Open
                ? abi.encodeCall(coordinator.fail, (entry.request, entry.assignment))
                : abi.encodeCall(
                    coordinator.failAnswered,
                    (entry.request, entry.assignment, entry.record)
                );
        _send(PASSER_BY, address(coordinator), data);
    }

    /* INSIDE */

    function _challenge(bytes32 id) private {
        Entry storage entry = _entries[id];
        uint256 bond = (RELEASE_BOND * 3) / 10;
        bytes memory data = abi.encodeCall(
            coordinator.challenge,
            (entry.request, entry.assignment, entry.record)
        );
        _sendValue(CHALLENGER, address(coordinator), _missing(CHALLENGER, bond), data);
    }

    function _close(bytes32 id) private {
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(
            coordinator.closeChallenge,
            (entry.request, entry.assignment, entry.record)
        );
        _send(PASSER_BY, address(coordinator), data);
    }

    function _overturn(bytes32 id, bytes32 salt, bool isForbidden) internal {
        Entry storage entry = _entries[id];
        bytes memory data = abi.encodeCall(
            coordinator.overturn,
            (entry.request, entry.assignment, entry.record, _proof(id, uint160(CHALLENGER)), salt)
        );
        if (_send(CHALLENGER, address(coordinator), data) && isForbidden) breaches.forbidden = true;
    }

    function _replaceVerifier(Verification level) private {
        coordinator.revokeVerifier(coordinator.currentVerifier(level));
        uint256 next = coordinator.proposeVerifier(level, address(new MarketVerifier()));
        coordinator.activateVerifier(next);
    }

    /// @dev A request that waits for a verifier which was revoked.
    function _orphan(uint256 pick) private view returns (bytes32) {
        for (uint256 status = 1; status <= 3; ++status) {
            bytes32[] storage ids = _in[RequestStatus(status)];
            for (uint256 i = 0; i < 16 && i < ids.length; ++i) {
                bytes32 id = ids[((pick % ids.length) + i) % ids.length];
                if (_isRevoked(_entries[id])) return id;
            }
        }
        return 0;
    }
}
