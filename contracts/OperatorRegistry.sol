// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListingBook} from "./ListingBook.sol";
import {OperatorBonds} from "./OperatorBonds.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AnswerBondLib} from "./libraries/AnswerBondLib.sol";
import {ListingWord} from "./types/ListingWord.sol";
import {Demand, Entry, Lateness, Limits, Listing, Offer, Prices} from "./types/Operator.sol";
import {Places, PlacesLib} from "./types/Places.sol";
import {Units} from "./types/Release.sol";
import {ShortAmountLib} from "./types/ShortAmount.sol";
import {Verification} from "./types/Verification.sol";

/// @title OperatorRegistry
/// @notice Operators: bond, senders, prices, and the lists that requests are assigned from.
contract OperatorRegistry is ListingBook {
    /// @notice Time a rise of a price waits; cuts hold at once.
    uint256 public constant PRICE_DELAY_SECONDS = 1 hours;
    /// @notice Time a declined request costs a ticket.
    uint256 public constant DECLINE_SECONDS = 1 days;
    /// @notice Periods of which the highest base fee is remembered.
    uint256 public constant FEE_PERIOD_SECONDS = 6 hours;
    /// @dev The least bond is worth two, so that declining once leaves a place in the list.
    uint256 private constant TICKETS_PER_LEAST_BOND = 2;
    uint256 private constant PENALTY_SCALE = 255;

    /// @inheritdoc IOperatorRegistry
    IModelRegistry public immutable modelRegistry;

    mapping(uint256 operatorId => Prices) private _prices;
    mapping(uint256 period => uint256 baseFee) private _highestBaseFees;

    /// @param onlySlasher Coordinator of this deployment: the only one who can take from bonds.
    constructor(
        address bondAsset,
        uint256 leastBond,
        uint256 unbondingTime,
        IModelRegistry models,
        address onlySlasher
    ) OperatorBonds(bondAsset, onlySlasher, leastBond, unbondingTime) {
        modelRegistry = models;
    }

    /* PRICES AND SERVING */

    /// @inheritdoc IOperatorRegistry
    function setPrices(
        uint256 operatorId,
        Prices calldata prices
    ) external onlyOperatorOwner(operatorId) {
        _prices[operatorId] = prices;
        emit PricesSet(operatorId, prices);
    }

    /// @inheritdoc IOperatorRegistry
    function startServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level,
        Limits calldata limits
    ) external onlyOperatorOwner(operatorId) {
        require(isBonded(operatorId), BondTooLow(operatorId, _bonds[operatorId].amount, minBond));
        Book storage book = _books[releaseId][level];
        Entry memory entry = book.entries[operatorId];
        uint256 tickets = _ticketsOf(operatorId, entry);
        require(tickets > 0, DeclinedTooOften(operatorId, entry.declinedUntil));
        (uint256 price, uint256 share) = _priceOf(operatorId, releaseId, level);
        require(price <= type(uint80).max, PriceTooHigh(price));
        _requireBacking(releaseId, level, price, limits.maxBond);

        Listing memory listing = _listingBefore(book, operatorId, entry);
        bool isRise = price > listing.price;
        if (isRise) {
            listing.hasPendingPrice = true;
            entry.effectiveAt = uint40(block.timestamp + PRICE_DELAY_SECONDS);
            (entry.price, entry.penaltyShare) = (uint80(price), uint8(share));
        } else {
            listing.hasPendingPrice = false;
            (entry.price, entry.effectiveAt) = (0, 0);
            (listing.price, listing.penaltyShare) = (uint80(price), uint8(share));
        }
        listing.minGasPrice = limits.minGasPrice;
        listing.maxCallbackGas = limits.maxCallbackGas;
        listing.maxInputLength = limits.maxInputLength;
        listing.maxBond = ShortAmountLib.pack(limits.maxBond);

        if (book.places[operatorId].isEmpty()) ++_bonds[operatorId].listings;
        book.entries[operatorId] = entry;
        _setTickets(book, listing, tickets);
        uint256 effectiveAt = isRise ? entry.effectiveAt : block.timestamp;
        emit ListingSet(operatorId, releaseId, level, price, effectiveAt, limits);
        emit TicketsSet(operatorId, releaseId, level, tickets);
    }

    /// @inheritdoc IOperatorRegistry
    function stopServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level
    ) external onlyOperatorOwner(operatorId) {
        require(
            !_books[releaseId][level].places[operatorId].isEmpty(),
            NotServing(operatorId, releaseId, level)
        );
        _leave(operatorId, releaseId, level);
    }

    /// @inheritdoc IOperatorRegistry
    function refreshTickets(uint256 operatorId, bytes32 releaseId, Verification level) external {
        Book storage book = _books[releaseId][level];
        Places places = book.places[operatorId];
        require(!places.isEmpty(), NotServing(operatorId, releaseId, level));

        _giveTickets(
            operatorId,
            releaseId,
            level,
            _ticketsOf(operatorId, book.entries[operatorId])
        );
    }

    /// @dev The listing that stands, with its price; a free hand where none does and none did within
    /// the delay: leaving and coming back is no way around it.
    function _listingBefore(
        Book storage book,
        uint256 operatorId,
        Entry memory entry
    ) private view returns (Listing memory listing) {
        Places places = book.places[operatorId];
        if (!places.isEmpty()) return _listingAt(book, places.indexAt(0));
        listing.operatorId = uint64(operatorId);
        bool isBound = block.timestamp < entry.effectiveAt;
        listing.price = isBound ? entry.price : type(uint80).max;
        listing.penaltyShare = entry.penaltyShare;
    }

    function _giveTickets(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level,
        uint256 tickets
    ) private {
        if (tickets == 0) return _leave(operatorId, releaseId, level);
        Book storage book = _books[releaseId][level];
        _setTickets(book, _listingAt(book, book.places[operatorId].indexAt(0)), tickets);
        emit TicketsSet(operatorId, releaseId, level, tickets);
    }

    function _leave(uint256 operatorId, bytes32 releaseId, Verification level) private {
        Book storage book = _books[releaseId][level];
        Entry storage entry = book.entries[operatorId];
        Listing memory listing = _listingAt(book, book.places[operatorId].indexAt(0));

        entry.price = listing.price;
        entry.penaltyShare = listing.penaltyShare;
        entry.effectiveAt = uint40(block.timestamp + PRICE_DELAY_SECONDS);
        _setTickets(book, listing, 0);
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
    ) external view returns (Offer memory) {
        Book storage book = _books[releaseId][level];
        ListingWord word =
            demand.operatorId == 0 ? _draw(book, demand, seed) : _pinned(book, demand);
        require(word.operatorId() != 0, NoOperator(releaseId, level));
        return _offer(word);
    }

    /// @inheritdoc IOperatorRegistry
    function decline(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        Offer calldata declined,
        uint256 bond,
        uint256 seed
    ) external onlyCoordinator returns (Offer memory) {
        // Whose bond stands behind other answers cannot give this one.
        if (_canLock(declined.operatorId, bond)) {
            _loseTicket(declined.operatorId, releaseId, level);
        }
        // Who asked for one operator wants no other drawn.
        if (demand.operatorId != 0) return Offer({operatorId: 0, price: 0, latePenalty: 0});

        Book storage book = _books[releaseId][level];
        Redraw memory redraw = Redraw({
            excludedId: declined.operatorId,
            mostPrice: declined.price,
            bond: bond
        });
        return _offer(_drawAgain(book, demand, seed, redraw));
    }

    /// @inheritdoc IOperatorRegistry
    function fallbackFor(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        uint256 mostPrice,
        uint256 bond,
        uint256 seed
    ) external view returns (uint256 operatorId) {
        // He was asked for by name, so his lists and limits matter no more.
        if (demand.operatorId != 0) {
            return _canLock(demand.operatorId, bond) ? demand.operatorId : 0;
        }
        Redraw memory redraw = Redraw({excludedId: 0, mostPrice: mostPrice, bond: bond});
        return _drawAgain(_books[releaseId][level], demand, seed, redraw).operatorId();
    }

    /// @inheritdoc IOperatorRegistry
    function highestPrice(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand
    ) external view returns (uint256 highest) {
        Book storage book = _books[releaseId][level];
        uint256 length = book.list.length;
        bool isAny;
        for (uint256 i = 0; i < length; ++i) {
            ListingWord word = _wordAt(book, i);
            bool isMeant = demand.operatorId == 0 || demand.operatorId == word.operatorId();
            if (!isMeant || !word.allows(demand)) continue;
            isAny = true;
            if (word.price() > highest) highest = word.price();
        }
        require(isAny, NoOperator(releaseId, level));
    }

    function _offer(ListingWord word) private pure returns (Offer memory) {
        uint256 price = word.price();
        return
            Offer({
                operatorId: word.operatorId(),
                price: price,
                latePenalty: (price * word.penaltyShare()) / PENALTY_SCALE
            });
    }

    function _loseTicket(uint256 operatorId, bytes32 releaseId, Verification level) private {
        Book storage book = _books[releaseId][level];
        Entry memory entry = book.entries[operatorId];
        if (block.timestamp >= entry.declinedUntil) entry.declines = 0;
        if (entry.declines < type(uint8).max) ++entry.declines;
        entry.declinedUntil = uint40(block.timestamp + DECLINE_SECONDS);
        book.entries[operatorId] = entry;

        uint256 tickets = book.places[operatorId].count();
        if (tickets > 0) _giveTickets(operatorId, releaseId, level, tickets - 1);
    }

    /* LATENESS */

    /// @inheritdoc IOperatorRegistry
    function noteBaseFee() external {
        uint256 period = block.timestamp / FEE_PERIOD_SECONDS;
        require(
            block.basefee > _highestBaseFees[period],
            BaseFeeKnown(period, _highestBaseFees[period])
        );
        _highestBaseFees[period] = block.basefee;
        emit BaseFeeNoted(period, block.basefee);
    }

    /// @inheritdoc IOperatorRegistry
    function penalizeLate(
        Lateness calldata late
    ) external onlyCoordinator nonReentrant returns (bool isLate, uint256 paid) {
        if (_hadSpike(late)) return (false, 0);

        isLate = true;
        if (late.penalty > 0) paid = _takePenalty(late.operatorId, late.penalty, late.mostPaid);

        Book storage book = _books[late.releaseId][late.level];
        bool isListed = !book.places[late.operatorId].isEmpty();
        if (isListed && (late.isLast || !isBonded(late.operatorId))) {
            _leave(late.operatorId, late.releaseId, late.level);
        }
    }

    /// @dev A requester who pays for no gas gets operators who bear it all: their limits say so.
    function _hadSpike(Lateness calldata late) private view returns (bool) {
        if (late.maxGasPrice == 0) return false;
        if (block.basefee > late.maxGasPrice) return true;
        uint256 last = late.primaryUntil / FEE_PERIOD_SECONDS;
        for (uint256 i = late.assignedAt / FEE_PERIOD_SECONDS; i <= last; ++i) {
            if (_highestBaseFees[i] > late.maxGasPrice) return true;
        }
        return false;
    }

    /* VIEWS */

    /// @inheritdoc IOperatorRegistry
    function pricesOf(uint256 operatorId) external view returns (Prices memory) {
        return _prices[operatorId];
    }

    /// @inheritdoc IOperatorRegistry
    function highestBaseFee(uint256 time) external view returns (uint256) {
        return _highestBaseFees[time / FEE_PERIOD_SECONDS];
    }

    /// @dev Requests are not drawn for an operator who would have to lock more than he wants to.
    function _requireBacking(
        bytes32 releaseId,
        Verification level,
        uint256 price,
        uint256 maxBond
    ) private view {
        if (level != Verification.Optimistic) return;
        uint256 needed = AnswerBondLib.bondOf(modelRegistry.minBondOf(releaseId), price);
        require(maxBond >= needed, MaxBondTooLow(maxBond, needed));
    }

    /// @return price Of one answer. A proof is made, and paid for, at level Zk only.
    /// @return share Of the compute part in it, rounded down to 1/255.
    function _priceOf(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level
    ) private view returns (uint256 price, uint256 share) {
        Units memory units = modelRegistry.unitsOf(releaseId);
        Prices memory prices = _prices[operatorId];
        uint256 compute = uint256(units.compute) * prices.computePrice;
        price = compute + uint256(units.byteSize) * prices.bytePrice;
        if (level == Verification.Zk) price += uint256(units.proof) * prices.proofPrice;
        if (price > 0) share = (compute * PENALTY_SCALE) / price;
    }

    /// @dev None for an operator who is not bonded.
    function _ticketsOf(uint256 operatorId, Entry memory entry) private view returns (uint256) {
        uint256 staying = _bonds[operatorId].amount;
        if (staying < minBond) return 0;
        uint256 tickets = (staying * TICKETS_PER_LEAST_BOND) / minBond;
        if (tickets > PlacesLib.MAXIMUM) tickets = PlacesLib.MAXIMUM;
        if (block.timestamp >= entry.declinedUntil) return tickets;
        return tickets > entry.declines ? tickets - entry.declines : 0;
    }
}
