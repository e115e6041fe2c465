// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms} from "./Terms.sol";

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
}

/// @notice What a request asks of the operator who gets it.
struct Demand {
    /// @dev Operator who is asked for; 0: any.
    uint256 operatorId;
    uint256 maxGasPrice;
    uint256 callbackGas;
    uint256 inputLength;
}

library DemandLib {
    function fromTerms(
        Terms memory terms,
        uint256 inputLength
    ) internal pure returns (Demand memory) {
        return
            Demand({
                operatorId: terms.operatorId,
                maxGasPrice: terms.maxGasPrice,
                callbackGas: terms.callbackGas,
                inputLength: inputLength
            });
    }
}

/// @notice Bond of an operator, one slot.
struct Bond {
    /// @dev All that is held, the part that is leaving included.
    uint96 amount;
    /// @dev Part that can be withdrawn from `withdrawableAt`.
    uint96 unbonding;
    uint40 withdrawableAt;
    /// @dev Lists the operator stands in.
    uint16 listings;
}

/// @notice Place of an operator in the list of one (release, level), one slot.
struct Listing {
    uint64 operatorId;
    /// @dev Weight in the draw: one each now, by free bond later.
    uint8 tickets;
    /// @dev Later: a rise of the price waits in a slot of its own.
    bool hasPendingPrice;
    /// @dev What one answer costs: the release's units times the operator's prices.
    uint96 price;
    uint40 minGasPrice;
    uint24 maxCallbackGas;
    uint16 maxInputLength;
}
