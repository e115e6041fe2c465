// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Claim} from "../types/Answer.sol";
import {IVerifier} from "./IVerifier.sol";

/// @notice A verifier that checks the evidence of many claims together, for less than one after the other.
interface IBatchVerifier is IVerifier {
    error BatchLengthsDiffer(uint256 claims, uint256 evidence);
    /// @notice Evidence `index` has another length, a signal that is too large, or a point that is not on its
    /// curve or not in its subgroup. What it is says `verify`.
    error BatchEvidenceMalformed(uint256 index);
    /// @notice Evidence of one claim or more does not attest to it; which one cannot be told.
    error BatchInvalid();

    /// @notice Reverts unless `verify` accepts each claim with the evidence at its place. An invalid proof
    /// passes with a chance of 2^−128 for each batch that somebody tries.
    /// @return selector That of this function: who falls back on whatever is called says something else.
    function verifyBatch(
        Claim[] calldata claims,
        bytes[] calldata evidence
    ) external view returns (bytes4 selector);
}
