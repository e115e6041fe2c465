// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorBonds} from "./OperatorBonds.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {Demand, Entry, Listing} from "./types/Operator.sol";
import {ListingWord, ListingWordLib} from "./types/ListingWord.sol";
import {Places} from "./types/Places.sol";
import {Verification} from "./types/Verification.sol";

/// @notice The lists that requests are drawn from: one per release and level, one slot per ticket.
abstract contract ListingBook is OperatorBonds {
    struct Book {
        Listing[] list;
        mapping(uint256 operatorId => Places) places;
        mapping(uint256 operatorId => Entry) entries;
    }

    /// @dev What the draws of an operator after the first ask for beside the demand: nobody was asked
    /// about them, so what was agreed has to hold.
    struct Redraw {
        /// @dev Never drawn; 0: everybody may be.
        uint256 excludedId;
        uint256 mostPrice;
        /// @dev What the answer will lock; 0: nothing.
        uint256 bond;
    }

    mapping(bytes32 releaseId => mapping(Verification level => Book)) internal _books;

    /// @inheritdoc IOperatorRegistry
    function listings(
        bytes32 releaseId,
        Verification level
    ) external view returns (Listing[] memory) {
        return _books[releaseId][level].list;
    }

    /// @inheritdoc IOperatorRegistry
    function entryOf(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level
    ) external view returns (uint256 tickets, Entry memory entry) {
        Book storage book = _books[releaseId][level];
        return (book.places[operatorId].count(), book.entries[operatorId]);
    }

    /* DRAWS */

    /// @dev The cheaper of two that are eligible; operator 0 if none is. Two, whatever the length: the cost
    /// of a request must not grow with a list that anybody can enter. Whether their bond is free is not
    /// looked at: two more slots for each request, while a busy operator declines at no cost.
    function _draw(
        Book storage book,
        Demand calldata demand,
        uint256 seed
    ) internal view returns (ListingWord) {
        uint256 length = book.list.length;
        if (length == 0) return ListingWord.wrap(0);
        ListingWord first = _wordAt(book, seed % length);
        ListingWord second = _wordAt(book, (seed >> 128) % length);
        return _cheaper(first, first.allows(demand), second, second.allows(demand));
    }

    /// @dev The same of those who ask no more than was agreed, and want to and can lock the bond.
    function _drawAgain(
        Book storage book,
        Demand calldata demand,
        uint256 seed,
        Redraw memory redraw
    ) internal view returns (ListingWord) {
        uint256 length = book.list.length;
        if (length == 0) return ListingWord.wrap(0);
        ListingWord first = _wordAt(book, seed % length);
        ListingWord second = _wordAt(book, (seed >> 128) % length);
        bool isFirst = _allowsAgain(first, demand, redraw);
        return _cheaper(first, isFirst, second, _allowsAgain(second, demand, redraw));
    }

    function _allowsAgain(
        ListingWord word,
        Demand calldata demand,
        Redraw memory redraw
    ) private view returns (bool) {
        uint256 operatorId = word.operatorId();
        if (operatorId == redraw.excludedId || word.price() > redraw.mostPrice) return false;
        // The bond follows the agreed price, so it may be above what he was asked for when he listed.
        if (!word.allows(demand) || word.maxBond() < redraw.bond) return false;
        return _canLock(operatorId, redraw.bond);
    }

    function _cheaper(
        ListingWord first,
        bool isFirst,
        ListingWord second,
        bool isSecond
    ) private pure returns (ListingWord) {
        if (!isSecond) return isFirst ? first : ListingWord.wrap(0);
        return isFirst && first.price() <= second.price() ? first : second;
    }

    /// @dev Operator 0 if the operator is not in the list, or not eligible.
    function _pinned(
        Book storage book,
        Demand calldata demand
    ) internal view returns (ListingWord) {
        Places places = book.places[demand.operatorId];
        if (places.isEmpty()) return ListingWord.wrap(0);
        ListingWord word = _wordAt(book, places.indexAt(0));
        return word.allows(demand) ? word : ListingWord.wrap(0);
    }

    /// @dev With the price that holds now.
    function _wordAt(Book storage book, uint256 index) internal view returns (ListingWord word) {
        word = ListingWordLib.load(book.list, index);
        if (!word.hasPendingPrice()) return word;
        Entry memory entry = book.entries[word.operatorId()];
        return block.timestamp < entry.effectiveAt ? word : word.withPriceOf(entry);
    }

    /// @dev The same as a struct.
    function _listingAt(
        Book storage book,
        uint256 index
    ) internal view returns (Listing memory listing) {
        ListingWord word = _wordAt(book, index);
        listing = book.list[index];
        listing.price = uint80(word.price());
        listing.penaltyShare = uint8(word.penaltyShare());
        listing.hasPendingPrice = word.hasPendingPrice();
    }

    /* TICKETS */

    /// @dev Gives an operator this many tickets, each of them this listing.
    function _setTickets(Book storage book, Listing memory listing, uint256 tickets) internal {
        Places places = book.places[listing.operatorId];
        uint256 number = places.count();
        for (; number > tickets; --number) places = _dropLast(book, places, number);
        for (uint256 i = 0; i < number; ++i) book.list[places.indexAt(i)] = listing;
        for (; number < tickets; ++number) {
            places = places.withIndexAt(number, book.list.length);
            book.list.push(listing);
        }
        book.places[listing.operatorId] = places;
    }

    /// @dev Closes the gap in the list with its last ticket, whoever it belongs to.
    /// @return left Places of the same operator, still to be stored.
    function _dropLast(
        Book storage book,
        Places places,
        uint256 number
    ) private returns (Places left) {
        uint256 index = places.indexAt(number - 1);
        uint256 lastIndex = book.list.length - 1;
        uint256 operatorId = book.list[index].operatorId;
        left = places.cutTo(number - 1);

        if (index != lastIndex) {
            Listing memory last = book.list[lastIndex];
            book.list[index] = last;
            if (last.operatorId == operatorId) left = left.moved(lastIndex, index);
            else
                book.places[last.operatorId] = book.places[last.operatorId].moved(lastIndex, index);
        }
        book.list.pop();
    }
}
