// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {deployed} from "./deployed.sol";
import {Market} from "./market/Market.sol";

/// @dev Hardhat fuzzes contracts of test files only.
contract FuzzedMarket is Market {}

/// @notice What holds after any sequence of steps. One campaign for all: each step is judged by every rule,
/// and the name of the broken one is in the error.
contract InvariantTest {
    error Broken(string rule);

    FuzzedMarket private market;

    function setUp() external {
        market = FuzzedMarket(
            deployed("test/contracts/solidity/invariants.t.sol:FuzzedMarket", "")
        );
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(market);
    }

    /// @dev Nobody whose coins are counted.
    function targetSenders() external pure returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(0xF022);
    }

    function invariant_marketHolds() external view {
        _money();
        _bonds();
        _statuses();
    }

    function _money() private view {
        _require(market.coordinatorHoldsWhatCameIn(), "coordinatorHoldsWhatCameIn");
        _require(market.coordinatorOwesAllItHolds(), "coordinatorOwesAllItHolds");
        _require(market.registryHoldsBondsAndBurned(), "registryHoldsBondsAndBurned");
        _require(market.balancesHaveCauses(), "balancesHaveCauses");
        _require(market.earningsHaveCauses(), "earningsHaveCauses");
        _require(market.bondsHaveCauses(), "bondsHaveCauses");
        _require(market.escrowsAreSplitExactly(), "escrowsAreSplitExactly");
        _require(market.refundsHaveBounds(), "refundsHaveBounds");
        _require(market.feeReceiverGetsHisShare(), "feeReceiverGetsHisShare");
        _require(market.allowancesShrinkByEscrows(), "allowancesShrinkByEscrows");
        _require(market.requestsStayWithinQuotes(), "requestsStayWithinQuotes");
        _require(market.penaltiesHaveBounds(), "penaltiesHaveBounds");
        _require(market.burnedOnlyGrows(), "burnedOnlyGrows");
    }

    function _bonds() private view {
        _require(market.locksCoverOpenAnswers(), "locksCoverOpenAnswers");
        _require(market.locksAreBacked(), "locksAreBacked");
        _require(market.rightOutputsAreNotSlashed(), "rightOutputsAreNotSlashed");
        _require(market.openChallengesAreCounted(), "openChallengesAreCounted");
        _require(market.assignmentsAreEligible(), "assignmentsAreEligible");
        _require(market.ticketsStand(), "ticketsStand");
        _require(market.operatorsHaveTheirOwners(), "operatorsHaveTheirOwners");
    }

    function _statuses() private view {
        _require(market.idsAreUnique(), "idsAreUnique");
        _require(market.statusesAreWhatEventsSaid(), "statusesAreWhatEventsSaid");
        _require(market.noStatusGoesBack(), "noStatusGoesBack");
        _require(market.requestsEndOnce(), "requestsEndOnce");
        _require(market.deliveredStaysDelivered(), "deliveredStaysDelivered");
        _require(market.fallenOutputsStayDown(), "fallenOutputsStayDown");
        _require(market.paymentsHaveEvidence(), "paymentsHaveEvidence");
        _require(market.forbiddenStepsAreRefused(), "forbiddenStepsAreRefused");
    }

    function _require(bool holds, string memory rule) private pure {
        require(holds, Broken(rule));
    }
}
