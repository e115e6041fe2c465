// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Release, ReleaseRoute, Units} from "../types/Release.sol";

/// @notice Models, their publishers, and immutable releases.
interface IModelRegistry {
    event ModelRegistered(bytes32 indexed modelId, address indexed publisher, string name);
    event ReleasePublished(
        bytes32 indexed releaseId,
        bytes32 indexed modelId,
        string version,
        Release release
    );
    event ReleaseRetired(bytes32 indexed releaseId);

    error ModelUnknown(bytes32 modelId);
    error ModelAlreadyRegistered(bytes32 modelId);
    error NameEmpty();
    error NotPublisher(bytes32 modelId, address account);
    error ReleaseUnknown(bytes32 releaseId);
    error ReleaseAlreadyPublished(bytes32 releaseId);
    error ReleaseIsRetired(bytes32 releaseId);
    /// @notice A field of the release has a value that cannot be stored or served.
    error ReleaseFieldInvalid(bytes32 field, uint256 value);

    /// @notice Registers a model under the caller's name space. Anyone may call.
    /// @return modelId Bound to chain, registry, publisher and name.
    function registerModel(string calldata name) external returns (bytes32 modelId);

    /// @notice Publishes a release; nothing of it can change afterwards. Publisher only.
    /// @return releaseId Bound to the model, the version and every field.
    function publishRelease(
        bytes32 modelId,
        string calldata version,
        Release calldata release
    ) external returns (bytes32 releaseId);

    /// @notice Stops new requests for a release, for ever; open ones finish. Publisher only.
    function retireRelease(bytes32 releaseId) external;

    /// @notice What the coordinator needs to take a request. Reverts if unknown or retired.
    /// @return route Lengths, royalty, window, levels and key.
    /// @return publisher Who gets the royalty; zero if there is none.
    function releaseRoute(
        bytes32 releaseId
    ) external view returns (ReleaseRoute route, address publisher);

    /// @notice Units of work that an operator's prices are multiplied with.
    function unitsOf(bytes32 releaseId) external view returns (Units memory);

    /// @notice Bytes of an input, exactly (at most, if opaque); of a retired release too.
    function inputLengthOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Least bond behind an optimistic answer; of a retired release too.
    function minBondOf(bytes32 releaseId) external view returns (uint256);

    function releaseManifest(bytes32 releaseId) external view returns (bytes32 manifestDigest);

    function modelOf(bytes32 releaseId) external view returns (bytes32 modelId);

    function publisherOf(bytes32 modelId) external view returns (address);

    function isRetired(bytes32 releaseId) external view returns (bool);
}
