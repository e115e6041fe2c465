// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../../../contracts/interfaces/IInferenceConsumer.sol";
import {Answer} from "../../../contracts/types/Answer.sol";
import {Assignment} from "../../../contracts/types/Assignment.sol";
import {Bond, Listing} from "../../../contracts/types/Operator.sol";
import {Quote} from "../../../contracts/types/Quote.sol";
import {Request} from "../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../contracts/types/RequestStatus.sol";
import {Terms} from "../../../contracts/types/Terms.sol";
import {Verification} from "../../../contracts/types/Verification.sol";
import {AnyVerifier, MarketWorld} from "./MarketWorld.sol";
import {Vm, vm} from "./Vm.sol";

/// @notice A consumer whose callback does what it is told, and everybody it deals with.
/// The fuzzer calls its functions in any order.
contract Market is MarketWorld, IInferenceConsumer {
    struct Asked {
        bytes32 id;
        Request request;
        Assignment assignment;
        uint256 quoted;
        RequestStatus ended;
    }

    /// @notice Coins that went into the coordinator and came out, as the caller saw them.
    uint256 public ins;
    uint256 public outs;
    bool public hasDuplicateId;
    bool public hasChangedEnding;
    bool public hasBeatenItsQuote;
    bool public hasBadAssignment;
    uint256 public penalties;
    uint256 public declines;
    uint256 public callbacks;

    Asked[] private _asked;
    mapping(bytes32 id => bool) private _seen;
    uint256 private _mood;

    receive() external payable {}

    /* WHAT THE FUZZER DOES */

    function ask(uint256 value, uint64 gasPrice, bool hasCallback) external {
        _ask(value % 10 ether, gasPrice % 100 gwei, hasCallback ? CALLBACK_GAS : 0);
    }

    /// @notice The treasury pays for this consumer.
    function askFor(uint64 gasPrice) external {
        Terms memory terms = _terms(gasPrice % 100 gwei, CALLBACK_GAS);
        Quote memory costs = coordinator.quote(releaseId, Verification.Zk, INPUT.length, terms);
        vm.prank(TREASURY);
        coordinator.deposit{value: costs.total}(TREASURY, costs.total);
        ins += costs.total;
        Request memory request = _request(terms);
        vm.recordLogs();
        bytes32 id = coordinator.requestInferenceFrom(
            TREASURY,
            releaseId,
            Verification.Zk,
            INPUT,
            terms
        );
        _note(id, request, costs.total);
    }

    function deposit(uint96 amount) external {
        coordinator.deposit{value: amount}(address(this), amount);
        ins += amount;
    }

    function withdraw(uint256 amount) external {
        uint256 balance = coordinator.balanceOf(address(this));
        amount = balance == 0 ? 0 : amount % (balance + 1);
        coordinator.withdraw(address(this), amount);
        outs += amount;
    }

    function withdrawEarnings(uint256 amount) external {
        uint256 earnings = coordinator.earningsOf(operatorId);
        amount = earnings == 0 ? 0 : amount % (earnings + 1);
        coordinator.withdrawEarnings(operatorId, address(this), amount);
        outs += amount;
    }

    function fulfill(uint256 pick, uint8 mood, bool isRival) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        uint256 before = bonds();
        Answer memory answer = Answer({
            payee: isRival ? rivalId : operatorId,
            input: INPUT,
            output: OUTPUT,
            evidence: ""
        });
        _mood = mood % 4;
        try coordinator.fulfill(asked.request, asked.assignment, answer) {
            _end(asked, RequestStatus.Finalized);
            _notePenalty(before, true);
        } catch {}
        _mood = 0;
    }

    function retryCallback(uint256 pick) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        try coordinator.retryCallback(asked.request, OUTPUT, CALLBACK_GAS) {} catch {}
    }

    function expire(uint256 pick, bool isPasserBy) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        uint256 before = bonds();
        if (isPasserBy) vm.prank(PASSER_BY);
        try coordinator.expire(asked.request, asked.assignment) {
            _end(asked, RequestStatus.Expired);
            _notePenalty(before, false);
        } catch {}
    }

    function fail(uint256 pick) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        try coordinator.fail(asked.request, asked.assignment) {
            _end(asked, RequestStatus.Failed);
        } catch {}
    }

    function decline(uint256 pick) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        bool isRival = asked.assignment.operatorId == rivalId;
        uint256 price = asked.assignment.price;
        uint256 escrow = asked.assignment.escrow;
        vm.recordLogs();
        if (isRival) vm.prank(RIVAL);
        try coordinator.decline(asked.request, asked.assignment) {
            Vm.Log[] memory logs = vm.getRecordedLogs();
            (, asked.assignment) = abi.decode(logs[logs.length - 1].data, (Request, Assignment));
            hasBadAssignment =
                hasBadAssignment ||
                asked.assignment.price != price ||
                asked.assignment.escrow != escrow;
            ++declines;
        } catch {}
    }

    /* WHAT THE OPERATORS DO */

    function serve(bool isRival, uint64 computePrice) external {
        (address owner, uint256 id) = isRival ? (RIVAL, rivalId) : (address(this), operatorId);
        vm.prank(owner);
        operators.setPrices(id, _prices(computePrice % 20 gwei));
        vm.prank(owner);
        try operators.startServing(id, releaseId, Verification.Zk, _limits()) {} catch {}
    }

    function stop(bool isRival) external {
        (address owner, uint256 id) = isRival ? (RIVAL, rivalId) : (address(this), operatorId);
        // Somebody goes on serving: requests that nobody takes would test nothing.
        if (operators.bondOf(isRival ? operatorId : rivalId).listings == 0) return;
        vm.prank(owner);
        try operators.stopServing(id, releaseId, Verification.Zk) {} catch {}
    }

    function refreshTickets(bool isRival) external {
        uint256 id = isRival ? rivalId : operatorId;
        try operators.refreshTickets(id, releaseId, Verification.Zk) {} catch {}
    }

    function replaceVerifier() external {
        coordinator.revokeVerifier(verifierId);
        verifierId = coordinator.proposeVerifier(Verification.Zk, address(new AnyVerifier()));
        coordinator.activateVerifier(verifierId);
    }

    function addBond(uint64 amount, bool isRival) external {
        operators.addBond{value: amount}(isRival ? rivalId : operatorId, amount);
        bonded += amount;
    }

    function moveBond(uint256 amount, bool isRival) external {
        (address owner, uint256 id) = isRival ? (RIVAL, rivalId) : (address(this), operatorId);
        uint256 most = operators.bondOf(id).amount + 1;
        vm.prank(owner);
        try operators.startUnbonding(id, amount % most) {} catch {}
        uint256 leaving = operators.bondOf(id).unbonding;
        vm.prank(owner);
        try operators.withdrawBond(id, owner) {
            bonded -= leaving;
        } catch {}
    }

    function changeBaseFee(uint64 baseFee) external {
        vm.fee(baseFee % 200 gwei);
        try operators.noteBaseFee() {} catch {}
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function waitLong() external {
        vm.warp(block.timestamp + UNBONDING);
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(bytes32, bytes calldata, uint256, bool) external {
        ++callbacks;
        if (_mood == 1) revert();
        if (_mood == 2) _ask(1 ether, 1 gwei, 0);
        if (_mood == 3) coordinator.withdraw(address(this), 1);
    }

    /// @inheritdoc IInferenceConsumer
    function onInferenceVoided(bytes32) external {}

    /* WHAT THE INVARIANTS READ */

    function count() external view returns (uint256) {
        return _asked.length;
    }

    function priceOf(uint256 index) external view returns (uint256) {
        return _asked[index].assignment.price;
    }

    function costOf(uint256 index) external view returns (uint256 escrow, uint256 quoted) {
        return (_asked[index].assignment.escrow, _asked[index].quoted);
    }

    /// @notice All balances, all earnings, and the escrow of what is open.
    function liabilities() external view returns (uint256 sum) {
        sum =
            coordinator.balanceOf(address(this)) +
            coordinator.balanceOf(PUBLISHER) +
            coordinator.balanceOf(PASSER_BY) +
            coordinator.balanceOf(TREASURY) +
            coordinator.earningsOf(operatorId) +
            coordinator.earningsOf(rivalId);
        for (uint256 i = 0; i < _asked.length; ++i) {
            if (_asked[i].ended == RequestStatus.None) sum += _asked[i].assignment.escrow;
        }
    }

    /// @notice Whether every ticket in the list is one of the operator's who owns it, and no place twice.
    function ticketsStand() external view returns (bool) {
        Listing[] memory list = operators.listings(releaseId, Verification.Zk);
        uint256[2] memory found;
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].operatorId == operatorId) ++found[0];
            else if (list[i].operatorId == rivalId) ++found[1];
            else return false;
        }
        (uint256 first, ) = operators.entryOf(operatorId, releaseId, Verification.Zk);
        (uint256 second, ) = operators.entryOf(rivalId, releaseId, Verification.Zk);
        return
            first == found[0] &&
            second == found[1] &&
            (first > 0) == (operators.bondOf(operatorId).listings == 1) &&
            (second > 0) == (operators.bondOf(rivalId).listings == 1);
    }

    /// @notice Whether every request has the status its end left it with, or is open.
    function statusesStand() external view returns (bool) {
        for (uint256 i = 0; i < _asked.length; ++i) {
            RequestStatus expected = _asked[i].ended;
            if (expected == RequestStatus.None) expected = RequestStatus.Open;
            if (coordinator.requestStatus(_asked[i].id) != expected) return false;
        }
        return true;
    }

    /* INSIDE */

    function _ask(uint256 value, uint256 gasPrice, uint256 callbackGas) private {
        Terms memory terms = _terms(gasPrice, callbackGas);
        try coordinator.quote(releaseId, Verification.Zk, INPUT.length, terms) returns (
            Quote memory costs
        ) {
            if (coordinator.balanceOf(address(this)) + value < costs.total) value += costs.total;
            Request memory request = _request(terms);
            vm.recordLogs();
            bytes32 id = coordinator.requestInference{value: value}(
                releaseId,
                Verification.Zk,
                INPUT,
                terms
            );
            ins += value;
            _note(id, request, costs.total);
        } catch {}
    }

    function _note(bytes32 id, Request memory request, uint256 quoted) private {
        Assignment memory assignment = _assigned(id);
        hasDuplicateId = hasDuplicateId || _seen[id];
        _seen[id] = true;
        hasBeatenItsQuote = hasBeatenItsQuote || assignment.escrow > quoted;
        hasBadAssignment = hasBadAssignment || !_isServing(assignment.operatorId);
        _asked.push();
        Asked storage asked = _asked[_asked.length - 1];
        (asked.id, asked.request, asked.assignment) = (id, request, assignment);
        asked.quoted = quoted;
    }

    /// @dev Whom the draw took is in the event, which is decoded as everybody does.
    function _assigned(bytes32 id) private returns (Assignment memory assignment) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics.length < 4 || logs[i].topics[1] != id) continue;
            (, assignment, ) = abi.decode(logs[i].data, (Request, Assignment, bytes));
            return assignment;
        }
        revert("no event");
    }

    function _isServing(uint256 id) private view returns (bool) {
        (uint256 tickets, ) = operators.entryOf(id, releaseId, Verification.Zk);
        return tickets > 0;
    }

    /// @dev Half of a penalty is paid out at most when somebody else answers.
    function _notePenalty(uint256 before, bool isAnswered) private {
        uint256 taken = before - bonds();
        if (taken == 0) return;
        ++penalties;
        uint256 sent = bonded - address(operators).balance;
        bonded -= sent;
        ins += sent;
        hasBadAssignment = hasBadAssignment || (isAnswered && sent > taken / 2) || sent > taken;
    }

    function bonds() public view returns (uint256) {
        return _held(operatorId) + _held(rivalId);
    }

    function _held(uint256 id) private view returns (uint256) {
        Bond memory bond = operators.bondOf(id);
        return uint256(bond.amount) + bond.unbonding;
    }

    function _end(Asked storage asked, RequestStatus status) private {
        hasChangedEnding = hasChangedEnding || asked.ended != RequestStatus.None;
        asked.ended = status;
    }
}
