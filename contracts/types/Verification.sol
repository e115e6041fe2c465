// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Level of trust of an answer, weakest first: comparisons rely on the order.
enum Verification {
    Optimistic,
    Tee,
    Zk
}
