// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Release, ReleaseRoute, Units} from "../types/Release.sol";

/// @notice Models, their publishers, and immutable releases.
interface IModelRegistry {
    event ModelRegistered(bytes32 indexed modelId, address indexed publisher, string name);
    /// @notice `newPublisher` may take the model over; zero: nobody may any more.
    event ModelHandedOver(
        bytes32 indexed modelId,
        address indexed publisher,
        address indexed newPublisher
    );
    event ModelTakenOver(
        bytes32 indexed modelId,
        address indexed formerPublisher,
        address indexed publisher
    );
    event ReleasePublished(
        bytes32 indexed releaseId,
        bytes32 indexed modelId,
        string version,
        Release release
    );
    event ReleaseRetired(bytes32 indexed releaseId);
    event GradeRaised(bytes32 indexed releaseId, uint256 grade);

    error ModelUnknown(bytes32 modelId);
    error ModelAlreadyRegistered(bytes32 modelId);
    error NameEmpty();
    error NotPublisher(bytes32 modelId, address account);
    /// @notice The model was not handed over to this account, or no longer is.
    error NotNextPublisher(bytes32 modelId, address account);
    error ReleaseUnknown(bytes32 releaseId);
    error ReleaseAlreadyPublished(bytes32 releaseId);
    error ReleaseIsRetired(bytes32 releaseId);
    /// @notice A field of the release has a value that cannot be stored or served.
    error ReleaseFieldInvalid(bytes32 field, uint256 value);
    /// @notice The key's grade is not enough: by the release's own `minGrade`, or by this deployment's
    /// `leastKeyGrade`. Have more recognised contributors sign for the key.
    error ReleaseGradeTooLow(uint256 grade, uint256 needed);

    /// @notice Registers a model under the caller's name space. Anyone may call.
    /// @return modelId Bound to chain, registry, publisher and name.
    function registerModel(string calldata name) external returns (bytes32 modelId);

    /// @notice First step of handing a model over: names who may take it; another name, or zero, takes the
    /// former one back. Publisher only.
    function handOverModel(bytes32 modelId, address newPublisher) external;

    /// @notice Second step: the caller becomes publisher of a model that was handed over to him, and of all
    /// its releases. Ids stay as they are. Royalties of requests made from now on are his; those of
    /// earlier ones the former publisher's, as agreed.
    function takeOverModel(bytes32 modelId) external;

    /// @notice Publishes a release; nothing of it can change afterwards. Publisher only. Levels are 1
    /// (Optimistic), 4 (Zk) or 5 (both); every release has a key, and at Optimistic the key is the judge.
    /// @return releaseId Bound to the model, the version and every field.
    function publishRelease(
        bytes32 modelId,
        string calldata version,
        Release calldata release
    ) external returns (bytes32 releaseId);

    /// @notice Stops new requests for a release, for ever; open ones finish. Publisher only.
    function retireRelease(bytes32 releaseId) external;

    /// @notice Takes over the grade of a release's key if it is higher now; it is never lowered. Anyone
    /// may call.
    /// Warning: a contributor who is revoked afterwards goes on counting; retire the release then.
    /// @return grade Of the release from now on.
    function refreshGrade(bytes32 releaseId) external returns (uint256 grade);

    /// @notice What the coordinator needs to take a request. Reverts if unknown or retired.
    /// @return route Lengths, royalty, window, levels, key, grade and least bond.
    /// @return publisher Who gets the royalty; zero if there is none.
    function releaseRoute(
        bytes32 releaseId
    ) external view returns (ReleaseRoute route, address publisher);

    /// @notice Units of work that an operator's prices are multiplied with.
    function unitsOf(bytes32 releaseId) external view returns (Units memory);

    /// @notice Bytes of an input, exactly (at most, if opaque); of a retired release too.
    function inputLengthOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Least bond behind an optimistic answer, 0 without that level; of a retired release too.
    function minBondOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Declared latency in seconds; of a retired release too.
    function primaryWindowOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Grade of the key when the release was published, or as it was raised since; 0 to 255, of a
    /// retired release too.
    function gradeOf(bytes32 releaseId) external view returns (uint256);

    /// @notice Least `minBond` of a release with level Optimistic: a fifth of it goes to whoever overturns
    /// an answer, and must pay for a proof and its gas on this chain.
    function leastAnswerBond() external view returns (uint256);

    /// @notice Least grade of any release's key; 0 where development keys may prove.
    function leastKeyGrade() external view returns (uint256);

    function releaseManifest(bytes32 releaseId) external view returns (bytes32 manifestDigest);

    function modelOf(bytes32 releaseId) external view returns (bytes32 modelId);

    function publisherOf(bytes32 modelId) external view returns (address);

    /// @notice Who may take the model over; zero: nobody.
    function nextPublisherOf(bytes32 modelId) external view returns (address);

    function isRetired(bytes32 releaseId) external view returns (bool);
}
