// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bytes as field elements: words of 31 bytes, big-endian, the last one zero-filled.
library WordsLib {
    /// @notice Order of BN254's scalar field.
    uint256 internal constant R =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @notice Σ w[i]·c^i mod r over the words of `input`, then those of `output`; each is cut by itself.
    function evaluate(
        bytes calldata input,
        bytes calldata output,
        uint256 c
    ) internal pure returns (uint256 y) {
        return _continue(input, c, _continue(output, c, 0)) % R;
    }

    /// @dev Horner's rule from the last word to the first.
    function _continue(
        bytes calldata data,
        uint256 c,
        uint256 start
    ) private pure returns (uint256 y) {
        y = start;
        // Solidity checks each index and has no unaligned read; this is ≈ 50 gas a word. Sums of a residue
        // and a word stay below 2^255, so they are reduced by the next product, and at the end.
        assembly ("memory-safe") {
            let rest := mod(data.length, 31)
            let position := add(data.offset, sub(data.length, rest))
            if rest {
                // What follows in the calldata is cut off, so the word is zero-filled.
                let unused := shl(3, sub(32, rest))
                let word := shl(sub(unused, 8), shr(unused, calldataload(position)))
                y := add(mulmod(y, c, R), word)
            }
            // Four at a time: a turn of the loop costs as much as a word.
            for {
                let fours := add(data.offset, 123)
            } gt(position, fours) {} {
                y := add(mulmod(y, c, R), shr(8, calldataload(sub(position, 31))))
                y := add(mulmod(y, c, R), shr(8, calldataload(sub(position, 62))))
                y := add(mulmod(y, c, R), shr(8, calldataload(sub(position, 93))))
                position := sub(position, 124)
                y := add(mulmod(y, c, R), shr(8, calldataload(position)))
            }
            for {} gt(position, data.offset) {} {
                position := sub(position, 31)
                y := add(mulmod(y, c, R), shr(8, calldataload(position)))
            }
        }
    }
}
