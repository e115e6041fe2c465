// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice State of a request. The last four are terminal, and every request reaches exactly one of them.
enum RequestStatus {
    None,
    Open,
    Answered,
    Challenged,
    Finalized,
    Failed,
    Expired,
    Overturned
}
