// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The contracts a coordinator works with for ever, so that its address alone names a deployment.
interface ICoordinatorRegistries {
    /// @notice Where its releases are registered.
    function modelRegistry() external view returns (address);

    /// @notice Where its operators are, and their bonds.
    function operatorRegistry() external view returns (address);
}
