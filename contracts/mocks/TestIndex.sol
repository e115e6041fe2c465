// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20, ERC4626, IERC20} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice An index that rises by gifts of its asset and falls by `lose`; what it takes and lets out may be
/// limited.
contract TestIndex is ERC4626 {
    uint256 private _mostIn = type(uint256).max;
    uint256 private _mostOut = type(uint256).max;
    bool private _isWorthless;

    constructor(IERC20 token) ERC20("Index", "INDEX") ERC4626(token) {}

    function lose(uint256 assets) external {
        SafeERC20.safeTransfer(IERC20(asset()), address(0xdead), assets);
    }

    function setLimits(uint256 mostIn, uint256 mostOut) external {
        (_mostIn, _mostOut) = (mostIn, mostOut);
    }

    /// @notice Lets the price be zero, which rounding up never does.
    function setWorthless(bool isWorthless) external {
        _isWorthless = isWorthless;
    }

    /// @inheritdoc ERC4626
    function convertToAssets(uint256 shares) public view override returns (uint256) {
        return _isWorthless ? 0 : super.convertToAssets(shares);
    }

    /// @inheritdoc ERC4626
    function maxDeposit(address) public view override returns (uint256) {
        return _mostIn;
    }

    /// @inheritdoc ERC4626
    function maxWithdraw(address account) public view override returns (uint256) {
        uint256 assets = super.maxWithdraw(account);
        return assets < _mostOut ? assets : _mostOut;
    }

    /// @inheritdoc ERC4626
    function maxRedeem(address account) public view override returns (uint256) {
        uint256 shares = balanceOf(account);
        uint256 most = _mostOut == type(uint256).max ? shares : convertToShares(_mostOut);
        return shares < most ? shares : most;
    }
}
