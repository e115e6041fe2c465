// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ICeremonyBook} from "./interfaces/ICeremonyBook.sol";
import {IKeyStore} from "./interfaces/IKeyStore.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {
    Judge,
    Release,
    ReleaseRoute,
    ReleaseRouteLib,
    ReleaseState,
    Units
} from "./types/Release.sol";
import {ShortAmountLib} from "./types/ShortAmount.sol";
import {Verification} from "./types/Verification.sol";

/// @title ModelRegistry
/// @notice Who publishes which model, and the immutable releases of each.
contract ModelRegistry is IModelRegistry {
    /// @dev All that a request reads is in the first slot. What nobody reads on chain stands in the event
    /// and in the release's id only.
    struct StoredRelease {
        ReleaseRoute route;
        Units units;
        bytes32 manifestDigest;
        bytes32 modelId;
        bytes32 keyId;
    }

    bytes32 private constant MODEL_TAG = keccak256("assay.model.v1");
    bytes32 private constant RELEASE_TAG = keccak256("assay.release.v1");
    uint256 private constant OPTIMISTIC = 1 << uint256(Verification.Optimistic);
    uint256 private constant ZK = 1 << uint256(Verification.Zk);
    uint256 private constant MAXIMUM_LENGTH = 24_576;
    uint256 private constant MAXIMUM_ROYALTY_BPS = 5_000;
    uint256 private constant MAXIMUM_PRIMARY_WINDOW_SECONDS = 7 days;

    /// @notice Where verifying keys are checked and stored.
    IKeyStore public immutable keyStore;
    /// @notice Where the grade of a key comes from.
    ICeremonyBook public immutable ceremonyBook;
    /// @inheritdoc IModelRegistry
    uint256 public immutable leastAnswerBond;
    /// @inheritdoc IModelRegistry
    uint256 public immutable leastKeyGrade;

    mapping(bytes32 modelId => address publisher) private _publishers;
    /// @inheritdoc IModelRegistry
    mapping(bytes32 modelId => address) public nextPublisherOf;
    mapping(bytes32 releaseId => StoredRelease) private _releases;

    /// @param answerBond A `ShortAmount`, so that there are releases that ask for the least bond.
    constructor(IKeyStore store, ICeremonyBook book, uint256 answerBond, uint256 keyGrade) {
        require(ShortAmountLib.isShort(answerBond), ShortAmountLib.AmountNotShort(answerBond));
        keyStore = store;
        ceremonyBook = book;
        leastAnswerBond = answerBond;
        leastKeyGrade = keyGrade;
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
    function handOverModel(bytes32 modelId, address newPublisher) external {
        _requirePublisher(modelId);

        nextPublisherOf[modelId] = newPublisher;
        emit ModelHandedOver(modelId, msg.sender, newPublisher);
    }

    /// @inheritdoc IModelRegistry
    function takeOverModel(bytes32 modelId) external {
        address formerPublisher = publisherOf(modelId);
        require(nextPublisherOf[modelId] == msg.sender, NotNextPublisher(modelId, msg.sender));

        _publishers[modelId] = msg.sender;
        nextPublisherOf[modelId] = address(0);
        emit ModelTakenOver(modelId, formerPublisher, msg.sender);
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
        require(!_releases[releaseId].route.isKnown(), ReleaseAlreadyPublished(releaseId));
        address key = keyStore.keyAddress(release.keyId);
        uint8 grade = ceremonyBook.gradeOf(release.keyId);
        _requireGrade(release, grade);

        _store(releaseId, modelId, release, ReleaseRouteLib.pack(release, key, grade));
        emit ReleasePublished(releaseId, modelId, version, release);
    }

    /// @inheritdoc IModelRegistry
    function retireRelease(bytes32 releaseId) external {
        StoredRelease storage release = _known(releaseId);
        _requirePublisher(release.modelId);
        require(release.route.isActive(), ReleaseIsRetired(releaseId));

        release.route = release.route.withState(ReleaseState.Retired);
        emit ReleaseRetired(releaseId);
    }

    /// @inheritdoc IModelRegistry
    function refreshGrade(bytes32 releaseId) external returns (uint256) {
        StoredRelease storage release = _known(releaseId);
        uint8 grade = ceremonyBook.gradeOf(release.keyId);
        if (grade <= release.route.grade()) return release.route.grade();

        release.route = release.route.withGrade(grade);
        emit GradeRaised(releaseId, grade);
        return grade;
    }

    /// @inheritdoc IModelRegistry
    function releaseRoute(
        bytes32 releaseId
    ) external view returns (ReleaseRoute route, address publisher) {
        StoredRelease storage release = _releases[releaseId];
        route = release.route;
        // One comparison where the request is taken.
        if (!route.isActive()) {
            require(route.isKnown(), ReleaseUnknown(releaseId));
            revert ReleaseIsRetired(releaseId);
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
        return _known(releaseId).route.inputLength();
    }

    /// @inheritdoc IModelRegistry
    function minBondOf(bytes32 releaseId) external view returns (uint256) {
        return _known(releaseId).route.minBond();
    }

    /// @inheritdoc IModelRegistry
    function primaryWindowOf(bytes32 releaseId) external view returns (uint256) {
        return _known(releaseId).route.primaryWindowSeconds();
    }

    /// @inheritdoc IModelRegistry
    function gradeOf(bytes32 releaseId) external view returns (uint256) {
        return _known(releaseId).route.grade();
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
    function publisherOf(bytes32 modelId) public view returns (address publisher) {
        publisher = _publishers[modelId];
        require(publisher != address(0), ModelUnknown(modelId));
    }

    /// @inheritdoc IModelRegistry
    function isRetired(bytes32 releaseId) external view returns (bool) {
        return !_known(releaseId).route.isActive();
    }

    function _store(
        bytes32 releaseId,
        bytes32 modelId,
        Release calldata release,
        ReleaseRoute route
    ) private {
        _releases[releaseId] = StoredRelease({
            route: route,
            units: Units({
                compute: uint40(release.computeUnits),
                proof: uint40(release.proofUnits),
                byteSize: uint40(release.byteUnits)
            }),
            manifestDigest: release.manifestDigest,
            modelId: modelId,
            keyId: release.keyId
        });
    }

    /// @dev Fields of levels that the release has not, or that do not exist yet, must be empty.
    function _requireFields(Release calldata release) private view {
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
        uint256 levels = release.levels;
        bool isKnown = levels != 0 && levels & ~(OPTIMISTIC | ZK) == 0;
        require(isKnown, ReleaseFieldInvalid("levels", levels));
        _requireRange("measurements", uint256(release.measurements), 0, 0);
        if (_isOptimistic(release)) {
            uint256 zkKey = uint256(Judge.ZkKey);
            _requireRange("judge", uint256(release.judge), zkKey, zkKey);
            uint256 minBond = release.minBond;
            _requireRange("minBond", minBond, leastAnswerBond, type(uint96).max);
            require(ShortAmountLib.isShort(minBond), ReleaseFieldInvalid("minBond", minBond));
        } else {
            _requireRange("judge", uint256(release.judge), 0, 0);
            _requireRange("minBond", release.minBond, 0, 0);
            _requireRange("minGrade", release.minGrade, 0, 0);
        }
    }

    /// @dev Whoever knows a key's secret proves any output, and with it takes an honest operator's bond.
    function _requireGrade(Release calldata release, uint256 grade) private view {
        uint256 needed = Math.max(release.minGrade, leastKeyGrade);
        require(grade >= needed, ReleaseGradeTooLow(grade, needed));
    }

    function _isOptimistic(Release calldata release) private pure returns (bool) {
        return release.levels & OPTIMISTIC != 0;
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
        require(publisherOf(modelId) == msg.sender, NotPublisher(modelId, msg.sender));
    }

    function _known(bytes32 releaseId) private view returns (StoredRelease storage release) {
        release = _releases[releaseId];
        require(release.route.isKnown(), ReleaseUnknown(releaseId));
    }
}
