// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IZkVerifier} from "./interfaces/IZkVerifier.sol";
import {Judge, Release, ReleaseRoute, Units} from "./types/Release.sol";
import {Verification} from "./types/Verification.sol";

/// @title ModelRegistry
/// @notice Who publishes which model, and the immutable releases of each.
contract ModelRegistry is IModelRegistry {
    enum State {
        None,
        Active,
        Retired
    }

    /// @dev All that a request reads is in the first slot. The rest is read by operators when they
    /// set a price, by people, and by the levels that come later.
    struct StoredRelease {
        address key;
        uint16 inputLength;
        uint16 outputLength;
        uint16 royaltyBps;
        uint24 primaryWindowSeconds;
        uint8 levels;
        /// @dev Bit 0: the input is opaque; bit 1: the output is.
        uint8 payloads;
        State state;
        Units units;
        Judge judge;
        uint8 minGrade;
        bytes32 manifestDigest;
        bytes32 modelId;
        uint256 minBond;
        bytes32 measurements;
    }

    bytes32 private constant MODEL_TAG = keccak256("assay.model.v1");
    bytes32 private constant RELEASE_TAG = keccak256("assay.release.v1");
    uint256 public constant MAXIMUM_LENGTH = 24_576;
    uint256 public constant MAXIMUM_ROYALTY_BPS = 5_000;
    uint256 public constant MAXIMUM_PRIMARY_WINDOW_SECONDS = 7 days;

    /// @notice Where verifying keys are checked and stored.
    IZkVerifier public immutable zkVerifier;

    mapping(bytes32 modelId => address publisher) private _publishers;
    mapping(bytes32 releaseId => StoredRelease) private _releases;

    constructor(IZkVerifier keyStore) {
        zkVerifier = keyStore;
    }

    /// @inheritdoc IModelRegistry
    function registerModel(string calldata name) external returns (bytes32 modelId) {
        require(bytes(name).length > 0, NameEmpty());
        modelId = keccak256(
            abi.encode(MODEL_TAG, block.chainid, address(this), msg.sender, keccak256(bytes(name)))
        );
        require(_publishers[modelId] == address(0), ModelAlreadyRegistered(modelId));

        _publishers[modelId] = msg.sender;
        emit ModelRegistered(modelId, msg.sender, name);
    }

    /// @inheritdoc IModelRegistry
    function publishRelease(
        bytes32 modelId,
        string calldata version,
        Release calldata release
    ) external returns (bytes32 releaseId) {
        _requirePublisher(modelId);
        _requireFields(release);
        releaseId = keccak256(
            abi.encode(
                RELEASE_TAG,
                block.chainid,
                address(this),
                modelId,
                keccak256(bytes(version)),
                keccak256(abi.encode(release))
            )
        );
        require(_releases[releaseId].state == State.None, ReleaseAlreadyPublished(releaseId));

        _store(releaseId, modelId, release, zkVerifier.keyAddress(release.keyId));
        emit ReleasePublished(releaseId, modelId, version, release);
    }

    /// @inheritdoc IModelRegistry
    function retireRelease(bytes32 releaseId) external {
        StoredRelease storage release = _known(releaseId);
        _requirePublisher(release.modelId);
        require(release.state == State.Active, ReleaseIsRetired(releaseId));

        release.state = State.Retired;
        emit ReleaseRetired(releaseId);
    }

    /// @inheritdoc IModelRegistry
    function releaseRoute(
        bytes32 releaseId
    ) external view returns (ReleaseRoute route, address publisher) {
        StoredRelease storage release = _releases[releaseId];
        State state = release.state;
        require(state != State.None, ReleaseUnknown(releaseId));
        require(state == State.Active, ReleaseIsRetired(releaseId));

        // The slot as it is; its fields one by one cost more than the read.
        assembly ("memory-safe") {
            route := sload(release.slot)
        }
        // Two more reads, which a release without royalty spares its requesters.
        if (route.royaltyBps() > 0) publisher = _publishers[release.modelId];
    }

    /// @inheritdoc IModelRegistry
    function unitsOf(bytes32 releaseId) external view returns (Units memory) {
        return _known(releaseId).units;
    }

    /// @inheritdoc IModelRegistry
    function inputLengthOf(bytes32 releaseId) external view returns (uint256) {
        return _known(releaseId).inputLength;
    }

    /// @inheritdoc IModelRegistry
    function minBondOf(bytes32 releaseId) external view returns (uint256) {
        return _known(releaseId).minBond;
    }

    /// @inheritdoc IModelRegistry
    function releaseManifest(bytes32 releaseId) external view returns (bytes32) {
        return _known(releaseId).manifestDigest;
    }

    /// @inheritdoc IModelRegistry
    function modelOf(bytes32 releaseId) external view returns (bytes32) {
        return _known(releaseId).modelId;
    }

    /// @inheritdoc IModelRegistry
    function publisherOf(bytes32 modelId) external view returns (address publisher) {
        publisher = _publishers[modelId];
        require(publisher != address(0), ModelUnknown(modelId));
    }

    /// @inheritdoc IModelRegistry
    function isRetired(bytes32 releaseId) external view returns (bool) {
        return _known(releaseId).state == State.Retired;
    }

    function _store(
        bytes32 releaseId,
        bytes32 modelId,
        Release calldata release,
        address key
    ) private {
        _releases[releaseId] = StoredRelease({
            key: key,
            inputLength: uint16(release.inputLength),
            outputLength: uint16(release.outputLength),
            royaltyBps: uint16(release.royaltyBps),
            primaryWindowSeconds: uint24(release.primaryWindowSeconds),
            levels: uint8(release.levels),
            payloads: uint8(release.inputPayload) | (uint8(release.outputPayload) << 1),
            state: State.Active,
            units: Units({
                compute: uint40(release.computeUnits),
                proof: uint40(release.proofUnits),
                byteSize: uint40(release.byteUnits)
            }),
            judge: release.judge,
            minGrade: uint8(release.minGrade),
            manifestDigest: release.manifestDigest,
            modelId: modelId,
            minBond: release.minBond,
            measurements: release.measurements
        });
    }

    /// @dev Fields of levels that cannot be served yet must be empty: nothing is stored that
    /// nobody checks.
    function _requireFields(Release calldata release) private pure {
        _requireRange("inputLength", release.inputLength, 1, MAXIMUM_LENGTH);
        _requireRange("outputLength", release.outputLength, 1, MAXIMUM_LENGTH);
        _requireRange("inputPayload", uint256(release.inputPayload), 0, 0);
        _requireRange("outputPayload", uint256(release.outputPayload), 0, 0);
        _requireRange("computeUnits", release.computeUnits, 0, type(uint40).max);
        _requireRange("proofUnits", release.proofUnits, 0, type(uint40).max);
        _requireRange("byteUnits", release.byteUnits, 0, type(uint40).max);
        _requireRange("royaltyBps", release.royaltyBps, 0, MAXIMUM_ROYALTY_BPS);
        _requireRange(
            "primaryWindowSeconds",
            release.primaryWindowSeconds,
            1,
            MAXIMUM_PRIMARY_WINDOW_SECONDS
        );
        uint256 zkOnly = 1 << uint256(Verification.Zk);
        _requireRange("levels", release.levels, zkOnly, zkOnly);
        _requireRange("judge", uint256(release.judge), 0, 0);
        _requireRange("minBond", release.minBond, 0, 0);
        _requireRange("minGrade", release.minGrade, 0, 0);
        _requireRange("measurements", uint256(release.measurements), 0, 0);
    }

    function _requireRange(
        bytes32 field,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) private pure {
        require(value >= minimum && value <= maximum, ReleaseFieldInvalid(field, value));
    }

    function _requirePublisher(bytes32 modelId) private view {
        address publisher = _publishers[modelId];
        require(publisher != address(0), ModelUnknown(modelId));
        require(publisher == msg.sender, NotPublisher(modelId, msg.sender));
    }

    function _known(bytes32 releaseId) private view returns (StoredRelease storage release) {
        release = _releases[releaseId];
        require(release.state != State.None, ReleaseUnknown(releaseId));
    }
}
