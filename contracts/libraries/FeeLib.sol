// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Prices} from "../types/Operator.sol";
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

    /// @notice Most that a request can cost at these prices.
    function quote(
        ReleaseRoute memory release,
        Prices memory prices,
        uint256 inputLength,
        Terms memory terms
    ) internal pure returns (Quote memory costs) {
        costs.price =
            release.computeUnits * prices.computePrice +
            release.proofUnits * prices.proofPrice +
            release.byteUnits * prices.bytePrice;
        costs.royalty = (costs.price * release.royaltyBps) / BPS;
        costs.gasFee =
            gasUnits(inputLength, release.outputLength, terms.callbackGas) * terms.maxGasPrice;
        costs.total = costs.price + costs.royalty + costs.gasFee;
    }

    /// @notice Gas that is reimbursed for a fulfilment whose callback used `callbackGas`.
    function gasUnits(
        uint256 inputLength,
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (uint256) {
        return ZK_GAS + GAS_PER_BYTE * (inputLength + outputLength) + callbackGas;
    }

    /// @notice Wei per gas that are reimbursed in this transaction.
    function gasPrice(uint256 maxGasPrice) internal view returns (uint256 price) {
        price = block.basefee + TIP_CAP;
        if (tx.gasprice < price) price = tx.gasprice;
        if (maxGasPrice < price) price = maxGasPrice;
    }
}
