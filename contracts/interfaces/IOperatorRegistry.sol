// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bond, Demand, Entry, Lateness, Limits, Listing, Offer, Prices} from "../types/Operator.sol";
import {Verification} from "../types/Verification.sol";

import {IModelRegistry} from "./IModelRegistry.sol";

/// @notice Operators: who they are, what they have at stake, who may send for them, what they serve.
/// An operator's id is the last 8 bytes of the address that registered it: known beforehand, the same
/// after a re-org, and small where it is stored.
interface IOperatorRegistry {
    event OperatorRegistered(uint256 indexed operatorId, address indexed owner);
    /// @notice `newOwner` may take the operator over; zero: nobody may any more.
    event OperatorHandedOver(
        uint256 indexed operatorId,
        address indexed owner,
        address indexed newOwner
    );
    event OperatorTakenOver(
        uint256 indexed operatorId,
        address indexed formerOwner,
        address indexed owner
    );
    event BondAdded(uint256 indexed operatorId, address indexed from, uint256 amount);
    event UnbondingStarted(uint256 indexed operatorId, uint256 amount, uint256 withdrawableAt);
    event BondWithdrawn(uint256 indexed operatorId, address indexed to, uint256 amount);
    event SenderAdded(uint256 indexed operatorId, address indexed sender);
    event SenderRemoved(uint256 indexed operatorId, address indexed sender);
    event PayoutSet(uint256 indexed operatorId, address payout);
    /// @notice `taken` left the bond: `paid` to the coordinator, the rest is burned.
    event BondSlashed(uint256 indexed operatorId, uint256 taken, uint256 paid);
    /// @notice The asset did not let `amount` of what was taken go: the coordinator is owed it.
    event PaymentOwed(uint256 indexed operatorId, uint256 amount);
    /// @notice `amount` of what was owed went to the coordinator, and `received` arrived.
    event OwedForwarded(uint256 amount, uint256 received);
    event BaseFeeNoted(uint256 indexed period, uint256 baseFee);
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
    /// @notice Weight of an operator in the draws of a list.
    event TicketsSet(
        uint256 indexed operatorId,
        bytes32 indexed releaseId,
        Verification indexed level,
        uint256 tickets
    );
    event ListingRemoved(
        uint256 indexed operatorId,
        bytes32 indexed releaseId,
        Verification indexed level
    );

    error OperatorUnknown(uint256 operatorId);
    /// @notice The last 8 bytes of the address are zero, which means "no operator" everywhere.
    error OperatorIdReserved();
    error OperatorAlreadyRegistered(uint256 operatorId);
    error NotOwner(uint256 operatorId, address account);
    /// @notice The operator was not handed over to this account, or no longer is.
    error NotNextOwner(uint256 operatorId, address account);
    /// @param bond What the operator has: for locks and unbonding, what is not locked.
    error BondTooLow(uint256 operatorId, uint256 bond, uint256 minimum);
    error LockedTooLow(uint256 operatorId, uint256 locked, uint256 amount);
    /// @notice The bond can only fall below the minimum once the operator stands in no list.
    error StillServing(uint256 operatorId, uint256 listings);
    error AlreadyUnbonding(uint256 operatorId, uint256 withdrawableAt);
    error NothingUnbonding(uint256 operatorId);
    error UnbondingNotOver(uint256 operatorId, uint256 withdrawableAt);
    error NothingOwed();
    /// @notice The asset does not let go what is owed yet.
    error OwedNotSent(uint256 amount);
    /// @notice The asset keeps more of what is owed than was burned: there is nothing to make up for it.
    error BurnedTooLow(uint256 burned, uint256 kept);
    error SenderAlreadyAdded(uint256 operatorId, address sender);
    error SenderUnknown(uint256 operatorId, address sender);
    error PriceTooHigh(uint256 price);
    /// @notice An optimistic answer of this release at this price locks `needed`: limits must allow it.
    error MaxBondTooLow(uint256 maxBond, uint256 needed);
    error NotServing(uint256 operatorId, bytes32 releaseId, Verification level);
    /// @notice Declined requests cost all tickets of this release and level, until then.
    error DeclinedTooOften(uint256 operatorId, uint256 declinedUntil);
    error BaseFeeKnown(uint256 period, uint256 baseFee);
    error NotCoordinator(address account);
    error NotBonded(uint256 operatorId);
    /// @notice No operator serves this release at this level within the terms.
    error NoOperator(bytes32 releaseId, Verification level);

    /// @notice Registers the caller as an operator and as its owner. Addresses that end in 8 zero bytes
    /// are refused.
    function registerOperator() external returns (uint256 operatorId);

    /// @notice First step of handing an operator over: names who may take it; another name, or zero, takes
    /// the former one back. Owner only.
    function handOverOperator(uint256 operatorId, address newOwner) external;

    /// @notice Second step: the caller takes an operator that was handed over to him, with all that belongs
    /// to it: the bond, free, locked and leaving, with what its open answers may still cost; earnings not
    /// withdrawn; prices and places in lists; its senders. The payout address is forgotten.
    /// Warning: senders of the former owner act on, and at level Optimistic lose bond: remove those that you
    /// do not know. He may take out what is free until you take it.
    function takeOverOperator(uint256 operatorId) external;

    /// @notice Adds to a bond. Anyone may call; only the owner can ever take it out.
    function addBond(uint256 operatorId, uint256 amount) external payable;

    /// @notice Sets where the operator's senders may send his earnings; zero: nowhere. Owner only.
    function setPayout(uint256 operatorId, address payout) external;

    /// @notice Starts taking bond out; it can be withdrawn after the unbonding time. Owner only; at most
    /// what no answer locks.
    function startUnbonding(uint256 operatorId, uint256 amount) external;

    /// @notice Takes out what has finished unbonding. Owner only.
    function withdrawBond(uint256 operatorId, address to) external;

    /// @notice Locks bond behind an optimistic answer. Coordinator only. Reverts unless `sender` acts for
    /// the operator (his owner does only if he was added), the operator is bonded, and `amount` of
    /// his bond is neither leaving nor locked.
    function lockBond(uint256 operatorId, address sender, uint256 amount) external;

    /// @notice Frees bond that was locked. Coordinator only.
    function unlockBond(uint256 operatorId, uint256 amount) external;

    /// @notice Takes `amount` out of what is locked, and out of the bond. Coordinator only. Lists keep
    /// the operator until somebody calls `refreshTickets`.
    /// @param mostPaid Part that is paid to the coordinator, at most `amount`; the rest is burned.
    /// @return paid What the coordinator may credit: what arrived there, as a token may keep a part; or all
    /// that it is owed, if the asset cannot be moved now.
    function slashLocked(
        uint256 operatorId,
        uint256 amount,
        uint256 mostPaid
    ) external returns (uint256 paid);

    /// @notice Sends the coordinator what it is owed. Anyone may call, once the asset can be moved again;
    /// until then not all who have money there can take it out. What the token keeps is taken
    /// from what was burned, and owed again.
    function forwardOwed() external;

    /// @notice Lets a hot key act for the operator. Owner only.
    function addSender(uint256 operatorId, address sender) external;

    function removeSender(uint256 operatorId, address sender) external;

    /// @notice Sets the prices per unit of work that listings made from now on use. Owner only.
    function setPrices(uint256 operatorId, Prices calldata prices) external;

    /// @notice Enters the list of a release at a level, or changes limits, price and tickets there. The
    /// price is the release's units times the operator's prices, without the proof part at levels other
    /// than Zk; a lower one holds at once, a higher one after an hour, also for who left the list
    /// within the last hour. Owner only; needs the minimum bond, and at level Optimistic a `maxBond`
    /// that covers the release's least bond and five times the price.
    function startServing(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level,
        Limits calldata limits
    ) external;

    function stopServing(uint256 operatorId, bytes32 releaseId, Verification level) external;

    /// @notice Brings an operator's tickets to what his bond and declined requests allow now; without
    /// the minimum bond he leaves the list. Anyone may call.
    function refreshTickets(uint256 operatorId, bytes32 releaseId, Verification level) external;

    /// @notice Draws two tickets and takes the cheaper one whose limits allow the request. Reverts
    /// with `NoOperator` if neither does. Warning: at level Optimistic the operator's bond may be locked
    /// behind other answers; he then declines, or another is drawn after the primary window.
    /// @param seed Number the draws follow.
    function assign(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        uint256 seed
    ) external view returns (Offer memory);

    /// @notice Takes a ticket for a day from an operator who declines, and draws another who asks no
    /// more and whose limits and free bond cover `bond`. Coordinator only. Who has no free bond for the
    /// answer loses no ticket.
    /// @param declined What was agreed with the operator who declines.
    /// @param bond What the answer locks; 0 at levels that lock none.
    /// @return Whom the request goes to, at the price that was agreed; operator 0: nobody was drawn.
    function decline(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        Offer calldata declined,
        uint256 bond,
        uint256 seed
    ) external returns (Offer memory);

    /// @notice Who may answer after the primary window where an answer can be copied: drawn like a first
    /// operator, but at most at the agreed price and with free bond for the answer. A demand for one
    /// operator gets him, in a list or not, if his bond suffices.
    /// @param mostPrice Price that was agreed.
    /// @param bond What the answer locks.
    /// @param seed Number the draws follow.
    /// @return operatorId 0: nobody was drawn. Warning: it changes with the list, from block to block.
    function fallbackFor(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand,
        uint256 mostPrice,
        uint256 bond,
        uint256 seed
    ) external view returns (uint256 operatorId);

    /// @notice Takes the late penalty, unless gas is known to have cost more than the requester was
    /// willing to pay, and at the third time in a row the operator's place in the list. Free bond pays
    /// first, then what is leaving; what answers lock never does. Coordinator only.
    /// @return isLate Whether the operator counts as late.
    /// @return paid What the coordinator may credit, as in `slashLocked`.
    function penalizeLate(Lateness calldata late) external returns (bool isLate, uint256 paid);

    /// @notice Remembers the base fee of this block if it is the highest of its six hours: it excuses
    /// every operator whose requester pays for less. Anyone may call.
    /// @dev State a gas limit: estimates are made at a base fee of zero, which is never the highest.
    function noteBaseFee() external;

    /// @notice Highest price among the operators eligible for this demand.
    function highestPrice(
        bytes32 releaseId,
        Verification level,
        Demand calldata demand
    ) external view returns (uint256);

    function isSender(uint256 operatorId, address sender) external view returns (bool);

    /// @notice Where the operator's senders may send his earnings.
    function payoutOf(uint256 operatorId) external view returns (address);

    /// @notice Whether the operator holds the minimum bond without what is leaving, locked or not.
    function isBonded(uint256 operatorId) external view returns (bool);

    function ownerOf(uint256 operatorId) external view returns (address);

    /// @notice Who may take the operator over; zero: nobody.
    function nextOwnerOf(uint256 operatorId) external view returns (address);

    function bondOf(uint256 operatorId) external view returns (Bond memory);

    function pricesOf(uint256 operatorId) external view returns (Prices memory);

    /// @notice Highest base fee noted in the six hours that `time` lies in.
    function highestBaseFee(uint256 time) external view returns (uint256);

    /// @notice The only account that can take from bonds.
    function coordinator() external view returns (address);

    /// @notice The one asset of this deployment: a token, or zero for the chain's coin.
    function asset() external view returns (address);

    /// @notice Whose units prices are multiplied with.
    function modelRegistry() external view returns (IModelRegistry);

    /// @notice Time between the start of unbonding and its end.
    function unbondingSeconds() external view returns (uint256);

    /// @notice Sum of all that was taken from bonds and paid to nobody. It stays here for ever, but for
    /// what `forwardOwed` needs of it.
    function burned() external view returns (uint256);

    /// @notice What slashes and penalties credited at the coordinator while the asset could not be moved.
    function owed() external view returns (uint256);

    /// @notice Tickets of an operator in a list, and what is kept beside them.
    function entryOf(
        uint256 operatorId,
        bytes32 releaseId,
        Verification level
    ) external view returns (uint256 tickets, Entry memory entry);

    /// @notice All tickets of a release at a level, in the order of the list.
    function listings(
        bytes32 releaseId,
        Verification level
    ) external view returns (Listing[] memory);
}
