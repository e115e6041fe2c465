// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How much bond an optimistic answer locks, and how much asking for a proof of it takes.
library AnswerBondLib {
    /// @notice A liar shall lose more than his price, also after the shares that go to others.
    uint256 internal constant PRICES_PER_BOND = 5;
    /// @dev A fifth of a bond is what the release sets a proof at; asking for one costs 1.5 of that.
    uint256 private constant CHALLENGE_NUMERATOR = 3;
    uint256 private constant CHALLENGE_DENOMINATOR = 10;

    /// @param least What terms and release ask for at least.
    /// @param price Of the answer, without gas and royalty.
    function bondOf(uint256 least, uint256 price) internal pure returns (uint256 bond) {
        bond = PRICES_PER_BOND * price;
        if (bond < least) bond = least;
    }

    /// @param minBond Of the release.
    function challengeBondOf(uint256 minBond) internal pure returns (uint256) {
        return (minBond * CHALLENGE_NUMERATOR) / CHALLENGE_DENOMINATOR;
    }
}
