// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a coordinator asks of the code it hands calls on to, when it is made.
interface ICoordinatorExtension {
    /// @notice keccak256 of the ABI-encoded configuration it was made with.
    function configHash() external view returns (bytes32);
}
