// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Answer, AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";

/// @notice What `fulfill` takes.
struct Fulfilment {
    Request request;
    Assignment assignment;
    Answer answer;
}

/// @notice What `finalize` takes.
struct Finalization {
    Request request;
    Assignment assignment;
    AnswerRecord record;
    bytes output;
}

/// @notice Many steps in one transaction. Items that somebody else settled before are skipped; items that
/// revert leave `BatchItemFailed`; neither touches the others.
interface IInferenceBatches {
    /// @notice An item reverted, with these first 256 bytes.
    event BatchItemFailed(bytes32 indexed requestId, bytes reason);

    /// @notice `fulfill` for many.
    /// @dev Each item needs gas for its callback on top of what those after it need. State a gas limit: what
    /// an estimate finds is enough for a batch whose items all fail for want of gas.
    function fulfillBatch(Fulfilment[] calldata items) external;

    /// @notice `finalize` for many.
    /// @dev State a gas limit, as for `fulfillBatch`.
    function finalizeMany(Finalization[] calldata items) external;
}
