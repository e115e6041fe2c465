// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payload} from "./Payload.sol";

/// @notice What the coordinator adds to a request when it is made: who shall answer, how the answer
/// is verified, and what was agreed to be paid. Only its digest is stored.
struct Assignment {
    /// @dev Operator who alone may answer until `primaryUntil`; 0: any bonded one.
    uint256 operatorId;
    /// @dev Account the escrow came from and refunds go to.
    address payer;
    /// @dev Entry of the verifier that will check the evidence.
    uint256 verifierId;
    /// @dev Address whose code is the verifying key of exactly this release; zero where the level has none.
    address key;
    /// @dev Grade of that key when the request was made.
    uint256 grade;
    /// @dev What the answer itself costs, without gas, royalty and refunds.
    uint256 price;
    /// @dev Publisher's share, on top of the price.
    uint256 royalty;
    /// @dev Receiver of the royalty; zero if there is none.
    address publisher;
    /// @dev Held for this request: price, royalty and the most gas can cost.
    uint256 escrow;
    /// @dev Bond locked by an optimistic answer; 0 at other levels.
    uint256 bond;
    /// @dev Exact length of the output in bytes, or its maximum if opaque.
    uint256 outputLength;
    Payload outputPayload;
    /// @dev Second the operator was assigned: that of the request, unless an earlier one declined.
    uint256 assignedAt;
    /// @dev Second from which operators other than the assigned one may answer.
    uint256 primaryUntil;
    /// @dev What the assigned operator loses if he has not answered by then.
    uint256 latePenalty;
}

using AssignmentLib for Assignment global;

library AssignmentLib {
    /// @notice Digest that an open request's slot holds beside the status: the low 248 bits of
    /// keccak256(requestId, assignment).
    function digest248(
        Assignment memory assignment,
        bytes32 requestId
    ) internal pure returns (uint248 digest) {
        // A struct in memory is its fields in a row; abi.encode costs 400 gas more.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, requestId)
            mcopy(add(free, 32), assignment, 480)
            digest := shr(8, shl(8, keccak256(free, 512)))
        }
    }

    /// @notice The same of an assignment that a caller hands in.
    function digest248Of(
        Assignment calldata assignment,
        bytes32 requestId
    ) internal pure returns (uint248 digest) {
        // All fifteen fields are words in a row; abi.encode costs 1,300 gas more.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, requestId)
            calldatacopy(add(free, 32), assignment, 480)
            digest := shr(8, shl(8, keccak256(free, 512)))
        }
    }
}
