// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {Claim} from "../types/Answer.sol";

/// @notice Refuses every claim, and answers whatever else it is asked with the same bytes.
contract FallbackVerifier is IVerifier {
    bytes private _reply;

    error ClaimRefused(bytes32 requestId);

    constructor(bytes memory reply) {
        _reply = reply;
    }

    fallback(bytes calldata) external payable returns (bytes memory) {
        return _reply;
    }

    /// @inheritdoc IVerifier
    function verify(Claim calldata claim, bytes calldata) external pure {
        revert ClaimRefused(claim.requestId);
    }
}
