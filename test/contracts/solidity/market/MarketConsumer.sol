// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../../../../contracts/interfaces/IInferenceConsumer.sol";
import {IInferenceCoordinator} from "../../../../contracts/interfaces/IInferenceCoordinator.sol";
import {Terms} from "../../../../contracts/types/Terms.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";

/// @notice A consumer of one character.
contract MarketConsumer is IInferenceConsumer {
    enum Mood {
        Accept,
        Revert,
        Reenter,
        BurnGas
    }

    Mood public mood;
    IInferenceCoordinator private immutable _coordinator;
    bytes32 private immutable _releaseId;
    /// @notice Something that the coordinator's lock forbids went through.
    bool public hasBrokenIn;

    constructor(Mood firstMood, IInferenceCoordinator coordinator, bytes32 releaseId) {
        mood = firstMood;
        _coordinator = coordinator;
        _releaseId = releaseId;
    }

    receive() external payable {}

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(bytes32 requestId, bytes calldata, uint256, bool) external {
        _behave(requestId);
    }

    /// @inheritdoc IInferenceConsumer
    function onInferenceVoided(bytes32 requestId) external {
        _behave(requestId);
    }

    function _behave(bytes32 requestId) private {
        if (mood == Mood.Revert) revert();
        if (mood == Mood.BurnGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (mood == Mood.Reenter) _reenter(requestId);
    }

    /// @dev Asks again, which is allowed, and takes what it can, which is not.
    function _reenter(bytes32 requestId) private {
        Terms memory terms;
        terms.maxFee = type(uint256).max;
        terms.deadline = block.timestamp + 2 hours;
        Verification level =
            uint256(requestId) % 2 == 0 ? Verification.Zk : Verification.Optimistic;
        bytes memory input = abi.encodePacked(bytes8(requestId));
        try _coordinator.requestInference(_releaseId, level, input, terms) {} catch {}
        try _coordinator.withdraw(address(this), 0) {
            hasBrokenIn = true;
        } catch {}
        try _coordinator.deposit(address(this), 0) {
            hasBrokenIn = true;
        } catch {}
    }
}
