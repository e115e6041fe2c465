// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {ICeremonyBook} from "./interfaces/ICeremonyBook.sol";

/// @title CeremonyBook
/// @notice Contributors' signatures for the ceremonies of verifying keys: what the grade of a key is.
contract CeremonyBook is ICeremonyBook, Ownable2Step, EIP712 {
    bytes32 private constant CONTRIBUTION_TYPE = keccak256(
        "Contribution(bytes32 keyId,bytes32 contributionHash)"
    );
    uint256 private constant REVOKED = type(uint256).max;

    /// @inheritdoc ICeremonyBook
    uint256 public immutable recognitionDelaySeconds;

    /// @inheritdoc ICeremonyBook
    mapping(address contributor => uint256) public recognisedFrom;
    /// @inheritdoc ICeremonyBook
    mapping(bytes32 keyId => mapping(address contributor => bytes32)) public contributionOf;
    mapping(bytes32 keyId => mapping(bytes32 contributionHash => address)) private _contributorOf;
    mapping(bytes32 keyId => address[]) private _contributorsOf;

    constructor(
        address initialOwner,
        uint256 delaySeconds
    ) Ownable(initialOwner) EIP712("Assay Ceremony", "1") {
        recognitionDelaySeconds = delaySeconds;
    }

    /// @inheritdoc ICeremonyBook
    function proposeContributor(address contributor) external onlyOwner {
        uint256 from = recognisedFrom[contributor];
        require(from != REVOKED, ContributorIsRevoked(contributor));
        require(from == 0, ContributorAlreadyProposed(contributor, from));

        from = block.timestamp + recognitionDelaySeconds;
        recognisedFrom[contributor] = from;
        emit ContributorProposed(contributor, from);
    }

    /// @inheritdoc ICeremonyBook
    function revokeContributor(address contributor) external onlyOwner {
        uint256 from = recognisedFrom[contributor];
        require(from != 0, ContributorUnknown(contributor));
        require(from != REVOKED, ContributorIsRevoked(contributor));

        recognisedFrom[contributor] = REVOKED;
        emit ContributorRevoked(contributor);
    }

    /// @inheritdoc ICeremonyBook
    /// @dev Of recognised contributors only: others could fill the list that `gradeOf` walks, or claim a
    /// contribution before whoever made it.
    function recordContribution(
        bytes32 keyId,
        address contributor,
        bytes32 contributionHash,
        bytes calldata signature
    ) external {
        require(isRecognised(contributor), ContributorNotRecognised(contributor));
        require(contributionHash != 0, ContributionHashMissing());
        require(
            contributionOf[keyId][contributor] == 0,
            ContributorAlreadyRecorded(keyId, contributor)
        );
        address holder = _contributorOf[keyId][contributionHash];
        // A revoked one may have claimed what another made.
        require(
            holder == address(0) || !isRecognised(holder),
            ContributionAlreadyRecorded(keyId, contributionHash, holder)
        );
        bytes32 digest = contributionDigest(keyId, contributionHash);
        require(
            SignatureChecker.isValidSignatureNowCalldata(contributor, digest, signature),
            SignatureInvalid(contributor, digest)
        );

        contributionOf[keyId][contributor] = contributionHash;
        _contributorOf[keyId][contributionHash] = contributor;
        _contributorsOf[keyId].push(contributor);
        emit ContributionRecorded(keyId, contributor, contributionHash);
    }

    /// @inheritdoc ICeremonyBook
    function gradeOf(bytes32 keyId) external view returns (uint8 grade) {
        address[] storage contributors = _contributorsOf[keyId];
        uint256 count = contributors.length;
        for (uint256 i = 0; i < count && grade < type(uint8).max; ++i) {
            if (isRecognised(contributors[i])) ++grade;
        }
    }

    /// @inheritdoc ICeremonyBook
    function contributorsOf(bytes32 keyId) external view returns (address[] memory) {
        return _contributorsOf[keyId];
    }

    /// @inheritdoc ICeremonyBook
    function contributionDigest(
        bytes32 keyId,
        bytes32 contributionHash
    ) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CONTRIBUTION_TYPE, keyId, contributionHash)));
    }

    /// @inheritdoc ICeremonyBook
    function isRecognised(address contributor) public view returns (bool) {
        uint256 from = recognisedFrom[contributor];
        return from != 0 && block.timestamp >= from;
    }
}
