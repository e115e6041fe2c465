// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RequestStatus} from "./RequestStatus.sol";
import {Verification} from "./Verification.sol";

/// @notice The one storage slot of a request, rewritten at each step (table in docs/contracts.md).
type RequestSlot is bytes32;

using RequestSlotLib for RequestSlot global;

/// @notice Status in the top four bits; below it what the status needs.
library RequestSlotLib {
    uint256 private constant STATUS_SHIFT = 252;
    uint256 private constant LEVEL_SHIFT = 250;
    uint256 private constant DELIVERED = 1 << 249;
    uint256 private constant VOIDED = 1 << 248;
    uint256 private constant GRADE_SHIFT = 240;
    uint256 private constant DELAY_SHIFT = 232;
    uint256 private constant TIME_SHIFT = 200;
    uint256 private constant DIGEST_SHIFT = 56;
    uint256 private constant DIGEST_MASK = (1 << 200) - 1;
    /// @dev What is counted between an answer and its final state, so that eight bits reach two months.
    uint256 private constant DELAY_UNIT = 6 hours;
    uint256 private constant MOST_DELAY = type(uint8).max;

    function open(uint248 digest) internal pure returns (RequestSlot) {
        return RequestSlot.wrap(bytes32(_head(RequestStatus.Open) | digest));
    }

    /// @notice An optimistic answer, disputed (`Challenged`) or not (`Answered`) until `windowEnd`.
    function answered(
        RequestStatus step,
        bool isDelivered_,
        uint256 windowEnd_,
        uint200 digest
    ) internal pure returns (RequestSlot) {
        return
            RequestSlot.wrap(
                bytes32(
                    _head(step) |
                        (isDelivered_ ? DELIVERED : 0) |
                        (uint256(uint40(windowEnd_)) << TIME_SHIFT) |
                        digest
                )
            );
    }

    /// @notice A state that is final from this block on.
    /// @param end `Finalized`, or `Overturned` with the right output.
    /// @param time Second of the answer, not after this block's.
    function finalized(
        RequestStatus end,
        Verification provenLevel,
        uint256 keyGrade,
        uint256 time,
        bytes32 outputHash
    ) internal view returns (RequestSlot) {
        uint256 delay = (block.timestamp - time + DELAY_UNIT - 1) / DELAY_UNIT;
        if (delay > MOST_DELAY) delay = MOST_DELAY;
        return
            RequestSlot.wrap(
                bytes32(
                    _head(end) |
                        (uint256(provenLevel) << LEVEL_SHIFT) |
                        (uint256(uint8(keyGrade)) << GRADE_SHIFT) |
                        (delay << DELAY_SHIFT) |
                        (uint256(uint32(time)) << TIME_SHIFT) |
                        (uint256(outputHash) >> DIGEST_SHIFT)
                )
            );
    }

    /// @notice A terminal status that says nothing more.
    function ended(RequestStatus terminal) internal pure returns (RequestSlot) {
        return RequestSlot.wrap(bytes32(_head(terminal)));
    }

    /// @notice The same, and its consumer is to be told that nothing holds; `withDelivered`: he was.
    function voided(RequestStatus terminal) internal view returns (RequestSlot) {
        uint256 time = uint256(uint32(block.timestamp)) << TIME_SHIFT;
        return RequestSlot.wrap(bytes32(_head(terminal) | VOIDED | time));
    }

    function withDelivered(RequestSlot slot) internal pure returns (RequestSlot) {
        return RequestSlot.wrap(bytes32(_bits(slot) | DELIVERED));
    }

    function isOpenWith(RequestSlot slot, uint248 digest) internal pure returns (bool) {
        return RequestSlot.unwrap(slot) == RequestSlot.unwrap(open(digest));
    }

    /// @dev Of an answered or challenged request.
    function isAnsweredWith(RequestSlot slot, uint200 digest) internal pure returns (bool) {
        return _bits(slot) & DIGEST_MASK == digest;
    }

    /// @notice Whether there is a final output.
    function hasResult(RequestSlot slot) internal pure returns (bool) {
        RequestStatus end = status(slot);
        if (end == RequestStatus.Overturned) return outputDigest(slot) != 0;
        return end == RequestStatus.Finalized;
    }

    function status(RequestSlot slot) internal pure returns (RequestStatus) {
        return RequestStatus(_bits(slot) >> STATUS_SHIFT);
    }

    function level(RequestSlot slot) internal pure returns (Verification) {
        return Verification((_bits(slot) >> LEVEL_SHIFT) & 3);
    }

    function isDelivered(RequestSlot slot) internal pure returns (bool) {
        return _bits(slot) & DELIVERED != 0;
    }

    function grade(RequestSlot slot) internal pure returns (uint256) {
        return uint8(_bits(slot) >> GRADE_SHIFT);
    }

    /// @notice Second of a final answer; of a voided one, that in which it fell.
    /// @dev The slot has its low 32 bits, which name one second of the last 136 years.
    function answeredAt(RequestSlot slot) internal view returns (uint256) {
        uint256 age = uint32(block.timestamp - uint32(_bits(slot) >> TIME_SHIFT));
        return block.timestamp - age;
    }

    /// @notice Second by which the final state was reached: at most `DELAY_UNIT` after it, and too early only
    /// where that was more than two months after the answer.
    function finalBy(RequestSlot slot) internal view returns (uint256) {
        return answeredAt(slot) + uint8(_bits(slot) >> DELAY_SHIFT) * DELAY_UNIT;
    }

    /// @dev Of any request.
    function isVoided(RequestSlot slot) internal pure returns (bool) {
        return _bits(slot) & VOIDED != 0;
    }

    /// @dev Of an answered or challenged request.
    function windowEnd(RequestSlot slot) internal pure returns (uint256) {
        return uint40(_bits(slot) >> TIME_SHIFT);
    }

    /// @notice First 200 bits of the output's keccak256.
    function outputDigest(RequestSlot slot) internal pure returns (bytes25) {
        return bytes25(bytes32(_bits(slot) << DIGEST_SHIFT));
    }

    function _head(RequestStatus head) private pure returns (uint256) {
        return uint256(head) << STATUS_SHIFT;
    }

    function _bits(RequestSlot slot) private pure returns (uint256) {
        return uint256(RequestSlot.unwrap(slot));
    }
}
