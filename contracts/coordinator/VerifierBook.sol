// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {AnswerBondLib} from "../libraries/AnswerBondLib.sol";
import {Assignment} from "../types/Assignment.sol";
import {Verification} from "../types/Verification.sol";
import {CoordinatorState} from "./CoordinatorState.sol";

/// @notice The verifiers of the levels: how entries come and are read.
abstract contract VerifierBook is CoordinatorState {
    function _proposeEntry(
        Verification level,
        address verifier,
        uint256 activeFrom
    ) internal returns (uint256 verifierId) {
        require(verifier.code.length > 0, IVerifierRouter.CodeMissing(verifier));
        if (level == Verification.Optimistic) {
            // Else anyone could ask for proofs for nothing.
            uint256 least = _modelRegistry.leastAnswerBond();
            require(
                AnswerBondLib.challengeBondOf(least) > 0,
                IVerifierRouter.AnswerBondMissing(least)
            );
        }

        verifierId = ++_verifierCount;
        _verifiers[verifierId] = VerifierEntry({
            verifier: verifier,
            level: level,
            activeFrom: uint40(activeFrom),
            isRevoked: false
        });
        emit IVerifierRouter.VerifierProposed(verifierId, level, verifier, activeFrom);
    }

    function _activateEntry(uint256 verifierId, Verification level) internal {
        _routes[level].verifierId = uint64(verifierId);
        _routes[level].newestId = uint64(verifierId);
        emit IVerifierRouter.VerifierActivated(verifierId, level);
    }

    /// @dev Of an entry that exists, as that of every assignment does.
    function _verifierOf(uint256 verifierId) internal view returns (address) {
        VerifierEntry storage entry = _verifiers[verifierId];
        require(!entry.isRevoked, IVerifierRouter.VerifierIsRevoked(verifierId));
        return entry.verifier;
    }

    function _isRevoked(uint256 verifierId) internal view returns (bool) {
        return _verifiers[verifierId].isRevoked;
    }

    /// @dev Nobody is judged by a revoked verifier, and nothing that it could have judged becomes final.
    function _requireJudge(Assignment calldata assignment) internal view {
        uint256 verifierId = assignment.verifierId;
        require(!_isRevoked(verifierId), IVerifierRouter.VerifierIsRevoked(verifierId));
    }
}
