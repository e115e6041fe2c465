// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms} from "./Terms.sol";
import {Verification} from "./Verification.sol";

/// @notice Everything a request's id is made of, and nothing of the block it came in.
struct Request {
    /// @dev Account that called `requestInference` and gets the callback.
    address requester;
    /// @dev Number of requests this account made before.
    uint256 nonce;
    bytes32 releaseId;
    Verification level;
    /// @dev keccak256 of the input bytes.
    bytes32 inputHash;
    Terms terms;
}

using RequestLib for Request global;

library RequestLib {
    bytes32 internal constant TAG = keccak256("assay.request.v1");

    /// @notice Id of a request made to `coordinator` on this chain.
    function id(Request memory request, address coordinator) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    TAG,
                    block.chainid,
                    coordinator,
                    request.requester,
                    request.nonce,
                    request.releaseId,
                    request.level,
                    request.inputHash,
                    request.terms.hash()
                )
            );
    }
}
