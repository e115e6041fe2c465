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

/// @notice What the coordinator needs of a release to take a request for it.
/// Opaque inputs, when they come, are told by bit 7 of `levels`.
struct ReleaseRoute {
    uint256 inputLength;
    uint256 outputLength;
    Payload outputPayload;
    uint256 royaltyBps;
    uint256 primaryWindowSeconds;
    uint256 levels;
    address key;
    address publisher;
}
