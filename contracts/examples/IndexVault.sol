// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {
    ERC4626,
    IERC20,
    IERC4626
} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title IndexVault
/// @notice Example: shares of a vault whose assets are partly in an index, itself an ERC-4626 vault over
/// the same asset. How large that part should be is for who derives from it to say.
/// @dev Warning: prices are what the index says of itself; use one that no single transaction can move,
/// without fees, over an asset that keeps no share of transfers.
abstract contract IndexVault is ERC4626, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 internal constant BPS = 10_000;

    IERC4626 public immutable index;
    /// @dev Shares that a price is told of: enough that assets of few decimals show basis points.
    uint256 private immutable _pricedShares;

    event Rebalanced(uint256 exposureBps, uint256 heldBefore, uint256 heldAfter);

    error IndexWorthless();

    constructor(IERC4626 heldIndex) ERC4626(IERC20(heldIndex.asset())) {
        index = heldIndex;
        _pricedShares = 10 ** (IERC20Metadata(address(heldIndex)).decimals() + 6);
    }

    /// @notice Part of the vault that should be in the index now, in 1/10,000, at most 10,000.
    function exposureBps() public view virtual returns (uint256);

    /// @notice Buys or sells of the index until it is `exposureBps` of the vault, as far as it lets. Anyone
    /// may call.
    function rebalance() external nonReentrant {
        uint256 exposure = exposureBps();
        uint256 held = indexAssets();
        uint256 wanted = Math.mulDiv(totalAssets(), exposure, BPS);

        if (wanted > held) _buy(wanted - held);
        else if (exposure == 0) _sellAll();
        else _sell(held - wanted);
        emit Rebalanced(exposure, held, indexAssets());
    }

    /// @notice What the vault's part of the index is worth.
    function indexAssets() public view returns (uint256) {
        return index.previewRedeem(index.balanceOf(address(this)));
    }

    /// @inheritdoc ERC4626
    function totalAssets() public view override returns (uint256) {
        return _cash() + indexAssets();
    }

    /// @notice Less than all while the index lets less out; `maxWithdraw` follows from it.
    function maxRedeem(address account) public view override returns (uint256) {
        uint256 shares = balanceOf(account);
        uint256 liquid = _cash() + index.maxWithdraw(address(this));
        if (liquid >= totalAssets()) return shares;
        return Math.min(shares, convertToShares(liquid));
    }

    /// @dev The lock keeps a token's hooks from buying shares while assets are on their way to the index.
    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address account,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        uint256 cash = _cash();
        if (assets > cash) index.withdraw(assets - cash, address(this), address(this));
        super._withdraw(caller, receiver, account, assets, shares);
    }

    /// @dev A gift to an empty vault costs the giver a thousand times what the next depositor loses.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 3;
    }

    /// @notice Price of the index in the vault's asset.
    function _indexPrice() internal view returns (uint256 price) {
        price = index.convertToAssets(_pricedShares);
        require(price > 0, IndexWorthless());
    }

    function _buy(uint256 assets) private {
        uint256 amount = Math.min(assets, Math.min(_cash(), index.maxDeposit(address(this))));
        if (amount == 0) return;
        IERC20(asset()).forceApprove(address(index), amount);
        index.deposit(amount, address(this));
    }

    function _sell(uint256 assets) private {
        uint256 amount = Math.min(assets, index.maxWithdraw(address(this)));
        if (amount > 0) index.withdraw(amount, address(this), address(this));
    }

    /// @dev By shares, so that rounding leaves none.
    function _sellAll() private {
        uint256 shares = index.maxRedeem(address(this));
        if (shares > 0) index.redeem(shares, address(this), address(this));
    }

    function _cash() private view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }
}
