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
/// revert leave `BatchItemFailed`; neither touches the others. Too little gas reverts the whole batch.
interface IInferenceBatches {
    /// @notice An item reverted, with these first 256 bytes.
    event BatchItemFailed(bytes32 indexed requestId, bytes reason);

    /// @notice What is left does not surely do for the next item.
    error BatchGasMissing(uint256 available, uint256 needed);

    /// @notice `fulfill` for many. Each item needs 600,000 gas to be left, 22 for each byte of input and
    /// output, and 32/31 of its callback's.
    function fulfillBatch(Fulfilment[] calldata items) external;

    /// @notice `finalize` for many; the same gas is needed.
    function finalizeMany(Finalization[] calldata items) external;
}
