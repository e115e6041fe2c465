// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Delivery} from "../../../../contracts/types/Terms.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {vm} from "../Vm.sol";
import {MarketConsumer} from "./MarketConsumer.sol";
import {MarketLog} from "./MarketLog.sol";

/// @notice What all steps are made of. Every step takes two numbers: which request or account, and how.
abstract contract MarketSteps is MarketLog {
    struct Tally {
        uint256 tries;
        uint256 successes;
    }

    /// @dev Index of the consumer whose callbacks fail.
    uint256 internal constant STUBBORN = uint256(MarketConsumer.Mood.Revert);

    /// @notice How often a step was taken, and did what it was meant to.
    mapping(bytes4 step => Tally) public tallies;

    uint256 internal _clock = block.timestamp;
    uint256 internal _height = block.number;
    uint256 internal _baseFee = 10 gwei;
    uint256 internal _gasPrice = 11 gwei;
    bool internal _isStopped;
    bool private _isDone;
    bool private _isMeant;

    /// @dev Happens in a new block.
    modifier step(uint256 pick, uint256 dice) {
        _jumpTo(_clock + 1 + (dice % 12));
        vm.prevrandao(keccak256(abi.encode(pick, dice, _height)));
        vm.fee(_baseFee);
        vm.txGasPrice(_gasPrice);
        ++tallies[msg.sig].tries;
        (_isDone, _isMeant) = (false, true);
        _;
        // Who calls this would pay for gas from here on.
        vm.txGasPrice(0);
        if (_isDone && _isMeant) ++tallies[msg.sig].successes;
    }

    /// @dev Time and height do not outlive a call of the fuzzer by themselves.
    function _jumpTo(uint256 time) internal {
        if (time > _clock) _clock = time;
        vm.warp(_clock);
        vm.roll(++_height);
    }

    function _send(address from, address to, bytes memory data) internal returns (bool) {
        return _sendValue(from, to, 0, data);
    }

    /// @dev A transaction of that account, booked if it is not reverted.
    function _sendValue(
        address from,
        address to,
        uint256 value,
        bytes memory data
    ) internal returns (bool isDone) {
        vm.recordLogs();
        vm.prank(from);
        (isDone, ) = to.call{value: value}(data);
        _isDone = isDone;
        if (isDone) _book(vm.getRecordedLogs());
    }

    /// @dev For steps that are no single call.
    function _done() internal {
        _isDone = true;
    }

    /// @dev Nothing is there for the step: it does something else, so that something will be.
    function _instead() internal {
        _isMeant = false;
    }

    /// @notice What a request may cost, and what `quote` said of it.
    function costOf(uint256 index) external view returns (uint256 escrow, uint256 quoted) {
        Entry storage entry = _entries[_everything[index]];
        quoted = _quotes[entry.request.requester][entry.request.nonce];
        return (entry.assignment.escrow, quoted);
    }

    /* CHOICE */

    /// @dev What a request has to be like for a step.
    enum Wanted {
        ProvenInTime,
        AnsweredInTime,
        Declinable,
        Overdue,
        Ripe,
        Disputable,
        Right,
        Wrong,
        Unproven,
        Undelivered,
        Unheard,
        Untold,
        Any
    }

    /// @dev A request of that status that is as wanted; zero if none of sixteen is.
    function _find(
        RequestStatus status,
        Wanted wanted,
        uint256 pick
    ) internal view returns (bytes32) {
        bytes32[] storage ids = _in[status];
        uint256 length = ids.length;
        for (uint256 i = 0; i < 16 && i < length; ++i) {
            bytes32 id = ids[((pick % length) + i) % length];
            if (_awaits(_entries[id], wanted)) return id;
        }
        return 0;
    }

    function _awaits(Entry storage entry, Wanted wanted) internal view returns (bool) {
        if (wanted == Wanted.Any) return true;
        if (wanted == Wanted.Undelivered || wanted == Wanted.Unheard) {
            bool isDue =
                wanted == Wanted.Undelivered ||
                    entry.request.terms.delivery == Delivery.WhenAnswered;
            return isDue && !entry.isDelivered && entry.request.terms.callbackGas > 0;
        }
        if (wanted == Wanted.Untold)
            return
                entry.request.requester == _accounts[STUBBORN] &&
                entry.request.terms.callbackGas > 0 &&
                !entry.isDelivered &&
                !entry.hasOutput;
        if (_isRevoked(entry)) return false;
        bool isZk = entry.request.level == Verification.Zk;
        bool isOverdue = block.timestamp >= entry.request.terms.deadline;
        if (wanted == Wanted.ProvenInTime) return isZk && !isOverdue;
        if (wanted == Wanted.AnsweredInTime) return !isZk && !isOverdue;
        if (wanted == Wanted.Overdue) return isOverdue;
        if (wanted == Wanted.Declinable)
            return
                entry.assignment.operatorId != 0 &&
                block.timestamp < entry.assignment.assignedAt + PRIMARY_WINDOW / 3;
        bool isInTime = block.timestamp < entry.windowEnd;
        if (wanted == Wanted.Ripe || wanted == Wanted.Unproven) return !isInTime;
        if (wanted == Wanted.Disputable) return isInTime;
        return entry.isWrong == (wanted == Wanted.Wrong) && isInTime;
    }

    function _operator(uint256 pick) internal view returns (uint256 id, address owner) {
        return (_ids[pick % OPERATORS], _owners[pick % OPERATORS]);
    }

    function _ownerOf(uint256 id) internal view returns (address) {
        for (uint256 i = 0; i < OPERATORS; ++i) if (_ids[i] == id) return _owners[i];
        return PASSER_BY;
    }

    function _account(uint256 pick) internal view returns (address) {
        return _accounts[pick % _accounts.length];
    }
}
