// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceCoordinator} from "./interfaces/IInferenceCoordinator.sol";
import {IInferenceRequests} from "./interfaces/IInferenceRequests.sol";
import {Assignment} from "./types/Assignment.sol";
import {Request} from "./types/Request.sol";
import {RequestSlot} from "./types/RequestSlot.sol";
import {RequestStatus} from "./types/RequestStatus.sol";
import {Verification} from "./types/Verification.sol";

/// @notice The slots of all requests: what they say, and whether what a caller hands in is their preimage.
abstract contract RequestBook is IInferenceCoordinator {
    mapping(bytes32 requestId => RequestSlot) internal _requests;

    /// @inheritdoc IInferenceRequests
    function checkResult(
        bytes32 requestId,
        bytes calldata output,
        Verification minimumLevel,
        uint256 minimumGrade
    ) external view {
        RequestSlot slot = _requests[requestId];
        _requireOutput(requestId, slot, output);
        require(slot.level() >= minimumLevel, LevelTooLow(requestId, slot.level(), minimumLevel));
        require(slot.grade() >= minimumGrade, GradeTooLow(slot.grade(), minimumGrade));
    }

    /// @inheritdoc IInferenceRequests
    function requestStatus(bytes32 requestId) external view returns (RequestStatus) {
        return _requests[requestId].status();
    }

    /// @inheritdoc IInferenceRequests
    function resultDigest(bytes32 requestId) external view returns (bytes25) {
        RequestSlot slot = _requests[requestId];
        return slot.status() == RequestStatus.Finalized ? slot.outputDigest() : bytes25(0);
    }

    /// @inheritdoc IInferenceCoordinator
    function requestIdOf(Request calldata request) external view returns (bytes32) {
        return request.id();
    }

    /// @dev Reverts unless this is an open request and its assignment.
    function _requireOpen(
        Request calldata request,
        Assignment calldata assignment
    ) internal view returns (bytes32 requestId) {
        requestId = request.id();
        RequestSlot slot = _requests[requestId];
        require(slot.status() == RequestStatus.Open, StatusWrong(requestId, slot.status()));
        require(slot.isOpenWith(assignment.digest248Of(requestId)), AssignmentMismatch(requestId));
    }

    /// @dev Reverts unless the request has this final output.
    function _requireOutput(
        bytes32 requestId,
        RequestSlot slot,
        bytes calldata output
    ) internal pure {
        require(slot.status() == RequestStatus.Finalized, StatusWrong(requestId, slot.status()));
        bytes25 given = bytes25(keccak256(output));
        require(
            slot.outputDigest() == given,
            OutputMismatch(requestId, slot.outputDigest(), given)
        );
    }
}
