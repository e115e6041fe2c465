// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Market} from "./market/Market.sol";
import {MarketSteps} from "./market/MarketSteps.sol";

/// @notice Steps reach what they are for: invariants over steps that all fail would say nothing.
contract MarketReachTest {
    event Tallied(string step, uint256 tries, uint256 successes);

    Market private market;
    string[30] private steps = [
        "ask",
        "askFor",
        "askMany",
        "deposit",
        "withdraw",
        "serve",
        "leave",
        "addBond",
        "unbond",
        "withdrawEarnings",
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
        "expire",
        "decline",
        "fail",
        "attackOpen",
        "attackAnswered",
        "attackEnded",
        "attackMoney"
    ];

    function test_stepsMostlySucceed() external {
        market = new Market();
        for (uint256 i = 0; i < 3_000; ++i) {
            uint256 pick = uint256(keccak256(abi.encode("pick", i)));
            uint256 dice = uint256(keccak256(abi.encode("dice", i)));
            bytes4 selector = _selector(steps[uint256(keccak256(abi.encode(i))) % steps.length]);
            (bool isDone, ) = address(market).call(abi.encodeWithSelector(selector, pick, dice));
            require(isDone);
        }
        for (uint256 i = 0; i < steps.length; ++i) {
            (uint256 tries, uint256 successes) = market.tallies(_selector(steps[i]));
            emit Tallied(steps[i], tries, successes);
        }
        for (uint256 i = 0; i < steps.length; ++i) {
            (uint256 tries, uint256 successes) = market.tallies(_selector(steps[i]));
            assert(2 * successes > tries);
        }
    }

    function _selector(string storage name) private pure returns (bytes4) {
        return bytes4(keccak256(abi.encodePacked(name, "(uint256,uint256)")));
    }
}
