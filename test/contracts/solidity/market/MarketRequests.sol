// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Request, RequestItem} from "../../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Quote} from "../../../../contracts/types/Quote.sol";
import {Delivery, Terms} from "../../../../contracts/types/Terms.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {vm} from "../Vm.sol";
import {MarketSteps} from "./MarketSteps.sol";

/// @notice What consumers and payers do.
abstract contract MarketRequests is MarketSteps {
    /* STEPS */

    function ask(uint256 pick, uint256 dice) external step(pick, dice) {
        _ask(pick, dice);
    }

    /// @notice The treasury pays, as far as it allowed.
    function askFor(uint256 pick, uint256 dice) external step(pick, dice) {
        _reopen();
        address consumer = _account(pick % CONSUMERS);
        Verification level = Verification(dice % 2 == 0 ? 0 : 2);
        (Terms memory terms, uint256 quoted) = _quoted(level, dice);
        uint256 balance = coordinator.balanceOf(TREASURY);
        if (balance < quoted) {
            _deposit(TREASURY, quoted - balance + ((dice >> 88) % 0.1 ether));
        }
        if (coordinator.allowanceOf(TREASURY, consumer) < quoted) {
            uint256 allowed = dice % 8 == 0 ? type(uint256).max : quoted + (dice % 0.1 ether);
            _send(
                TREASURY,
                address(coordinator),
                abi.encodeCall(coordinator.allow, (consumer, allowed))
            );
        }
        _quotes[consumer][coordinator.nonceOf(consumer)] = quoted;
        _send(
            consumer,
            address(coordinator),
            abi.encodeCall(
                coordinator.requestInferenceFrom,
                (TREASURY, releaseId, level, _newInput(dice), terms)
            )
        );
    }

    function askMany(uint256 pick, uint256 dice) external step(pick, dice) {
        _reopen();
        address consumer = _account(pick % CONSUMERS);
        uint256 nonce = coordinator.nonceOf(consumer);
        RequestItem[] memory items = new RequestItem[](2 + ((pick >> 64) % 2));
        uint256 total;
        for (uint256 i = 0; i < items.length; ++i) {
            // Now and then the same twice: ids differ all the same.
            uint256 own = uint256(keccak256(abi.encode(dice, dice % 3 == 0 ? 0 : i)));
            Verification level = Verification(own % 2 == 0 ? 0 : 2);
            (Terms memory terms, uint256 quoted) = _quoted(level, own);
            items[i] = RequestItem(releaseId, level, _newInput(own), terms);
            _quotes[consumer][nonce + i] = quoted;
            total += quoted;
        }
        _sendValue(
            consumer,
            address(coordinator),
            _missing(consumer, total),
            abi.encodeCall(coordinator.requestMany, (items))
        );
    }

    function deposit(uint256 pick, uint256 dice) external step(pick, dice) {
        _deposit(_account(pick), dice % 2 ether);
    }

    function withdraw(uint256 pick, uint256 dice) external step(pick, dice) {
        address account = _account(pick);
        uint256 amount = dice % (coordinator.balanceOf(account) + 1);
        _send(
            account,
            address(coordinator),
            abi.encodeCall(coordinator.withdraw, (account, amount))
        );
    }

    /* INSIDE */

    function _ask(uint256 pick, uint256 dice) internal {
        _askAt(Verification((dice >> 160) % 2 == 0 ? 0 : 2), pick, dice);
    }

    function _askAt(Verification level, uint256 pick, uint256 dice) internal {
        _reopen();
        address consumer = _account(pick % CONSUMERS);
        (Terms memory terms, uint256 quoted) = _quoted(level, dice);
        uint256 value = _missing(consumer, quoted);
        if (dice % 2 == 0) value += (dice >> 88) % 0.01 ether;
        _quotes[consumer][coordinator.nonceOf(consumer)] = quoted;
        bytes memory data = abi.encodeCall(
            coordinator.requestInference,
            (releaseId, level, _newInput(dice), terms)
        );
        _sendValue(consumer, address(coordinator), value, data);
    }

    /// @dev Whoever asks while requests are stopped is refused; then they are taken again.
    function _reopen() private {
        if (!_isStopped) return;
        bytes memory data = abi.encodeCall(
            coordinator.requestInference,
            (releaseId, Verification.Zk, _newInput(_clock), _terms(Verification.Zk, 1))
        );
        if (_sendValue(_account(0), address(coordinator), 10 ether, data))
            breaches.forbidden = true;
        coordinator.resumeRequests();
        _isStopped = false;
    }

    /// @dev Terms that somebody may meet, and what he costs at most; simpler ones if nobody does.
    function _quoted(
        Verification level,
        uint256 dice
    ) private returns (Terms memory terms, uint256 total) {
        terms = _terms(level, dice);
        try coordinator.quote(releaseId, level, 8, terms) returns (Quote memory costs) {
            if (_canBeDrawn(level, terms)) return (terms, costs.total);
        } catch {}
        (terms.operatorId, terms.minBond, terms.maxGasPrice) = (0, 0, 100 gwei);
        try coordinator.quote(releaseId, level, 8, terms) returns (Quote memory costs) {
            return (terms, costs.total);
        } catch {
            _serve(dice, level, 0);
            return (terms, 10 ether);
        }
    }

    /// @dev Whether each ticket of the list will do: a draw may take any.
    function _canBeDrawn(Verification level, Terms memory terms) private view returns (bool) {
        if (terms.operatorId != 0) return true;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            if (terms.maxGasPrice < _leastGasPrices[_ids[i]][level]) return false;
        }
        return true;
    }

    function _terms(Verification level, uint256 dice) private view returns (Terms memory terms) {
        terms.maxFee = type(uint256).max;
        terms.maxGasPrice = (dice >> 8) % 4 == 0 ? 0 : (dice >> 16) % 60 gwei;
        terms.callbackGas = (dice >> 56) % 4 == 0 ? 0 : CALLBACK_GAS;
        terms.deadline = block.timestamp + 2 * PRIMARY_WINDOW + ((dice >> 64) % 1 hours);
        terms.delivery = Delivery((dice >> 80) % 2);
        if (level == Verification.Optimistic && (dice >> 96) % 4 == 0)
            terms.minBond = ((dice >> 104) % 5) * 0.1 ether;
        if ((dice >> 112) % 8 == 0) terms.operatorId = _ids[(dice >> 120) % OPERATORS];
    }

    function _newInput(uint256 dice) private pure returns (bytes memory) {
        return abi.encodePacked(uint64(dice >> 128));
    }

    function _missing(address account, uint256 needed) internal view returns (uint256) {
        uint256 balance = coordinator.balanceOf(account);
        return balance < needed ? needed - balance : 0;
    }

    function _deposit(address account, uint256 amount) private {
        bytes memory data = abi.encodeCall(coordinator.deposit, (account, amount));
        _sendValue(TREASURY, address(coordinator), amount, data);
    }

    /// @dev What each operator's limits ask for; his step is in MarketOperators.
    mapping(uint256 operatorId => mapping(Verification => uint256)) internal _leastGasPrices;

    function _serve(uint256 pick, Verification level, uint256 minGasPrice) internal virtual;
}
