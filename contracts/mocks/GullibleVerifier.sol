// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {Claim} from "../types/Answer.sol";

/// @notice Accepts everything: for tests of money, where who is right is what the test says.
contract GullibleVerifier is IVerifier {
    /// @inheritdoc IVerifier
    function verify(Claim calldata claim, bytes calldata evidence) external pure {}
}
