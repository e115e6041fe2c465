// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bond, Demand, Limits, Listing, Prices} from "../types/Operator.sol";
import {Verification} from "../types/Verification.sol";

/// @notice Operators: who they are, what they have at stake, who may send for them, what they serve.
/// An operator's id is the last 8 bytes of the address that registered it: known beforehand, the same
/// after a re-org, and small where it is stored.
interface IOperatorRegistry {
    event OperatorRegistered(uint256 indexed operatorId, address indexed owner);
    event BondAdded(uint256 indexed operatorId, address indexed from, uint256 amount);
    event UnbondingStarted(uint256 indexed operatorId, uint256 amount, uint256 withdrawableAt);
    event BondWithdrawn(uint256 indexed operatorId, address indexed to, uint256 amount);
    event SenderAdded(uint256 indexed operatorId, address indexed sender);
    event SenderRemoved(uint256 indexed operatorId, address indexed sender);
    event PricesSet(uint256 indexed operatorId, Prices prices);
    /// @notice An operator entered the list, or changed his place in it. `price` is what one answer
    /// costs from `effectiveAt` on.
    event ListingSet(
        uint256 indexed operatorId,
        bytes32 indexed releaseId,
        Verification indexed level,
        uint256 price,
        uint256 effectiveAt,
        Limits limits
    );
    event ListingRemoved(
        uint256 indexed operatorId,
        bytes32 indexed releaseId,
        Verification indexed level
    );

    error OperatorUnknown(uint256 operatorId);
    error OperatorAlreadyRegistered(uint256 operatorId);
    error NotOwner(uint256 operatorId, address account);
    error BondTooLow(uint256 operatorId, uint256 bond, uint256 minimum);
    /// @notice The bond can only fall below the minimum once the operator stands in no list.
    error StillServing(uint256 operatorId, uint256 listings);
    error AlreadyUnbonding(uint256 operatorId, uint256 withdrawableAt);
    error NothingUnbonding(uint256 operatorId);
    error UnbondingNotOver(uint256 operatorId, uint256 withdrawableAt);
    error SenderAlreadyAdded(uint256 operatorId, address sender);
    error SenderUnknown(uint256 operatorId, address sender);
    error PriceTooHigh(uint256 price);
    error NotServing(uint256 operatorId, bytes32 releaseId, Verification level);
    error NotBonded(uint256 operatorId);
    /// @notice No operator serves this release at this level within the terms.
    error NoOperator(bytes32 releaseId, Verification level);

    /// @notice Registers the caller as an operator and as its owner.
    function registerOperator() external returns (uint256 operatorId);

    /// @notice Adds to a bond. Anyone may call; only the owner can ever take it out.
    function addBond(uint256 operatorId, uint256 amount) external payable;

    /// @notice Starts taking bond out; it can be withdrawn after the unbonding time. Owner only.
    function startUnbonding(uint256 operatorId, uint256 amount) external;

    /// @notice Takes out what has finished unbonding. Owner only.
    function withdrawBond(uint256 operatorId, address to) external;

    /// @notice Lets a hot key act for the operator. Owner only.
    function addSender(uint256 operatorId, address sender) external;

    function removeSender(uint256 operatorId, address sender) external;

    /// @notice Sets the prices per unit of work that listings made from now on use. Owner only.
    function setPrices(uint256 operatorId, Prices calldata prices) external;

    /// @notice Enters the list of a release at a level, or changes limits and price there: the
    /// release's units times the operator's prices. Owner only; needs the minimum bond.
    function startServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level,
        Limits calldata limits
    ) external;

    function stopServing(uint256 operatorId, bytes32 releaseId, Verification level) external;

    /// @notice Draws the operator who gets a request, and tells his price. Reverts with `NoOperator`
    /// if none is eligible.
    /// @param seed Number the draw follows.
    function assign(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        uint256 seed
    ) external view returns (uint256 operatorId, uint256 price);

    /// @notice Highest price among the operators eligible for this demand.
    function highestPrice(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand
    ) external view returns (uint256);

    function isSender(uint256 operatorId, address sender) external view returns (bool);

    /// @notice Whether the operator holds the minimum bond and is not leaving.
    function isBonded(uint256 operatorId) external view returns (bool);

    function ownerOf(uint256 operatorId) external view returns (address);

    function bondOf(uint256 operatorId) external view returns (Bond memory);

    function pricesOf(uint256 operatorId) external view returns (Prices memory);

    /// @notice Everybody who serves a release at a level, in the order of the list.
    function listings(
        bytes32 releaseId,
        Verification level
    ) external view returns (Listing[] memory);
}
