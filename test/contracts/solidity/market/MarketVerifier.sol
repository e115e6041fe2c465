// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchVerifier} from "../../../../contracts/interfaces/IBatchVerifier.sol";
import {Claim} from "../../../../contracts/types/Answer.sol";

/// @notice A model with one right output for each input, and the evidence there is for it. Money and states
/// are tested with it; proofs are in zkVerifier.test.ts.
library ScriptedModel {
    function rightOutput(bytes memory input) internal pure returns (bytes memory) {
        return abi.encodePacked(bytes4(keccak256(input)));
    }

    function wrongOutput(bytes memory input) internal pure returns (bytes memory) {
        return abi.encodePacked(~bytes4(keccak256(input)));
    }

    /// @notice Bound to request and payee, as a proof is.
    function evidenceFor(
        bytes32 requestId,
        uint256 payee,
        bytes memory input,
        bytes memory output
    ) internal pure returns (bytes memory) {
        return abi.encode(keccak256(abi.encode(requestId, payee, input, output)));
    }
}

/// @notice Knows the one right output, so that nothing else can be proven.
contract MarketVerifier is IBatchVerifier {
    error OutputWrong(bytes output);
    error EvidenceWrong(bytes evidence);

    /// @inheritdoc IBatchVerifier
    function verifyBatch(
        Claim[] calldata claims,
        bytes[] calldata evidence
    ) external pure returns (bytes4) {
        require(
            claims.length == evidence.length,
            BatchLengthsDiffer(claims.length, evidence.length)
        );
        for (uint256 i = 0; i < claims.length; ++i) verify(claims[i], evidence[i]);
        return IBatchVerifier.verifyBatch.selector;
    }

    function verify(Claim calldata claim, bytes calldata evidence) public pure {
        bytes32 right = keccak256(ScriptedModel.rightOutput(claim.input));
        require(keccak256(claim.output) == right, OutputWrong(claim.output));
        bytes memory needed = ScriptedModel.evidenceFor(
            claim.requestId,
            claim.payee,
            claim.input,
            claim.output
        );
        require(keccak256(evidence) == keccak256(needed), EvidenceWrong(evidence));
    }
}
