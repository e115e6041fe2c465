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
    /// Where two items or more can be fulfilled but for their evidence, and their verifier is an
    /// `IBatchVerifier`, it checks them together, which needs 300,000 gas an item to be left and takes much
    /// less. If it refuses, the whole batch reverts with its error: `BatchEvidenceMalformed` counts the items
    /// that were checked, `BatchInvalid` names none, and the sender divides the batch. Items of a second
    /// verifier are checked one by one.
    function fulfillBatch(Fulfilment[] calldata items) external;

    /// @notice `finalize` for many; the same gas is needed.
    function finalizeMany(Finalization[] calldata items) external;
}
