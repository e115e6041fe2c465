// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bn254Lib} from "./Bn254Lib.sol";
import {KeyCodeLib} from "./KeyCodeLib.sol";
import {WordsLib} from "./WordsLib.sol";

/// @notice Many Groth16 proofs by one product of pairings. Each equation is raised to a coefficient r: the
/// powers, from one on, of a number that nobody knows before all of them are fixed. False ones cancel out for
/// fewer of these numbers than there are items.
/// Π e(r A, B) = Π per setup e(Σ r alpha, beta) · e(Σ r IC·signals, gamma) · Π per key e(Σ r C, delta).
/// Keys of one powers of tau share alpha, beta and gamma: one pairing more for each further key.
/// @dev Checked indices, copies and Solidity's calls of precompiles would cost 2,000 gas a proof, so what
/// runs for each of them goes by positions in memory.
library Groth16BatchLib {
    /// @notice Bytes of an item: address of the key; y, c, h; A, B, C; and a word to work with.
    uint256 internal constant ITEM_LENGTH = 416;
    /// @notice No item.
    uint256 internal constant NONE = type(uint256).max;

    uint256 private constant ITEM_WORDS = 13;
    uint256 private constant ITEM_A = 128;
    uint256 private constant ITEM_B = 192;
    uint256 private constant SUMS_SCALARS = 32;
    uint256 private constant SUMS_PROOFS = 160;
    uint256 private constant SUMS_POINTS = 288;
    uint256 private constant SUMS_SETUP = 320;
    uint256 private constant SUMS_SETUP_SCALAR = 384;
    uint256 private constant SUMS_PUBLIC = 416;
    uint256 private constant SUMS_LENGTH = 544;
    uint256 private constant PAIR_LENGTH = 192;
    uint256 private constant KEY_BETA = 64;
    uint256 private constant KEY_GAMMA = 192;
    uint256 private constant KEY_DELTA = 320;
    uint256 private constant KEY_IC = 448;
    uint256 private constant IC_COUNT = 4;

    /// @dev What the items of one key come to.
    struct KeySums {
        address key;
        /// @dev Σ r, Σ r h, Σ r y, Σ r c.
        uint256 r;
        uint256 h;
        uint256 y;
        uint256 c;
        /// @dev Σ r C, then a place for a product.
        uint256 proofsX;
        uint256 proofsY;
        uint256 productX;
        uint256 productY;
        /// @dev Where the key's points begin.
        uint256 points;
        /// @dev keccak256(alpha, beta, gamma).
        bytes32 setup;
        bool isFirstOfSetup;
        /// @dev Of all keys of the setup, at its first key: Σ r; Σ r IC·signals, then a place for a product.
        uint256 setupScalar;
        uint256 publicX;
        uint256 publicY;
        uint256 publicProductX;
        uint256 publicProductY;
    }

    /// @notice Room for `count` items, all zero.
    function allocate(uint256 count) internal pure returns (uint256[] memory items) {
        return new uint256[](ITEM_WORDS * count);
    }

    /// @notice Where in memory an item is.
    function itemAt(uint256[] memory items, uint256 index) internal pure returns (uint256 item) {
        assembly ("memory-safe") {
            item := add(add(items, 32), mul(ITEM_LENGTH, index))
        }
    }

    /// @notice Checks all items.
    /// @param items With h < r. Overwritten.
    /// @param keyStore Who stored all keys, or they count for nothing.
    /// @return malformed Index of an item with a point off its curve or outside its subgroup, or `NONE`.
    /// @return isValid Whether all proofs hold, if none is malformed.
    function verify(
        uint256[] memory items,
        address keyStore
    ) internal view returns (uint256 malformed, bool isValid) {
        uint256 count = items.length / ITEM_WORDS;
        // Over everything that the equations are made of, and over how many they are.
        bytes32 seed;
        assembly ("memory-safe") {
            seed := keccak256(items, add(32, mul(mload(items), 32)))
        }
        KeySums[] memory sums = _assignKeys(items, count, keyStore);
        uint256[] memory pairs = new uint256[](6 * (count + 3 * sums.length));
        malformed = _addItems(items, count, seed, pairs);
        if (malformed != NONE) return (malformed, false);
        _addKeys(sums, pairs, count);

        bool isWellFormed;
        (isWellFormed, isValid) = Bn254Lib.pairing(pairs);
        malformed = isWellFormed ? NONE : _firstOutsideSubgroup(pairs, count);
    }

    /// @dev Loads each key once, and puts the position of its sums in place of its address.
    function _assignKeys(
        uint256[] memory items,
        uint256 count,
        address keyStore
    ) private view returns (KeySums[] memory sums) {
        // As many keys as items are possible, and few are likely: room for pointers, and nothing cleared.
        assembly ("memory-safe") {
            sums := mload(0x40)
            mstore(sums, 0)
            mstore(0x40, add(sums, mul(32, add(count, 1))))
        }
        uint256 item = itemAt(items, 0);
        uint256 end = itemAt(items, count);
        while (item < end) {
            address key;
            uint256 position;
            assembly ("memory-safe") {
                key := mload(item)
                let pointer := add(sums, mul(32, mload(sums)))
                for {} gt(pointer, sums) {} {
                    let known := mload(pointer)
                    if eq(mload(known), key) {
                        position := known
                        break
                    }
                    pointer := sub(pointer, 32)
                }
            }
            if (position == 0) position = _load(sums, key, keyStore);
            assembly ("memory-safe") {
                mstore(item, position)
                item := add(item, ITEM_LENGTH)
            }
        }
    }

    function _load(
        KeySums[] memory sums,
        address key,
        address keyStore
    ) private view returns (uint256 position) {
        bytes memory data = KeyCodeLib.load(key, keyStore);
        // A new element: its first word is the key, and the sums are zero as what is behind the calldata.
        assembly ("memory-safe") {
            position := mload(0x40)
            mstore(0x40, add(position, SUMS_LENGTH))
            calldatacopy(position, calldatasize(), SUMS_LENGTH)
            let count := add(mload(sums), 1)
            mstore(sums, count)
            mstore(add(sums, mul(32, count)), position)
            mstore(position, key)
            mstore(add(position, SUMS_POINTS), add(data, 32))
            mstore(add(position, SUMS_SETUP), keccak256(add(data, 32), KEY_DELTA))
        }
    }

    /// @dev The left sides of the equations, and of the right sides what belongs to the keys.
    /// @return malformed Index of an item whose A or C is not on the curve, or `NONE`.
    function _addItems(
        uint256[] memory items,
        uint256 count,
        bytes32 seed,
        uint256[] memory pairs
    ) private view returns (uint256 malformed) {
        uint256 order = WordsLib.R;
        uint256 challenge = uint256(seed) % order;
        uint256 item = itemAt(items, 0);
        uint256 pair = itemAt(pairs, 0);
        uint256 end = itemAt(items, count);
        uint256 r = 1;
        while (item < end) {
            uint256 sum;
            assembly ("memory-safe") {
                sum := add(mload(item), SUMS_SCALARS)
                mstore(sum, addmod(mload(sum), r, order))
                sum := add(sum, 32)
                mstore(sum, addmod(mload(sum), mulmod(mload(add(item, 96)), r, order), order))
                sum := add(sum, 32)
                mstore(sum, addmod(mload(sum), mulmod(mload(add(item, 32)), r, order), order))
                sum := add(sum, 32)
                mstore(sum, addmod(mload(sum), mulmod(mload(add(item, 64)), r, order), order))
                sum := add(sum, 32)
                // B before the coefficient takes its place behind A.
                mcopy(add(pair, 64), add(item, ITEM_B), 128)
                item := add(item, ITEM_A)
            }
            if (!Bn254Lib.scaleTwo(item, r, pair, sum))
                return (item - itemAt(items, 0)) / ITEM_LENGTH;
            assembly ("memory-safe") {
                r := mulmod(r, challenge, order)
                item := add(item, sub(ITEM_LENGTH, ITEM_A))
                pair := add(pair, PAIR_LENGTH)
            }
        }
        return NONE;
    }

    /// @dev The right sides of the equations, negated, behind the pairs of the items.
    function _addKeys(KeySums[] memory sums, uint256[] memory pairs, uint256 count) private view {
        uint256 pair = itemAt(pairs, 0);
        // Positions in memory do not overflow, and checks of them cost 300 gas a key.
        unchecked {
            pair += PAIR_LENGTH * count;
            for (uint256 k = 0; k < sums.length; ++k) {
                KeySums memory key = sums[k];
                KeySums memory setup = sums[_firstOfSetup(sums, key.setup)];
                setup.isFirstOfSetup = true;
                setup.setupScalar = addmod(setup.setupScalar, key.r, WordsLib.R);
                uint256 position = _positionOf(key);
                uint256 publicPoint = _positionOf(setup) + SUMS_PUBLIC;
                Bn254Lib.multiplyAddMany(
                    key.points + KEY_IC,
                    position + SUMS_SCALARS,
                    IC_COUNT,
                    publicPoint
                );
                pair = _writePair(pair, position + SUMS_PROOFS, key.points + KEY_DELTA);
            }
            for (uint256 k = 0; k < sums.length; ++k) {
                KeySums memory setup = sums[k];
                if (!setup.isFirstOfSetup) continue;
                // The sums of the proofs are used: their place takes the multiple of alpha.
                uint256 alpha = _positionOf(setup) + SUMS_PROOFS;
                (setup.proofsX, setup.proofsY) = (0, 0);
                uint256 scalar = _positionOf(setup) + SUMS_SETUP_SCALAR;
                Bn254Lib.multiplyAddMany(setup.points, scalar, 1, alpha);
                pair = _writePair(pair, alpha, setup.points + KEY_BETA);
                uint256 publicPoint = _positionOf(setup) + SUMS_PUBLIC;
                pair = _writePair(pair, publicPoint, setup.points + KEY_GAMMA);
            }
        }
        assembly ("memory-safe") {
            mstore(pairs, shr(5, sub(sub(pair, pairs), 32)))
        }
    }

    function _firstOfSetup(
        KeySums[] memory sums,
        bytes32 setup
    ) private pure returns (uint256 index) {
        while (sums[index].setup != setup) ++index;
    }

    function _positionOf(KeySums memory sums) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := sums
        }
    }

    /// @return next Behind the pair.
    function _writePair(uint256 pair, uint256 g1, uint256 g2) private pure returns (uint256 next) {
        uint256 modulus = Bn254Lib.Q;
        assembly ("memory-safe") {
            mstore(pair, mload(g1))
            // Minus the point; the ordinate of infinity stays zero.
            mstore(add(pair, 32), mod(sub(modulus, mload(add(g1, 32))), modulus))
            mcopy(add(pair, 64), g2, 128)
        }
        unchecked {
            return pair + PAIR_LENGTH;
        }
    }

    /// @dev The whole product fails for one point and does not say for which. Where it is none of the others,
    /// it is the last.
    function _firstOutsideSubgroup(
        uint256[] memory pairs,
        uint256 count
    ) private view returns (uint256 index) {
        uint256[] memory one = new uint256[](6);
        (one[0], one[1]) = (1, 2);
        for (; index + 1 < count; ++index) {
            for (uint256 j = 2; j < 6; ++j) one[j] = pairs[6 * index + j];
            (bool isWellFormed, ) = Bn254Lib.pairing(one);
            if (!isWellFormed) return index;
        }
    }
}
