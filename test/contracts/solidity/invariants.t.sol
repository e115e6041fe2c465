// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

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

    function invariant_bondsAreThere() external view {
        assert(address(market.operators()).balance == market.bonded());
        assert(market.operators().bondOf(market.operatorId()).amount == market.bonded());
    }

    /// @notice A request that ended keeps its status; one that did not is open.
    function invariant_requestsEndOnce() external view {
        assert(!market.hasChangedEnding());
        assert(market.statusesStand());
    }

    function invariant_idsAreUnique() external view {
        assert(!market.hasDuplicateId());
    }

    function invariant_servingOperatorIsBonded() external view {
        assert(market.operators().isBonded(market.operatorId()));
    }
}

/// @notice The market can reach each end: invariants over steps that all fail would say nothing.
contract MarketTest {
    function test_requestsReachEveryEnd() external {
        Market market = new Market();
        for (uint256 i = 0; i < 5; ++i) market.ask(1 ether, 2 gwei, true);
        market.fulfill(0, 0);
        market.fulfill(1, 1);
        market.fulfill(2, 2);
        market.replaceVerifier();
        market.fail(3);
        assert(market.count() == 6);
        assert(market.callbacks() == 2);
        market.wait(65_535);
        market.wait(65_535);
        market.expire(4, true);
        market.fail(5);
        market.withdraw(1 ether);
        market.withdrawEarnings(5);
        assert(market.statusesStand() && !market.hasChangedEnding());
        assert(address(market.coordinator()).balance == market.liabilities());
    }
}
