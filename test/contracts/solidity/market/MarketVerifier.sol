// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../../../../contracts/interfaces/IVerifier.sol";
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
contract MarketVerifier is IVerifier {
    error OutputWrong(bytes output);
    error EvidenceWrong(bytes evidence);

    /// @inheritdoc IVerifier
    function verify(Claim calldata claim, bytes calldata evidence) external pure {
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
