// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IInferenceRequests} from "../interfaces/IInferenceRequests.sol";
import {AnswerBondLib} from "../libraries/AnswerBondLib.sol";
import {FeeLib} from "../libraries/FeeLib.sol";
import {RequestLogLib} from "../libraries/RequestLogLib.sol";
import {Assignment} from "../types/Assignment.sol";
import {Demand, DemandLib, Offer} from "../types/Operator.sol";
import {Quote} from "../types/Quote.sol";
import {ReleaseRoute} from "../types/Release.sol";
import {RequestHead, RequestItem} from "../types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../types/RequestSlot.sol";
import {RequestStatus} from "../types/RequestStatus.sol";
import {Terms} from "../types/Terms.sol";
import {Verification} from "../types/Verification.sol";
import {Ledger} from "./Ledger.sol";
import {RequestBook} from "./RequestBook.sol";

/// @notice How requests come in, who they are assigned to, and what their slots say.
abstract contract RequestIntake is IInferenceRequests, RequestBook, Ledger {
    uint256 public constant MAXIMUM_CALLBACK_GAS = 2_500_000;
    uint256 public constant MAXIMUM_LIFETIME_SECONDS = 30 days;

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
        _charge(account, escrow, 1);
    }

    /// @inheritdoc IInferenceRequests
    function requestMany(
        RequestItem[] calldata items
    ) external payable returns (bytes32[] memory requestIds) {
        Account memory account = _accounts[msg.sender];
        requestIds = new bytes32[](items.length);
        uint256 total;
        for (uint256 i = 0; i < items.length; ++i) {
            RequestItem calldata item = items[i];
            uint256 escrow;
            (requestIds[i], escrow) = _open(
                msg.sender,
                account.nonce + i,
                item.releaseId,
                item.level,
                item.input,
                item.terms
            );
            total += escrow;
        }
        _charge(account, total, items.length);
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
        (ReleaseRoute release, address publisher) = _modelRegistry.releaseRoute(releaseId);

        _requireOpenRoute(route, release, releaseId, level);
        _requireTerms(release, level, input.length, terms);

        RequestHead memory head = RequestHead({
            requester: msg.sender,
            nonce: nonce,
            releaseId: releaseId,
            level: level,
            inputHash: keccak256(input)
        });
        requestId = head.id(terms);
        Assignment memory assignment = _assign(
            releaseId,
            level,
            terms,
            release,
            route.verifierId,
            input.length,
            // Whoever asks may revert and ask with other terms until he likes the draw: he could as well
            // name the operator.
            uint256(requestId) ^ block.prevrandao
        );
        assignment.payer = payer;
        assignment.publisher = publisher;
        escrow = assignment.escrow;

        _requests[requestId] = RequestSlotLib.open(assignment.digest248(requestId));
        RequestLogLib.emitRequested(
            InferenceRequested.selector,
            requestId,
            head,
            terms,
            assignment,
            input
        );
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
        Verification level,
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
        require(
            terms.minBond == 0 || level == Verification.Optimistic,
            TermUnsupported("minBond", terms.minBond)
        );
        require(terms.measurement == 0, TermUnsupported("measurement", uint256(terms.measurement)));
        // Read so that it is checked: id and event hold the word as it came, and what is no delivery would be
        // decoded as another one by whoever has to hand it in again.
        terms.delivery;
        // A token has no price in gas.
        uint256 highest = _asset == address(0) ? type(uint64).max : 0;
        require(terms.maxGasPrice <= highest, TermUnsupported("maxGasPrice", terms.maxGasPrice));
    }

    function _assign(
        bytes32 releaseId,
        Verification level,
        Terms calldata terms,
        ReleaseRoute release,
        uint256 verifierId,
        uint256 inputLength,
        uint256 seed
    ) private view returns (Assignment memory) {
        Demand memory demand = DemandLib.fromTerms(terms, level, release, inputLength);
        Offer memory offer = _operatorRegistry.assign(releaseId, level, demand, seed);
        Quote memory costs = _costs(release, level, offer.price, inputLength, terms);
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
                bond: level == Verification.Optimistic
                    ? AnswerBondLib.bondOf(demand.bond, costs.price)
                    : 0,
                outputLength: release.outputLength(),
                outputPayload: release.outputPayload(),
                assignedAt: block.timestamp,
                primaryUntil: block.timestamp + release.primaryWindowSeconds(),
                latePenalty: offer.latePenalty
            });
    }

    /// @dev Most a request can cost at this price, with a rollup's data fee.
    function _costs(
        ReleaseRoute release,
        Verification level,
        uint256 price,
        uint256 inputLength,
        Terms calldata terms
    ) private view returns (Quote memory costs) {
        costs = FeeLib.quote(release, level, price, _protocolFeeBps, inputLength, terms);
        if (address(_dataFee) == address(0) || terms.maxGasPrice == 0) return costs;
        uint256 length = FeeLib.dataLength(level, inputLength, release.outputLength(), terms);
        uint256 dataFee = FeeLib.DATA_FEE_MARGIN * _dataFee.dataFee(length);
        costs.gasFee += dataFee;
        costs.total += dataFee;
    }

    /* VIEWS */

    /// @inheritdoc IInferenceRequests
    function quote(
        bytes32 releaseId,
        Verification level,
        uint256 inputLength,
        Terms calldata terms
    ) external view returns (Quote memory) {
        (ReleaseRoute release, ) = _modelRegistry.releaseRoute(releaseId);
        _requireOpenRoute(_routes[level], release, releaseId, level);
        uint256 price = _operatorRegistry.highestPrice(
            releaseId,
            level,
            DemandLib.fromTerms(terms, level, release, inputLength)
        );
        return _costs(release, level, price, inputLength, terms);
    }

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
        return slot.hasResult() ? slot.outputDigest() : bytes25(0);
    }
}
