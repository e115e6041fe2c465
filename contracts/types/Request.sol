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

/// @notice A request without its terms: a new request's are not copied out of the calldata.
struct RequestHead {
    address requester;
    uint256 nonce;
    bytes32 releaseId;
    Verification level;
    bytes32 inputHash;
}

/// @notice One request of `requestMany`.
struct RequestItem {
    bytes32 releaseId;
    Verification level;
    bytes input;
    Terms terms;
}

using RequestLib for Request global;

library RequestLib {
    bytes32 internal constant TAG = keccak256("assay.request.v1");

    /// @notice Id of a request that was made to this contract: keccak256(TAG, chain, contract,
    /// requester, nonce, release, level, input hash, terms hash).
    function id(Request calldata request) internal view returns (bytes32 requestId) {
        bytes32 tag = TAG;
        bytes32 termsHash = request.terms.hash();
        // The five fields before the terms are words in a row; abi.encode costs 400 gas more.
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 32), chainid())
            mstore(add(free, 64), address())
            calldatacopy(add(free, 96), request, 160)
            mstore(add(free, 256), termsHash)
            requestId := keccak256(free, 288)
        }
    }
}

using RequestHeadLib for RequestHead global;

library RequestHeadLib {
    /// @notice Id of the request with these terms.
    function id(
        RequestHead memory head,
        Terms calldata terms
    ) internal view returns (bytes32 requestId) {
        bytes32 tag = RequestLib.TAG;
        bytes32 termsHash = terms.hash();
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 32), chainid())
            mstore(add(free, 64), address())
            mcopy(add(free, 96), head, 160)
            mstore(add(free, 256), termsHash)
            requestId := keccak256(free, 288)
        }
    }
}
