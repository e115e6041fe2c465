// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBalanceLedger} from "../interfaces/IBalanceLedger.sol";
import {AssetLib} from "../libraries/AssetLib.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {CoordinatorState} from "./CoordinatorState.sol";

/// @notice How balances of accounts and earnings of operators change, one slot for each.
abstract contract Ledger is CoordinatorState {
    /// @dev Adds the value sent, takes `escrow` and counts `requests`: one slot for all of it.
    /// @param account The caller's, as it was just read.
    function _charge(Account memory account, uint256 escrow, uint256 requests) internal {
        require(_asset == address(0) || msg.value == 0, AssetLib.ValueUnexpected(msg.value, 0));
        uint256 balance = account.balance + msg.value;
        require(escrow <= balance, IBalanceLedger.BalanceTooLow(msg.sender, balance, escrow));

        _accounts[msg.sender] = Account({
            balance: SafeCast.toUint128(balance - escrow),
            nonce: account.nonce + uint64(requests)
        });
        if (msg.value > 0) emit IBalanceLedger.Deposited(msg.sender, msg.value);
    }

    /// @dev Takes `escrow` from another account that allowed it, and counts one request of the caller's.
    function _chargePayer(address payer, uint256 escrow) internal {
        uint256 allowance = _allowances[payer][msg.sender];
        require(
            escrow <= allowance,
            IBalanceLedger.AllowanceTooLow(payer, msg.sender, allowance, escrow)
        );
        uint256 balance = _accounts[payer].balance;
        require(escrow <= balance, IBalanceLedger.BalanceTooLow(payer, balance, escrow));

        if (allowance < type(uint256).max) _allowances[payer][msg.sender] = allowance - escrow;
        _accounts[payer].balance = uint128(balance - escrow);
        ++_accounts[msg.sender].nonce;
    }

    function _creditProtocolFee(uint256 price) internal returns (uint256 protocolFee) {
        protocolFee = (price * _protocolFeeBps) / FeeLib.BPS;
        _credit(_feeReceiver, protocolFee);
    }

    function _credit(address account, uint256 amount) internal {
        _accounts[account].balance += SafeCast.toUint128(amount);
    }

    /// @dev Who answers is not late, whatever was before.
    function _earn(uint256 operatorId, uint256 amount) internal {
        OperatorAccount storage account = _operatorAccounts[operatorId];
        account.earnings += SafeCast.toUint96(amount);
        if (account.lateInRow != 0) account.lateInRow = 0;
    }
}
