// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";

/// @notice A consumer that does in its callback whatever a test tells it to.
contract HostileConsumer is IInferenceConsumer {
    enum Mood {
        Accept,
        Revert,
        BurnGas,
        ReturnMegabyte,
        RevertMegabyte,
        Call
    }

    Mood public mood;
    address public target;
    bytes public data;

    /// @notice What the last callback brought, and what its own call came to.
    bytes32 public lastRequestId;
    bytes public lastOutput;
    uint256 public lastAnsweredAt;
    bool public lastIsFinal;
    bytes32 public lastVoidedId;
    uint256 public callbacks;
    uint256 public gasGiven;
    bool public callSucceeded;
    bytes public callResult;

    error Unwilling(bytes32 requestId);

    /// @notice Coins meet the same mood as answers.
    receive() external payable {
        _misbehave(0);
        if (mood == Mood.Call) (callSucceeded, callResult) = target.call(data);
    }

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    /// @notice Makes the callback call `newTarget` with `newData`.
    function setCall(address newTarget, bytes calldata newData) external {
        mood = Mood.Call;
        target = newTarget;
        data = newData;
    }

    /// @notice Calls as this contract, outside of a callback.
    function execute(
        address callee,
        bytes calldata callData
    ) external payable returns (bytes memory) {
        (bool success, bytes memory result) = callee.call{value: msg.value}(callData);
        if (!success) {
            // Hands the callee's own error on.
            assembly ("memory-safe") {
                revert(add(result, 32), mload(result))
            }
        }
        return result;
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) external {
        uint256 gas = gasleft();
        _misbehave(requestId);

        ++callbacks;
        (lastRequestId, lastOutput, lastAnsweredAt) = (requestId, output, answeredAt);
        (lastIsFinal, gasGiven) = (isFinal, gas);
        if (mood == Mood.Call) (callSucceeded, callResult) = target.call(data);
    }

    /// @inheritdoc IInferenceConsumer
    function onInferenceVoided(bytes32 requestId) external {
        _misbehave(requestId);

        lastVoidedId = requestId;
        if (mood == Mood.Call) (callSucceeded, callResult) = target.call(data);
    }

    function _misbehave(bytes32 requestId) private view {
        if (mood == Mood.Revert) revert Unwilling(requestId);
        if (mood == Mood.BurnGas) _burn();
        if (mood == Mood.ReturnMegabyte) _leaveWithMegabyte(true);
        if (mood == Mood.RevertMegabyte) _leaveWithMegabyte(false);
    }

    function _burn() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function _leaveWithMegabyte(bool success) private pure {
        assembly ("memory-safe") {
            switch success
            case 1 {
                return(0, 1000000)
            }
            default {
                revert(0, 1000000)
            }
        }
    }
}
