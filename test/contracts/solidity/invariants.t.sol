// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorRegistry} from "../../../contracts/OperatorRegistry.sol";
import {Market} from "./Market.sol";

/// @notice What holds after any sequence of steps.
contract InvariantTest {
    Market private market;

    function setUp() external {
        market = new Market();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    /// @notice What went in less what came out is there, and owed to somebody, to the last wei.
    function invariant_coordinatorIsSolvent() external view {
        uint256 held = address(market.coordinator()).balance;
        assert(held == market.ins() - market.outs());
        assert(held == market.liabilities());
    }

    /// @notice Bonds, and what was burned of them, to the last wei.
    function invariant_bondsAreThere() external view {
        OperatorRegistry operators = market.operators();
        assert(address(operators).balance == market.bonded());
        assert(address(operators).balance == market.bonds() + operators.burned());
    }

    /// @notice A request that ended keeps its status; one that did not is open.
    function invariant_requestsEndOnce() external view {
        assert(!market.hasChangedEnding());
        assert(market.statusesStand());
    }

    function invariant_idsAreUnique() external view {
        assert(!market.hasDuplicateId());
    }

    /// @notice Lists hold the tickets their operators have, and no others.
    function invariant_ticketsStand() external view {
        assert(market.ticketsStand());
    }

    function invariant_noRequestCostsMoreThanItsQuote() external view {
        assert(!market.hasBeatenItsQuote());
    }

    /// @notice Requests go to operators who serve, at prices that stay; half of a penalty is burned.
    function invariant_assignmentsAreSound() external view {
        assert(!market.hasBadAssignment());
    }
}

/// @notice The market can reach each end: invariants over steps that all fail would say nothing.
contract MarketTest {
    function test_requestsReachEveryEnd() external {
        Market market = new Market();
        for (uint256 i = 0; i < 5; ++i) market.ask(1 ether, 2 gwei, true);
        for (uint256 i = 0; i < 3; ++i) {
            market.fulfill(i, uint8(i), false);
            market.fulfill(i, uint8(i), true);
        }
        market.replaceVerifier();
        market.fail(3);
        assert(market.count() == 6);
        assert(market.callbacks() == 2);
        market.waitLong();
        market.expire(4, true);
        market.fail(5);
        market.withdraw(1 ether);
        market.withdrawEarnings(5);
        assert(market.statusesStand() && !market.hasChangedEnding());
        assert(address(market.coordinator()).balance == market.liabilities());
    }

    function test_protocolFeeGoesToItsReceiver() external {
        Market market = new Market();
        market.ask(1 ether, 0, false);
        market.fulfill(0, 0, false);
        market.fulfill(0, 0, true);
        uint256 price = market.priceOf(0);
        assert(market.coordinator().balanceOf(address(0x7EA)) == (price * 30) / 10_000);
    }

    /// @notice The quote is what the dearest operator costs, and somebody is drawn at that.
    function test_quoteIsTheMaximumAndIsReached() external {
        Market market = new Market();
        uint256 dearest;
        for (uint256 i = 0; i < 40; ++i) {
            market.ask(0, 3 gwei, true);
            (uint256 escrow, uint256 quoted) = market.costOf(i);
            assert(escrow <= quoted);
            if (escrow == quoted) ++dearest;
        }
        assert(dearest > 0 && dearest < 40);
    }

    function test_operatorsReachEveryState() external {
        Market market = new Market();
        market.askFor(0);
        market.decline(0);
        assert(market.declines() == 1);
        for (uint256 i = 1; i < 4; ++i) {
            market.ask(1 ether, 0, false);
        }
        market.wait(61);
        for (uint256 i = 0; i < 4; ++i) {
            market.fulfill(i, 0, i % 2 == 0);
            market.fulfill(i, 0, i % 2 == 1);
        }
        market.ask(1 ether, 0, false);
        market.waitLong();
        market.expire(4, true);
        assert(market.penalties() > 0);
        market.serve(false, 11 gwei);
        market.serve(true, 1 gwei);
        market.stop(true);
        market.serve(true, 12 gwei);
        market.refreshTickets(true);
        market.addBond(5 ether, true);
        market.serve(true, 12 gwei);
        assert(market.ticketsStand() && !market.hasBadAssignment());
        assert(address(market.coordinator()).balance == market.liabilities());
    }
}
