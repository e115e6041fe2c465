// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ShortAmount} from "./ShortAmount.sol";
import {ReleaseRoute} from "./Release.sol";
import {Terms} from "./Terms.sol";
import {Verification} from "./Verification.sol";

/// @notice What an operator asks for each unit of a release's work, in the asset's smallest unit.
struct Prices {
    uint64 computePrice;
    uint64 proofPrice;
    uint64 bytePrice;
}

/// @notice Requests an operator does not want to be assigned, per release and level.
struct Limits {
    /// @dev Least `terms.maxGasPrice`, in wei per gas.
    uint40 minGasPrice;
    /// @dev Most `terms.callbackGas`.
    uint24 maxCallbackGas;
    /// @dev Most bytes of input.
    uint16 maxInputLength;
    /// @dev Most bond that one answer may lock, a `ShortAmount`; only the optimistic level locks any.
    uint96 maxBond;
}

/// @notice What a request asks of the operator who gets it.
struct Demand {
    /// @dev Operator who is asked for; 0: any.
    uint256 operatorId;
    uint256 maxGasPrice;
    uint256 callbackGas;
    uint256 inputLength;
    /// @dev Least bond the answer locks, whatever its price; 0 at levels that lock none.
    uint256 bond;
}

library DemandLib {
    /// @notice What a new request asks of its operator.
    function fromTerms(
        Terms calldata terms,
        Verification level,
        ReleaseRoute release,
        uint256 inputLength
    ) internal pure returns (Demand memory) {
        uint256 bond;
        if (level == Verification.Optimistic) {
            bond = release.minBond();
            if (bond < terms.minBond) bond = terms.minBond;
        }
        return ofAssigned(terms, bond, inputLength);
    }

    /// @notice What a request that was assigned before asks of whoever is drawn now.
    /// @param bond Of the assignment.
    function ofAssigned(
        Terms calldata terms,
        uint256 bond,
        uint256 inputLength
    ) internal pure returns (Demand memory) {
        return
            Demand({
                operatorId: terms.operatorId,
                maxGasPrice: terms.maxGasPrice,
                callbackGas: terms.callbackGas,
                inputLength: inputLength,
                bond: bond
            });
    }
}

/// @notice Bond of an operator. What an answer locks reads the first of its two slots only.
struct Bond {
    /// @dev What stays: all that is held but the part that is leaving.
    uint96 amount;
    /// @dev Part of `amount` behind optimistic answers that are not final.
    uint96 locked;
    /// @dev Lists the operator stands in.
    uint16 listings;
    /// @dev What is leaving, on top of `amount`; it can be withdrawn from `withdrawableAt`.
    uint96 unbonding;
    uint40 withdrawableAt;
}

/// @notice One ticket of an operator in the list of one (release, level), one slot: he stands there as
/// often as he has tickets, so that a draw is one read.
struct Listing {
    uint64 operatorId;
    /// @dev Part of the price that is lost by being late, in 1/255; never more than the compute price.
    uint8 penaltyShare;
    /// @dev A rise of the price waits in the operator's `Entry`.
    bool hasPendingPrice;
    /// @dev What one answer costs: the release's units times the operator's prices.
    uint80 price;
    uint40 minGasPrice;
    uint24 maxCallbackGas;
    uint16 maxInputLength;
    ShortAmount maxBond;
}

/// @notice What is kept of an operator for one (release, level) beside his tickets, one slot.
struct Entry {
    /// @dev In the list: the price that waits. Outside: the price he left with.
    uint80 price;
    /// @dev Second from which a waiting price holds, or from which he may come back at any price.
    uint40 effectiveAt;
    uint8 penaltyShare;
    /// @dev Tickets that declined requests cost him, until `declinedUntil`.
    uint8 declines;
    uint40 declinedUntil;
}

/// @notice An operator who was drawn, and what was agreed with him.
struct Offer {
    uint256 operatorId;
    uint256 price;
    /// @dev What he loses if he lets the primary window pass.
    uint256 latePenalty;
}

/// @notice A request an operator let pass, as the coordinator reports it.
struct Lateness {
    uint256 operatorId;
    bytes32 releaseId;
    Verification level;
    uint256 penalty;
    /// @dev Most of the penalty that is paid out; the rest is burned.
    uint256 mostPaid;
    uint256 maxGasPrice;
    uint256 assignedAt;
    uint256 primaryUntil;
    /// @dev Whether this one, if it is late, costs him his place in the list.
    bool isLast;
}
