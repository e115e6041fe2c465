// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Most that a request can cost, part by part, in the asset's smallest unit.
struct Quote {
    uint256 price;
    uint256 royalty;
    uint256 protocolFee;
    /// @dev Gas that can be charged at most, times `terms.maxGasPrice`.
    uint256 gasFee;
    uint256 total;
}
