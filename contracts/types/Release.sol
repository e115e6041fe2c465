// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payload} from "./Payload.sol";
import {ShortAmount, ShortAmountLib} from "./ShortAmount.sol";

/// @notice Who decides about an optimistic answer that is disputed.
enum Judge {
    None,
    ZkKey,
    Measurement
}

/// @notice One immutable version of a model, as its publisher declares it.
struct Release {
    /// @dev sha-256 of the manifest, which names every artefact by content.
    bytes32 manifestDigest;
    /// @dev Exact length in bytes, or the maximum if opaque; at most 24,576.
    uint256 inputLength;
    uint256 outputLength;
    Payload inputPayload;
    Payload outputPayload;
    /// @dev Units of work that an operator's prices are multiplied with.
    uint256 computeUnits;
    uint256 proofUnits;
    uint256 byteUnits;
    /// @dev Share of the price that is paid to the publisher on top of it, in 1/10,000; at most half.
    uint256 royaltyBps;
    /// @dev Declared latency: the time only the assigned operator may answer in; at most a week.
    uint256 primaryWindowSeconds;
    /// @dev Bit 2^level is set for each level the release can be asked at.
    uint256 levels;
    /// @dev Id of the verifying key; zero if there is none.
    bytes32 keyId;
    Judge judge;
    /// @dev Least bond behind an optimistic answer, a `ShortAmount`; 0 without that level.
    uint256 minBond;
    /// @dev Least grade the key needs to judge, 0 to 255.
    uint256 minGrade;
    /// @dev Digest of the list of enclave measurements that may answer; zero if there are none.
    bytes32 measurements;
}

/// @notice Units of work of one answer.
struct Units {
    uint40 compute;
    uint40 proof;
    uint40 byteSize;
}

enum ReleaseState {
    None,
    Active,
    Retired
}

/// @notice What the coordinator needs of a release to take a request for it, as one slot holds it: key
/// 160 bits, input length 15, output length 15, royalty 13, primary window 20, levels 3, payloads 2 (bit
/// 0: opaque input, bit 1: opaque output), state 2, grade 8, least bond 16 (`ShortAmount`), low bits
/// first. Handed on in one piece, which saves 900 gas a request.
type ReleaseRoute is uint256;

using ReleaseRouteLib for ReleaseRoute global;

library ReleaseRouteLib {
    uint256 private constant INPUT_SHIFT = 160;
    uint256 private constant OUTPUT_SHIFT = 175;
    uint256 private constant ROYALTY_SHIFT = 190;
    uint256 private constant WINDOW_SHIFT = 203;
    uint256 private constant LEVELS_SHIFT = 223;
    uint256 private constant PAYLOADS_SHIFT = 226;
    uint256 private constant STATE_SHIFT = 228;
    uint256 private constant GRADE_SHIFT = 230;
    uint256 private constant BOND_SHIFT = 238;

    uint256 private constant LENGTH_MASK = (1 << 15) - 1;
    uint256 private constant ROYALTY_MASK = (1 << 13) - 1;
    uint256 private constant WINDOW_MASK = (1 << 20) - 1;

    /// @notice The route of an active release.
    /// @param release Fields that fit their bits, as `ModelRegistry` checks them.
    /// @param verifyingKey Address whose code is the key.
    /// @param keyGrade Grade of the key now.
    function pack(
        Release calldata release,
        address verifyingKey,
        uint8 keyGrade
    ) internal pure returns (ReleaseRoute) {
        uint256 payloads = uint256(release.inputPayload) | (uint256(release.outputPayload) << 1);
        uint256 minBondBits = ShortAmount.unwrap(ShortAmountLib.pack(release.minBond));
        return
            ReleaseRoute.wrap(
                uint256(uint160(verifyingKey)) |
                    (release.inputLength << INPUT_SHIFT) |
                    (release.outputLength << OUTPUT_SHIFT) |
                    (release.royaltyBps << ROYALTY_SHIFT) |
                    (release.primaryWindowSeconds << WINDOW_SHIFT) |
                    (release.levels << LEVELS_SHIFT) |
                    (payloads << PAYLOADS_SHIFT) |
                    (uint256(ReleaseState.Active) << STATE_SHIFT) |
                    (uint256(keyGrade) << GRADE_SHIFT) |
                    (minBondBits << BOND_SHIFT)
            );
    }

    function withState(
        ReleaseRoute route,
        ReleaseState newState
    ) internal pure returns (ReleaseRoute) {
        uint256 rest = ReleaseRoute.unwrap(route) & ~(uint256(3) << STATE_SHIFT);
        return ReleaseRoute.wrap(rest | (uint256(newState) << STATE_SHIFT));
    }

    function withGrade(ReleaseRoute route, uint8 newGrade) internal pure returns (ReleaseRoute) {
        uint256 rest = ReleaseRoute.unwrap(route) & ~(uint256(type(uint8).max) << GRADE_SHIFT);
        return ReleaseRoute.wrap(rest | (uint256(newGrade) << GRADE_SHIFT));
    }

    function key(ReleaseRoute route) internal pure returns (address) {
        return address(uint160(ReleaseRoute.unwrap(route)));
    }

    function inputLength(ReleaseRoute route) internal pure returns (uint256) {
        return (ReleaseRoute.unwrap(route) >> INPUT_SHIFT) & LENGTH_MASK;
    }

    function outputLength(ReleaseRoute route) internal pure returns (uint256) {
        return (ReleaseRoute.unwrap(route) >> OUTPUT_SHIFT) & LENGTH_MASK;
    }

    function royaltyBps(ReleaseRoute route) internal pure returns (uint256) {
        return (ReleaseRoute.unwrap(route) >> ROYALTY_SHIFT) & ROYALTY_MASK;
    }

    function primaryWindowSeconds(ReleaseRoute route) internal pure returns (uint256) {
        return (ReleaseRoute.unwrap(route) >> WINDOW_SHIFT) & WINDOW_MASK;
    }

    /// @notice Whether the release can be asked at level `number`, 0 to 2.
    function hasLevel(ReleaseRoute route, uint256 number) internal pure returns (bool) {
        return ((ReleaseRoute.unwrap(route) >> LEVELS_SHIFT) >> number) & 1 == 1;
    }

    function outputPayload(ReleaseRoute route) internal pure returns (Payload) {
        return Payload((ReleaseRoute.unwrap(route) >> (PAYLOADS_SHIFT + 1)) & 1);
    }

    function isKnown(ReleaseRoute route) internal pure returns (bool) {
        return !_isIn(route, ReleaseState.None);
    }

    function isActive(ReleaseRoute route) internal pure returns (bool) {
        return _isIn(route, ReleaseState.Active);
    }

    /// @notice Grade of the key when the release was published, or as it was raised since.
    function grade(ReleaseRoute route) internal pure returns (uint8) {
        return uint8(ReleaseRoute.unwrap(route) >> GRADE_SHIFT);
    }

    /// @notice Least bond behind an optimistic answer; 0 without that level.
    function minBond(ReleaseRoute route) internal pure returns (uint256) {
        return ShortAmount.wrap(uint16(ReleaseRoute.unwrap(route) >> BOND_SHIFT)).unpack();
    }

    /// @dev Reading the bits as an enum costs a check of their range.
    function _isIn(ReleaseRoute route, ReleaseState state) private pure returns (bool) {
        return (ReleaseRoute.unwrap(route) >> STATE_SHIFT) & 3 == uint256(state);
    }
}
