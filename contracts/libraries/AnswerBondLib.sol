// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How much bond an optimistic answer locks.
library AnswerBondLib {
    /// @notice A liar shall lose more than his price, also after the shares that go to others.
    uint256 internal constant PRICES_PER_BOND = 5;

    /// @param least What terms and release ask for at least.
    /// @param price Of the answer, without gas and royalty.
    function bondOf(uint256 least, uint256 price) internal pure returns (uint256 bond) {
        bond = PRICES_PER_BOND * price;
        if (bond < least) bond = least;
    }
}
