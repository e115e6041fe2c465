// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assignment} from "../types/Assignment.sol";
import {RequestHead} from "../types/Request.sol";
import {Terms} from "../types/Terms.sol";

/// @notice Writes the event of a new request.
library RequestLogLib {
    /// @notice Emits `InferenceRequested(requestId, caller, operator, request, assignment, input)`.
    /// @param topic Selector of that event.
    function emitRequested(
        bytes32 topic,
        bytes32 requestId,
        RequestHead memory head,
        Terms calldata terms,
        Assignment memory assignment,
        bytes calldata input
    ) internal {
        uint256 operatorId = assignment.operatorId;
        // The structs are words in a row already; Solidity copies and checks them one by one, for
        // 1,300 gas more. 5 + 9 words of the request and its terms, 15 of the assignment, the place of the input.
        assembly ("memory-safe") {
            let data := mload(0x40)
            mcopy(data, head, 160)
            calldatacopy(add(data, 160), terms, 288)
            mcopy(add(data, 448), assignment, 480)
            mstore(add(data, 928), 960)
            let padded := and(add(input.length, 31), not(31))
            mstore(add(data, add(960, padded)), 0)
            mstore(add(data, 960), input.length)
            calldatacopy(add(data, 992), input.offset, input.length)
            log4(data, add(992, padded), topic, requestId, caller(), operatorId)
        }
    }
}
