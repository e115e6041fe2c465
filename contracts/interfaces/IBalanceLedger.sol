// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One balance per account for deposits, refunds and royalties, and one per operator for
/// what he earned. Money leaves only when its owner pulls it.
interface IBalanceLedger {
    /// @notice A signature by which the caller allows a token to be taken (EIP-2612).
    struct Permit {
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    event EarningsWithdrawn(uint256 indexed operatorId, address indexed to, uint256 amount);
    /// @notice `consumer` may spend up to `amount` more of `payer`'s balance on requests.
    event Allowed(address indexed payer, address indexed consumer, uint256 amount);

    error BalanceTooLow(address account, uint256 balance, uint256 amount);
    error EarningsTooLow(uint256 operatorId, uint256 earnings, uint256 amount);
    error NotOperatorOwner(uint256 operatorId, address account);
    error AllowanceTooLow(address payer, address consumer, uint256 allowance, uint256 amount);
    error ProtocolFeeTooHigh(uint256 feeBps, uint256 maximum);
    error FeeReceiverMissing();
    /// @notice The asset is the chain's coin: it is sent, not permitted.
    error PermitUnsupported();

    /// @notice Adds to the balance of `account`. Anyone may call. With coins, `amount` equals the
    /// value sent; with a token, what really arrives is credited.
    function deposit(address account, uint256 amount) external payable;

    /// @notice The same with a token that takes signatures: allowance and deposit in one call.
    function depositWithPermit(address account, uint256 amount, Permit calldata permit) external;

    /// @notice Sends from the caller's balance to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice Lets another account pay its requests from the caller's balance, up to `amount` in
    /// escrows; the greatest number: without end. Refunds come back to the balance, not to the allowance.
    function allow(address consumer, uint256 amount) external;

    /// @notice Sends an operator's earnings to `to`. The owner may name any account, a sender only the
    /// operator's payout address.
    function withdrawEarnings(uint256 operatorId, address to, uint256 amount) external;

    function allowanceOf(address payer, address consumer) external view returns (uint256);

    /// @notice Share of each price that is charged on top of it, in 1/10,000.
    function protocolFeeBps() external view returns (uint256);

    function feeReceiver() external view returns (address);

    function balanceOf(address account) external view returns (uint256);

    function earningsOf(uint256 operatorId) external view returns (uint256);

    /// @notice Number of requests an account has made: the nonce of its next one.
    function nonceOf(address requester) external view returns (uint256);

    /// @notice The one asset of this deployment: a token, or zero for the chain's coin.
    function asset() external view returns (address);
}
