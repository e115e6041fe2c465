// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchVerifier} from "./interfaces/IBatchVerifier.sol";
import {IKeyStore} from "./interfaces/IKeyStore.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {IZkVerifier} from "./interfaces/IZkVerifier.sol";
import {Groth16BatchLib} from "./libraries/Groth16BatchLib.sol";
import {Groth16Lib} from "./libraries/Groth16Lib.sol";
import {KeyCodeLib} from "./libraries/KeyCodeLib.sol";
import {WordsLib} from "./libraries/WordsLib.sol";
import {Claim} from "./types/Answer.sol";

/// @title ZkVerifier
/// @notice Checks the proof of any release against its key.
contract ZkVerifier is IZkVerifier {
    bytes32 private constant CHALLENGE_TAG = keccak256("assay.challenge.v1");
    uint256 private constant EVIDENCE_LENGTH = 288;
    /// @dev Where the fields of a claim stand, or their offsets.
    uint256 private constant CLAIM_KEY = 96;
    uint256 private constant CLAIM_INPUT = 128;
    uint256 private constant CLAIM_OUTPUT = 160;
    uint256 private constant LENGTH_BITS = 64;

    /// @inheritdoc IZkVerifier
    IKeyStore public immutable keyStore;

    constructor(IKeyStore store) {
        keyStore = store;
    }

    /// @inheritdoc IVerifier
    function verify(Claim calldata claim, bytes calldata evidence) external view {
        require(
            evidence.length == EVIDENCE_LENGTH,
            EvidenceLengthWrong(evidence.length, EVIDENCE_LENGTH)
        );
        uint256 h = uint256(bytes32(evidence[:32]));
        require(h < WordsLib.R, PublicSignalTooLarge(h));

        (uint256 y, uint256 c) = _bind(claim, h);
        (bool isWellFormed, bool isValid) = Groth16Lib.verify(
            KeyCodeLib.load(claim.key, address(keyStore)),
            evidence[32:],
            [h, y, c]
        );
        require(isWellFormed, ProofMalformed());
        require(isValid, ProofInvalid());
    }

    /// @inheritdoc IBatchVerifier
    function verifyBatch(
        Claim[] calldata claims,
        bytes[] calldata evidence
    ) external view returns (bytes4 selector) {
        uint256 count = claims.length;
        require(count == evidence.length, BatchLengthsDiffer(count, evidence.length));
        uint256[] memory items = Groth16BatchLib.allocate(count);
        _writeItems(items, claims, evidence);

        (uint256 malformed, bool isValid) = Groth16BatchLib.verify(items, address(keyStore));
        require(malformed == Groth16BatchLib.NONE, BatchEvidenceMalformed(malformed));
        require(isValid, BatchInvalid());
        return IBatchVerifier.verifyBatch.selector;
    }

    /// @dev The public signals that the contract computes, from what the evidence shall attest to:
    /// c = keccak256(tag, request, payee, h, keccak256(output)) mod r, and the words at c.
    function _bind(Claim calldata claim, uint256 h) private pure returns (uint256 y, uint256 c) {
        bytes32 tag = CHALLENGE_TAG;
        uint256 order = WordsLib.R;
        bytes calldata input;
        bytes calldata output;
        // Request and payee are the claim's first words. abi.encode costs 500 gas more, Solidity's checks of
        // offsets 250. What they point to is what is claimed, and behind the calldata it is zeros; only a
        // length must not be so large that positions begin from zero again.
        assembly ("memory-safe") {
            let position := add(claim, calldataload(add(claim, CLAIM_INPUT)))
            input.offset := add(position, 32)
            input.length := calldataload(position)
            position := add(claim, calldataload(add(claim, CLAIM_OUTPUT)))
            output.offset := add(position, 32)
            output.length := calldataload(position)
            if shr(LENGTH_BITS, or(or(input.offset, input.length), or(position, output.length))) {
                revert(0, 0)
            }
            let free := mload(0x40)
            calldatacopy(free, output.offset, output.length)
            let outputHash := keccak256(free, output.length)
            mstore(free, tag)
            calldatacopy(add(free, 32), claim, 64)
            mstore(add(free, 96), h)
            mstore(add(free, 128), outputHash)
            c := mod(keccak256(free, 160), order)
        }
        y = WordsLib.evaluate(input, output, c);
    }

    function _writeItems(
        uint256[] memory items,
        Claim[] calldata claims,
        bytes[] calldata evidence
    ) private pure {
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 item = Groth16BatchLib.itemAt(items, i);
            Claim calldata claim;
            uint256 h;
            bool isWellFormed;
            uint256 order = WordsLib.R;
            // Solidity's checks of indices and offsets cost 300 gas an item; the same holds as in `_bind`.
            assembly ("memory-safe") {
                let place := mul(32, i)
                claim := add(claims.offset, calldataload(add(claims.offset, place)))
                let given := add(evidence.offset, calldataload(add(evidence.offset, place)))
                // The commitment and the proof's points, as they are.
                calldatacopy(add(item, 96), add(given, 32), EVIDENCE_LENGTH)
                h := mload(add(item, 96))
                isWellFormed := and(eq(calldataload(given), EVIDENCE_LENGTH), lt(h, order))
            }
            require(isWellFormed, BatchEvidenceMalformed(i));
            (uint256 y, uint256 c) = _bind(claim, h);
            assembly ("memory-safe") {
                mstore(item, shr(96, shl(96, calldataload(add(claim, CLAIM_KEY)))))
                mstore(add(item, 32), y)
                mstore(add(item, 64), c)
            }
        }
    }
}
