// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Verifying keys of all releases, stored as code. It has no owner, and no verifier has a part in it:
/// one that follows reads the keys of the one before. A key's address is that of CREATE2 from this contract
/// with salt zero, so that anybody can compute it, and whoever trusts this contract's checks needs no word of
/// anybody that a key at such an address has passed them.
///
/// Key, 704 bytes: alpha (G1), beta, gamma, delta (G2), IC[0..3] (G1); coordinates of 32 bytes
/// big-endian, G2 imaginary part first.
interface IKeyStore {
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

    /// @notice Checks a verifying key and stores it as code. Anyone may call; known keys are kept.
    /// @return keyId keccak256 of the key.
    function registerKey(bytes calldata key) external returns (bytes32 keyId);

    /// @notice Address whose code is the key. Reverts if it is not registered.
    function keyAddress(bytes32 keyId) external view returns (address);

    /// @notice keccak256(alpha, beta, gamma) that every key must share; zero in a development deployment.
    function pinnedSetup() external view returns (bytes32);
}
