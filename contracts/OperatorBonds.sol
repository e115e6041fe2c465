// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AssetLib} from "./libraries/AssetLib.sol";
import {Bond} from "./types/Operator.sol";

/// @notice Who the operators are, who may act for them, and what they have at stake.
abstract contract OperatorBonds is IOperatorRegistry, ReentrancyGuardTransient {
    /// @inheritdoc IOperatorRegistry
    address public immutable asset;
    /// @inheritdoc IOperatorRegistry
    address public immutable coordinator;
    /// @notice Least bond of an operator who serves.
    uint256 public immutable minBond;
    /// @inheritdoc IOperatorRegistry
    uint256 public immutable unbondingSeconds;

    /// @inheritdoc IOperatorRegistry
    uint256 public burned;
    /// @inheritdoc IOperatorRegistry
    uint256 public owed;

    mapping(uint256 operatorId => address owner) private _owners;
    mapping(uint256 operatorId => address owner) private _nextOwners;
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
        require(operatorId != 0, OperatorIdReserved());
        require(_owners[operatorId] == address(0), OperatorAlreadyRegistered(operatorId));

        _owners[operatorId] = msg.sender;
        emit OperatorRegistered(operatorId, msg.sender);
    }

    /// @inheritdoc IOperatorRegistry
    function handOverOperator(
        uint256 operatorId,
        address newOwner
    ) external onlyOperatorOwner(operatorId) {
        _nextOwners[operatorId] = newOwner;
        emit OperatorHandedOver(operatorId, msg.sender, newOwner);
    }

    /// @inheritdoc IOperatorRegistry
    /// @dev Senders stay, or a node would stop in the middle of its requests; none of them can send
    /// earnings to where the former owner said.
    function takeOverOperator(uint256 operatorId) external {
        address formerOwner = ownerOf(operatorId);
        require(_nextOwners[operatorId] == msg.sender, NotNextOwner(operatorId, msg.sender));

        _owners[operatorId] = msg.sender;
        _nextOwners[operatorId] = address(0);
        _setPayout(operatorId, address(0));
        emit OperatorTakenOver(operatorId, formerOwner, msg.sender);
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
        _setPayout(operatorId, payout);
    }

    function _setPayout(uint256 operatorId, address payout) private {
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
        uint256 free = bond.amount - bond.locked;
        require(amount > 0 && amount <= free, BondTooLow(operatorId, free, amount));
        require(
            bond.listings == 0 || bond.amount - amount >= minBond,
            StillServing(operatorId, bond.listings)
        );

        bond.amount -= uint96(amount);
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
        Bond storage bond = _bonds[operatorId];
        uint256 amount = bond.unbonding;
        require(amount > 0, NothingUnbonding(operatorId));
        require(
            block.timestamp >= bond.withdrawableAt,
            UnbondingNotOver(operatorId, bond.withdrawableAt)
        );

        bond.unbonding = 0;
        bond.withdrawableAt = 0;
        emit BondWithdrawn(operatorId, to, amount);

        AssetLib.push(asset, to, amount);
    }

    /* WHAT ANSWERS LOCK */

    /// @inheritdoc IOperatorRegistry
    /// @dev No event here or at the release: the coordinator's say it, and one costs 1,400 gas an answer.
    function lockBond(uint256 operatorId, address sender, uint256 amount) external onlyCoordinator {
        Bond storage bond = _bonds[operatorId];
        (uint256 staying, uint256 locked) = (bond.amount, bond.locked);
        uint256 free = staying - locked;
        require(_senders[operatorId][sender], SenderUnknown(operatorId, sender));
        require(staying >= minBond, NotBonded(operatorId));
        require(amount <= free, BondTooLow(operatorId, free, amount));

        bond.locked = uint96(locked + amount);
    }

    /// @inheritdoc IOperatorRegistry
    function unlockBond(uint256 operatorId, uint256 amount) external onlyCoordinator {
        _unlock(operatorId, amount);
    }

    /// @inheritdoc IOperatorRegistry
    function slashLocked(
        uint256 operatorId,
        uint256 amount,
        uint256 mostPaid
    ) external onlyCoordinator nonReentrant returns (uint256 paid) {
        _unlock(operatorId, amount);
        _bonds[operatorId].amount -= uint96(amount);
        return _burnAndPay(operatorId, amount, mostPaid);
    }

    /// @inheritdoc IOperatorRegistry
    function forwardOwed() external nonReentrant {
        uint256 amount = owed;
        require(amount > 0, NothingOwed());
        (bool isSent, uint256 received) = AssetLib.tryPush(asset, coordinator, amount);
        require(isSent, OwedNotSent(amount));
        uint256 kept = amount - received;
        require(kept <= burned, BurnedTooLow(burned, kept));

        // The coordinator's accounts have all of it already; what belongs to nobody makes up for it.
        burned -= kept;
        owed = kept;
        emit OwedForwarded(amount, received);
    }

    function _unlock(uint256 operatorId, uint256 amount) private {
        uint256 locked = _bonds[operatorId].locked;
        require(amount <= locked, LockedTooLow(operatorId, locked, amount));

        _bonds[operatorId].locked = uint96(locked - amount);
    }

    /// @dev Takes up to `amount`: what is free first, then what is leaving, never what is locked: that is
    /// all the answers it stands behind have. `mostPaid` of `amount` goes to the coordinator, the same
    /// share of less; the rest stays here for ever.
    /// @return paid What the coordinator may credit.
    function _takePenalty(
        uint256 operatorId,
        uint256 amount,
        uint256 mostPaid
    ) internal returns (uint256 paid) {
        Bond memory bond = _bonds[operatorId];
        uint256 fromFree = Math.min(amount, bond.amount - bond.locked);
        uint256 fromLeaving = Math.min(amount - fromFree, bond.unbonding);
        uint256 taken = fromFree + fromLeaving;
        if (taken == 0) return 0;

        bond.amount -= uint96(fromFree);
        bond.unbonding -= uint96(fromLeaving);
        _bonds[operatorId] = bond;
        return _burnAndPay(operatorId, taken, (mostPaid * taken) / amount);
    }

    /// @dev Of what was taken from a bond, `sent` goes to the coordinator; the rest is burned. Nobody's
    /// window passes because a token cannot be moved: the coordinator is owed it then.
    function _burnAndPay(
        uint256 operatorId,
        uint256 taken,
        uint256 sent
    ) private returns (uint256 paid) {
        burned += taken - sent;
        emit BondSlashed(operatorId, taken, sent);

        if (sent > 0) {
            bool isSent;
            (isSent, paid) = AssetLib.tryPush(asset, coordinator, sent);
            if (!isSent) {
                paid = sent;
                owed += sent;
                emit PaymentOwed(operatorId, sent);
            }
        }
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
    function nextOwnerOf(uint256 operatorId) external view returns (address) {
        return _nextOwners[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function bondOf(uint256 operatorId) external view returns (Bond memory) {
        return _bonds[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function isBonded(uint256 operatorId) public view returns (bool) {
        return _bonds[operatorId].amount >= minBond;
    }

    /// @inheritdoc IOperatorRegistry
    function ownerOf(uint256 operatorId) public view returns (address owner) {
        owner = _owners[operatorId];
        require(owner != address(0), OperatorUnknown(operatorId));
    }

    /// @dev Whether an answer that locks this much could be locked for; at 0 nobody is asked.
    function _canLock(uint256 operatorId, uint256 amount) internal view returns (bool) {
        if (amount == 0) return true;
        Bond storage bond = _bonds[operatorId];
        uint256 staying = bond.amount;
        return staying >= minBond && amount <= staying - bond.locked;
    }
}
