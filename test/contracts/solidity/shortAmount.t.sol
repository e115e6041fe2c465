// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShortAmount, ShortAmountLib} from "../../../contracts/types/ShortAmount.sol";

/// @notice Sixteen bits hold an amount exactly, or refuse it.
contract ShortAmountTest {
    function testFuzz_everyShortAmountSurvivesPacking(uint16 bits) external pure {
        uint256 amount = ShortAmount.wrap(bits).unpack();
        ShortAmount packed = ShortAmountLib.pack(amount);
        assert(packed.unpack() == amount);
        // Of several ways to write an amount, the least is stored.
        assert(ShortAmount.unwrap(packed) <= bits);
    }

    function testFuzz_anAmountIsExactOrRefused(uint256 seed, uint8 zeros) external view {
        uint256 amount = (seed % 3_000) * 10 ** (zeros % 67);
        _checkExact(amount);
        _checkExact(amount + 1);
        _checkExact(seed);
    }

    function test_boundsOfTheForm() external view {
        assert(ShortAmount.unwrap(ShortAmountLib.pack(0)) == 0);
        assert(ShortAmount.unwrap(ShortAmountLib.pack(1_023)) == 1_023);
        assert(ShortAmount.unwrap(ShortAmountLib.pack(1 ether)) == (15 << 10) | 1_000);
        assert(ShortAmount.unwrap(ShortAmountLib.pack(1_023 * 10 ** 63)) == type(uint16).max);
        assert(ShortAmount.wrap(type(uint16).max).unpack() < 2 ** 220);
        _refuses(1_024);
        _refuses(1_023 * 10 ** 64);
        _refuses(1 ether + 1);
    }

    /// @dev A call to itself, so that a test can catch what the library throws.
    function pack(uint256 amount) external pure returns (ShortAmount) {
        return ShortAmountLib.pack(amount);
    }

    function _checkExact(uint256 amount) private view {
        try this.pack(amount) returns (ShortAmount packed) {
            assert(packed.unpack() == amount);
        } catch (bytes memory reason) {
            assert(_isNotShort(reason, amount));
            assert(!_isShort(amount));
        }
    }

    function _refuses(uint256 amount) private view {
        try this.pack(amount) returns (ShortAmount) {
            assert(false);
        } catch (bytes memory reason) {
            assert(_isNotShort(reason, amount));
        }
    }

    function _isNotShort(bytes memory reason, uint256 amount) private pure returns (bool) {
        bytes memory expected = abi.encodeWithSelector(
            ShortAmountLib.AmountNotShort.selector,
            amount
        );
        return keccak256(reason) == keccak256(expected);
    }

    /// @dev The definition, tried out: no loop over digits as in the library.
    function _isShort(uint256 amount) private pure returns (bool) {
        for (uint256 exponent = 0; exponent <= 63; ++exponent) {
            uint256 power = 10 ** exponent;
            if (amount % power == 0 && amount / power <= 1_023) return true;
        }
        return false;
    }
}
