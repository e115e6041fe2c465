// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Ledger} from "./Ledger.sol";
import {RequestBook} from "./RequestBook.sol";
import {VerifierRouter} from "./VerifierRouter.sol";
import {IInferenceConsumer} from "./interfaces/IInferenceConsumer.sol";
import {IInferenceCoordinator} from "./interfaces/IInferenceCoordinator.sol";
import {IInferenceRequests} from "./interfaces/IInferenceRequests.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {CallbackLib} from "./libraries/CallbackLib.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {Answer, Claim} from "./types/Answer.sol";
import {Assignment} from "./types/Assignment.sol";
import {DemandLib} from "./types/Operator.sol";
import {Quote} from "./types/Quote.sol";
import {ReleaseRoute} from "./types/Release.sol";
import {Request} from "./types/Request.sol";
import {RequestSlot, RequestSlotLib} from "./types/RequestSlot.sol";
import {RequestStatus} from "./types/RequestStatus.sol";
import {Terms} from "./types/Terms.sol";
import {Verification} from "./types/Verification.sol";

/// @title InferenceCoordinator
/// @notice The one contract consumers meet: requests, escrow, answers, callbacks, refunds.
contract InferenceCoordinator is IInferenceCoordinator, RequestBook, Ledger, VerifierRouter {
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
    }

    uint256 public constant MAXIMUM_CALLBACK_GAS = 2_500_000;
    uint256 public constant MAXIMUM_LIFETIME_SECONDS = 30 days;
    /// @dev Gas of `expire` that its own measurement does not see: the transaction, its calldata
    /// and the credits at the end.
    uint256 private constant EXPIRE_OVERHEAD = 60_000;

    IModelRegistry public immutable modelRegistry;
    /// @notice Time after an answer in which anyone may retry a failed callback.
    uint256 public immutable retrySeconds;

    constructor(
        Config memory config
    )
        Ledger(config.asset, config.operatorRegistry)
        VerifierRouter(config.verifiers, config.changeDelaySeconds)
        Ownable(config.owner)
    {
        modelRegistry = config.modelRegistry;
        retrySeconds = config.retrySeconds;
    }

    /* REQUEST */

    /// @inheritdoc IInferenceRequests
    function requestInference(
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external payable returns (bytes32 requestId) {
        Route memory route = _routes[level];
        Account memory account = _accounts[msg.sender];
        ReleaseRoute memory release = modelRegistry.releaseRoute(releaseId);

        _requireOpenRoute(route, release, releaseId, level);
        _requireTerms(release, input.length, terms);

        Request memory request = Request({
            requester: msg.sender,
            nonce: account.nonce,
            releaseId: releaseId,
            level: level,
            inputHash: keccak256(input),
            terms: terms
        });
        requestId = request.idOf();
        Assignment memory assignment = _assign(
            request,
            release,
            route.verifierId,
            input.length,
            uint256(requestId) ^ block.prevrandao
        );

        _charge(account, assignment.escrow);
        _requests[requestId] = RequestSlotLib.open(assignment.digest248(requestId));
        emit InferenceRequested(
            requestId,
            msg.sender,
            assignment.operatorId,
            request,
            assignment,
            input
        );
    }

    /// @inheritdoc IInferenceRequests
    function quote(
        bytes32 releaseId,
        Verification level,
        uint256 inputLength,
        Terms calldata terms
    ) external view returns (Quote memory) {
        ReleaseRoute memory release = modelRegistry.releaseRoute(releaseId);
        _requireOpenRoute(_routes[level], release, releaseId, level);
        uint256 price = operatorRegistry.highestPrice(
            releaseId,
            level,
            DemandLib.fromTerms(terms, inputLength)
        );
        return FeeLib.quote(release, price, inputLength, terms);
    }

    function _requireOpenRoute(
        Route memory route,
        ReleaseRoute memory release,
        bytes32 releaseId,
        Verification level
    ) private view {
        require(
            route.verifierId != 0 && (release.levels >> uint256(level)) & 1 == 1,
            LevelUnsupported(releaseId, level)
        );
        require(
            route.closesAt == 0 || block.timestamp < route.closesAt,
            CoordinatorClosed(route.closesAt)
        );
    }

    function _requireTerms(
        ReleaseRoute memory release,
        uint256 inputLength,
        Terms calldata terms
    ) private view {
        require(
            inputLength == release.inputLength,
            InputLengthWrong(inputLength, release.inputLength)
        );
        require(
            terms.callbackGas <= MAXIMUM_CALLBACK_GAS,
            CallbackGasTooHigh(terms.callbackGas, MAXIMUM_CALLBACK_GAS)
        );
        uint256 earliest = block.timestamp + 2 * release.primaryWindowSeconds;
        require(terms.deadline >= earliest, DeadlineTooSoon(terms.deadline, earliest));
        uint256 latest = block.timestamp + MAXIMUM_LIFETIME_SECONDS;
        require(terms.deadline <= latest, DeadlineTooLate(terms.deadline, latest));
        require(terms.minGrade == 0, GradeTooLow(0, terms.minGrade));
        require(terms.minBond == 0, TermUnsupported("minBond", terms.minBond));
        require(terms.measurement == 0, TermUnsupported("measurement", uint256(terms.measurement)));
        // A token has no price in gas.
        uint256 highest = asset == address(0) ? type(uint64).max : 0;
        require(terms.maxGasPrice <= highest, TermUnsupported("maxGasPrice", terms.maxGasPrice));
    }

    function _assign(
        Request memory request,
        ReleaseRoute memory release,
        uint256 verifierId,
        uint256 inputLength,
        uint256 seed
    ) private view returns (Assignment memory) {
        Terms memory terms = request.terms;
        (uint256 operatorId, uint256 price) = operatorRegistry.assign(
            request.releaseId,
            request.level,
            DemandLib.fromTerms(terms, inputLength),
            seed
        );
        Quote memory costs = FeeLib.quote(release, price, inputLength, terms);
        require(costs.total <= terms.maxFee, FeeTooLow(terms.maxFee, costs.total));

        return
            Assignment({
                operatorId: operatorId,
                payer: msg.sender,
                verifierId: verifierId,
                key: release.key,
                grade: 0,
                price: costs.price,
                royalty: costs.royalty,
                publisher: release.publisher,
                escrow: costs.total,
                bond: 0,
                outputLength: release.outputLength,
                outputPayload: release.outputPayload,
                requestedAt: block.timestamp,
                primaryUntil: block.timestamp + release.primaryWindowSeconds
            });
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

        (uint256 paid, uint256 refund) = _settle(
            payee,
            assignment,
            FeeLib.gasUnits(payloadLength, callbackGasUsed) *
                FeeLib.gasPrice(request.terms.maxGasPrice)
        );
        emit RequestFulfilled(requestId, payee, paid, refund, delivered, output);
    }

    /// @dev Who sends does not matter: evidence pays whom it names, so a copied transaction earns nothing.
    function _requireEntitled(
        bytes32 requestId,
        Assignment calldata assignment,
        uint256 payee
    ) private view {
        if (payee == assignment.operatorId) return;
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
        VerifierEntry memory entry = _entry(assignment.verifierId);
        require(!entry.isRevoked, VerifierIsRevoked(assignment.verifierId));

        IVerifier(entry.verifier).verify(
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
        uint256 gasFee
    ) private returns (uint256 paid, uint256 refund) {
        uint256 royalty = assignment.royalty;
        paid = assignment.price + gasFee;
        refund = assignment.escrow - royalty - paid;

        _earn(payee, paid);
        if (royalty > 0) _credit(assignment.publisher, royalty);
        if (refund > 0) _credit(assignment.payer, refund);
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

        // Below a third of the gas an answer is paid for, so the escrow holds it.
        uint256 gasUsed = ((gasBefore - gasleft() + EXPIRE_OVERHEAD) * 12) / 10;
        uint256 reward = gasUsed * FeeLib.gasPrice(request.terms.maxGasPrice);
        uint256 refund = assignment.escrow - reward;

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
