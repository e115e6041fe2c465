// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bn254Lib} from "./Bn254Lib.sol";

/// @notice Groth16 over BN254 with three public signals.
/// Key: alpha, beta, gamma, delta, IC[0..3]. Proof: A, B, C.
library Groth16Lib {
    uint256 private constant KEY_GAMMA = 192;
    uint256 private constant KEY_DELTA = 320;
    uint256 private constant KEY_IC = 448;

    /// @notice Checks e(−A, B) · e(alpha, beta) · e(IC·signals, gamma) · e(C, delta) = 1.
    /// @param key A registered key: its points are valid.
    /// @param proof 256 bytes.
    /// @return isWellFormed Whether the proof's points are on their curves and in their subgroups.
    /// @return isValid Whether the equation holds.
    function verify(
        bytes memory key,
        bytes calldata proof,
        uint256[3] memory signals
    ) internal view returns (bool isWellFormed, bool isValid) {
        uint256[] memory pairs = new uint256[](24);
        (uint256 x, uint256 y) = _publicPoint(key, signals);
        // Moves whole points; index by index it costs 3,000 gas more.
        assembly ("memory-safe") {
            let to := add(pairs, 32)
            let from := add(key, 32)
            calldatacopy(to, proof.offset, 192)
            mcopy(add(to, 192), from, 192)
            mstore(add(to, 384), x)
            mstore(add(to, 416), y)
            mcopy(add(to, 448), add(from, KEY_GAMMA), 128)
            calldatacopy(add(to, 576), add(proof.offset, 192), 64)
            mcopy(add(to, 640), add(from, KEY_DELTA), 128)
        }
        uint256 ordinate = pairs[1];
        if (ordinate >= Bn254Lib.Q) return (false, false);
        pairs[1] = ordinate == 0 ? 0 : Bn254Lib.Q - ordinate;
        return Bn254Lib.pairing(pairs);
    }

    /// @dev IC[0] + Σ signals[i] · IC[i + 1].
    function _publicPoint(
        bytes memory key,
        uint256[3] memory signals
    ) private view returns (uint256 x, uint256 y) {
        uint256[4] memory sum;
        uint256[3] memory term;
        uint256 sumMemory;
        uint256 termMemory;
        uint256 point;
        assembly ("memory-safe") {
            sumMemory := sum
            termMemory := term
            point := add(add(key, 32), KEY_IC)
            mcopy(sum, point, 64)
        }
        for (uint256 i = 0; i < 3; ++i) {
            point += 64;
            assembly ("memory-safe") {
                mcopy(term, point, 64)
            }
            Bn254Lib.multiplyAdd(termMemory, signals[i], sumMemory);
        }
        return (sum[0], sum[1]);
    }
}
