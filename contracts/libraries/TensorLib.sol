// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Packs and reads the tensors of inputs and outputs: integers of 1, 2, 4 or 8 bytes,
/// big-endian, back to back. A real number is its integer / 2^fractionBits, by the release's schema.
library TensorLib {
    error ElementWidthUnsupported(uint256 width);
    error LengthNotMultiple(uint256 length, uint256 width);
    error IndexOutOfRange(uint256 index, uint256 count);
    error IntegerOutOfRange(int256 value, uint256 width);
    error UnsignedOutOfRange(uint256 value, uint256 width);
    error TensorEmpty();

    /// @notice Number of elements of `width` bytes.
    function count(bytes memory tensor, uint256 width) internal pure returns (uint256) {
        _requireWidth(width);
        require(tensor.length % width == 0, LengthNotMultiple(tensor.length, width));
        return tensor.length / width;
    }

    /// @notice Element `index` as a signed integer (two's complement).
    function readInt(
        bytes memory tensor,
        uint256 width,
        uint256 index
    ) internal pure returns (int256) {
        return _signed(readUint(tensor, width, index), width);
    }

    /// @notice Element `index` as an unsigned integer.
    function readUint(
        bytes memory tensor,
        uint256 width,
        uint256 index
    ) internal pure returns (uint256) {
        uint256 elements = count(tensor, width);
        require(index < elements, IndexOutOfRange(index, elements));
        return _read(tensor, width, index);
    }

    /// @notice Packs signed integers. Reverts if one does not fit.
    function packInts(
        int256[] memory values,
        uint256 width
    ) internal pure returns (bytes memory tensor) {
        _requireWidth(width);
        int256 limit = int256(1) << (8 * width - 1);
        tensor = new bytes(values.length * width);
        for (uint256 i = 0; i < values.length; ++i) {
            require(values[i] >= -limit && values[i] < limit, IntegerOutOfRange(values[i], width));
            _write(tensor, width, i, uint256(values[i]));
        }
    }

    /// @notice Packs unsigned integers. Reverts if one does not fit.
    function packUints(
        uint256[] memory values,
        uint256 width
    ) internal pure returns (bytes memory tensor) {
        _requireWidth(width);
        tensor = new bytes(values.length * width);
        for (uint256 i = 0; i < values.length; ++i) {
            require(values[i] >> (8 * width) == 0, UnsignedOutOfRange(values[i], width));
            _write(tensor, width, i, values[i]);
        }
    }

    /// @notice Index of the greatest signed element; of equal ones the first, as ArgMax in a release.
    function argMaxInt(bytes memory tensor, uint256 width) internal pure returns (uint256 index) {
        uint256 elements = count(tensor, width);
        require(elements > 0, TensorEmpty());
        int256 greatest = type(int256).min;
        for (uint256 i = 0; i < elements; ++i) {
            int256 value = _signed(_read(tensor, width, i), width);
            if (value > greatest) (greatest, index) = (value, i);
        }
    }

    /// @notice Index of the greatest unsigned element; of equal ones the first.
    function argMaxUint(bytes memory tensor, uint256 width) internal pure returns (uint256 index) {
        uint256 elements = count(tensor, width);
        require(elements > 0, TensorEmpty());
        uint256 greatest = _read(tensor, width, 0);
        for (uint256 i = 1; i < elements; ++i) {
            uint256 value = _read(tensor, width, i);
            if (value > greatest) (greatest, index) = (value, i);
        }
    }

    function _requireWidth(uint256 width) private pure {
        require(
            width == 1 || width == 2 || width == 4 || width == 8,
            ElementWidthUnsupported(width)
        );
    }

    function _signed(uint256 value, uint256 width) private pure returns (int256) {
        uint256 unused = 256 - 8 * width;
        return int256(value << unused) >> unused;
    }

    /// @dev Unaligned; ≈ 30 gas an element against ≈ 400 byte by byte.
    function _read(
        bytes memory tensor,
        uint256 width,
        uint256 index
    ) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            let word := mload(add(add(tensor, 32), mul(index, width)))
            value := shr(sub(256, mul(8, width)), word)
        }
    }

    /// @dev Only bytes of the tensor are touched, so the last element spills nothing.
    function _write(bytes memory tensor, uint256 width, uint256 index, uint256 value) private pure {
        for (uint256 i = 0; i < width; ++i) {
            tensor[index * width + i] = bytes1(uint8(value >> (8 * (width - 1 - i))));
        }
    }
}
