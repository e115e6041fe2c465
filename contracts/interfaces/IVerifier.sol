// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim} from "../types/Answer.sol";

/// @notice Checks one level's evidence.
interface IVerifier {
    /// @notice Reverts unless `evidence` attests to `claim`; returns nothing.
    function verify(Claim calldata claim, bytes calldata evidence) external view;
}
