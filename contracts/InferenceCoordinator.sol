// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Ledger} from "./Ledger.sol";
import {RequestIntake} from "./RequestIntake.sol";
import {VerifierRouter} from "./VerifierRouter.sol";
import {IInferenceConsumer} from "./interfaces/IInferenceConsumer.sol";
import {IInferenceCoordinator} from "./interfaces/IInferenceCoordinator.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {CallbackLib} from "./libraries/CallbackLib.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {Answer, Claim} from "./types/Answer.sol";
import {Assignment} from "./types/Assignment.sol";
import {Lateness} from "./types/Operator.sol";
import {Request} from "./types/Request.sol";
import {RequestSlot, RequestSlotLib} from "./types/RequestSlot.sol";
import {RequestStatus} from "./types/RequestStatus.sol";

/// @title InferenceCoordinator
/// @notice The one contract consumers meet: requests, escrow, answers, callbacks, refunds.
contract InferenceCoordinator is RequestIntake {
    /// @notice What a deployment is made of; none of it can change.
    struct Config {
        address owner;
        address asset;
        IModelRegistry modelRegistry;
        IOperatorRegistry operatorRegistry;
        /// @dev First verifier by level; zero where the level is not supported.
        address[3] verifiers;
        uint256 changeDelaySeconds;
        uint256 retrySeconds;
        /// @dev On top of each price, in 1/10,000; 0: none.
        uint256 protocolFeeBps;
        address feeReceiver;
    }

    /// @dev Gas of `expire` that its own measurement does not see: the transaction, its calldata
    /// and the credits at the end.
    uint256 private constant EXPIRE_OVERHEAD = 60_000;
    /// @dev The same of looking whether somebody is late, and of taking a penalty and a place in a list.
    uint256 private constant LATE_GAS = 25_000;
    uint256 private constant PENALTY_GAS = 80_000;
    uint256 private constant MOST_LATE_IN_ROW = 3;

    /// @notice Time after an answer in which anyone may retry a failed callback.
    uint256 public immutable retrySeconds;

    constructor(
        Config memory config
    )
        RequestIntake(config.modelRegistry)
        Ledger(config.asset, config.operatorRegistry, config.protocolFeeBps, config.feeReceiver)
        VerifierRouter(config.verifiers, config.changeDelaySeconds)
        Ownable(config.owner)
    {
        retrySeconds = config.retrySeconds;
        IOperatorRegistry registry = config.operatorRegistry;
        require(registry.coordinator() == address(this), RegistryForeign(registry.coordinator()));
        // Who was assigned a request cannot take his bond away before it ends.
        uint256 unbonding = registry.unbondingSeconds();
        require(
            unbonding > MAXIMUM_LIFETIME_SECONDS,
            UnbondingTooShort(unbonding, MAXIMUM_LIFETIME_SECONDS)
        );
    }

    /// @dev Penalties come as coins; whoever else sends some would lose them.
    receive() external payable {
        require(msg.sender == address(operatorRegistry), NotOperatorRegistry(msg.sender));
    }

    /* ANSWER */

    /// @inheritdoc IInferenceCoordinator
    function fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) external nonReentrant {
        bytes32 requestId = _requireOpen(request, assignment);
        bytes calldata output = answer.output;
        uint256 payee = answer.payee;
        uint256 deadline = request.terms.deadline;
        require(block.timestamp < deadline, DeadlinePassed(requestId, deadline));
        _requireEntitled(requestId, assignment, payee);
        uint256 payloadLength = _requireAnswer(requestId, request, assignment, answer, output);

        RequestSlot slot = RequestSlotLib.finalized(
            request.level,
            assignment.grade,
            block.timestamp,
            keccak256(output)
        );
        _requests[requestId] = slot;

        (bool delivered, uint256 callbackGasUsed) = _callBack(requestId, request, output);
        if (delivered) _requests[requestId] = slot.withDelivered();

        uint256 gasFee =
            FeeLib.gasUnits(payloadLength, callbackGasUsed) *
                FeeLib.gasPrice(request.terms.maxGasPrice);
        uint256 bonus;
        if (payee != assignment.operatorId && assignment.operatorId != 0) {
            bonus = _penalize(requestId, request, assignment, assignment.latePenalty / 2);
        }
        (uint256 paid, uint256 refund) = _settle(payee, assignment, gasFee, bonus);
        emit RequestFulfilled(requestId, payee, paid, refund, delivered, output);
    }

    /// @dev Who sends does not matter: evidence pays whom it names, so a copied transaction earns nothing.
    function _requireEntitled(
        bytes32 requestId,
        Assignment calldata assignment,
        uint256 payee
    ) private view {
        // Operator 0 is nobody's id: the request is anyone's.
        if (payee == assignment.operatorId && payee != 0) return;
        require(
            block.timestamp >= assignment.primaryUntil,
            NotAssigned(requestId, payee, assignment.primaryUntil)
        );
        require(operatorRegistry.isBonded(payee), IOperatorRegistry.NotBonded(payee));
    }

    /// @return payloadLength Bytes of input and output together.
    function _requireAnswer(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer,
        bytes calldata output
    ) private view returns (uint256 payloadLength) {
        bytes calldata input = answer.input;
        require(keccak256(input) == request.inputHash, InputMismatch(requestId));
        require(
            output.length == assignment.outputLength,
            OutputLengthWrong(requestId, output.length, assignment.outputLength)
        );
        IVerifier(_verifierOf(assignment.verifierId)).verify(
            Claim({
                requestId: requestId,
                payee: answer.payee,
                releaseId: request.releaseId,
                key: assignment.key,
                input: input,
                output: output
            }),
            answer.evidence
        );
        return input.length + output.length;
    }

    function _callBack(
        bytes32 requestId,
        Request calldata request,
        bytes calldata output
    ) private returns (bool delivered, uint256 gasUsed) {
        if (!_hasCallback(request)) return (false, 0);

        bytes memory reason;
        uint256 gasBefore = gasleft();
        (delivered, reason) = CallbackLib.callWithExactGas(
            request.requester,
            request.terms.callbackGas,
            abi.encodeCall(
                IInferenceConsumer.onInference,
                (requestId, output, block.timestamp, true)
            )
        );
        gasUsed = gasBefore - gasleft();
        if (gasUsed > request.terms.callbackGas) gasUsed = request.terms.callbackGas;

        if (!delivered) emit CallbackFailed(requestId, reason);
    }

    function _settle(
        uint256 payee,
        Assignment calldata assignment,
        uint256 gasFee,
        uint256 bonus
    ) private returns (uint256 paid, uint256 refund) {
        uint256 royalty = assignment.royalty;
        paid = assignment.price + gasFee;
        refund = assignment.escrow - royalty - paid;
        if (protocolFeeBps > 0) refund -= _creditProtocolFee(assignment.price);
        paid += bonus;

        _earn(payee, paid);
        if (royalty > 0) _credit(assignment.publisher, royalty);
        if (refund > 0) _credit(assignment.payer, refund);
    }

    /// @dev Notes that the assigned operator let his window pass, unless gas cost more than the
    /// requester pays for.
    /// @param mostPaid Most of the penalty that is paid out.
    /// @return paid What of it came here.
    function _penalize(
        bytes32 requestId,
        Request calldata request,
        Assignment calldata assignment,
        uint256 mostPaid
    ) private returns (uint256 paid) {
        uint256 operatorId = assignment.operatorId;
        uint256 lateInRow = _operatorAccounts[operatorId].lateInRow + 1;
        bool isLast = lateInRow == MOST_LATE_IN_ROW;

        bool isLate;
        (isLate, paid) = operatorRegistry.penalizeLate(
            Lateness({
                operatorId: operatorId,
                releaseId: request.releaseId,
                level: request.level,
                penalty: assignment.latePenalty,
                mostPaid: mostPaid,
                maxGasPrice: request.terms.maxGasPrice,
                assignedAt: assignment.assignedAt,
                primaryUntil: assignment.primaryUntil,
                isLast: isLast
            })
        );
        if (!isLate) return 0;
        _operatorAccounts[operatorId].lateInRow = isLast ? 0 : uint8(lateInRow);
        emit OperatorLate(requestId, operatorId, paid);
    }

    /// @inheritdoc IInferenceCoordinator
    function retryCallback(
        Request calldata request,
        bytes calldata output,
        uint256 callbackGas
    ) external nonReentrant {
        bytes32 requestId = request.id();
        RequestSlot slot = _requests[requestId];
        _requireOutput(requestId, slot, output);
        require(_hasCallback(request), CallbackAbsent(requestId));
        require(!slot.isDelivered(), CallbackAlreadyDelivered(requestId));
        uint256 retryUntil = slot.answeredAt() + retrySeconds;
        require(
            msg.sender == request.requester || block.timestamp < retryUntil,
            RetryClosed(requestId, retryUntil)
        );
        require(
            callbackGas >= request.terms.callbackGas,
            CallbackGasTooLow(callbackGas, request.terms.callbackGas)
        );

        _requests[requestId] = slot.withDelivered();

        (bool delivered, bytes memory reason) = CallbackLib.callWithExactGas(
            request.requester,
            callbackGas,
            abi.encodeCall(
                IInferenceConsumer.onInference,
                (requestId, output, slot.answeredAt(), true)
            )
        );
        require(delivered, CallbackFailedAgain(requestId, reason));
        emit CallbackDelivered(requestId);
    }

    function _hasCallback(Request calldata request) private view returns (bool) {
        return request.terms.callbackGas > 0 && request.requester.code.length > 0;
    }

    /* END WITHOUT AN ANSWER */

    /// @inheritdoc IInferenceCoordinator
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
        bool isOwed = assignment.operatorId != 0 && !_entry(assignment.verifierId).isRevoked;
        uint256 penalty = assignment.latePenalty;
        uint256 gasUsed = gasBefore - gasleft() + EXPIRE_OVERHEAD;
        if (isOwed) gasUsed += penalty > 0 ? PENALTY_GAS : LATE_GAS;
        // Below the gas an answer is paid for, so the escrow holds it.
        uint256 reward = ((gasUsed * 12) / 10) * FeeLib.gasPrice(request.terms.maxGasPrice);
        uint256 paid;
        if (isOwed) {
            uint256 mostPaid = reward < penalty ? reward : penalty;
            paid = _penalize(requestId, request, assignment, mostPaid);
        }
        uint256 refund = assignment.escrow + paid - reward;

        if (reward > 0) _credit(msg.sender, reward);
        _credit(assignment.payer, refund);
        emit RequestExpired(requestId, msg.sender, reward, refund);
    }

    /// @inheritdoc IInferenceCoordinator
    function fail(Request calldata request, Assignment calldata assignment) external nonReentrant {
        bytes32 requestId = _requireOpen(request, assignment);
        uint256 verifierId = assignment.verifierId;
        require(_entry(verifierId).isRevoked, VerifierNotRevoked(verifierId));

        _requests[requestId] = RequestSlotLib.ended(RequestStatus.Failed);

        _credit(assignment.payer, assignment.escrow);
        emit RequestFailed(requestId, verifierId, assignment.escrow);
    }
}
