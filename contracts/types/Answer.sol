// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assignment} from "./Assignment.sol";

/// @notice An answer as an operator hands it in.
struct Answer {
    /// @dev Operator whom the evidence names and who is paid.
    uint256 payee;
    /// @dev The request's input; not looked at where the answer itself is the evidence (`Optimistic`).
    bytes input;
    bytes output;
    /// @dev What the verifier of the level asks for: a proof, a signature, or nothing.
    bytes evidence;
}

/// @notice What evidence attests to.
struct Claim {
    bytes32 requestId;
    uint256 payee;
    bytes32 releaseId;
    /// @dev Address whose code is the verifying key; zero where the level has none.
    address key;
    bytes input;
    bytes output;
}

/// @notice An optimistic answer under its window: with request and assignment the preimage of an
/// answered request's slot.
struct AnswerRecord {
    uint256 payee;
    bytes32 outputHash;
    uint256 answeredAt;
    /// @dev Reimbursed for sending the answer once it is final.
    uint256 gasFee;
    /// @dev Account that asked for a proof; zero while nobody did.
    address challenger;
    uint256 challengeBond;
}

using AnswerRecordLib for AnswerRecord global;

library AnswerRecordLib {
    /// @notice First 200 bits of keccak256(requestId, assignment, record).
    function digest200Of(
        AnswerRecord calldata record,
        bytes32 requestId,
        Assignment calldata assignment
    ) internal pure returns (uint200 digest) {
        // Both are words in a row.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, requestId)
            calldatacopy(add(free, 32), assignment, 480)
            calldatacopy(add(free, 512), record, 192)
            digest := shr(56, keccak256(free, 704))
        }
    }

    /// @notice The same of a record in memory.
    function digest200(
        AnswerRecord memory record,
        bytes32 requestId,
        Assignment calldata assignment
    ) internal pure returns (uint200 digest) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, requestId)
            calldatacopy(add(free, 32), assignment, 480)
            mcopy(add(free, 512), record, 192)
            digest := shr(56, keccak256(free, 704))
        }
    }
}
