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
    uint256 private constant GRADE_SHIFT = 240;
    uint256 private constant TIME_SHIFT = 200;
    uint256 private constant DIGEST_SHIFT = 56;
    uint256 private constant DIGEST_MASK = (1 << 200) - 1;

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

    /// @param end `Finalized`, or `Overturned` with the right output.
    function finalized(
        RequestStatus end,
        Verification provenLevel,
        uint256 keyGrade,
        uint256 time,
        bytes32 outputHash
    ) internal pure returns (RequestSlot) {
        return
            RequestSlot.wrap(
                bytes32(
                    _head(end) |
                        (uint256(provenLevel) << LEVEL_SHIFT) |
                        (uint256(uint8(keyGrade)) << GRADE_SHIFT) |
                        (uint256(uint40(time)) << TIME_SHIFT) |
                        (uint256(outputHash) >> DIGEST_SHIFT)
                )
            );
    }

    /// @notice A terminal status that says nothing more.
    function ended(RequestStatus terminal) internal pure returns (RequestSlot) {
        return RequestSlot.wrap(bytes32(_head(terminal)));
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

    function answeredAt(RequestSlot slot) internal pure returns (uint256) {
        return uint40(_bits(slot) >> TIME_SHIFT);
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
