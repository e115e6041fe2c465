// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bond} from "../../../../contracts/types/Operator.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {vm} from "../Vm.sol";
import {MarketRequests} from "./MarketRequests.sol";

/// @notice What operators do with bonds, prices and places in lists, and what the owner of it all does.
abstract contract MarketOperators is MarketRequests {
    /* STEPS */

    function serve(uint256 pick, uint256 dice) external step(pick, dice) {
        Verification level = Verification(dice % 2 == 0 ? 0 : 2);
        _serve(pick, level, (dice >> 8) % 3 == 0 ? (dice >> 16) % 10 gwei : 0);
    }

    /// @notice Leaves a list, or has tickets brought up to date where nobody else would be left.
    function leaveList(uint256 pick, uint256 dice) external step(pick, dice) {
        Verification level = Verification(dice % 2 == 0 ? 0 : 2);
        uint256 listed;
        for (uint256 i = 0; i < OPERATORS; ++i) if (_tickets(_ids[i], level) > 0) ++listed;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            (uint256 id, address owner) = _operator((pick % OPERATORS) + i);
            if (_tickets(id, level) == 0) continue;
            if (listed > 2 && dice % 4 == 0)
                _send(
                    owner,
                    address(operators),
                    abi.encodeCall(operators.stopServing, (id, releaseId, level))
                );
            else _refresh(id, level);
            return;
        }
        _serveInstead(pick, level, 0);
    }

    function addBond(uint256 pick, uint256 dice) external step(pick, dice) {
        (uint256 id, ) = _operator(pick);
        _addBond(id, dice % 1 ether);
        if (_tickets(id, Verification.Zk) > 0) _refresh(id, Verification.Zk);
        if (_tickets(id, Verification.Optimistic) > 0) _refresh(id, Verification.Optimistic);
    }

    /// @notice Takes bond out, as far as it is free and not needed; what is leaving stays until its time.
    function unbond(uint256 pick, uint256 dice) external step(pick, dice) {
        (uint256 id, address owner) = _operator(pick);
        Bond memory bond = operators.bondOf(id);
        bytes memory withdrawal = abi.encodeCall(operators.withdrawBond, (id, owner));
        if (bond.unbonding > 0) {
            if (block.timestamp < bond.withdrawableAt) {
                if (_send(owner, address(operators), withdrawal)) breaches.forbidden = true;
                _done();
                if (dice % 4 != 0) return;
                _jumpTo(bond.withdrawableAt);
            }
            _send(owner, address(operators), withdrawal);
            return;
        }
        uint256 free = bond.amount - bond.locked;
        uint256 spare = bond.amount > LEAST_BOND ? bond.amount - LEAST_BOND : 0;
        if (bond.listings > 0 && spare < free) free = spare;
        if (free == 0) return _addBond(id, LEAST_BOND);
        uint256 amount = 1 + (dice % free);
        _send(owner, address(operators), abi.encodeCall(operators.startUnbonding, (id, amount)));
    }

    function withdrawEarnings(uint256 pick, uint256 dice) external step(pick, dice) {
        (uint256 id, address owner) = _operator(pick);
        uint256 amount = dice % (coordinator.earningsOf(id) + 1);
        _send(
            owner,
            address(coordinator),
            abi.encodeCall(coordinator.withdrawEarnings, (id, owner, amount))
        );
    }

    /// @notice Another account takes the operator over, unless its owner thinks better of it.
    function handOver(uint256 pick, uint256 dice) external step(pick, dice) {
        (uint256 id, address owner) = _operator(pick);
        address next = address(uint160(uint256(keccak256(abi.encode(owner, dice)))));
        vm.deal(next, 1_000_000 ether);
        bytes memory takeOver = abi.encodeCall(operators.takeOverOperator, (id));
        _handTo(id, owner, next);
        if (_send(PASSER_BY, address(operators), takeOver)) breaches.forbidden = true;
        if (dice % 4 == 0) {
            _handTo(id, owner, address(0));
            if (_send(next, address(operators), takeOver)) breaches.forbidden = true;
            _done();
            return;
        }
        bool isTaken = _send(next, address(operators), takeOver);
        _owners[pick % OPERATORS] = next;
        if (_handTo(id, owner, owner)) breaches.forbidden = true;
        // Nodes of the former owner are his senders still.
        _send(next, address(operators), abi.encodeCall(operators.addSender, (id, next)));
        if (!isTaken) breaches.forbidden = true;
    }

    function wait(uint256 pick, uint256 dice) external step(pick, dice) {
        _jumpTo(_clock + (dice % 10 minutes));
        _done();
    }

    /// @notice The base fee moves and is noted; now and then the guardian stops requests.
    function changeFee(uint256 pick, uint256 dice) external step(pick, dice) {
        if (_isStopped) {
            coordinator.resumeRequests();
            _isStopped = false;
        } else if (pick % 4 == 0) {
            _isStopped = _send(
                GUARDIAN,
                address(coordinator),
                abi.encodeCall(coordinator.stopRequests, ())
            );
        }
        _baseFee = (dice % 4 == 0 ? 70 gwei : 1 gwei) + ((dice >> 8) % 20 gwei);
        _gasPrice = _baseFee + ((dice >> 128) % 4 gwei);
        vm.fee(_baseFee);
        if (_baseFee > operators.highestBaseFee(block.timestamp)) operators.noteBaseFee();
        _done();
    }

    /* INSIDE */

    function _serveInstead(uint256 pick, Verification level, uint256 minGasPrice) internal {
        _instead();
        _serve(pick, level, minGasPrice);
    }

    function _serve(uint256 pick, Verification level, uint256 minGasPrice) internal override {
        (uint256 id, address owner) = _operator(pick);
        uint256 amount = operators.bondOf(id).amount;
        if (amount < LEAST_BOND) _addBond(id, 2 * LEAST_BOND - amount);
        uint256 computePrice = 10_000 gwei + ((pick >> 32) % 30_000 gwei);
        vm.prank(owner);
        operators.setPrices(id, _prices(computePrice));
        bytes memory data = abi.encodeCall(
            operators.startServing,
            (id, releaseId, level, _limits(minGasPrice))
        );
        if (_send(owner, address(operators), data)) _leastGasPrices[id][level] = minGasPrice;
    }

    function _handTo(uint256 id, address owner, address next) private returns (bool) {
        bytes memory data = abi.encodeCall(operators.handOverOperator, (id, next));
        return _send(owner, address(operators), data);
    }

    function _addBond(uint256 id, uint256 amount) internal {
        bytes memory data = abi.encodeCall(operators.addBond, (id, amount));
        _sendValue(_ownerOf(id), address(operators), amount, data);
    }

    function _refresh(uint256 id, Verification level) private {
        _send(
            PASSER_BY,
            address(operators),
            abi.encodeCall(operators.refreshTickets, (id, releaseId, level))
        );
    }

    function _tickets(uint256 id, Verification level) internal view returns (uint256 tickets) {
        (tickets, ) = operators.entryOf(id, releaseId, level);
    }
}
