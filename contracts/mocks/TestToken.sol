// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice A token anyone can mint, which takes signed allowances and may keep a share of each transfer,
/// call somebody, and be paused.
contract TestToken is ERC20Permit {
    uint256 public immutable feeBps;

    address public hookTarget;
    bytes public hookData;
    bytes public hookResult;
    bool public isPaused;

    error Paused();

    constructor(uint256 transferFeeBps) ERC20("Test", "TEST") ERC20Permit("Test") {
        feeBps = transferFeeBps;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    /// @notice Makes each transfer call `target` with `data`, and keep what that returned.
    function setHook(address target, bytes calldata data) external {
        (hookTarget, hookData) = (target, data);
    }

    function setPaused(bool paused) external {
        isPaused = paused;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!isPaused, Paused());
        uint256 fee = from == address(0) ? 0 : (value * feeBps) / 10_000;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, address(0), fee);
        if (hookTarget != address(0)) (, hookResult) = hookTarget.call(hookData);
    }
}
