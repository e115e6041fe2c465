// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IBalanceLedger} from "./interfaces/IBalanceLedger.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {AssetLib} from "./libraries/AssetLib.sol";
import {FeeLib} from "./libraries/FeeLib.sol";

/// @notice Balances of accounts and earnings of operators, in the coordinator's own storage so that
/// a request and its settlement write one slot each.
abstract contract Ledger is IBalanceLedger, ReentrancyGuardTransient {
    struct Account {
        uint128 balance;
        uint64 nonce;
    }

    /// @dev `lockedBond` and `openAnswers` belong to the optimistic level; all share the slot that
    /// earnings are written to anyway.
    struct OperatorAccount {
        uint96 earnings;
        uint96 lockedBond;
        uint32 openAnswers;
        uint8 lateInRow;
    }

    uint256 public constant MAXIMUM_FEE_BPS = 1_000;

    /// @inheritdoc IBalanceLedger
    address public immutable override asset;
    IOperatorRegistry public immutable operatorRegistry;

    /// @inheritdoc IBalanceLedger
    uint256 public immutable override protocolFeeBps;
    address public immutable feeReceiver;

    mapping(address account => Account) internal _accounts;
    mapping(address payer => mapping(address consumer => uint256)) private _allowances;
    mapping(uint256 operatorId => OperatorAccount) internal _operatorAccounts;

    constructor(address ledgerAsset, IOperatorRegistry registry, uint256 feeBps, address receiver) {
        require(feeBps <= MAXIMUM_FEE_BPS, ProtocolFeeTooHigh(feeBps, MAXIMUM_FEE_BPS));
        require(feeBps == 0 || receiver != address(0), FeeReceiverMissing());
        asset = ledgerAsset;
        operatorRegistry = registry;
        protocolFeeBps = feeBps;
        feeReceiver = receiver;
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
        require(_mayWithdraw(operatorId, to), NotOperatorOwner(operatorId, msg.sender));
        require(amount <= earnings, EarningsTooLow(operatorId, earnings, amount));

        _operatorAccounts[operatorId].earnings = uint96(earnings - amount);
        emit EarningsWithdrawn(operatorId, to, amount);

        AssetLib.push(asset, to, amount);
    }

    /// @inheritdoc IBalanceLedger
    function allow(address consumer, uint256 amount) external {
        _allowances[msg.sender][consumer] = amount;
        emit Allowed(msg.sender, consumer, amount);
    }

    /// @inheritdoc IBalanceLedger
    function allowanceOf(address payer, address consumer) external view returns (uint256) {
        return _allowances[payer][consumer];
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

    /// @dev Takes `escrow` from another account that allowed it, and counts one request of the caller's.
    function _chargePayer(address payer, uint256 escrow) internal {
        uint256 allowance = _allowances[payer][msg.sender];
        require(escrow <= allowance, AllowanceTooLow(payer, msg.sender, allowance, escrow));
        uint256 balance = _accounts[payer].balance;
        require(escrow <= balance, BalanceTooLow(payer, balance, escrow));

        if (allowance < type(uint256).max) _allowances[payer][msg.sender] = allowance - escrow;
        _accounts[payer].balance = uint128(balance - escrow);
        ++_accounts[msg.sender].nonce;
    }

    /// @dev The owner may send anywhere, a sender's hot key only where the owner said.
    function _mayWithdraw(uint256 operatorId, address to) private view returns (bool) {
        if (operatorRegistry.ownerOf(operatorId) == msg.sender) return true;
        return
            to != address(0) &&
            operatorRegistry.payoutOf(operatorId) == to &&
            operatorRegistry.isSender(operatorId, msg.sender);
    }

    function _creditProtocolFee(uint256 price) internal returns (uint256 protocolFee) {
        protocolFee = (price * protocolFeeBps) / FeeLib.BPS;
        _credit(feeReceiver, protocolFee);
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
