// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {IBalanceLedger} from "../interfaces/IBalanceLedger.sol";
import {AssetLib} from "../libraries/AssetLib.sol";
import {Ledger} from "./Ledger.sol";

/// @notice What owners of balances and earnings do with them.
abstract contract LedgerAccounts is IBalanceLedger, Ledger {
    /// @inheritdoc IBalanceLedger
    function deposit(address account, uint256 amount) external payable nonReentrant {
        _deposit(account, amount);
    }

    /// @inheritdoc IBalanceLedger
    function depositWithPermit(
        address account,
        uint256 amount,
        Permit calldata permit
    ) external nonReentrant {
        require(_asset != address(0), PermitUnsupported());
        // Whoever saw the signature may have used it already: then the allowance is there.
        try
            IERC20Permit(_asset).permit(
                msg.sender,
                address(this),
                amount,
                permit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {}
        _deposit(account, amount);
    }

    /// @inheritdoc IBalanceLedger
    function withdraw(address to, uint256 amount) external nonReentrant {
        uint256 balance = _accounts[msg.sender].balance;
        require(amount <= balance, BalanceTooLow(msg.sender, balance, amount));

        _accounts[msg.sender].balance = uint128(balance - amount);
        emit Withdrawn(msg.sender, to, amount);

        AssetLib.push(_asset, to, amount);
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

        AssetLib.push(_asset, to, amount);
    }

    /// @inheritdoc IBalanceLedger
    function allow(address consumer, uint256 amount) external {
        _allowances[msg.sender][consumer] = amount;
        emit Allowed(msg.sender, consumer, amount);
    }

    /* VIEWS */

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

    /// @inheritdoc IBalanceLedger
    function asset() external view returns (address) {
        return _asset;
    }

    /// @inheritdoc IBalanceLedger
    function protocolFeeBps() external view returns (uint256) {
        return _protocolFeeBps;
    }

    /// @inheritdoc IBalanceLedger
    function feeReceiver() external view returns (address) {
        return _feeReceiver;
    }

    function _deposit(address account, uint256 amount) private {
        uint256 received = AssetLib.pull(_asset, amount);

        _credit(account, received);
        emit Deposited(account, received);
    }

    /// @dev The owner may send anywhere, a sender's hot key only where the owner said.
    function _mayWithdraw(uint256 operatorId, address to) private view returns (bool) {
        if (_operatorRegistry.ownerOf(operatorId) == msg.sender) return true;
        return
            to != address(0) &&
            _operatorRegistry.payoutOf(operatorId) == to &&
            _operatorRegistry.isSender(operatorId, msg.sender);
    }
}
