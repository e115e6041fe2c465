// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The three BN254 precompiles, each given its exact price: they burn whatever they are
/// given on a bad point.
library Bn254Lib {
    /// @notice Modulus of the coordinates.
    uint256 internal constant Q =
        21888242871839275222246405745257275088696311157297823662689037894645226208583;

    uint256 private constant ADD_GAS = 150;
    uint256 private constant MUL_GAS = 6_000;
    uint256 private constant PAIRING_BASE_GAS = 45_000;
    uint256 private constant PAIRING_PAIR_GAS = 34_000;

    /// @notice Whether the point is on G1, infinity excluded.
    function isOnCurve(uint256 x, uint256 y) internal pure returns (bool) {
        if (x >= Q || y >= Q) return false;
        return mulmod(y, y, Q) == addmod(mulmod(mulmod(x, x, Q), x, Q), 3, Q);
    }

    /// @notice sum += scalar · point. Points must be valid: those of a registered key are.
    /// @param termMemory 96 bytes: the point, and a place for the scalar.
    /// @param sumMemory 128 bytes: the sum, and a place for the product.
    /// @dev Solidity cannot call a precompile without copying in and out (≈ 1,000 gas a call).
    function multiplyAdd(uint256 termMemory, uint256 scalar, uint256 sumMemory) internal view {
        assembly ("memory-safe") {
            mstore(add(termMemory, 64), scalar)
            let product := add(sumMemory, 64)
            let success := staticcall(MUL_GAS, 7, termMemory, 96, product, 64)
            success := and(success, staticcall(ADD_GAS, 6, sumMemory, 128, sumMemory, 64))
            if iszero(success) {
                revert(0, 0)
            }
        }
    }

    /// @notice sum += Σ scalars[i] · points[i]. Points must be valid.
    /// @param points `count` of them in a row; likewise `scalars`.
    /// @param sumMemory 128 bytes: the sum, and a place for the product.
    function multiplyAddMany(
        uint256 points,
        uint256 scalars,
        uint256 count,
        uint256 sumMemory
    ) internal view {
        assembly ("memory-safe") {
            // Memory that nobody has taken yet.
            let term := mload(0x40)
            let product := add(sumMemory, 64)
            let success := 1
            for {
                let end := add(points, mul(64, count))
            } lt(points, end) {
                points := add(points, 64)
            } {
                mcopy(term, points, 64)
                mstore(add(term, 64), mload(scalars))
                scalars := add(scalars, 32)
                success := and(success, staticcall(MUL_GAS, 7, term, 96, product, 64))
                success := and(success, staticcall(ADD_GAS, 6, sumMemory, 128, sumMemory, 64))
            }
            if iszero(success) {
                revert(0, 0)
            }
        }
    }

    /// @notice `product` := scalar · first, and `sum` += scalar · second.
    /// @param points 288 bytes: the first point, a place for the scalar, three words that nobody looks at, the
    /// second point, and a place for the scalar.
    /// @param sum 128 bytes: the sum, and a place for a product.
    /// @return isValid Whether both points are on the curve, or infinity.
    /// @dev By one it adds infinity instead, which says as well whether a point is on the curve.
    function scaleTwo(
        uint256 points,
        uint256 scalar,
        uint256 product,
        uint256 sum
    ) internal view returns (bool isValid) {
        assembly ("memory-safe") {
            let second := add(points, 192)
            let to := add(sum, 64)
            switch scalar
            case 1 {
                isValid := staticcall(ADD_GAS, 6, points, 64, product, 64)
                isValid := and(isValid, staticcall(ADD_GAS, 6, second, 64, to, 64))
            }
            default {
                mstore(add(points, 64), scalar)
                isValid := staticcall(MUL_GAS, 7, points, 96, product, 64)
                mstore(add(second, 64), scalar)
                isValid := and(isValid, staticcall(MUL_GAS, 7, second, 96, to, 64))
            }
            isValid := and(isValid, staticcall(ADD_GAS, 6, sum, 128, sum, 64))
        }
    }

    /// @notice Product of pairings.
    /// @param pairs Coordinates of all pairs, six words each: G1, then G2 imaginary part first.
    /// @return isValid Whether every point is on its curve and in its subgroup.
    /// @return isOne Whether the product is one.
    function pairing(uint256[] memory pairs) internal view returns (bool isValid, bool isOne) {
        uint256 gasExact = PAIRING_BASE_GAS + PAIRING_PAIR_GAS * (pairs.length / 6);
        // The only place for the result that costs no memory is the scratch space.
        assembly ("memory-safe") {
            isValid := staticcall(gasExact, 8, add(pairs, 32), mul(mload(pairs), 32), 0, 32)
            isOne := and(isValid, mload(0))
        }
    }
}
