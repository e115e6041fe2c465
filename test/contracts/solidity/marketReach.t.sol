// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {deployed} from "./deployed.sol";
import {Market} from "./market/Market.sol";

/// @notice Steps reach what they are for: invariants over steps that all fail would say nothing.
contract MarketReachTest {
    event Tallied(string step, uint256 tries, uint256 successes);

    uint256 private constant MARKETS = 3;
    /// @dev In each market.
    uint256 private constant TRIES = 8;
    string private constant MARKET = "test/contracts/solidity/invariants.t.sol:FuzzedMarket";

    string[32] private steps = [
        "ask",
        "askFor",
        "askMany",
        "deposit",
        "withdraw",
        "serve",
        "leaveList",
        "addBond",
        "unbond",
        "withdrawEarnings",
        "handOver",
        "wait",
        "changeFee",
        "prove",
        "answer",
        "fulfillBatch",
        "finalize",
        "finalizeMany",
        "retryCallback",
        "retryAnswerCallback",
        "challenge",
        "escalate",
        "overturn",
        "closeChallenge",
        "retryVoidedCallback",
        "expire",
        "decline",
        "fail",
        "attackOpen",
        "attackAnswered",
        "attackEnded",
        "attackMoney"
    ];

    /// @notice Each step, from an empty market on, mostly does what it is named after.
    /// @dev How often a step finds what it needs is a matter of chance, and one market may run out of bonds early.
    function test_stepsMostlySucceed() external {
        for (uint256 i = 0; i < steps.length; ++i) {
            (uint256 tries, uint256 successes) = (0, 0);
            for (uint256 seed = 1; seed <= MARKETS; ++seed) {
                (uint256 tried, uint256 succeeded) = this.tallied(steps[i], seed);
                (tries, successes) = (tries + tried, successes + succeeded);
            }
            emit Tallied(steps[i], tries, successes);
            assert(2 * successes > tries);
        }
    }

    /// @notice The quote is what the dearest operator costs, and somebody is drawn at that.
    function test_quoteIsReached() external {
        Market market = Market(deployed(MARKET, ""));
        uint256 dearest;
        for (uint256 i = 0; i < 24; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            market.ask(i, dice);
            (uint256 escrow, uint256 quoted) = market.costOf(i);
            assert(escrow <= quoted);
            if (escrow == quoted) ++dearest;
        }
        assert(dearest > 0 && dearest < 24);
    }

    /// @dev A call to itself, whose memory ends with it: the code of every market would be more than a test may hold.
    function tallied(
        string calldata name,
        uint256 seed
    ) external returns (uint256 tries, uint256 successes) {
        Market market = Market(deployed(MARKET, ""));
        bytes4 selector = _selector(name);
        for (uint256 i = 0; i < TRIES; ++i) {
            uint256 pick = uint256(keccak256(abi.encode(seed, "pick", i)));
            uint256 dice = uint256(keccak256(abi.encode(seed, "dice", i)));
            (bool isDone, ) = address(market).call(abi.encodeWithSelector(selector, pick, dice));
            assert(isDone);
        }
        return market.tallies(selector);
    }

    function _selector(string calldata name) private pure returns (bytes4) {
        return bytes4(keccak256(abi.encodePacked(name, "(uint256,uint256)")));
    }
}
