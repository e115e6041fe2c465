// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceEndings} from "../interfaces/IInferenceEndings.sol";
import {IVerifierRouter} from "../interfaces/IVerifierRouter.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {Assignment} from "../types/Assignment.sol";
import {DemandLib, Offer} from "../types/Operator.sol";
import {Request} from "../types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Settlement} from "./Settlement.sol";

/// @notice What else can become of an open request, and callbacks that are given again.
abstract contract RequestEndings is IInferenceEndings, Settlement {
    /// @dev Part of the primary window, from its start, in which declining is free.
    uint256 private constant DECLINABLE_PART = 3;
    /// @dev Gas of `expire` that its own measurement does not see: the transaction, its calldata
    /// and the credits at the end.
    uint256 private constant EXPIRE_OVERHEAD = 60_000;
    /// @dev The same of looking whether somebody is late, and of taking a penalty and a place in a list.
    uint256 private constant LATE_GAS = 25_000;
    uint256 private constant PENALTY_GAS = 80_000;

    /* WITHOUT AN ANSWER */

    /// @inheritdoc IInferenceEndings
    function expire(
        Request calldata request,
        Assignment calldata assignment
    ) external nonReentrant {
        uint256 gasBefore = gasleft();
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 deadline = request.terms.deadline;
        require(block.timestamp >= deadline, DeadlineNotPassed(requestId, deadline));

        _requests[requestId] = RequestSlotLib.ended(RequestStatus.Expired);

        // Nobody could answer where the verifier was revoked.
        bool isOwed = assignment.operatorId != 0 && !_isRevoked(assignment.verifierId);
        uint256 penalty = assignment.latePenalty;
        uint256 gasUsed = gasBefore - gasleft() + EXPIRE_OVERHEAD;
        if (isOwed) gasUsed += penalty > 0 ? PENALTY_GAS : LATE_GAS;
        uint256 reward = ((gasUsed * 12) / 10) * FeeLib.gasPrice(request.terms.maxGasPrice);
        uint256 paid;
        if (isOwed) {
            uint256 mostPaid = reward < penalty ? reward : penalty;
            paid = _penalize(requestId, request, assignment, mostPaid);
        }
        uint256 there = assignment.escrow + paid;
        if (reward > there) reward = there;
        uint256 refund = there - reward;

        if (reward > 0) _credit(msg.sender, reward);
        _credit(assignment.payer, refund);
        emit RequestExpired(requestId, msg.sender, reward, refund);
    }

    /// @inheritdoc IInferenceEndings
    function fail(Request calldata request, Assignment calldata assignment) external nonReentrant {
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 verifierId = assignment.verifierId;
        require(_isRevoked(verifierId), IVerifierRouter.VerifierNotRevoked(verifierId));

        _requests[requestId] = RequestSlotLib.ended(RequestStatus.Failed);

        _credit(assignment.payer, assignment.escrow);
        emit RequestFailed(requestId, verifierId, assignment.escrow);
    }

    /* DECLINE */

    /// @inheritdoc IInferenceEndings
    function decline(
        Request calldata request,
        Assignment calldata assignment
    ) external nonReentrant {
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 operatorId = assignment.operatorId;
        uint256 window = assignment.primaryUntil - assignment.assignedAt;
        uint256 declinableUntil = assignment.assignedAt + window / DECLINABLE_PART;
        require(block.timestamp < declinableUntil, DeclineTooLate(requestId, declinableUntil));
        require(
            _operatorRegistry.isSender(operatorId, msg.sender),
            NotSender(operatorId, msg.sender)
        );

        Offer memory offer = _operatorRegistry.decline(
            request.releaseId,
            request.level,
            DemandLib.ofAssigned(
                request.terms,
                assignment.bond,
                _modelRegistry.inputLengthOf(request.releaseId)
            ),
            Offer({
                operatorId: operatorId,
                price: assignment.price,
                latePenalty: assignment.latePenalty
            }),
            assignment.bond,
            uint256(requestId) ^ block.prevrandao
        );
        Assignment memory next = assignment;
        next.operatorId = offer.operatorId;
        next.latePenalty = offer.latePenalty;
        next.assignedAt = block.timestamp;
        next.primaryUntil = block.timestamp;
        if (offer.operatorId != 0) next.primaryUntil += window;
        uint256 deadline = request.terms.deadline;
        if (next.primaryUntil > deadline) next.primaryUntil = deadline;

        _requests[requestId] = RequestSlotLib.open(next.digest248(requestId));
        emit RequestDeclined(requestId, operatorId);
        emit RequestReassigned(requestId, offer.operatorId, request, next);
    }

    /* CALLBACK */

    /// @inheritdoc IInferenceEndings
    function retryCallback(
        Request calldata request,
        bytes calldata output,
        uint256 callbackGas
    ) external nonReentrant {
        bytes32 requestId = request.id();
        RequestSlot slot = _requests[requestId];
        _requireOutput(requestId, slot, output);
        _requireRetry(requestId, request, slot, slot.finalBy() + _retrySeconds, callbackGas);

        _requests[requestId] = slot.withDelivered();
        _retry(
            requestId,
            request,
            callbackGas,
            abi.encodeCall(
                IInferenceConsumer.onInference,
                (requestId, output, slot.answeredAt(), true)
            )
        );
    }

    /// @inheritdoc IInferenceEndings
    function retryVoidedCallback(
        Request calldata request,
        uint256 callbackGas
    ) external nonReentrant {
        bytes32 requestId = request.id();
        RequestSlot slot = _requests[requestId];
        require(slot.isVoided(), CallbackAbsent(requestId));
        _requireRetry(requestId, request, slot, slot.finalBy() + _retrySeconds, callbackGas);

        _requests[requestId] = slot.withDelivered();
        _retry(
            requestId,
            request,
            callbackGas,
            abi.encodeCall(IInferenceConsumer.onInferenceVoided, (requestId))
        );
    }

    /* VIEWS */

    /// @inheritdoc IInferenceEndings
    function requestIdOf(Request calldata request) external view returns (bytes32) {
        return request.id();
    }

    /// @inheritdoc IInferenceEndings
    function retrySeconds() external view returns (uint256) {
        return _retrySeconds;
    }
}
