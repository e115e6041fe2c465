// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBalanceLedger} from "./interfaces/IBalanceLedger.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AssetLib} from "./libraries/AssetLib.sol";

/// @notice Balances of accounts and earnings of operators, in the coordinator's own storage so that
/// a request and its settlement write one slot each.
abstract contract Ledger is IBalanceLedger, ReentrancyGuardTransient {
    struct Account {
        uint128 balance;
        uint64 nonce;
    }

    /// @dev The later fields belong to the optimistic level; they share the slot that earnings are
    /// written to anyway.
    struct OperatorAccount {
        uint96 earnings;
        uint96 lockedBond;
        uint32 openAnswers;
        uint8 lateInRow;
    }

    /// @inheritdoc IBalanceLedger
    address public immutable override asset;
    IOperatorRegistry public immutable operatorRegistry;

    mapping(address account => Account) internal _accounts;
    mapping(uint256 operatorId => OperatorAccount) internal _operatorAccounts;

    constructor(address ledgerAsset, IOperatorRegistry registry) {
        asset = ledgerAsset;
        operatorRegistry = registry;
    }

    /// @inheritdoc IBalanceLedger
    function deposit(address account, uint256 amount) external payable nonReentrant {
        uint256 received = AssetLib.pull(asset, amount);

        _credit(account, received);
        emit Deposited(account, received);
    }

    /// @inheritdoc IBalanceLedger
    function withdraw(address to, uint256 amount) external nonReentrant {
        uint256 balance = _accounts[msg.sender].balance;
        require(amount <= balance, BalanceTooLow(msg.sender, balance, amount));

        _accounts[msg.sender].balance = uint128(balance - amount);
        emit Withdrawn(msg.sender, to, amount);

        AssetLib.push(asset, to, amount);
    }

    /// @inheritdoc IBalanceLedger
    function withdrawEarnings(
        uint256 operatorId,
        address to,
        uint256 amount
    ) external nonReentrant {
        uint256 earnings = _operatorAccounts[operatorId].earnings;
        require(
            operatorRegistry.ownerOf(operatorId) == msg.sender,
            NotOperatorOwner(operatorId, msg.sender)
        );
        require(amount <= earnings, EarningsTooLow(operatorId, earnings, amount));

        _operatorAccounts[operatorId].earnings = uint96(earnings - amount);
        emit EarningsWithdrawn(operatorId, to, amount);

        AssetLib.push(asset, to, amount);
    }

    /// @inheritdoc IBalanceLedger
    function balanceOf(address account) external view returns (uint256) {
        return _accounts[account].balance;
    }

    /// @inheritdoc IBalanceLedger
    function earningsOf(uint256 operatorId) external view returns (uint256) {
        return _operatorAccounts[operatorId].earnings;
    }

    /// @inheritdoc IBalanceLedger
    function nonceOf(address requester) external view returns (uint256) {
        return _accounts[requester].nonce;
    }

    /// @dev Adds the value sent, takes `escrow` and counts one request: one slot for all of it.
    /// @param account The caller's, as it was just read.
    function _charge(Account memory account, uint256 escrow) internal {
        require(asset == address(0) || msg.value == 0, AssetLib.ValueUnexpected(msg.value, 0));
        uint256 balance = account.balance + msg.value;
        require(escrow <= balance, BalanceTooLow(msg.sender, balance, escrow));

        _accounts[msg.sender] = Account({
            balance: SafeCast.toUint128(balance - escrow),
            nonce: account.nonce + 1
        });
        if (msg.value > 0) emit Deposited(msg.sender, msg.value);
    }

    function _credit(address account, uint256 amount) internal {
        _accounts[account].balance += SafeCast.toUint128(amount);
    }

    function _earn(uint256 operatorId, uint256 amount) internal {
        _operatorAccounts[operatorId].earnings += SafeCast.toUint96(amount);
    }
}
