// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorLib} from "../libraries/TensorLib.sol";
import {WordsLib} from "../libraries/WordsLib.sol";
import {Assignment} from "../types/Assignment.sol";
import {ShortAmountLib} from "../types/ShortAmount.sol";
import {Terms} from "../types/Terms.sol";

/// @notice Makes internal functions callable from tests.
contract LibraryHarness {
    function termsHash(Terms calldata terms) external pure returns (bytes32) {
        return terms.hash();
    }

    function assignmentDigest(
        Assignment calldata assignment,
        bytes32 requestId
    ) external pure returns (uint248, uint248) {
        Assignment memory copy = assignment;
        return (assignment.digest248Of(requestId), copy.digest248(requestId));
    }

    function isShort(uint256 amount) external pure returns (bool) {
        return ShortAmountLib.isShort(amount);
    }

    function shortAmount(uint256 amount) external pure returns (uint256) {
        return ShortAmountLib.pack(amount).unpack();
    }

    function evaluate(
        bytes calldata input,
        bytes calldata output,
        uint256 c
    ) external pure returns (uint256) {
        return WordsLib.evaluate(input, output, c);
    }

    function packInts(int256[] memory values, uint256 width) external pure returns (bytes memory) {
        return TensorLib.packInts(values, width);
    }

    function packUints(
        uint256[] memory values,
        uint256 width
    ) external pure returns (bytes memory) {
        return TensorLib.packUints(values, width);
    }

    function readInt(
        bytes memory tensor,
        uint256 width,
        uint256 index
    ) external pure returns (int256) {
        return TensorLib.readInt(tensor, width, index);
    }

    function readUint(
        bytes memory tensor,
        uint256 width,
        uint256 index
    ) external pure returns (uint256) {
        return TensorLib.readUint(tensor, width, index);
    }

    function argMaxInt(bytes memory tensor, uint256 width) external pure returns (uint256) {
        return TensorLib.argMaxInt(tensor, width);
    }

    function argMaxUint(bytes memory tensor, uint256 width) external pure returns (uint256) {
        return TensorLib.argMaxUint(tensor, width);
    }
}
