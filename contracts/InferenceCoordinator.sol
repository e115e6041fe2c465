// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CoordinatorState} from "./coordinator/CoordinatorState.sol";
import {OptimisticAnswers} from "./coordinator/OptimisticAnswers.sol";
import {RequestIntake} from "./coordinator/RequestIntake.sol";
import {ICoordinatorExtension} from "./interfaces/ICoordinatorExtension.sol";
import {IInferenceAnswers} from "./interfaces/IInferenceAnswers.sol";
import {IOperatorRegistry} from "./interfaces/IOperatorRegistry.sol";
import {DelegateLib} from "./libraries/DelegateLib.sol";
import {FeeLib} from "./libraries/FeeLib.sol";
import {Answer} from "./types/Answer.sol";
import {Assignment} from "./types/Assignment.sol";
import {CoordinatorConfig} from "./types/CoordinatorConfig.sol";
import {Request} from "./types/Request.sol";
import {RequestSlot, RequestSlotLib} from "./types/RequestSlot.sol";
import {RequestStatus} from "./types/RequestStatus.sol";
import {Verification} from "./types/Verification.sol";

/// @title InferenceCoordinator
/// @notice The one contract consumers meet. Requests and answers are here; every other function of `IInferenceCoordinator` is the extension's code, run on this contract's state.
/// @dev The extension is an immutable address: nobody can exchange it.
contract InferenceCoordinator is IInferenceAnswers, RequestIntake, OptimisticAnswers {
    address private immutable _extension;

    /// @param extension `CoordinatorExtension` made with the same configuration.
    constructor(CoordinatorConfig memory config, address extension) CoordinatorState(config) {
        require(
            ICoordinatorExtension(extension).configHash() == keccak256(abi.encode(config)),
            ExtensionForeign(extension)
        );
        _extension = extension;
        address registered = _operatorRegistry.coordinator();
        require(registered == address(this), RegistryForeign(registered));
        require(
            _operatorRegistry.asset() == config.asset &&
                address(_operatorRegistry.modelRegistry()) == config.modelRegistry,
            RegistryOfOtherParts(address(_operatorRegistry))
        );
        require(
            config.challengeWindowSeconds > 0 && config.proofSeconds > 0,
            WindowMissing(config.challengeWindowSeconds, config.proofSeconds)
        );
        // Who was assigned a request cannot take his bond away before it ends.
        uint256 unbonding = _operatorRegistry.unbondingSeconds();
        require(
            unbonding > MAXIMUM_LIFETIME_SECONDS,
            UnbondingTooShort(unbonding, MAXIMUM_LIFETIME_SECONDS)
        );
        // From the strongest: the entries of one verifier for several levels come in the order of trust.
        for (uint256 i = config.verifiers.length; i > 0; --i) {
            address verifier = config.verifiers[i - 1];
            if (verifier == address(0)) continue;
            Verification level = Verification(i - 1);
            _activateEntry(_proposeEntry(level, verifier, block.timestamp), level);
        }
    }

    /// @dev Penalties come as coins; whoever else sends some would lose them.
    receive() external payable {
        require(msg.sender == address(_operatorRegistry), NotOperatorRegistry(msg.sender));
    }

    /// @notice Everything else that `IInferenceCoordinator` has.
    fallback() external payable {
        DelegateLib.delegate(_extension);
    }

    /// @inheritdoc IInferenceAnswers
    function fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) external nonReentrant {
        if (request.level == Verification.Optimistic)
            _fulfillOptimistically(request, assignment, answer);
        else _fulfill(request, assignment, answer);
    }

    /// @inheritdoc IInferenceAnswers
    function fallbackOf(
        Request calldata request,
        Assignment calldata assignment
    ) external view returns (uint256) {
        return _entitled(_requireOpen(request, assignment), request, assignment);
    }

    /// @dev At the levels whose evidence names the payee.
    function _fulfill(
        Request calldata request,
        Assignment calldata assignment,
        Answer calldata answer
    ) private {
        bytes32 requestId = _requireOpen(request, assignment);
        bytes calldata output = answer.output;
        uint256 payee = answer.payee;
        uint256 deadline = request.terms.deadline;
        require(block.timestamp < deadline, DeadlinePassed(requestId, deadline));
        _requireEntitled(requestId, assignment, payee);
        _verifyUnlessProven(requestId, request, assignment, answer);

        RequestSlot slot = RequestSlotLib.finalized(
            RequestStatus.Finalized,
            request.level,
            assignment.grade,
            block.timestamp,
            keccak256(output)
        );
        _requests[requestId] = slot;

        (bool delivered, uint256 callbackGasUsed) = _callBack(
            requestId,
            request,
            output,
            block.timestamp,
            true
        );
        if (delivered) _requests[requestId] = slot.withDelivered();

        uint256 bonus;
        if (payee != assignment.operatorId && assignment.operatorId != 0) {
            bonus = _penalize(requestId, request, assignment, assignment.latePenalty / 2);
        }
        (uint256 paid, uint256 refund) = _settle(
            payee,
            request,
            assignment,
            FeeLib.proofWork(answer.input.length, output.length, callbackGasUsed),
            0,
            bonus
        );
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
        require(_operatorRegistry.isBonded(payee), IOperatorRegistry.NotBonded(payee));
    }
}
