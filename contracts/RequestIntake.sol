// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ledger} from "./Ledger.sol";
import {RequestBook} from "./RequestBook.sol";
import {VerifierRouter} from "./VerifierRouter.sol";
import {IInferenceCoordinator} from "./interfaces/IInferenceCoordinator.sol";
import {IInferenceRequests} from "./interfaces/IInferenceRequests.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {RequestLogLib} from "./libraries/RequestLogLib.sol";
import {Assignment} from "./types/Assignment.sol";
import {DemandLib, Offer} from "./types/Operator.sol";
import {Quote} from "./types/Quote.sol";
import {ReleaseRoute} from "./types/Release.sol";
import {Request} from "./types/Request.sol";
import {RequestSlotLib} from "./types/RequestSlot.sol";
import {Terms} from "./types/Terms.sol";
import {Verification} from "./types/Verification.sol";

/// @notice How requests come in, and who they are assigned to.
abstract contract RequestIntake is RequestBook, Ledger, VerifierRouter {
    uint256 public constant MAXIMUM_CALLBACK_GAS = 2_500_000;
    uint256 public constant MAXIMUM_LIFETIME_SECONDS = 30 days;
    /// @dev Part of the primary window, from its start, in which declining is free.
    uint256 private constant DECLINABLE_PART = 3;

    IModelRegistry public immutable modelRegistry;

    constructor(IModelRegistry models) {
        modelRegistry = models;
    }

    /* REQUEST */

    /// @inheritdoc IInferenceRequests
    function requestInference(
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external payable returns (bytes32 requestId) {
        Account memory account = _accounts[msg.sender];
        uint256 escrow;
        (requestId, escrow) = _open(msg.sender, account.nonce, releaseId, level, input, terms);
        _charge(account, escrow);
    }

    /// @inheritdoc IInferenceRequests
    function requestInferenceFrom(
        address payer,
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) external returns (bytes32 requestId) {
        uint256 escrow;
        uint256 nonce = _accounts[msg.sender].nonce;
        (requestId, escrow) = _open(payer, nonce, releaseId, level, input, terms);
        _chargePayer(payer, escrow);
    }

    /// @inheritdoc IInferenceRequests
    function quote(
        bytes32 releaseId,
        Verification level,
        uint256 inputLength,
        Terms calldata terms
    ) external view returns (Quote memory) {
        (ReleaseRoute release, ) = modelRegistry.releaseRoute(releaseId);
        _requireOpenRoute(_routes[level], release, releaseId, level);
        uint256 price = operatorRegistry.highestPrice(
            releaseId,
            level,
            DemandLib.fromTerms(terms, inputLength)
        );
        return FeeLib.quote(release, price, protocolFeeBps, inputLength, terms);
    }

    /// @return requestId Of the request that is open now.
    /// @return escrow What the caller still has to charge for it.
    function _open(
        address payer,
        uint256 nonce,
        bytes32 releaseId,
        Verification level,
        bytes calldata input,
        Terms calldata terms
    ) private returns (bytes32 requestId, uint256 escrow) {
        Route memory route = _routes[level];
        (ReleaseRoute release, address publisher) = modelRegistry.releaseRoute(releaseId);

        _requireOpenRoute(route, release, releaseId, level);
        _requireTerms(release, input.length, terms);

        Request memory request = Request({
            requester: msg.sender,
            nonce: nonce,
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
            _seed(requestId)
        );
        assignment.payer = payer;
        assignment.publisher = publisher;
        escrow = assignment.escrow;

        _requests[requestId] = RequestSlotLib.open(assignment.digest248(requestId));
        RequestLogLib.emitRequested(
            InferenceRequested.selector,
            requestId,
            request,
            assignment,
            input
        );
    }

    /// @dev Whoever asks may revert and ask with other terms until he likes the draw: he could as well
    /// name the operator.
    function _seed(bytes32 requestId) private view returns (uint256) {
        return uint256(requestId) ^ block.prevrandao;
    }

    function _requireOpenRoute(
        Route memory route,
        ReleaseRoute release,
        bytes32 releaseId,
        Verification level
    ) private view {
        require(
            route.verifierId != 0 && release.hasLevel(uint256(level)),
            LevelUnsupported(releaseId, level)
        );
        require(
            route.closesAt == 0 || block.timestamp < route.closesAt,
            CoordinatorClosed(route.closesAt)
        );
    }

    function _requireTerms(
        ReleaseRoute release,
        uint256 inputLength,
        Terms calldata terms
    ) private view {
        require(
            inputLength == release.inputLength(),
            InputLengthWrong(inputLength, release.inputLength())
        );
        require(
            terms.callbackGas <= MAXIMUM_CALLBACK_GAS,
            CallbackGasTooHigh(terms.callbackGas, MAXIMUM_CALLBACK_GAS)
        );
        uint256 earliest = block.timestamp + 2 * release.primaryWindowSeconds();
        require(terms.deadline >= earliest, DeadlineTooSoon(terms.deadline, earliest));
        uint256 latest = block.timestamp + MAXIMUM_LIFETIME_SECONDS;
        require(terms.deadline <= latest, DeadlineTooLate(terms.deadline, latest));
        require(terms.minGrade <= release.grade(), GradeTooLow(release.grade(), terms.minGrade));
        require(terms.minBond == 0, TermUnsupported("minBond", terms.minBond));
        require(terms.measurement == 0, TermUnsupported("measurement", uint256(terms.measurement)));
        // A token has no price in gas.
        uint256 highest = asset == address(0) ? type(uint64).max : 0;
        require(terms.maxGasPrice <= highest, TermUnsupported("maxGasPrice", terms.maxGasPrice));
    }

    function _assign(
        Request memory request,
        ReleaseRoute release,
        uint256 verifierId,
        uint256 inputLength,
        uint256 seed
    ) private view returns (Assignment memory) {
        Terms memory terms = request.terms;
        Offer memory offer = operatorRegistry.assign(
            request.releaseId,
            request.level,
            DemandLib.fromTerms(terms, inputLength),
            seed
        );
        Quote memory costs = FeeLib.quote(release, offer.price, protocolFeeBps, inputLength, terms);
        require(costs.total <= terms.maxFee, FeeTooLow(terms.maxFee, costs.total));

        return
            Assignment({
                operatorId: offer.operatorId,
                payer: address(0),
                verifierId: verifierId,
                key: release.key(),
                grade: release.grade(),
                price: costs.price,
                royalty: costs.royalty,
                publisher: address(0),
                escrow: costs.total,
                bond: 0,
                outputLength: release.outputLength(),
                outputPayload: release.outputPayload(),
                assignedAt: block.timestamp,
                primaryUntil: block.timestamp + release.primaryWindowSeconds(),
                latePenalty: offer.latePenalty
            });
    }

    /* DECLINE */

    /// @inheritdoc IInferenceCoordinator
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
            operatorRegistry.isSender(operatorId, msg.sender),
            NotSender(operatorId, msg.sender)
        );

        Offer memory offer = operatorRegistry.decline(
            request.releaseId,
            request.level,
            DemandLib.fromTerms(request.terms, modelRegistry.inputLengthOf(request.releaseId)),
            Offer({
                operatorId: operatorId,
                price: assignment.price,
                latePenalty: assignment.latePenalty
            }),
            _seed(requestId)
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
}
