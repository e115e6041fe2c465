// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Moves the one asset of a deployment: a token, or the chain's coin if `asset` is zero.
library AssetLib {
    /// @notice Value does not fit the asset: coins beside a token, or another amount than announced.
    error ValueUnexpected(uint256 value, uint256 expected);

    /// @notice Takes `amount` from the caller.
    /// @return received What really arrived: a token may keep a part.
    /// @dev Callers hold their lock: what a token's hook deposits meanwhile would be counted twice.
    function pull(address asset, uint256 amount) internal returns (uint256 received) {
        uint256 expected = asset == address(0) ? amount : 0;
        require(msg.value == expected, ValueUnexpected(msg.value, expected));
        if (asset == address(0)) return amount;

        uint256 before = IERC20(asset).balanceOf(address(this));
        SafeERC20.safeTransferFrom(IERC20(asset), msg.sender, address(this), amount);
        return IERC20(asset).balanceOf(address(this)) - before;
    }

    /// @notice Sends `amount` if the asset lets it go now.
    /// @return isSent Whether it did: a token may be paused, or refuse one of the two accounts.
    /// @return received What arrived there: a token may keep a part.
    function tryPush(
        address asset,
        address to,
        uint256 amount
    ) internal returns (bool isSent, uint256 received) {
        if (asset == address(0)) {
            Address.sendValue(payable(to), amount);
            return (true, amount);
        }
        uint256 before = IERC20(asset).balanceOf(to);
        isSent = SafeERC20.trySafeTransfer(IERC20(asset), to, amount);
        received = IERC20(asset).balanceOf(to) - before;
    }

    function push(address asset, address to, uint256 amount) internal {
        if (asset == address(0)) Address.sendValue(payable(to), amount);
        else SafeERC20.safeTransfer(IERC20(asset), to, amount);
    }
}
