// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchVerifier} from "./IBatchVerifier.sol";

/// @notice One Groth16 verifier (BN254) for every release: verifying keys are data, stored as code.
///
/// Key, 704 bytes: alpha (G1), beta, gamma, delta (G2), IC[0..3] (G1); coordinates of 32 bytes
/// big-endian, G2 imaginary part first.
/// Evidence, 288 bytes: the commitment h, then the proof A (G1), B (G2), C (G1).
/// Public signals, in circom's order: h, y, c. The contract computes c from request, payee, h and
/// output, and y from c and the words of input and output.
/// Batches may mix releases, and keys of several powers of tau.
interface IZkVerifier is IBatchVerifier {
    event KeyRegistered(bytes32 indexed keyId, address key);

    error KeyLengthWrong(uint256 length, uint256 expected);
    /// @notice A coordinate of point `index` is not below the field's modulus, or the point is not on the curve.
    error KeyPointInvalid(uint256 index);
    error KeyPointAtInfinity(uint256 index);
    /// @notice beta, gamma or delta is off its curve or outside the subgroup of prime order.
    error KeyOutsideSubgroup();
    /// @notice gamma = delta: anybody could forge proofs.
    error KeyWithoutContribution();
    /// @notice alpha, beta and gamma are not those of the powers of tau this deployment is pinned to.
    error KeyOfOtherSetup(bytes32 setup, bytes32 pinned);
    error KeyUnknown(bytes32 keyId);
    error EvidenceLengthWrong(uint256 length, uint256 expected);
    error PublicSignalTooLarge(uint256 signal);
    /// @notice A coordinate of the proof is too large, or a point is off its curve or subgroup.
    error ProofMalformed();
    error ProofInvalid();

    /// @notice Checks a verifying key and stores it as code. Anyone may call; known keys are kept.
    /// @return keyId keccak256 of the key.
    function registerKey(bytes calldata key) external returns (bytes32 keyId);

    /// @notice Address whose code is the key. Reverts if it is not registered.
    function keyAddress(bytes32 keyId) external view returns (address);

    /// @notice keccak256(alpha, beta, gamma) that every key must share; zero in a development deployment.
    function pinnedSetup() external view returns (bytes32);
}
