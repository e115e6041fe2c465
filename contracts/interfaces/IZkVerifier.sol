// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchVerifier} from "./IBatchVerifier.sol";
import {IKeyStore} from "./IKeyStore.sol";

/// @notice One Groth16 verifier (BN254) for every release: verifying keys are data, in an `IKeyStore`.
///
/// Evidence, 288 bytes: the commitment h, then the proof A (G1), B (G2), C (G1).
/// Public signals, in circom's order: h, y, c. The contract computes c from request, payee, h and
/// output, and y from c and the words of input and output.
/// Batches may mix releases, and keys of several powers of tau.
interface IZkVerifier is IBatchVerifier {
    error EvidenceLengthWrong(uint256 length, uint256 expected);
    error PublicSignalTooLarge(uint256 signal);
    /// @notice A coordinate of the proof is too large, or a point is off its curve or subgroup.
    error ProofMalformed();
    error ProofInvalid();

    /// @notice Whose keys proofs are checked against.
    function keyStore() external view returns (IKeyStore);
}
