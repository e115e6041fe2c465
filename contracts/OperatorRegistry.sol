// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AssetLib} from "./libraries/AssetLib.sol";
import {Bond, Demand, Limits, Listing, Prices} from "./types/Operator.sol";
import {Units} from "./types/Release.sol";
import {Verification} from "./types/Verification.sol";

/// @title OperatorRegistry
/// @notice Operators: bond, senders, prices, and the lists that requests are assigned from.
contract OperatorRegistry is IOperatorRegistry, ReentrancyGuardTransient {
    /// @dev Place for a price rise that waits for its hour; unused as long as prices take effect at once.
    struct PendingPrice {
        uint96 price;
        uint40 effectiveAt;
    }

    /// @dev An operator whose limits refuse the request gives way to a second draw, no more: the
    /// cost of a request must not grow with a list that anybody can enter.
    uint256 private constant DRAWS = 2;

    /// @notice The one asset of this deployment: a token, or zero for the chain's coin.
    address public immutable asset;
    /// @notice Least bond of an operator who serves.
    uint256 public immutable minBond;
    uint256 public immutable unbondingSeconds;
    IModelRegistry public immutable modelRegistry;

    mapping(uint256 operatorId => address owner) private _owners;
    mapping(uint256 operatorId => Bond) private _bonds;
    mapping(uint256 operatorId => Prices) private _prices;
    mapping(uint256 operatorId => mapping(address sender => bool)) private _senders;
    mapping(bytes32 releaseId => mapping(Verification level => Listing[])) private _listings;
    /// @dev Position in the list plus one; zero: not in the list.
    mapping(bytes32 releaseId => mapping(Verification level => mapping(uint256 operatorId => uint256)))
        private _positions;

    mapping(bytes32 releaseId => mapping(Verification level => mapping(uint256 operatorId => PendingPrice)))
        private _pendingPrices;

    modifier onlyOperatorOwner(uint256 operatorId) {
        require(ownerOf(operatorId) == msg.sender, NotOwner(operatorId, msg.sender));
        _;
    }

    constructor(
        address bondAsset,
        uint256 leastBond,
        uint256 unbondingTime,
        IModelRegistry models
    ) {
        // With a minimum of nothing, ids nobody registered would count as bonded.
        require(leastBond > 0, BondTooLow(0, 0, 1));
        asset = bondAsset;
        minBond = leastBond;
        unbondingSeconds = unbondingTime;
        modelRegistry = models;
    }

    /// @inheritdoc IOperatorRegistry
    function registerOperator() external returns (uint256 operatorId) {
        operatorId = uint64(uint160(msg.sender));
        require(_owners[operatorId] == address(0), OperatorAlreadyRegistered(operatorId));

        _owners[operatorId] = msg.sender;
        emit OperatorRegistered(operatorId, msg.sender);
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

    /* SENDERS AND PRICES */

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
    function setPrices(
        uint256 operatorId,
        Prices calldata prices
    ) external onlyOperatorOwner(operatorId) {
        _prices[operatorId] = prices;
        emit PricesSet(operatorId, prices);
    }

    /* SERVING */

    /// @inheritdoc IOperatorRegistry
    function startServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level,
        Limits calldata limits
    ) external onlyOperatorOwner(operatorId) {
        require(isBonded(operatorId), BondTooLow(operatorId, _stayingBond(operatorId), minBond));
        uint256 price = _priceOf(operatorId, releaseId);
        require(price <= type(uint96).max, PriceTooHigh(price));

        Listing[] storage list = _listings[releaseId][level];
        uint256 position = _positions[releaseId][level][operatorId];
        if (position == 0) {
            list.push();
            position = list.length;
            _positions[releaseId][level][operatorId] = position;
            ++_bonds[operatorId].listings;
        }
        list[position - 1] = Listing({
            operatorId: uint64(operatorId),
            tickets: 1,
            hasPendingPrice: false,
            price: uint96(price),
            minGasPrice: limits.minGasPrice,
            maxCallbackGas: limits.maxCallbackGas,
            maxInputLength: limits.maxInputLength
        });
        emit ListingSet(operatorId, releaseId, level, price, block.timestamp, limits);
    }

    /// @inheritdoc IOperatorRegistry
    function stopServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level
    ) external onlyOperatorOwner(operatorId) {
        uint256 position = _positions[releaseId][level][operatorId];
        require(position > 0, NotServing(operatorId, releaseId, level));

        Listing[] storage list = _listings[releaseId][level];
        Listing memory last = list[list.length - 1];
        list[position - 1] = last;
        _positions[releaseId][level][last.operatorId] = position;
        list.pop();
        delete _positions[releaseId][level][operatorId];
        --_bonds[operatorId].listings;
        emit ListingRemoved(operatorId, releaseId, level);
    }

    /* ASSIGNMENT */

    /// @inheritdoc IOperatorRegistry
    function assign(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        uint256 seed
    ) external view returns (uint256 operatorId, uint256 price) {
        Listing[] storage list = _listings[releaseId][level];
        Listing memory listing =
            demand.operatorId == 0
                ? _draw(list, demand, seed)
                : _pinned(list, _positions[releaseId][level][demand.operatorId], demand);
        require(listing.operatorId != 0, NoOperator(releaseId, level));
        return (listing.operatorId, listing.price);
    }

    /// @inheritdoc IOperatorRegistry
    function highestPrice(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand
    ) external view returns (uint256 highest) {
        Listing[] storage list = _listings[releaseId][level];
        bool isAny;
        for (uint256 i = 0; i < list.length; ++i) {
            Listing memory listing = list[i];
            bool isMeant = demand.operatorId == 0 || demand.operatorId == listing.operatorId;
            if (!isMeant || !_isEligible(listing, demand)) continue;
            isAny = true;
            if (listing.price > highest) highest = listing.price;
        }
        require(isAny, NoOperator(releaseId, level));
    }

    /// @dev Operator 0 if neither draw is eligible.
    function _draw(
        Listing[] storage list,
        Demand calldata demand,
        uint256 seed
    ) private view returns (Listing memory listing) {
        uint256 length = list.length;
        if (length == 0) return listing;
        for (uint256 i = 0; i < DRAWS; ++i) {
            listing = list[(seed >> (128 * i)) % length];
            if (_isEligible(listing, demand)) return listing;
        }
        listing.operatorId = 0;
    }

    /// @dev Operator 0 if the operator is not in the list, or not eligible.
    function _pinned(
        Listing[] storage list,
        uint256 position,
        Demand calldata demand
    ) private view returns (Listing memory listing) {
        if (position == 0) return listing;
        listing = list[position - 1];
        if (!_isEligible(listing, demand)) listing.operatorId = 0;
    }

    /// @dev Whoever stands in a list is bonded: the bond cannot fall below the minimum before.
    function _isEligible(
        Listing memory listing,
        Demand calldata demand
    ) private pure returns (bool) {
        return
            demand.maxGasPrice >= listing.minGasPrice &&
            demand.callbackGas <= listing.maxCallbackGas &&
            demand.inputLength <= listing.maxInputLength;
    }

    /* VIEWS */

    /// @inheritdoc IOperatorRegistry
    function isSender(uint256 operatorId, address sender) external view returns (bool) {
        return _senders[operatorId][sender];
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

    /// @inheritdoc IOperatorRegistry
    function bondOf(uint256 operatorId) external view returns (Bond memory) {
        return _bonds[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function pricesOf(uint256 operatorId) external view returns (Prices memory) {
        return _prices[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function listings(
        bytes32 releaseId,
        Verification level
    ) external view returns (Listing[] memory) {
        return _listings[releaseId][level];
    }

    function _priceOf(uint256 operatorId, bytes32 releaseId) private view returns (uint256) {
        Units memory units = modelRegistry.unitsOf(releaseId);
        Prices memory prices = _prices[operatorId];
        return
            uint256(units.compute) * prices.computePrice +
            uint256(units.proof) * prices.proofPrice +
            uint256(units.byteSize) * prices.bytePrice;
    }

    function _stayingBond(uint256 operatorId) private view returns (uint256) {
        Bond memory bond = _bonds[operatorId];
        return bond.amount - bond.unbonding;
    }
}
