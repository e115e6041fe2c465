// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assignment} from "../../../../contracts/types/Assignment.sol";
import {Bond, Entry as ListEntry, Listing} from "../../../../contracts/types/Operator.sol";
import {Request} from "../../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {ShortAmountLib} from "../../../../contracts/types/ShortAmount.sol";
import {Terms} from "../../../../contracts/types/Terms.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {MarketBook} from "./MarketBook.sol";
import {ScriptedModel} from "./MarketVerifier.sol";

/// @notice Judges who was drawn for a request, and who may be paid or slashed for it.
abstract contract MarketDraws is MarketBook {
    /// @dev Somebody left a list in the transaction that is booked: he may have been in it when a draw was made.
    bool internal _hasListChanged;

    /* DRAWS */

    function _checkDrawn(Request memory request, Assignment memory assignment) internal {
        uint256 id = assignment.operatorId;
        uint256 asked = request.terms.operatorId;
        bool isMeant = id != 0 && (asked == 0 || asked == id);
        if (!isMeant || !_isListed(request, id, 0, assignment.price, assignment.price)) {
            if (!_hasListChanged) breaches.ineligible = true;
        }
        if (assignment.bond != _bondOf(request, assignment.price)) breaches.splitWrong = true;
        if (assignment.royalty != (assignment.price * 701) / BPS) breaches.splitWrong = true;
        if (assignment.primaryUntil != block.timestamp + PRIMARY_WINDOW) breaches.ineligible = true;
    }

    function _checkDrawnAgain(
        Request memory request,
        Assignment storage before,
        Assignment memory next
    ) internal {
        uint256 id = next.operatorId;
        if (id == before.operatorId) breaches.ineligible = true;
        if (next.price != before.price || next.escrow != before.escrow) breaches.splitWrong = true;
        if (next.bond != before.bond || next.payer != before.payer) breaches.splitWrong = true;
        if (id == 0) return;
        if (!_isListed(request, id, next.bond, 0, next.price)) breaches.ineligible = true;
        Bond memory bond = operators.bondOf(id);
        bool isFree = bond.amount >= LEAST_BOND && next.bond <= bond.amount - bond.locked;
        if (next.bond > 0 && !isFree) breaches.ineligible = true;
    }

    /// @dev Whether an operator has a ticket whose limits allow the request, at a price within bounds.
    function _isListed(
        Request memory request,
        uint256 id,
        uint256 bond,
        uint256 leastPrice,
        uint256 mostPrice
    ) private view returns (bool) {
        (bool isFound, Listing memory listing) = _listingOf(id, request.level);
        if (!isFound) return false;
        Terms memory terms = request.terms;
        if (request.level == Verification.Optimistic) {
            uint256 asked = terms.minBond < RELEASE_BOND ? RELEASE_BOND : terms.minBond;
            if (bond < asked) bond = asked;
        }
        return
            listing.price >= leastPrice &&
            listing.price <= mostPrice &&
            terms.maxGasPrice >= listing.minGasPrice &&
            terms.callbackGas <= listing.maxCallbackGas &&
            bond <= ShortAmountLib.unpack(listing.maxBond);
    }

    /// @dev As it holds now: a price that waited long enough has come.
    function _listingOf(
        uint256 id,
        Verification level
    ) internal view returns (bool isFound, Listing memory listing) {
        Listing[] memory list = operators.listings(releaseId, level);
        for (uint256 i = 0; i < list.length && !isFound; ++i) {
            if (list[i].operatorId == id) (isFound, listing) = (true, list[i]);
        }
        if (!isFound || !listing.hasPendingPrice) return (isFound, listing);
        (, ListEntry memory entry) = operators.entryOf(id, releaseId, level);
        if (block.timestamp >= entry.effectiveAt) listing.price = entry.price;
    }

    function _bondOf(Request memory request, uint256 price) private pure returns (uint256 bond) {
        if (request.level != Verification.Optimistic) return 0;
        bond = 5 * price;
        if (bond < RELEASE_BOND) bond = RELEASE_BOND;
        if (bond < request.terms.minBond) bond = request.terms.minBond;
    }

    /* EVIDENCE */

    function _isRight(Entry storage entry, bytes memory output) internal view returns (bool) {
        return keccak256(output) == keccak256(ScriptedModel.rightOutput(_inputOf(entry)));
    }

    function _isRevoked(Entry storage entry) internal view returns (bool isRevoked) {
        (, , , isRevoked) = coordinator.verifierEntry(entry.assignment.verifierId);
    }

    /// @dev A proven answer is paid to whom it was due, and there is a proof of it.
    function _checkProven(Entry storage entry, uint256 payee, bytes memory output) internal {
        bool isAssigned = payee == entry.assignment.operatorId && payee != 0;
        bool isFree = block.timestamp >= entry.assignment.primaryUntil;
        bool isZk = entry.request.level == Verification.Zk;
        bool isDue = isAssigned || (isFree && operators.isBonded(payee));
        if (!isZk || !isDue || !_isRight(entry, output) || _isRevoked(entry))
            breaches.unproven = true;
        if (block.timestamp >= entry.request.terms.deadline) breaches.unproven = true;
    }

    /// @dev An optimistic answer is paid once its window is over and nobody disputes it, or by its proof.
    function _checkFinal(Entry storage entry, uint256 level, uint256 payee) internal {
        if (payee != entry.record.payee || _isRevoked(entry)) breaches.unproven = true;
        bool isUndisputed =
            entry.status == RequestStatus.Answered && block.timestamp >= entry.windowEnd;
        bool isProven = level == uint256(Verification.Zk) && !entry.isWrong;
        if (!isProven && (level != 0 || !isUndisputed)) breaches.unproven = true;
    }

    /// @dev An answer falls by a proof of the right output while its window is open, or because nobody
    /// proved it in time.
    function _checkOverturned(Entry storage entry, bytes memory output) internal {
        bool isInTime = block.timestamp < entry.windowEnd;
        bool isUnproven =
            output.length == 0 && entry.status == RequestStatus.Challenged && !isInTime;
        bool isProven = output.length > 0 && _isRight(entry, output) && isInTime;
        if (_isRevoked(entry) || (!isUnproven && !isProven)) breaches.rightSlashed = true;
        if (isProven && !entry.isWrong) breaches.rightSlashed = true;
    }
}
