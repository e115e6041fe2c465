// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An amount of the asset in 16 bits: three digits or so, and zeros. The low ten bits are the
/// mantissa, the high six the power of ten it is multiplied with.
type ShortAmount is uint16;

using ShortAmountLib for ShortAmount global;

library ShortAmountLib {
    uint256 private constant MANTISSA_BITS = 10;
    uint256 private constant GREATEST_MANTISSA = 1023;
    uint256 private constant GREATEST_EXPONENT = 63;

    /// @notice The amount is not at most 1,023 times a power of ten up to 10^63.
    error AmountNotShort(uint256 amount);

    /// @notice The exact amount, with the least exponent it can be written with.
    function pack(uint256 amount) internal pure returns (ShortAmount) {
        uint256 mantissa = amount;
        uint256 exponent;
        for (; mantissa > GREATEST_MANTISSA; ++exponent) {
            require(mantissa % 10 == 0 && exponent < GREATEST_EXPONENT, AmountNotShort(amount));
            mantissa /= 10;
        }
        return ShortAmount.wrap(uint16((exponent << MANTISSA_BITS) | mantissa));
    }

    /// @return Below 2^220, whatever the bits are.
    function unpack(ShortAmount short) internal pure returns (uint256) {
        uint256 bits = ShortAmount.unwrap(short);
        // 1,023 × 10^63 is far from an overflow.
        unchecked {
            return (bits & GREATEST_MANTISSA) * 10 ** (bits >> MANTISSA_BITS);
        }
    }

    /// @notice Whether `pack` takes the amount.
    function isShort(uint256 amount) internal pure returns (bool) {
        uint256 exponent;
        for (; amount > GREATEST_MANTISSA && amount % 10 == 0; ++exponent) amount /= 10;
        return amount <= GREATEST_MANTISSA && exponent <= GREATEST_EXPONENT;
    }
}
