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
    /// @dev Gas of a fulfilment at the Zk level beside its bytes, callback and credits. This and what follows
    /// is measured, and rounded down (gas.json): nobody shall earn by using gas.
    uint256 internal constant ZK_GAS = 264_500;
    /// @dev The same of an optimistic answer, and of making it final.
    uint256 internal constant ANSWER_GAS = 55_200;
    uint256 internal constant FINALIZE_GAS = 60_700;
    /// @dev A share of the escrow to an account that had something before: royalty, protocol fee, refund.
    uint256 internal constant CREDIT_GAS = 5_500;
    /// @dev What a callback takes beside what it uses itself.
    uint256 internal constant CALLBACK_OVERHEAD = 3_000;
    /// @dev Calldata (16), copying and hashing; of an input, packing into words; of an answer, the event.
    uint256 internal constant GAS_PER_INPUT_BYTE = 18;
    uint256 internal constant GAS_PER_OUTPUT_BYTE = 24;
    uint256 internal constant GAS_PER_FINAL_BYTE = 16;

    /// @dev EIP-7623: a transaction that is mostly calldata pays 40 gas a byte instead. This is that price
    /// of each step without input and output.
    uint256 internal constant ZK_FLOOR = 49_000;
    uint256 internal constant ANSWER_FLOOR = 38_000;
    uint256 internal constant FINALIZE_FLOOR = 39_000;
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
        if (terms.maxGasPrice > 0) {
            uint256 outputLength = release.outputLength();
            uint256 credits = creditsOf(costs.royalty, costs.protocolFee);
            uint256 units =
                level == Verification.Optimistic
                    ? _optimisticUnits(outputLength, credits, terms)
                    : proofWork(inputLength, outputLength, _mostCallback(terms)).units(credits);
            costs.gasFee = units * terms.maxGasPrice;
        }
        costs.total = price + costs.royalty + costs.protocolFee + costs.gasFee;
    }

    // Lengths are those of calldata, gas that of a block: no sum or product of them comes near 2^256. Unchecked,
    // what follows costs 900 gas less a fulfilment.

    /// @notice What a fulfilment is reimbursed for.
    /// @param callbackGas Of the callback with its overhead; 0 without one.
    function proofWork(
        uint256 inputLength,
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (Work memory work) {
        unchecked {
            work.payloadLength = inputLength + outputLength;
            work.gas = ZK_GAS + GAS_PER_INPUT_BYTE * inputLength + callbackGas;
            work.gas += GAS_PER_OUTPUT_BYTE * outputLength;
            work.floor = ZK_FLOOR + FLOOR_GAS_PER_BYTE * work.payloadLength;
        }
    }

    /// @notice The same of an optimistic answer.
    function answerWork(
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (Work memory work) {
        unchecked {
            work.payloadLength = outputLength;
            work.gas = ANSWER_GAS + GAS_PER_OUTPUT_BYTE * outputLength + callbackGas;
            work.floor = ANSWER_FLOOR + FLOOR_GAS_PER_BYTE * outputLength;
        }
    }

    /// @notice The same of making an answer final.
    /// @param outputLength Bytes that are delivered with it.
    function finalizeWork(
        uint256 outputLength,
        uint256 callbackGas
    ) internal pure returns (Work memory work) {
        unchecked {
            work.payloadLength = outputLength;
            work.gas = FINALIZE_GAS + GAS_PER_FINAL_BYTE * outputLength + callbackGas;
            work.floor = FINALIZE_FLOOR + FLOOR_GAS_PER_BYTE * outputLength;
        }
    }

    /// @notice How many shares of an escrow go to others than operator and payer.
    function creditsOf(
        uint256 royalty,
        uint256 protocolFee
    ) internal pure returns (uint256 credits) {
        if (royalty > 0) credits = 1;
        if (protocolFee > 0) ++credits;
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
        unchecked {
            price = block.basefee + TIP_CAP;
        }
        if (tx.gasprice < price) price = tx.gasprice;
        if (maxGasPrice < price) price = maxGasPrice;
    }

    /// @dev The callback happens in one of both transactions.
    function _optimisticUnits(
        uint256 outputLength,
        uint256 credits,
        Terms calldata terms
    ) private pure returns (uint256) {
        uint256 callback = _mostCallback(terms);
        if (terms.delivery == Delivery.WhenAnswered)
            return answerWork(outputLength, callback).units(0) + finalizeWork(0, 0).units(credits);
        return
            answerWork(outputLength, 0).units(0) +
            finalizeWork(outputLength, callback).units(credits);
    }

    function _mostCallback(Terms calldata terms) private pure returns (uint256) {
        return terms.callbackGas > 0 ? terms.callbackGas + CALLBACK_OVERHEAD : 0;
    }
}

/// @notice What a transaction is reimbursed for.
struct Work {
    /// @dev By what it does, without credits.
    uint256 gas;
    /// @dev By its calldata alone (EIP-7623); the greater one of both is paid.
    uint256 floor;
    /// @dev Bytes of input and output in its calldata.
    uint256 payloadLength;
}

using WorkLib for Work global;

library WorkLib {
    /// @param credits Shares of the escrow that go to others.
    function units(Work memory work, uint256 credits) internal pure returns (uint256 gas) {
        unchecked {
            gas = work.gas + credits * FeeLib.CREDIT_GAS;
        }
        if (gas < work.floor) gas = work.floor;
    }
}
