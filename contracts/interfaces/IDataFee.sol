// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a rollup charges for publishing a transaction's data, beside its gas.
interface IDataFee {
    /// @param length Bytes of calldata.
    /// @return fee In wei, as it is now.
    function dataFee(uint256 length) external view returns (uint256 fee);
}
