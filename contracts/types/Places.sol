// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where the tickets of one operator stand in a list: up to eight indices of 32 bits, each plus
/// one, packed from the low end; zero: not in the list.
type Places is uint256;

using PlacesLib for Places global;

library PlacesLib {
    uint256 internal constant MAXIMUM = 8;
    uint256 private constant WIDTH = 32;

    function isEmpty(Places places) internal pure returns (bool) {
        return Places.unwrap(places) == 0;
    }

    function count(Places places) internal pure returns (uint256 number) {
        while (number < MAXIMUM && Places.unwrap(places) >> (WIDTH * number) != 0) ++number;
    }

    /// @param number Below `count`.
    function indexAt(Places places, uint256 number) internal pure returns (uint256) {
        return uint32(Places.unwrap(places) >> (WIDTH * number)) - 1;
    }

    /// @param number Equals `count`, which is below the maximum.
    function withIndexAt(
        Places places,
        uint256 number,
        uint256 index
    ) internal pure returns (Places) {
        uint256 place = uint256(uint32(index + 1)) << (WIDTH * number);
        return Places.wrap(Places.unwrap(places) | place);
    }

    /// @notice Without the last place.
    /// @param number `count` of what is left.
    function cutTo(Places places, uint256 number) internal pure returns (Places) {
        return Places.wrap(Places.unwrap(places) & ((1 << (WIDTH * number)) - 1));
    }

    /// @notice The same with the ticket at index `from` moved to index `to`.
    function moved(Places places, uint256 from, uint256 to) internal pure returns (Places) {
        uint256 number = count(places);
        for (uint256 i = 0; i < number; ++i) {
            if (indexAt(places, i) != from) continue;
            // What differs between both indices, in their lane.
            uint256 change = uint256(uint32(from + 1) ^ uint32(to + 1)) << (WIDTH * i);
            return Places.wrap(Places.unwrap(places) ^ change);
        }
        return places;
    }
}
