// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {Claim} from "../types/Answer.sol";

/// @notice Judge of a simulated market. It knows the one right output of every input and accepts no
/// other; a claim of that output is attested by a real proof, or by a stand-in that costs the same gas and
/// no time to make.
/// Warning: anybody can make the stand-in. A deployment that takes it trusts this contract alone.
contract ScriptedVerifier is IVerifier {
    /// @notice First word of evidence that stands in for a proof: no commitment, being above the field.
    bytes32 public constant STAND_IN = keccak256("assay.simulation.v1");

    IVerifier private immutable _proofs;
    uint256 private immutable _proofGas;

    error OutputFalse(bytes32 requestId, bytes20 right);
    error StandInWrong(bytes32 requestId, bytes32 given);

    /// @param proofs Where real proofs are checked.
    /// @param proofGas What the stand-in costs, as a real proof does.
    constructor(IVerifier proofs, uint256 proofGas) {
        (_proofs, _proofGas) = (proofs, proofGas);
    }

    /// @inheritdoc IVerifier
    function verify(Claim calldata claim, bytes calldata evidence) external view {
        bytes20 right = rightOutput(claim.input);
        require(
            keccak256(claim.output) == keccak256(bytes.concat(right)),
            OutputFalse(claim.requestId, right)
        );
        if (bytes32(evidence[:32]) != STAND_IN) return _proofs.verify(claim, evidence);

        bytes32 given = bytes32(evidence[32:64]);
        require(
            given == keccak256(abi.encode(claim.requestId, claim.payee, right)),
            StandInWrong(claim.requestId, given)
        );
        _burn();
    }

    /// @notice The output that is right for an input, 20 bytes.
    function rightOutput(bytes calldata input) public pure returns (bytes20) {
        return bytes20(keccak256(input));
    }

    /// @dev A pairing of a point that is on no curve takes all the gas it is given and no time.
    function _burn() private view {
        uint256 gasToBurn = _proofGas;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, not(0))
            pop(staticcall(gasToBurn, 8, free, 192, 0, 0))
        }
    }
}
