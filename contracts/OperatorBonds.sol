// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AssetLib} from "./libraries/AssetLib.sol";
import {Bond} from "./types/Operator.sol";

/// @notice Who the operators are, who may act for them, and what they have at stake.
abstract contract OperatorBonds is IOperatorRegistry, ReentrancyGuardTransient {
    /// @notice The one asset of this deployment: a token, or zero for the chain's coin.
    address public immutable asset;
    /// @inheritdoc IOperatorRegistry
    address public immutable coordinator;
    /// @notice Least bond of an operator who serves.
    uint256 public immutable minBond;
    /// @inheritdoc IOperatorRegistry
    uint256 public immutable unbondingSeconds;

    /// @inheritdoc IOperatorRegistry
    uint256 public burned;

    mapping(uint256 operatorId => address owner) private _owners;
    mapping(uint256 operatorId => address payout) private _payouts;
    mapping(uint256 operatorId => mapping(address sender => bool)) private _senders;
    mapping(uint256 operatorId => Bond) internal _bonds;

    modifier onlyOperatorOwner(uint256 operatorId) {
        require(ownerOf(operatorId) == msg.sender, NotOwner(operatorId, msg.sender));
        _;
    }

    modifier onlyCoordinator() {
        require(msg.sender == coordinator, NotCoordinator(msg.sender));
        _;
    }

    constructor(address bondAsset, address onlySlasher, uint256 leastBond, uint256 unbondingTime) {
        // With a minimum of nothing, ids nobody registered would count as bonded.
        require(leastBond > 0, BondTooLow(0, 0, 1));
        asset = bondAsset;
        coordinator = onlySlasher;
        minBond = leastBond;
        unbondingSeconds = unbondingTime;
    }

    /* IDENTITY */

    /// @inheritdoc IOperatorRegistry
    function registerOperator() external returns (uint256 operatorId) {
        operatorId = uint64(uint160(msg.sender));
        require(_owners[operatorId] == address(0), OperatorAlreadyRegistered(operatorId));

        _owners[operatorId] = msg.sender;
        emit OperatorRegistered(operatorId, msg.sender);
    }

    /// @inheritdoc IOperatorRegistry
    function addSender(uint256 operatorId, address sender) external onlyOperatorOwner(operatorId) {
        require(!_senders[operatorId][sender], SenderAlreadyAdded(operatorId, sender));

        _senders[operatorId][sender] = true;
        emit SenderAdded(operatorId, sender);
    }

    /// @inheritdoc IOperatorRegistry
    function removeSender(
        uint256 operatorId,
        address sender
    ) external onlyOperatorOwner(operatorId) {
        require(_senders[operatorId][sender], SenderUnknown(operatorId, sender));

        _senders[operatorId][sender] = false;
        emit SenderRemoved(operatorId, sender);
    }

    /// @inheritdoc IOperatorRegistry
    function setPayout(uint256 operatorId, address payout) external onlyOperatorOwner(operatorId) {
        _payouts[operatorId] = payout;
        emit PayoutSet(operatorId, payout);
    }

    /* BOND */

    /// @inheritdoc IOperatorRegistry
    function addBond(uint256 operatorId, uint256 amount) external payable nonReentrant {
        ownerOf(operatorId);
        uint256 received = AssetLib.pull(asset, amount);

        _bonds[operatorId].amount += SafeCast.toUint96(received);
        emit BondAdded(operatorId, msg.sender, received);
    }

    /// @inheritdoc IOperatorRegistry
    function startUnbonding(
        uint256 operatorId,
        uint256 amount
    ) external onlyOperatorOwner(operatorId) {
        Bond memory bond = _bonds[operatorId];
        require(bond.unbonding == 0, AlreadyUnbonding(operatorId, bond.withdrawableAt));
        require(amount > 0 && amount <= bond.amount, BondTooLow(operatorId, bond.amount, amount));
        require(
            bond.listings == 0 || bond.amount - amount >= minBond,
            StillServing(operatorId, bond.listings)
        );

        bond.unbonding = uint96(amount);
        bond.withdrawableAt = uint40(block.timestamp + unbondingSeconds);
        _bonds[operatorId] = bond;
        emit UnbondingStarted(operatorId, amount, bond.withdrawableAt);
    }

    /// @inheritdoc IOperatorRegistry
    function withdrawBond(
        uint256 operatorId,
        address to
    ) external nonReentrant onlyOperatorOwner(operatorId) {
        Bond memory bond = _bonds[operatorId];
        uint256 amount = bond.unbonding;
        require(amount > 0, NothingUnbonding(operatorId));
        require(
            block.timestamp >= bond.withdrawableAt,
            UnbondingNotOver(operatorId, bond.withdrawableAt)
        );

        bond.amount -= bond.unbonding;
        bond.unbonding = 0;
        bond.withdrawableAt = 0;
        _bonds[operatorId] = bond;
        emit BondWithdrawn(operatorId, to, amount);

        AssetLib.push(asset, to, amount);
    }

    /// @dev Takes up to `amount`, the part that is leaving last. `mostPaid` of `amount` goes to the
    /// coordinator, the same share of less; the rest stays here for ever.
    /// @return paid What arrived at the coordinator.
    function _slash(
        uint256 operatorId,
        uint256 amount,
        uint256 mostPaid
    ) internal returns (uint256 paid) {
        Bond memory bond = _bonds[operatorId];
        uint256 taken = amount < bond.amount ? amount : bond.amount;
        if (taken == 0) return 0;

        uint256 sent = (mostPaid * taken) / amount;
        bond.amount -= uint96(taken);
        if (bond.unbonding > bond.amount) bond.unbonding = bond.amount;
        _bonds[operatorId] = bond;
        burned += taken - sent;
        emit BondSlashed(operatorId, taken, sent);

        if (sent > 0) paid = AssetLib.pushMeasured(asset, coordinator, sent);
    }

    /* VIEWS */

    /// @inheritdoc IOperatorRegistry
    function isSender(uint256 operatorId, address sender) external view returns (bool) {
        return _senders[operatorId][sender];
    }

    /// @inheritdoc IOperatorRegistry
    function payoutOf(uint256 operatorId) external view returns (address) {
        return _payouts[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function bondOf(uint256 operatorId) external view returns (Bond memory) {
        return _bonds[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function isBonded(uint256 operatorId) public view returns (bool) {
        return _stayingBond(operatorId) >= minBond;
    }

    /// @inheritdoc IOperatorRegistry
    function ownerOf(uint256 operatorId) public view returns (address owner) {
        owner = _owners[operatorId];
        require(owner != address(0), OperatorUnknown(operatorId));
    }

    function _stayingBond(uint256 operatorId) internal view returns (uint256) {
        Bond memory bond = _bonds[operatorId];
        return bond.amount - bond.unbonding;
    }
}
