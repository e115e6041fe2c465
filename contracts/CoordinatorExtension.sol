// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Batches} from "./coordinator/Batches.sol";
import {CoordinatorState} from "./coordinator/CoordinatorState.sol";
import {Disputes} from "./coordinator/Disputes.sol";
import {LedgerAccounts} from "./coordinator/LedgerAccounts.sol";
import {Registries} from "./coordinator/Registries.sol";
import {RequestEndings} from "./coordinator/RequestEndings.sol";
import {VerifierRouter} from "./coordinator/VerifierRouter.sol";
import {ICoordinatorExtension} from "./interfaces/ICoordinatorExtension.sol";
import {CoordinatorConfig} from "./types/CoordinatorConfig.sol";

/// @title CoordinatorExtension
/// @notice The part of a coordinator's code that does not fit into one contract: accounts, verifiers, ends
/// without an answer, disputes, batches. Runs on the coordinator's state by delegatecall.
/// @dev Nothing is to be sent to this contract itself: its own state belongs to no coordinator.
contract CoordinatorExtension is
    ICoordinatorExtension,
    LedgerAccounts,
    VerifierRouter,
    RequestEndings,
    Disputes,
    Batches,
    Registries
{
    /// @inheritdoc ICoordinatorExtension
    bytes32 public immutable configHash;

    constructor(CoordinatorConfig memory config) CoordinatorState(config) {
        configHash = keccak256(abi.encode(config));
    }
}
