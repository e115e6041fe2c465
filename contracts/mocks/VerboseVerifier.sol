// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {Claim} from "../types/Answer.sol";

/// @notice Refuses everything, with as many bytes as the evidence is long.
contract VerboseVerifier is IVerifier {
    /// @inheritdoc IVerifier
    function verify(Claim calldata, bytes calldata evidence) external pure {
        bytes memory reason = evidence;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
