// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorRegistry} from "../../../../contracts/OperatorRegistry.sol";
import {IInferenceCoordinator} from "../../../../contracts/interfaces/IInferenceCoordinator.sol";
import {IKeyStore} from "../../../../contracts/interfaces/IKeyStore.sol";
import {IModelRegistry} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {CoordinatorConfig} from "../../../../contracts/types/CoordinatorConfig.sol";
import {Limits, Prices} from "../../../../contracts/types/Operator.sol";
import {Judge, Release} from "../../../../contracts/types/Release.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {vm} from "../Vm.sol";
import {deployed} from "../deployed.sol";
import {MarketConsumer} from "./MarketConsumer.sol";
import {MarketVerifier} from "./MarketVerifier.sol";

/// @notice Everything deployed: four operators of different bonds and prices who serve both levels of one
/// release, four consumers of different characters, and the accounts they deal with.
abstract contract MarketWorld {
    uint256 internal constant OPERATORS = 4;
    uint256 internal constant CONSUMERS = 4;
    uint256 internal constant LEAST_BOND = 1 ether;
    uint256 internal constant RELEASE_BOND = 0.05 ether;
    uint256 internal constant UNBONDING = 31 days;
    uint256 internal constant PRIMARY_WINDOW = 5 minutes;
    uint256 internal constant CHALLENGE_WINDOW = 1 hours;
    uint256 internal constant PROOF_TIME = 10 minutes;
    uint256 internal constant FEE_BPS = 30;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant CALLBACK_GAS = 500_000;
    /// @dev Where the coordinator keeps its requests: one slot each, under their ids.
    uint256 internal constant REQUESTS_SLOT = 2;

    address internal constant PUBLISHER = address(0xA11CE);
    address internal constant FEE_RECEIVER = address(0xFEE);
    address internal constant TREASURY = address(0x7EA);
    address internal constant CHALLENGER = address(0xC4A11E);
    address internal constant PASSER_BY = address(0xB0B);
    address internal constant GUARDIAN = address(0x6A4D);

    IInferenceCoordinator public coordinator;
    OperatorRegistry public operators;
    bytes32 public releaseId;
    uint256[OPERATORS] internal _ids;
    address[OPERATORS] internal _owners;
    /// @dev Whose balances money can be in: the consumers, then the constants above.
    address[] internal _accounts;
    uint256 internal _bondsIn;

    constructor() {
        vm.deal(address(this), 1_000_000 ether);
        address keys = deployed("contracts/KeyStore.sol:KeyStore", abi.encode(0));
        address grades = deployed(
            "contracts/CeremonyBook.sol:CeremonyBook",
            abi.encode(address(this), 0)
        );
        address models = deployed(
            "contracts/ModelRegistry.sol:ModelRegistry",
            abi.encode(keys, grades, 0.02 ether, 0)
        );
        _deploy(models);
        releaseId = _publish(IModelRegistry(models), IKeyStore(keys).registerKey(_key()));
        coordinator.setGuardian(GUARDIAN);
        for (uint256 i = 0; i < CONSUMERS; ++i) {
            MarketConsumer.Mood mood = MarketConsumer.Mood(i);
            _accounts.push(address(new MarketConsumer(mood, coordinator, releaseId)));
        }
        _accounts.push(PUBLISHER);
        _accounts.push(FEE_RECEIVER);
        _accounts.push(TREASURY);
        _accounts.push(CHALLENGER);
        _accounts.push(PASSER_BY);
        for (uint256 i = 0; i < _accounts.length; ++i) vm.deal(_accounts[i], 1_000_000 ether);
        for (uint256 i = 0; i < OPERATORS; ++i) _enrol(i);
    }

    function _deploy(address models) private {
        // Seventh contract that this one creates: nonce 7.
        bytes memory creation = abi.encodePacked(hex"d694", address(this), hex"07");
        address coordinatorToBe = address(uint160(uint256(keccak256(creation))));
        operators = OperatorRegistry(
            deployed(
                "contracts/OperatorRegistry.sol:OperatorRegistry",
                abi.encode(address(0), LEAST_BOND, UNBONDING, models, coordinatorToBe)
            )
        );
        address verifier = address(new MarketVerifier());
        CoordinatorConfig memory config = CoordinatorConfig({
            owner: address(this),
            asset: address(0),
            modelRegistry: models,
            operatorRegistry: address(operators),
            verifiers: [verifier, address(0), verifier],
            dataFee: address(0),
            changeDelaySeconds: 0,
            retrySeconds: 1 hours,
            challengeWindowSeconds: CHALLENGE_WINDOW,
            proofSeconds: PROOF_TIME,
            protocolFeeBps: FEE_BPS,
            feeReceiver: FEE_RECEIVER
        });
        address extension = deployed(
            "contracts/CoordinatorExtension.sol:CoordinatorExtension",
            abi.encode(config)
        );
        coordinator = IInferenceCoordinator(
            deployed(
                "contracts/InferenceCoordinator.sol:InferenceCoordinator",
                abi.encode(config, extension)
            )
        );
    }

    function _enrol(uint256 index) private {
        address owner = address(uint160(0x1111111111111111 * (index + 1)));
        // 1, 2, 3 and 4 times the least bond: two to eight tickets.
        uint256 bond = LEAST_BOND * (index + 1);
        vm.deal(owner, 1_000_000 ether);
        vm.prank(owner);
        uint256 id = operators.registerOperator();
        vm.prank(owner);
        operators.addBond{value: bond}(id, bond);
        _bondsIn += bond;
        vm.prank(owner);
        operators.addSender(id, owner);
        vm.prank(owner);
        operators.setPrices(id, _prices(20_000 gwei + 5_000 gwei * index));
        _startServing(owner, id, Verification.Zk);
        _startServing(owner, id, Verification.Optimistic);
        (_ids[index], _owners[index]) = (id, owner);
    }

    function _startServing(address owner, uint256 id, Verification level) private {
        vm.prank(owner);
        operators.startServing(id, releaseId, level, _limits(0));
    }

    function _prices(uint256 computePrice) internal pure returns (Prices memory) {
        return
            Prices({
                computePrice: uint64(computePrice),
                proofPrice: 30_000 gwei,
                bytePrice: 7_000 gwei
            });
    }

    function _limits(uint256 minGasPrice) internal pure returns (Limits memory) {
        return
            Limits({
                minGasPrice: uint40(minGasPrice),
                maxCallbackGas: 2_500_000,
                maxInputLength: 24_576,
                maxBond: 0.9 ether
            });
    }

    function _publish(IModelRegistry models, bytes32 keyId) private returns (bytes32) {
        vm.prank(PUBLISHER);
        bytes32 modelId = models.registerModel("market");
        Release memory release;
        release.inputLength = 8;
        release.outputLength = 4;
        release.computeUnits = 1_001;
        release.proofUnits = 103;
        release.byteUnits = 11;
        release.royaltyBps = 701;
        release.primaryWindowSeconds = PRIMARY_WINDOW;
        release.levels = 5;
        release.keyId = keyId;
        release.judge = Judge.ZkKey;
        release.minBond = RELEASE_BOND;
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
