// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payload} from "./Payload.sol";

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
    /// @dev Share of the price that is paid to the publisher on top of it, in 1/10,000.
    uint256 royaltyBps;
    /// @dev Declared latency: the time only the assigned operator may answer in.
    uint256 primaryWindowSeconds;
    /// @dev Bit 2^level is set for each level the release can be asked at.
    uint256 levels;
    /// @dev Id of the verifying key; zero if there is none.
    bytes32 keyId;
    Judge judge;
    /// @dev Least bond behind an optimistic answer.
    uint256 minBond;
    /// @dev Least grade the key needs to judge.
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

/// @notice What the coordinator needs of a release to take a request for it, as one slot holds it: key
/// 160 bits, input length 16, output length 16, royalty 16, primary window 24, levels 8, payloads 8,
/// state 8, low bits first. Handed on in one piece, which saves 900 gas a request.
type ReleaseRoute is uint256;

using ReleaseRouteLib for ReleaseRoute global;

library ReleaseRouteLib {
    function key(ReleaseRoute route) internal pure returns (address) {
        return address(uint160(ReleaseRoute.unwrap(route)));
    }

    function inputLength(ReleaseRoute route) internal pure returns (uint256) {
        return uint16(ReleaseRoute.unwrap(route) >> 160);
    }

    function outputLength(ReleaseRoute route) internal pure returns (uint256) {
        return uint16(ReleaseRoute.unwrap(route) >> 176);
    }

    function royaltyBps(ReleaseRoute route) internal pure returns (uint256) {
        return uint16(ReleaseRoute.unwrap(route) >> 192);
    }

    function primaryWindowSeconds(ReleaseRoute route) internal pure returns (uint256) {
        return uint24(ReleaseRoute.unwrap(route) >> 208);
    }

    /// @notice Whether the release can be asked at level `number`.
    function hasLevel(ReleaseRoute route, uint256 number) internal pure returns (bool) {
        return (ReleaseRoute.unwrap(route) >> (232 + number)) & 1 == 1;
    }

    function outputPayload(ReleaseRoute route) internal pure returns (Payload) {
        return Payload((ReleaseRoute.unwrap(route) >> 241) & 1);
    }
}
