// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An answer as an operator hands it in.
struct Answer {
    /// @dev Operator whom the evidence names and who is paid.
    uint256 payee;
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
