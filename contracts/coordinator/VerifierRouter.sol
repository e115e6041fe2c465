// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {Verification} from "../types/Verification.sol";
import {VerifierBook} from "./VerifierBook.sol";

/// @notice What the owner and the guardian may do, and nothing else they may.
abstract contract VerifierRouter is IVerifierRouter, VerifierBook {
    uint8 private constant LEVELS = 3;
    uint40 private constant STOPPED = 1;

    /* VERIFIERS */

    /// @inheritdoc IVerifierRouter
    function proposeVerifier(
        Verification level,
        address verifier
    ) external onlyOwner returns (uint256 verifierId) {
        return _proposeEntry(level, verifier, block.timestamp + _changeDelaySeconds);
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

        _activateEntry(verifierId, entry.level);
    }

    /// @inheritdoc IVerifierRouter
    function revokeVerifier(uint256 verifierId) external onlyOwner {
        VerifierEntry memory entry = _entry(verifierId);
        require(!entry.isRevoked, VerifierIsRevoked(verifierId));

        _revoke(verifierId, entry.level);
    }

    /// @inheritdoc IVerifierRouter
    /// @dev Only the owner makes entries, so there are few.
    function revokeVerifierEverywhere(address verifier) external onlyOwner {
        uint256 count;
        for (uint256 id = 1; id <= _verifierCount; ++id) {
            VerifierEntry memory entry = _verifiers[id];
            if (entry.verifier != verifier || entry.isRevoked) continue;
            _revoke(id, entry.level);
            ++count;
        }
        require(count > 0, VerifierWithoutEntry(verifier));
    }

    /* NEW REQUESTS */

    /// @inheritdoc IVerifierRouter
    function announceSuccessor(address newSuccessor) external onlyOwner {
        require(_successor == address(0), SuccessorAlreadyAnnounced(_successor));
        require(newSuccessor.code.length > 0, CodeMissing(newSuccessor));

        uint256 closesAt = block.timestamp + _changeDelaySeconds;
        _successor = newSuccessor;
        _successorFrom = uint40(closesAt);
        // What is stopped stays so.
        if (_routes[Verification.Zk].closesAt != STOPPED) _setClosesAt(uint40(closesAt));
        emit SuccessorAnnounced(newSuccessor, closesAt);
    }

    /// @inheritdoc IVerifierRouter
    function setGuardian(address newGuardian) external onlyOwner {
        _guardian = newGuardian;
        emit GuardianSet(newGuardian);
    }

    /// @inheritdoc IVerifierRouter
    function stopRequests() external {
        require(msg.sender == _guardian || msg.sender == owner(), NotGuardian(msg.sender));
        _setClosesAt(STOPPED);
        emit RequestsStopped(msg.sender);
    }

    /// @inheritdoc IVerifierRouter
    function resumeRequests() external onlyOwner {
        _setClosesAt(_successorFrom);
        emit RequestsResumed();
    }

    /* VIEWS */

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

    /// @inheritdoc IVerifierRouter
    function verifierCount() external view returns (uint256) {
        return _verifierCount;
    }

    /// @inheritdoc IVerifierRouter
    function changeDelaySeconds() external view returns (uint256) {
        return _changeDelaySeconds;
    }

    /// @inheritdoc IVerifierRouter
    function successor() external view returns (address) {
        return _successor;
    }

    /// @inheritdoc IVerifierRouter
    function guardian() external view returns (address) {
        return _guardian;
    }

    function _revoke(uint256 verifierId, Verification level) private {
        _verifiers[verifierId].isRevoked = true;
        if (_routes[level].verifierId == verifierId) _routes[level].verifierId = 0;
        emit VerifierRevoked(verifierId, level);
    }

    function _setClosesAt(uint40 closesAt) private {
        for (uint8 i = 0; i < LEVELS; ++i) _routes[Verification(i)].closesAt = closesAt;
    }

    function _entry(uint256 verifierId) private view returns (VerifierEntry memory entry) {
        entry = _verifiers[verifierId];
        require(entry.verifier != address(0), VerifierUnknown(verifierId));
    }
}
