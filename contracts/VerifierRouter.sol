// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

import {IVerifierRouter} from "./interfaces/IVerifierRouter.sol";
import {Verification} from "./types/Verification.sol";

/// @notice Verifiers of the levels, in the coordinator's own storage so that an answer finds its
/// verifier with one read.
abstract contract VerifierRouter is IVerifierRouter, Ownable2Step {
    struct VerifierEntry {
        address verifier;
        Verification level;
        uint40 activeFrom;
        bool isRevoked;
    }

    /// @dev `closesAt` stands in every level's route, because a request reads that slot anyway.
    struct Route {
        uint64 verifierId;
        uint64 newestId;
        uint40 closesAt;
    }

    /// @notice Time between the proposal of a change and its effect.
    uint256 public immutable changeDelaySeconds;

    address public successor;
    uint256 public verifierCount;

    mapping(uint256 verifierId => VerifierEntry) internal _verifiers;
    mapping(Verification level => Route) internal _routes;

    /// @param verifiers First verifier of each level, effective at once; zero: level not supported.
    constructor(address[3] memory verifiers, uint256 delaySeconds) {
        changeDelaySeconds = delaySeconds;
        for (uint256 i = 0; i < verifiers.length; ++i) {
            if (verifiers[i] == address(0)) continue;
            Verification level = Verification(i);
            _activate(_propose(level, verifiers[i], block.timestamp), level);
        }
    }

    /// @inheritdoc IVerifierRouter
    function proposeVerifier(
        Verification level,
        address verifier
    ) external onlyOwner returns (uint256 verifierId) {
        return _propose(level, verifier, block.timestamp + changeDelaySeconds);
    }

    /// @inheritdoc IVerifierRouter
    function activateVerifier(uint256 verifierId) external {
        VerifierEntry memory entry = _entry(verifierId);
        require(!entry.isRevoked, VerifierIsRevoked(verifierId));
        require(
            block.timestamp >= entry.activeFrom,
            VerifierNotYetActive(verifierId, entry.activeFrom)
        );
        uint256 newestId = _routes[entry.level].newestId;
        require(verifierId > newestId, VerifierSuperseded(verifierId, newestId));

        _activate(verifierId, entry.level);
    }

    /// @inheritdoc IVerifierRouter
    function revokeVerifier(uint256 verifierId) external onlyOwner {
        VerifierEntry memory entry = _entry(verifierId);
        require(!entry.isRevoked, VerifierIsRevoked(verifierId));

        _verifiers[verifierId].isRevoked = true;
        if (_routes[entry.level].verifierId == verifierId) _routes[entry.level].verifierId = 0;
        emit VerifierRevoked(verifierId, entry.level);
    }

    /// @inheritdoc IVerifierRouter
    function announceSuccessor(address newSuccessor) external onlyOwner {
        require(successor == address(0), SuccessorAlreadyAnnounced(successor));
        require(newSuccessor.code.length > 0, CodeMissing(newSuccessor));

        uint256 closesAt = block.timestamp + changeDelaySeconds;
        successor = newSuccessor;
        for (uint8 i = 0; i < 3; ++i) _routes[Verification(i)].closesAt = uint40(closesAt);
        emit SuccessorAnnounced(newSuccessor, closesAt);
    }

    /// @inheritdoc IVerifierRouter
    function verifierEntry(
        uint256 verifierId
    )
        external
        view
        returns (address verifier, Verification level, uint256 activeFrom, bool isRevoked)
    {
        VerifierEntry memory entry = _entry(verifierId);
        return (entry.verifier, entry.level, entry.activeFrom, entry.isRevoked);
    }

    /// @inheritdoc IVerifierRouter
    function currentVerifier(Verification level) external view returns (uint256) {
        return _routes[level].verifierId;
    }

    function _propose(
        Verification level,
        address verifier,
        uint256 activeFrom
    ) private returns (uint256 verifierId) {
        require(verifier.code.length > 0, CodeMissing(verifier));

        verifierId = ++verifierCount;
        _verifiers[verifierId] = VerifierEntry({
            verifier: verifier,
            level: level,
            activeFrom: uint40(activeFrom),
            isRevoked: false
        });
        emit VerifierProposed(verifierId, level, verifier, activeFrom);
    }

    function _activate(uint256 verifierId, Verification level) private {
        _routes[level].verifierId = uint64(verifierId);
        _routes[level].newestId = uint64(verifierId);
        emit VerifierActivated(verifierId, level);
    }

    /// @dev Of an entry that exists, as that of every assignment does.
    function _verifierOf(uint256 verifierId) internal view returns (address) {
        VerifierEntry storage entry = _verifiers[verifierId];
        require(!entry.isRevoked, VerifierIsRevoked(verifierId));
        return entry.verifier;
    }

    function _entry(uint256 verifierId) internal view returns (VerifierEntry memory entry) {
        entry = _verifiers[verifierId];
        require(entry.verifier != address(0), VerifierUnknown(verifierId));
    }
}
