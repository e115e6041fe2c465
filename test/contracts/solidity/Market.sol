// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InferenceCoordinator} from "../../../contracts/InferenceCoordinator.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {OperatorRegistry} from "../../../contracts/OperatorRegistry.sol";
import {ZkVerifier} from "../../../contracts/ZkVerifier.sol";
import {IInferenceConsumer} from "../../../contracts/interfaces/IInferenceConsumer.sol";
import {IVerifier} from "../../../contracts/interfaces/IVerifier.sol";
import {Answer, Claim} from "../../../contracts/types/Answer.sol";
import {Assignment} from "../../../contracts/types/Assignment.sol";
import {Limits, Prices} from "../../../contracts/types/Operator.sol";
import {Payload} from "../../../contracts/types/Payload.sol";
import {Quote} from "../../../contracts/types/Quote.sol";
import {Judge, Release} from "../../../contracts/types/Release.sol";
import {Request} from "../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../contracts/types/RequestStatus.sol";
import {Delivery, Terms} from "../../../contracts/types/Terms.sol";
import {Verification} from "../../../contracts/types/Verification.sol";
import {vm} from "./Vm.sol";

/// @notice Accepts everything: money and states are tested here, proofs are in zkVerifier.test.ts.
contract AnyVerifier is IVerifier {
    function verify(Claim calldata, bytes calldata) external view {}
}

/// @notice Everything deployed, one operator, and a consumer whose callback does what it is told.
/// The fuzzer calls its functions in any order.
contract Market is IInferenceConsumer {
    struct Asked {
        bytes32 id;
        Request request;
        Assignment assignment;
        RequestStatus ended;
    }

    uint256 internal constant CALLBACK_GAS = 700_000;
    uint256 internal constant OPERATOR_BOND = 1 ether;
    bytes internal constant INPUT = "12345678";
    bytes internal constant OUTPUT = "abcd";
    address internal constant PUBLISHER = address(0xA11CE);
    address internal constant PASSER_BY = address(0xB0B);

    InferenceCoordinator public coordinator;
    OperatorRegistry public operators;
    uint256 public operatorId;
    bytes32 public releaseId;
    uint256 public verifierId = 1;

    /// @notice Coins that went into the coordinator and came out, as the caller saw them.
    uint256 public ins;
    uint256 public outs;
    uint256 public bonded;
    bool public hasDuplicateId;
    bool public hasChangedEnding;
    uint256 public callbacks;

    Asked[] private _asked;
    mapping(bytes32 id => bool) private _seen;
    uint256 private _mood;

    receive() external payable {}

    constructor() {
        vm.deal(address(this), 1_000_000 ether);
        ZkVerifier keys = new ZkVerifier(0);
        ModelRegistry models = new ModelRegistry(keys);
        operators = new OperatorRegistry(address(0), OPERATOR_BOND, 1 days, models);
        coordinator = new InferenceCoordinator(
            InferenceCoordinator.Config({
                owner: address(this),
                asset: address(0),
                modelRegistry: models,
                operatorRegistry: operators,
                verifiers: [address(0), address(0), address(new AnyVerifier())],
                changeDelaySeconds: 0,
                retrySeconds: 1 hours
            })
        );
        releaseId = _publish(models, keys.registerKey(_key()));
        operatorId = operators.registerOperator();
        operators.addBond{value: OPERATOR_BOND}(operatorId, OPERATOR_BOND);
        bonded = OPERATOR_BOND;
        operators.setPrices(operatorId, Prices({computePrice: 7, proofPrice: 5, bytePrice: 3}));
        _serve();
    }

    /* WHAT THE FUZZER DOES */

    function ask(uint256 value, uint64 gasPrice, bool hasCallback) external {
        _ask(value % 10 ether, gasPrice % 100 gwei, hasCallback ? CALLBACK_GAS : 0);
    }

    function deposit(uint96 amount) external {
        coordinator.deposit{value: amount}(address(this), amount);
        ins += amount;
    }

    function withdraw(uint256 amount) external {
        uint256 balance = coordinator.balanceOf(address(this));
        amount = balance == 0 ? 0 : amount % (balance + 1);
        coordinator.withdraw(address(this), amount);
        outs += amount;
    }

    function withdrawEarnings(uint256 amount) external {
        uint256 earnings = coordinator.earningsOf(operatorId);
        amount = earnings == 0 ? 0 : amount % (earnings + 1);
        coordinator.withdrawEarnings(operatorId, address(this), amount);
        outs += amount;
    }

    function fulfill(uint256 pick, uint8 mood) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        Answer memory answer = Answer({
            payee: operatorId,
            input: INPUT,
            output: OUTPUT,
            evidence: ""
        });
        _mood = mood % 4;
        try coordinator.fulfill(asked.request, asked.assignment, answer) {
            _end(asked, RequestStatus.Finalized);
        } catch {}
        _mood = 0;
    }

    function retryCallback(uint256 pick) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        try coordinator.retryCallback(asked.request, OUTPUT, CALLBACK_GAS) {} catch {}
    }

    function expire(uint256 pick, bool isPasserBy) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        if (isPasserBy) vm.prank(PASSER_BY);
        try coordinator.expire(asked.request, asked.assignment) {
            _end(asked, RequestStatus.Expired);
        } catch {}
    }

    function fail(uint256 pick) external {
        if (_asked.length == 0) return;
        Asked storage asked = _asked[pick % _asked.length];
        try coordinator.fail(asked.request, asked.assignment) {
            _end(asked, RequestStatus.Failed);
        } catch {}
    }

    function replaceVerifier() external {
        coordinator.revokeVerifier(verifierId);
        verifierId = coordinator.proposeVerifier(Verification.Zk, address(new AnyVerifier()));
        coordinator.activateVerifier(verifierId);
    }

    function addBond(uint64 amount) external {
        operators.addBond{value: amount}(operatorId, amount);
        bonded += amount;
    }

    function moveBond(uint256 amount) external {
        try operators.startUnbonding(operatorId, amount % (bonded + 1)) {} catch {}
        uint256 leaving = operators.bondOf(operatorId).unbonding;
        try operators.withdrawBond(operatorId, address(this)) {
            bonded -= leaving;
        } catch {}
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(bytes32, bytes calldata, uint256, bool) external {
        ++callbacks;
        if (_mood == 1) revert();
        if (_mood == 2) _ask(1 ether, 1 gwei, 0);
        if (_mood == 3) coordinator.withdraw(address(this), 1);
    }

    /* WHAT THE INVARIANTS READ */

    function count() external view returns (uint256) {
        return _asked.length;
    }

    /// @notice All balances, all earnings, and the escrow of what is open.
    function liabilities() external view returns (uint256 sum) {
        sum =
            coordinator.balanceOf(address(this)) +
            coordinator.balanceOf(PUBLISHER) +
            coordinator.balanceOf(PASSER_BY) +
            coordinator.earningsOf(operatorId);
        for (uint256 i = 0; i < _asked.length; ++i) {
            if (_asked[i].ended == RequestStatus.None) sum += _asked[i].assignment.escrow;
        }
    }

    /// @notice Whether every request has the status its end left it with, or is open.
    function statusesStand() external view returns (bool) {
        for (uint256 i = 0; i < _asked.length; ++i) {
            RequestStatus expected = _asked[i].ended;
            if (expected == RequestStatus.None) expected = RequestStatus.Open;
            if (coordinator.requestStatus(_asked[i].id) != expected) return false;
        }
        return true;
    }

    /* INSIDE */

    function _ask(uint256 value, uint256 gasPrice, uint256 callbackGas) private {
        Terms memory terms = Terms({
            maxFee: type(uint256).max,
            maxGasPrice: gasPrice,
            callbackGas: callbackGas,
            deadline: block.timestamp + 1 days,
            delivery: Delivery.WhenAnswered,
            minBond: 0,
            minGrade: 0,
            operatorId: 0,
            measurement: 0
        });
        Request memory request = Request({
            requester: address(this),
            nonce: coordinator.nonceOf(address(this)),
            releaseId: releaseId,
            level: Verification.Zk,
            inputHash: keccak256(INPUT),
            terms: terms
        });
        Quote memory costs = coordinator.quote(releaseId, Verification.Zk, INPUT.length, terms);
        if (coordinator.balanceOf(address(this)) + value < costs.total) value += costs.total;
        bytes32 id = coordinator.requestInference{value: value}(
            releaseId,
            Verification.Zk,
            INPUT,
            terms
        );
        ins += value;
        hasDuplicateId = hasDuplicateId || _seen[id];
        _seen[id] = true;
        _asked.push(
            Asked({
                id: id,
                request: request,
                assignment: _assignment(costs),
                ended: RequestStatus.None
            })
        );
    }

    /// @dev With one operator the draw has one outcome, so the assignment can be told beforehand.
    function _assignment(Quote memory costs) private view returns (Assignment memory) {
        return
            Assignment({
                operatorId: operatorId,
                payer: address(this),
                verifierId: verifierId,
                key: coordinator.modelRegistry().releaseRoute(releaseId).key,
                grade: 0,
                price: costs.price,
                royalty: costs.royalty,
                publisher: PUBLISHER,
                escrow: costs.total,
                bond: 0,
                outputLength: OUTPUT.length,
                outputPayload: Payload.Tensor,
                requestedAt: block.timestamp,
                primaryUntil: block.timestamp + 60
            });
    }

    function _end(Asked storage asked, RequestStatus status) private {
        hasChangedEnding = hasChangedEnding || asked.ended != RequestStatus.None;
        asked.ended = status;
    }

    function _serve() private {
        operators.startServing(
            operatorId,
            releaseId,
            Verification.Zk,
            Limits({minGasPrice: 0, maxCallbackGas: 2_500_000, maxInputLength: 24_576})
        );
    }

    function _publish(ModelRegistry models, bytes32 keyId) private returns (bytes32) {
        vm.prank(PUBLISHER);
        bytes32 modelId = models.registerModel("market");
        Release memory release;
        release.inputLength = INPUT.length;
        release.outputLength = OUTPUT.length;
        release.computeUnits = 1_000;
        release.proofUnits = 100;
        release.byteUnits = 10;
        release.royaltyBps = 700;
        release.primaryWindowSeconds = 60;
        release.levels = 4;
        release.keyId = keyId;
        release.judge = Judge.None;
        vm.prank(PUBLISHER);
        return models.publishRelease(modelId, "1.0.0", release);
    }

    /// @dev Valid points, and that is all: generators, and one of them negated.
    function _key() private pure returns (bytes memory) {
        uint256 q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
        uint256 xi = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
        uint256 xr = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
        uint256 yi = 4082367875863433681332203403145435568316851327593401208105741076214120093531;
        uint256 yr = 8495653923123431417604973247489272438418190587263600148770280649306958101930;
        bytes memory g1 = abi.encode(1, 2);
        bytes memory g2 = abi.encode(xi, xr, yi, yr);
        bytes memory negated = abi.encode(xi, xr, q - yi, q - yr);
        return abi.encodePacked(g1, g2, g2, negated, g1, g1, g1, g1);
    }
}
