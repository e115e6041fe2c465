// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InferenceConsumer} from "../consumer/InferenceConsumer.sol";
import {TensorLib} from "../libraries/TensorLib.sol";
import {Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @title DigitReader
/// @notice Example: reads handwritten digits. The image goes in as the release's input tensor; ten
/// logits come back, and the greatest of them names the digit.
contract DigitReader is InferenceConsumer {
    struct Reading {
        bool isRead;
        bool isFinal;
        uint8 digit;
        uint40 answeredAt;
    }

    uint256 private constant DIGITS = 10;

    mapping(bytes32 requestId => Reading) private _readings;

    event DigitAsked(bytes32 indexed requestId, bytes32 indexed releaseId);
    event DigitRead(bytes32 indexed requestId, uint256 digit);

    constructor(
        address initialOwner,
        address initialCoordinator
    ) InferenceConsumer(initialOwner, initialCoordinator) {}

    /// @notice Asks for the digit on an image, with proof. Anyone may call; what is not sent along is
    /// paid from this contract's balance at the coordinator.
    /// @param image Input tensor as the release's schema says.
    function readDigit(
        bytes32 releaseId,
        bytes calldata image,
        Terms calldata terms
    ) external payable returns (bytes32 requestId) {
        requestId = _requestInference(releaseId, Verification.Zk, image, terms, msg.value);
        emit DigitAsked(requestId, releaseId);
    }

    /// @notice The same, paid from the caller's own balance at the coordinator, as far as he allowed it to
    /// this contract.
    /// @dev Never take the payer as a parameter: whoever calls could spend what others allowed.
    function readDigitOnAccount(
        bytes32 releaseId,
        bytes calldata image,
        Terms calldata terms
    ) external returns (bytes32 requestId) {
        requestId = _requestInferenceFrom(msg.sender, releaseId, Verification.Zk, image, terms);
        emit DigitAsked(requestId, releaseId);
    }

    /// @notice What was read; `isRead` is false as long as there is no answer.
    function readingOf(bytes32 requestId) external view returns (Reading memory) {
        return _readings[requestId];
    }

    function _onInference(
        bytes32 requestId,
        bytes calldata output,
        uint256 answeredAt,
        bool isFinal
    ) internal override {
        // Ten logits; their width is what the release chose.
        uint256 digit = TensorLib.argMaxInt(output, output.length / DIGITS);

        _readings[requestId] = Reading({
            isRead: true,
            isFinal: isFinal,
            digit: uint8(digit),
            answeredAt: uint40(answeredAt)
        });
        emit DigitRead(requestId, digit);
    }
}
