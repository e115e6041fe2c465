// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Who contributed to the ceremony of which verifying key. A key does not show who made it: what
/// counts is who signed that he took part, and that one of them forgot his secret.
/// Warning: a signature says that its signer vouches for a contribution, no more. Whether it stands in the
/// key's transcript, and whether it was random, nobody can see on chain; recognise contributors who look.
interface ICeremonyBook {
    event ContributorProposed(address indexed contributor, uint256 recognisedFrom);
    event ContributorRevoked(address indexed contributor);
    event ContributionRecorded(
        bytes32 indexed keyId,
        address indexed contributor,
        bytes32 contributionHash
    );

    error ContributorUnknown(address contributor);
    error ContributorAlreadyProposed(address contributor, uint256 recognisedFrom);
    error ContributorIsRevoked(address contributor);
    /// @notice He was never proposed, his delay is not over, or he was revoked.
    error ContributorNotRecognised(address contributor);
    error ContributionHashMissing();
    /// @notice Each contributor counts once per key, however often he contributed.
    error ContributorAlreadyRecorded(bytes32 keyId, address contributor);
    /// @notice Two contributors cannot have made the same contribution.
    error ContributionAlreadyRecorded(bytes32 keyId, bytes32 contributionHash, address contributor);
    /// @notice The contributor did not sign this digest. It names key, contribution, chain and book.
    error SignatureInvalid(address contributor, bytes32 digest);

    /// @notice Recognises a contributor, an account or a contract that can sign (ERC-1271), after
    /// `recognitionDelaySeconds`. Owner only; a revoked one never comes back.
    function proposeContributor(address contributor) external;

    /// @notice Ends a contributor's recognition at once and for ever: what he signed counts no more.
    /// Owner only.
    /// Warning: releases keep the grade they were published with; their publishers retire them.
    function revokeContributor(address contributor) external;

    /// @notice Records that a recognised contributor signed for a contribution. Anyone may call.
    /// @param keyId keccak256 of the verifying key's bytes; it need not be registered yet.
    /// @param contributionHash keccak256 of the 64 bytes that the key's transcript names the contribution
    /// by; not zero.
    /// @param signature Of `contributionDigest`: 65 bytes of an account, or what the contract
    /// `contributor` takes.
    function recordContribution(
        bytes32 keyId,
        address contributor,
        bytes32 contributionHash,
        bytes calldata signature
    ) external;

    /// @notice Contributors recorded for a key who are recognised now; more than 255 count as 255.
    function gradeOf(bytes32 keyId) external view returns (uint8 grade);

    /// @notice What a contributor signs: EIP-712 Contribution(bytes32 keyId,bytes32 contributionHash) of
    /// "Assay Ceremony", version "1", this chain and this contract.
    function contributionDigest(
        bytes32 keyId,
        bytes32 contributionHash
    ) external view returns (bytes32 digest);

    /// @notice All that were recorded for a key, in order, those revoked since included.
    function contributorsOf(bytes32 keyId) external view returns (address[] memory);

    /// @notice The contribution a contributor signed for; zero if none is recorded.
    function contributionOf(
        bytes32 keyId,
        address contributor
    ) external view returns (bytes32 contributionHash);

    /// @notice Second from which a contributor counts: 0 if he was never proposed, the greatest number if
    /// he is revoked.
    function recognisedFrom(address contributor) external view returns (uint256);

    function isRecognised(address contributor) external view returns (bool);

    /// @notice Time between the proposal of a contributor and his recognition.
    function recognitionDelaySeconds() external view returns (uint256);
}
