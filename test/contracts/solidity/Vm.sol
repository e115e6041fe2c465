// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes our tests use.
interface Vm {
    function prank(address sender) external;

    function deal(address account, uint256 balance) external;

    function warp(uint256 timestamp) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
