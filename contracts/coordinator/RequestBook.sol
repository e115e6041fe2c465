// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceAnswers} from "../interfaces/IInferenceAnswers.sol";
import {IInferenceDisputes} from "../interfaces/IInferenceDisputes.sol";
import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {AnswerRecord} from "../types/Answer.sol";
import {Assignment} from "../types/Assignment.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {CoordinatorState} from "./CoordinatorState.sol";

/// @notice What the slots of requests say, and whether what a caller hands in is their preimage.
abstract contract RequestBook is CoordinatorState {
    /// @dev Reverts unless this is an open request and its assignment.
    function _requireOpen(
        Request calldata request,
        Assignment calldata assignment
    ) internal view returns (bytes32 requestId) {
        requestId = request.id();
        RequestSlot slot = _requests[requestId];
        RequestStatus status = slot.status();
        require(status == RequestStatus.Open, IInferenceRequests.StatusWrong(requestId, status));
        require(
            slot.isOpenWith(assignment.digest248Of(requestId)),
            IInferenceAnswers.AssignmentMismatch(requestId)
        );
    }

    /// @dev Reverts unless this is an answered or challenged request, its assignment and its answer.
    function _requireAnswered(
        Request calldata request,
        Assignment calldata assignment,
        AnswerRecord calldata record
    ) internal view returns (bytes32 requestId, RequestSlot slot) {
        requestId = request.id();
        slot = _requests[requestId];
        RequestStatus status = slot.status();
        require(
            status == RequestStatus.Answered || status == RequestStatus.Challenged,
            IInferenceRequests.StatusWrong(requestId, status)
        );
        require(
            slot.isAnsweredWith(record.digest200Of(requestId, assignment)),
            IInferenceDisputes.AnswerMismatch(requestId)
        );
    }

    /// @dev Reverts unless the request has this final output.
    function _requireOutput(
        bytes32 requestId,
        RequestSlot slot,
        bytes calldata output
    ) internal pure {
        require(slot.hasResult(), IInferenceRequests.StatusWrong(requestId, slot.status()));
        bytes25 given = bytes25(keccak256(output));
        require(
            slot.outputDigest() == given,
            IInferenceRequests.OutputMismatch(requestId, slot.outputDigest(), given)
        );
    }

    function _hasCallback(Request calldata request) internal view returns (bool) {
        return request.terms.callbackGas > 0 && request.requester.code.length > 0;
    }
}
