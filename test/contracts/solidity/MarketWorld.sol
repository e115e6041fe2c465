// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CeremonyBook} from "../../../contracts/CeremonyBook.sol";
import {CoordinatorExtension} from "../../../contracts/CoordinatorExtension.sol";
import {InferenceCoordinator} from "../../../contracts/InferenceCoordinator.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {OperatorRegistry} from "../../../contracts/OperatorRegistry.sol";
import {ZkVerifier} from "../../../contracts/ZkVerifier.sol";
import {IInferenceCoordinator} from "../../../contracts/interfaces/IInferenceCoordinator.sol";
import {IVerifier} from "../../../contracts/interfaces/IVerifier.sol";
import {Claim} from "../../../contracts/types/Answer.sol";
import {CoordinatorConfig} from "../../../contracts/types/CoordinatorConfig.sol";
import {Limits, Prices} from "../../../contracts/types/Operator.sol";
import {Judge, Release} from "../../../contracts/types/Release.sol";
import {Request} from "../../../contracts/types/Request.sol";
import {Delivery, Terms} from "../../../contracts/types/Terms.sol";
import {Verification} from "../../../contracts/types/Verification.sol";
import {vm} from "./Vm.sol";

/// @notice Accepts everything: money and states are tested here, proofs are in zkVerifier.test.ts.
contract AnyVerifier is IVerifier {
    function verify(Claim calldata, bytes calldata) external view {}
}

/// @notice Everything deployed, and two operators who serve.
abstract contract MarketWorld {
    uint256 internal constant CALLBACK_GAS = 700_000;
    uint256 internal constant OPERATOR_BOND = 1 ether;
    bytes internal constant INPUT = "12345678";
    bytes internal constant OUTPUT = "abcd";
    address internal constant PUBLISHER = address(0xA11CE);
    address internal constant PASSER_BY = address(0xB0B);
    address internal constant RIVAL = address(0x2222222222222222);
    address internal constant TREASURY = address(0x7EA);
    uint256 internal constant UNBONDING = 31 days;

    IInferenceCoordinator public coordinator;
    OperatorRegistry public operators;
    uint256 public operatorId;
    uint256 public rivalId;
    bytes32 public releaseId;
    uint256 public verifierId = 1;
    uint256 public bonded;

    constructor() {
        vm.deal(address(this), 1_000_000 ether);
        ZkVerifier keys = new ZkVerifier(0);
        CeremonyBook book = new CeremonyBook(address(this), 0);
        ModelRegistry models = new ModelRegistry(keys, book, 0.02 ether, 0);
        // Seventh contract that this one creates: nonce 7.
        bytes memory creation = abi.encodePacked(hex"d694", address(this), hex"07");
        operators = new OperatorRegistry(
            address(0),
            OPERATOR_BOND,
            UNBONDING,
            models,
            address(uint160(uint256(keccak256(creation))))
        );
        AnyVerifier verifier = new AnyVerifier();
        CoordinatorConfig memory config = CoordinatorConfig({
            owner: address(this),
            asset: address(0),
            modelRegistry: address(models),
            operatorRegistry: address(operators),
            verifiers: [address(0), address(0), address(verifier)],
            dataFee: address(0),
            changeDelaySeconds: 0,
            retrySeconds: 1 hours,
            challengeWindowSeconds: 1 hours,
            proofSeconds: 10 minutes,
            protocolFeeBps: 30,
            feeReceiver: TREASURY
        });
        CoordinatorExtension extension = new CoordinatorExtension(config);
        InferenceCoordinator deployed = new InferenceCoordinator(config, address(extension));
        coordinator = IInferenceCoordinator(address(deployed));
        releaseId = _publish(models, keys.registerKey(_key()));
        vm.deal(TREASURY, 1_000 ether);
        vm.prank(TREASURY);
        coordinator.allow(address(this), type(uint256).max);
        operatorId = _register(address(this), 7 gwei);
        rivalId = _register(RIVAL, 9 gwei);
        vm.deal(RIVAL, 1_000_000 ether);
    }

    function _terms(uint256 gasPrice, uint256 callbackGas) internal view returns (Terms memory) {
        return
            Terms({
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
    }

    function _request(Terms memory terms) internal view returns (Request memory) {
        return
            Request({
                requester: address(this),
                nonce: coordinator.nonceOf(address(this)),
                releaseId: releaseId,
                level: Verification.Zk,
                inputHash: keccak256(INPUT),
                terms: terms
            });
    }

    function _register(address owner, uint64 computePrice) internal returns (uint256 id) {
        vm.prank(owner);
        id = operators.registerOperator();
        operators.addBond{value: OPERATOR_BOND}(id, OPERATOR_BOND);
        bonded += OPERATOR_BOND;
        vm.prank(owner);
        operators.addSender(id, owner);
        vm.prank(owner);
        operators.setPrices(id, _prices(computePrice));
        vm.prank(owner);
        operators.startServing(id, releaseId, Verification.Zk, _limits());
    }

    function _prices(uint64 computePrice) internal pure returns (Prices memory) {
        return Prices({computePrice: computePrice, proofPrice: 5 gwei, bytePrice: 3 gwei});
    }

    function _limits() internal pure returns (Limits memory) {
        return
            Limits({minGasPrice: 0, maxCallbackGas: 2_500_000, maxInputLength: 24_576, maxBond: 0});
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
