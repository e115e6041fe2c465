// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataFee} from "../interfaces/IDataFee.sol";
import {IGasPriceOracle} from "../interfaces/IGasPriceOracle.sol";

/// @title OpStackDataFee
/// @notice What rollups of the OP stack (OP Mainnet, Base and others) charge for a transaction's data.
/// @dev Without the operator fee some of them add to each unit of gas: who answers bears it.
contract OpStackDataFee is IDataFee {
    /// @dev The same address on every chain of the stack.
    IGasPriceOracle private constant ORACLE = IGasPriceOracle(
        0x420000000000000000000000000000000000000F
    );
    /// @dev Bytes of an unsigned transaction beside its calldata: chain, nonce, fees, gas, receiver, lengths.
    uint256 private constant ENVELOPE_LENGTH = 60;

    /// @dev Reverts on a chain that has no such oracle.
    constructor() {
        ORACLE.getL1FeeUpperBound(0);
    }

    /// @inheritdoc IDataFee
    function dataFee(uint256 length) external view returns (uint256 fee) {
        return ORACLE.getL1FeeUpperBound(ENVELOPE_LENGTH + length);
    }
}
