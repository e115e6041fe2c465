// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataFee} from "../interfaces/IDataFee.sol";

/// @notice A rollup whose data costs what a test says.
contract TestDataFee is IDataFee {
    uint256 public feePerByte;
    bool public isBroken;

    error Broken();

    function setFeePerByte(uint256 newFeePerByte) external {
        feePerByte = newFeePerByte;
    }

    function breakDown() external {
        isBroken = true;
    }

    /// @inheritdoc IDataFee
    function dataFee(uint256 length) external view returns (uint256 fee) {
        require(!isBroken, Broken());
        return length * feePerByte;
    }
}
