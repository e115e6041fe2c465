// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a contract implements to be called back.
interface IInferenceConsumer {
    /// @notice Receives an answer. Called by the coordinator only, with exactly `terms.callbackGas`.
    /// @param requestId Id that `requestInference` returned.
    /// @param output Output bytes, of the length the release declares.
    /// @param answeredAt Second the answer was accepted; earlier than now when a failed callback is retried.
    /// @param isFinal Whether the answer can no longer be overturned.
    /// @dev Warning: a revert, or running out of gas, does not undo the answer or its payment.
    function onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) external;

    /// @notice An optimistic answer fell and no right one took its place: what `onInference` said of this
    /// request does not hold, and nothing more will come. Its fee was refunded. If this fails, it can be given
    /// again (`retryVoidedCallback`).
    function onInferenceVoided(bytes32 requestId) external;
}
