// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {Finality} from "./Finality.sol";

/// @notice What becomes of the bond behind an answer that falls, and who pays for telling its consumer.
abstract contract FallenAnswers is Finality {
    /// @notice An answer that falls, and what who brings it down is paid.
    struct Fall {
        bytes32 requestId;
        address challenger;
        /// @dev The challenger's, out of the escrow; at most that.
        uint256 gasFee;
        /// @dev The sender's, out of what would be burned.
        uint256 callbackFee;
    }

    /// @dev Half of a slashed bond is burned; of the rest two fifths are the challenger's.
    uint256 private constant CHALLENGER_NUMERATOR = 2;
    uint256 private constant CHALLENGER_DENOMINATOR = 5;
    /// @dev At most this part of a bond pays for the callback, half of what is burned otherwise: base fees
    /// that come back to a sequencer who lies must leave him a loss.
    uint256 private constant CALLBACK_PART = 4;

    /// @dev Calls the consumer of an answer that falls, unless its gas could cost more than the bond gives
    /// for that: a requester in league with the liar must not make catching him a loss. A callback that
    /// was left out can be given again like one that failed.
    function _callBackFallen(
        bytes32 requestId,
        Request calldata request,
        uint256 bond,
        bytes memory data
    ) internal returns (bool delivered, uint256 gasUsed) {
        if (!_hasCallback(request)) return (false, 0);
        uint256 cost = _callbackFee(request.terms.callbackGas + FeeLib.CALLBACK_OVERHEAD);
        uint256 most = bond / CALLBACK_PART;
        if (cost <= most) return _call(requestId, request, data);
        emit IInferenceAnswers.CallbackFailed(
            requestId,
            abi.encodeWithSelector(CallbackUnpaid.selector, cost, most)
        );
    }

    /// @dev At the base fee, or less where a rollup takes less: a tip could go to the liar himself. A token has
    /// no price in gas.
    function _callbackFee(uint256 units) internal view returns (uint256) {
        return _asset == address(0) ? units * FeeLib.gasPrice(block.basefee) : 0;
    }

    /// @dev Takes the bond and returns what the challenger had at stake. The escrow is the caller's business.
    /// @param output The right one; empty if none was proven.
    function _slash(
        Fall memory fall,
        Assignment calldata assignment,
        AnswerRecord calldata record,
        bytes calldata output
    ) internal {
        _endChallenge(record);
        uint256 bond = assignment.bond;
        uint256 shared = _operatorRegistry.slashLocked(
            record.payee,
            bond,
            bond / 2 + fall.callbackFee
        );
        shared -= fall.callbackFee;
        uint256 reward = (shared * CHALLENGER_NUMERATOR) / CHALLENGER_DENOMINATOR;
        uint256 refund = shared - reward;

        _credit(assignment.payer, refund);
        refund += assignment.escrow - fall.gasFee;
        reward += fall.gasFee;
        _credit(fall.challenger, reward);
        emit RequestOverturned(
            fall.requestId,
            record.payee,
            fall.challenger,
            bond,
            reward,
            refund,
            output
        );
        if (fall.callbackFee == 0) return;
        _credit(msg.sender, fall.callbackFee);
        emit CallbackPaid(fall.requestId, msg.sender, fall.callbackFee);
    }

    /// @dev The challenger did not lose: his bond goes back.
    function _endChallenge(AnswerRecord calldata record) internal {
        if (record.challenger == address(0)) return;
        --_operatorAccounts[record.payee].openChallenges;
        _credit(record.challenger, record.challengeBond);
    }
}
