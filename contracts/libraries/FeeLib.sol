// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Quote} from "../types/Quote.sol";
import {ReleaseRoute} from "../types/Release.sol";
import {Terms} from "../types/Terms.sol";

/// @notice What a request costs: work by the operator's prices, and gas.
library FeeLib {
    uint256 internal constant BPS = 10_000;
    /// @dev Most of a tip that is reimbursed, in wei per gas.
    uint256 internal constant TIP_CAP = 2 gwei;
    /// @dev Gas of a fulfilment at the Zk level beside its bytes and callback, as measured (gas.json).
    uint256 internal constant ZK_GAS = 268_000;
    /// @dev Calldata (16), copying and hashing of one byte of input or output.
    uint256 internal constant GAS_PER_BYTE = 22;

    /// @dev EIP-7623: a transaction that is mostly calldata pays 40 gas a byte instead; 52,000 is that
    /// price of a fulfilment without input and output.
    uint256 internal constant FLOOR_GAS = 52_000;
    uint256 internal constant FLOOR_GAS_PER_BYTE = 40;

    /// @notice Most that a request can cost, given what the operator asks for the answer.
    function quote(
        ReleaseRoute release,
        uint256 price,
        uint256 protocolFeeBps,
        uint256 inputLength,
        Terms memory terms
    ) internal pure returns (Quote memory costs) {
        costs.price = price;
        costs.royalty = (price * release.royaltyBps()) / BPS;
        costs.protocolFee = (price * protocolFeeBps) / BPS;
        costs.gasFee =
            gasUnits(inputLength + release.outputLength(), terms.callbackGas) * terms.maxGasPrice;
        costs.total = price + costs.royalty + costs.protocolFee + costs.gasFee;
    }

    /// @notice Gas that is reimbursed for a fulfilment whose callback used `callbackGas`.
    function gasUnits(
        uint256 payloadLength,
        uint256 callbackGas
    ) internal pure returns (uint256 units) {
        units = ZK_GAS + GAS_PER_BYTE * payloadLength + callbackGas;
        uint256 floor = FLOOR_GAS + FLOOR_GAS_PER_BYTE * payloadLength;
        if (units < floor) units = floor;
    }

    /// @notice Wei per gas that are reimbursed in this transaction.
    function gasPrice(uint256 maxGasPrice) internal view returns (uint256 price) {
        price = block.basefee + TIP_CAP;
        if (tx.gasprice < price) price = tx.gasprice;
        if (maxGasPrice < price) price = maxGasPrice;
    }
}
