// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Quote} from "../types/Quote.sol";
import {ReleaseRoute} from "../types/Release.sol";
import {Delivery, Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";

/// @notice What a request costs: work by the operator's prices, and gas.
library FeeLib {
    uint256 internal constant BPS = 10_000;
    /// @dev Most of a tip that is reimbursed, in wei per gas.
    uint256 internal constant TIP_CAP = 2 gwei;
    /// @dev Gas of a fulfilment at the Zk level beside its bytes and callback, as measured (gas.json).
    uint256 internal constant ZK_GAS = 273_000;
    /// @dev The same of an optimistic answer, and of making it final.
    uint256 internal constant ANSWER_GAS = 59_000;
    uint256 internal constant FINALIZE_GAS = 65_500;
    /// @dev Calldata (16), copying and hashing of one byte of input or output.
    uint256 internal constant GAS_PER_BYTE = 22;

    /// @dev EIP-7623: a transaction that is mostly calldata pays 40 gas a byte instead; 52,000 is that
    /// price of a fulfilment without input and output.
    uint256 internal constant FLOOR_GAS = 52_000;
    uint256 internal constant FLOOR_GAS_PER_BYTE = 40;

    /// @dev Calldata beside input and output: request, assignment, record, proof.
    uint256 internal constant CALLDATA_LENGTH = 1_700;
    /// @dev Of a rollup's data fee, how much of what it is at the request is set aside for the answer.
    uint256 internal constant DATA_FEE_MARGIN = 2;

    /// @notice Most that a request can cost, given what the operator asks for the answer, without a
    /// rollup's data fee.
    function quote(
        ReleaseRoute release,
        Verification level,
        uint256 price,
        uint256 protocolFeeBps,
        uint256 inputLength,
        Terms calldata terms
    ) internal pure returns (Quote memory costs) {
        costs.price = price;
        costs.royalty = (price * release.royaltyBps()) / BPS;
        costs.protocolFee = (price * protocolFeeBps) / BPS;
        uint256 units =
            level == Verification.Optimistic
                ? _optimisticUnits(release.outputLength(), terms)
                : proofUnits(inputLength + release.outputLength(), terms.callbackGas);
        costs.gasFee = units * terms.maxGasPrice;
        costs.total = price + costs.royalty + costs.protocolFee + costs.gasFee;
    }

    /// @notice Gas that is reimbursed for a fulfilment whose callback used `callbackGas`.
    function proofUnits(
        uint256 payloadLength,
        uint256 callbackGas
    ) internal pure returns (uint256) {
        return _units(ZK_GAS, payloadLength, callbackGas);
    }

    /// @notice Gas that is reimbursed for an optimistic answer.
    function answerUnits(
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (uint256) {
        return _units(ANSWER_GAS, outputLength, callbackGas);
    }

    /// @notice Gas that is reimbursed for making an answer final.
    /// @param outputLength Bytes that are delivered with it.
    function finalizeUnits(
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (uint256) {
        return _units(FINALIZE_GAS, outputLength, callbackGas);
    }

    /// @notice Most calldata that answering takes, in all transactions of it.
    function dataLength(
        Verification level,
        uint256 inputLength,
        uint256 outputLength,
        Terms calldata terms
    ) internal pure returns (uint256) {
        if (level != Verification.Optimistic) return CALLDATA_LENGTH + inputLength + outputLength;
        uint256 deliveries = terms.delivery == Delivery.WhenAnswered ? 1 : 2;
        return 2 * CALLDATA_LENGTH + deliveries * outputLength;
    }

    /// @notice Wei per gas that are reimbursed in this transaction.
    function gasPrice(uint256 maxGasPrice) internal view returns (uint256 price) {
        price = block.basefee + TIP_CAP;
        if (tx.gasprice < price) price = tx.gasprice;
        if (maxGasPrice < price) price = maxGasPrice;
    }

    /// @dev The callback happens in one of both transactions.
    function _optimisticUnits(
        uint256 outputLength,
        Terms calldata terms
    ) private pure returns (uint256) {
        if (terms.delivery == Delivery.WhenAnswered)
            return answerUnits(outputLength, terms.callbackGas) + finalizeUnits(0, 0);
        return answerUnits(outputLength, 0) + finalizeUnits(outputLength, terms.callbackGas);
    }

    function _units(
        uint256 fixedGas,
        uint256 payloadLength,
        uint256 callbackGas
    ) private pure returns (uint256 units) {
        units = fixedGas + GAS_PER_BYTE * payloadLength + callbackGas;
        uint256 floor = FLOOR_GAS + FLOOR_GAS_PER_BYTE * payloadLength;
        if (units < floor) units = floor;
    }
}
