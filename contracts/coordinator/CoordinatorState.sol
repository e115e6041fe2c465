// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IBalanceLedger} from "../interfaces/IBalanceLedger.sol";
import {IDataFee} from "../interfaces/IDataFee.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {CoordinatorConfig} from "../types/CoordinatorConfig.sol";
import {RequestSlot} from "../types/RequestSlot.sol";
import {Verification} from "../types/Verification.sol";

/// @notice All storage of the coordinator, and what a deployment fixes for ever. The coordinator and its
/// extension are two codes over this one state: nothing else in either of them stores anything.
abstract contract CoordinatorState is Ownable2Step, ReentrancyGuardTransient {
    struct Account {
        uint128 balance;
        uint64 nonce;
    }

    /// @dev One slot, written when an operator is paid.
    struct OperatorAccount {
        uint96 earnings;
        /// @dev His answers that a proof was asked of and none has come for yet.
        uint32 openChallenges;
        uint8 lateInRow;
    }

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
        /// @dev Second from which no requests are taken: never (0), since the guardian stopped them (1),
        /// or when the successor takes over.
        uint40 closesAt;
    }

    uint256 internal constant MAXIMUM_FEE_BPS = 1_000;

    IModelRegistry internal immutable _modelRegistry;
    IOperatorRegistry internal immutable _operatorRegistry;
    IDataFee internal immutable _dataFee;
    address internal immutable _asset;
    address internal immutable _feeReceiver;
    uint256 internal immutable _protocolFeeBps;
    uint256 internal immutable _changeDelaySeconds;
    uint256 internal immutable _retrySeconds;
    uint256 internal immutable _challengeWindowSeconds;
    uint256 internal immutable _proofSeconds;

    mapping(bytes32 requestId => RequestSlot) internal _requests;

    mapping(address account => Account) internal _accounts;
    mapping(address payer => mapping(address consumer => uint256)) internal _allowances;
    mapping(uint256 operatorId => OperatorAccount) internal _operatorAccounts;

    uint256 internal _verifierCount;
    mapping(uint256 verifierId => VerifierEntry) internal _verifiers;
    mapping(Verification level => Route) internal _routes;
    address internal _successor;
    uint40 internal _successorFrom;
    address internal _guardian;

    /// @dev Who sent the batch that runs now; only in transient storage.
    address internal transient _batchSender;
    /// @dev Hash of the claim that the batch's next call brings and whose evidence was checked; only in
    /// transient storage.
    bytes32 internal transient _provenClaim;

    /// @dev Block in which an overturn was committed to.
    mapping(bytes32 commitment => uint256) internal _commitments;

    constructor(CoordinatorConfig memory config) Ownable(config.owner) {
        require(
            config.protocolFeeBps <= MAXIMUM_FEE_BPS,
            IBalanceLedger.ProtocolFeeTooHigh(config.protocolFeeBps, MAXIMUM_FEE_BPS)
        );
        require(
            config.protocolFeeBps == 0 || config.feeReceiver != address(0),
            IBalanceLedger.FeeReceiverMissing()
        );
        _modelRegistry = IModelRegistry(config.modelRegistry);
        _operatorRegistry = IOperatorRegistry(config.operatorRegistry);
        _dataFee = IDataFee(config.dataFee);
        _asset = config.asset;
        _feeReceiver = config.feeReceiver;
        _protocolFeeBps = config.protocolFeeBps;
        _changeDelaySeconds = config.changeDelaySeconds;
        _retrySeconds = config.retrySeconds;
        _challengeWindowSeconds = config.challengeWindowSeconds;
        _proofSeconds = config.proofSeconds;
    }
}
