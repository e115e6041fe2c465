// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice A contributor that is a contract: signs with its owner's key.
contract ContractContributor is IERC1271 {
    address public immutable owner;

    constructor(address initialOwner) {
        owner = initialOwner;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(
        bytes32 hash,
        bytes calldata signature
    ) external view returns (bytes4) {
        return
            ECDSA.recover(hash, signature) == owner
                ? IERC1271.isValidSignature.selector
                : bytes4(0);
    }
}
