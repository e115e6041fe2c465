// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The part of the OP stack's fee oracle that is asked here.
interface IGasPriceOracle {
    /// @notice Most that a transaction of so many unsigned bytes pays for its data, as fees are now; for all
    /// but incompressible ones. From the Fjord upgrade on.
    function getL1FeeUpperBound(uint256 unsignedLength) external view returns (uint256 fee);
}
