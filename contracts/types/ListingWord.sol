// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Demand, Entry, Listing} from "./Operator.sol";
import {ShortAmount} from "./ShortAmount.sol";

/// @notice A `Listing` as its slot holds it. A draw looks at two of them: shifting what it needs out of
/// the word instead of reading a struct saves 2,300 gas a request.
type ListingWord is uint256;

using ListingWordLib for ListingWord global;

library ListingWordLib {
    uint256 private constant SHARE_SHIFT = 64;
    uint256 private constant PENDING_SHIFT = 72;
    uint256 private constant PRICE_SHIFT = 80;
    uint256 private constant GAS_PRICE_SHIFT = 160;
    uint256 private constant CALLBACK_SHIFT = 200;
    uint256 private constant LENGTH_SHIFT = 224;
    uint256 private constant BOND_SHIFT = 240;

    /// @param index Below the list's length.
    function load(Listing[] storage list, uint256 index) internal view returns (ListingWord word) {
        // Solidity reads a slot as the struct it holds, field by field.
        assembly ("memory-safe") {
            mstore(0, list.slot)
            word := sload(add(keccak256(0, 32), index))
        }
    }

    function operatorId(ListingWord word) internal pure returns (uint256) {
        return uint64(ListingWord.unwrap(word));
    }

    function penaltyShare(ListingWord word) internal pure returns (uint256) {
        return uint8(ListingWord.unwrap(word) >> SHARE_SHIFT);
    }

    function hasPendingPrice(ListingWord word) internal pure returns (bool) {
        return uint8(ListingWord.unwrap(word) >> PENDING_SHIFT) != 0;
    }

    function price(ListingWord word) internal pure returns (uint256) {
        return uint80(ListingWord.unwrap(word) >> PRICE_SHIFT);
    }

    /// @notice Most bond that one answer may lock.
    function maxBond(ListingWord word) internal pure returns (uint256) {
        return ShortAmount.wrap(uint16(ListingWord.unwrap(word) >> BOND_SHIFT)).unpack();
    }

    /// @notice With the price of the entry, which waits no longer.
    function withPriceOf(ListingWord word, Entry memory entry) internal pure returns (ListingWord) {
        uint256 limits = (ListingWord.unwrap(word) >> GAS_PRICE_SHIFT) << GAS_PRICE_SHIFT;
        return
            ListingWord.wrap(
                limits |
                    (uint256(entry.price) << PRICE_SHIFT) |
                    (uint256(entry.penaltyShare) << SHARE_SHIFT) |
                    operatorId(word)
            );
    }

    function allows(ListingWord word, Demand calldata demand) internal pure returns (bool) {
        uint256 bits = ListingWord.unwrap(word);
        return
            demand.maxGasPrice >= uint40(bits >> GAS_PRICE_SHIFT) &&
            demand.callbackGas <= uint24(bits >> CALLBACK_SHIFT) &&
            demand.inputLength <= uint16(bits >> LENGTH_SHIFT) &&
            (demand.bond == 0 || demand.bond <= maxBond(word));
    }
}
