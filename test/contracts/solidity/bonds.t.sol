// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorRegistry} from "../../../contracts/OperatorRegistry.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {AnswerBondLib} from "../../../contracts/libraries/AnswerBondLib.sol";
import {Bond, Lateness, Limits, Prices} from "../../../contracts/types/Operator.sol";
import {Units} from "../../../contracts/types/Release.sol";
import {Verification} from "../../../contracts/types/Verification.sol";
import {vm} from "./Vm.sol";
import {deployed} from "./deployed.sol";

/// @dev The asset is the chain's coin.
function newRegistry(
    uint256 least,
    uint256 unbonding,
    address models,
    address coordinator
) returns (OperatorRegistry) {
    bytes memory arguments = abi.encode(address(0), least, unbonding, models, coordinator);
    return OperatorRegistry(deployed("contracts/OperatorRegistry.sol:OperatorRegistry", arguments));
}

/// @notice What the registry asks of a release, at numbers a test chooses.
contract FixedRelease {
    uint256 public immutable minBond;

    constructor(uint256 leastBond) {
        minBond = leastBond;
    }

    function unitsOf(bytes32) external pure returns (Units memory) {
        return Units({compute: 3, proof: 2, byteSize: 1});
    }

    function minBondOf(bytes32) external view returns (uint256) {
        return minBond;
    }
}

/// @notice Coordinator and owner of one operator, who does everything that moves his bond. Beside
/// the registry it counts the same sums by the rules of docs/money.md.
contract BondBook {
    uint256 public constant LEAST = 1 ether;
    uint256 public constant UNBONDING = 31 days;

    OperatorRegistry public registry;
    uint256 public operatorId;
    uint256 public staying;
    uint256 public locked;
    uint256 public leaving;
    uint256 public leavesAt;
    uint256 public burned;
    /// @notice What came out to the coordinator, as the registry said.
    uint256 public paid;
    bool public hasSurprised;
    uint256 public steps;

    receive() external payable {}

    constructor() {
        vm.deal(address(this), 1_000_000_000 ether);
        registry = newRegistry(LEAST, UNBONDING, address(0), address(this));
        operatorId = registry.registerOperator();
        registry.addSender(operatorId, address(this));
    }

    function add(uint96 amount) external {
        uint256 most = 100 ether;
        registry.addBond{value: amount % most}(operatorId, amount % most);
        staying += amount % most;
    }

    function lock(uint96 amount) external {
        uint256 asked = amount % 60 ether;
        bool isDue = staying >= LEAST && asked <= staying - locked;
        try registry.lockBond(operatorId, address(this), asked) {
            _note(isDue);
            locked += asked;
        } catch {
            _note(!isDue);
        }
    }

    function unlock(uint96 amount) external {
        uint256 asked = amount % 60 ether;
        try registry.unlockBond(operatorId, asked) {
            _note(asked <= locked);
            locked -= asked;
        } catch {
            _note(asked > locked);
        }
    }

    function slash(uint96 amount, uint96 most) external {
        uint256 asked = amount % 60 ether;
        uint256 sent = most % (asked + 1);
        uint256 before = address(this).balance;
        try registry.slashLocked(operatorId, asked, sent) returns (uint256 arrived) {
            _note(asked <= locked && arrived == sent);
            _note(address(this).balance - before == sent);
            (staying, locked) = (staying - asked, locked - asked);
            (burned, paid) = (burned + asked - sent, paid + sent);
        } catch {
            _note(asked > locked);
        }
    }

    function beLate(uint96 amount, uint96 most) external {
        uint256 penalty = amount % 60 ether;
        uint256 sent = most % (penalty + 1);
        (bool isLate, uint256 arrived) = registry.penalizeLate(_lateness(penalty, sent));
        uint256 free = staying - locked;
        uint256 fromFree = penalty < free ? penalty : free;
        uint256 rest = penalty - fromFree;
        uint256 fromLeaving = rest < leaving ? rest : leaving;
        uint256 taken = fromFree + fromLeaving;
        uint256 due = penalty == 0 ? 0 : (sent * taken) / penalty;
        _note(isLate && arrived == due);
        (staying, leaving) = (staying - fromFree, leaving - fromLeaving);
        (burned, paid) = (burned + taken - due, paid + due);
    }

    function unbond(uint96 amount) external {
        uint256 asked = amount % 60 ether;
        bool isDue = leaving == 0 && asked > 0 && asked <= staying - locked;
        try registry.startUnbonding(operatorId, asked) {
            _note(isDue);
            (staying, leaving) = (staying - asked, asked);
            leavesAt = block.timestamp + UNBONDING;
        } catch {
            _note(!isDue);
        }
    }

    function withdraw() external {
        bool isDue = leaving > 0 && block.timestamp >= leavesAt;
        try registry.withdrawBond(operatorId, address(1)) {
            _note(isDue);
            leaving = 0;
        } catch {
            _note(!isDue);
        }
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % (2 * UNBONDING)));
    }

    function _note(bool isExpected) private {
        hasSurprised = hasSurprised || !isExpected;
        ++steps;
    }

    function _lateness(uint256 penalty, uint256 most) private view returns (Lateness memory) {
        return
            Lateness({
                operatorId: operatorId,
                releaseId: 0,
                level: Verification.Optimistic,
                penalty: penalty,
                mostPaid: most,
                maxGasPrice: 0,
                assignedAt: 0,
                primaryUntil: 0,
                isLast: false
            });
    }
}

/// @notice What holds of a bond after any sequence of steps.
contract BondInvariantTest {
    BondBook private book;

    function setUp() external {
        book = new BondBook();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(book);
    }

    function invariant_lockedBondIsPartOfWhatStays() external view {
        Bond memory bond = book.registry().bondOf(book.operatorId());
        assert(bond.locked <= bond.amount);
    }

    /// @notice What is held is owed to somebody or burned, to the last wei.
    function invariant_bondsAndBurnedAreHeld() external view {
        Bond memory bond = book.registry().bondOf(book.operatorId());
        uint256 owed = uint256(bond.amount) + bond.unbonding + book.registry().burned();
        assert(address(book.registry()).balance == owed);
    }

    function invariant_everyStepDidWhatTheRulesSay() external view {
        Bond memory bond = book.registry().bondOf(book.operatorId());
        assert(!book.hasSurprised());
        assert(bond.amount == book.staying() && bond.locked == book.locked());
        assert(bond.unbonding == book.leaving());
        assert(book.registry().burned() == book.burned());
    }
}

contract BondTest {
    /// @notice Each step can happen: invariants over steps that all fail would say nothing.
    function test_stepsHappen() external {
        BondBook book = new BondBook();
        book.add(50 ether);
        book.lock(20 ether);
        book.slash(5 ether, 2 ether);
        book.unlock(5 ether);
        book.unbond(30 ether);
        book.beLate(12 ether, 6 ether);
        assert(
            book.staying() == 10 ether && book.locked() == 10 ether && book.leaving() == 23 ether
        );
        assert(book.burned() == 9 ether && book.paid() == 8 ether);
        book.wait(31 days);
        book.withdraw();
        assert(book.leaving() == 0 && !book.hasSurprised() && book.steps() == 7);
        assert(address(book.registry()).balance == 19 ether);
    }

    function testFuzz_lockedBondIsNeitherTakenNorWithdrawn(
        uint96 bond,
        uint96 locked,
        uint96 leaving,
        uint96 penalty
    ) external {
        BondBook book = new BondBook();
        book.add(bond);
        book.lock(locked);
        book.unbond(leaving);
        uint256 kept = book.locked();
        book.beLate(penalty, penalty);
        book.wait(31 days);
        book.withdraw();
        assert(book.registry().bondOf(book.operatorId()).locked == kept && !book.hasSurprised());
        book.unlock(uint96(kept));
        assert(book.locked() == 0 && !book.hasSurprised());
    }

    function testFuzz_answerBondIsTheGreaterOfBoth(uint128 least, uint80 price) external pure {
        uint256 bond = AnswerBondLib.bondOf(least, price);
        assert(bond >= least && bond >= 5 * uint256(price));
        assert(bond == least || bond == 5 * uint256(price));
    }

    /// @notice An operator of an optimistic release lets an answer lock what the release asks for.
    function testFuzz_listingCoversReleaseAndPrice(uint16 least, uint16 bytePrice) external {
        FixedRelease release = new FixedRelease(least);
        OperatorRegistry registry = newRegistry(1, 1, address(release), address(this));
        uint256 id = registry.registerOperator();
        registry.addBond{value: 1}(id, 1);
        registry.setPrices(id, Prices({computePrice: 0, proofPrice: 9, bytePrice: bytePrice}));
        uint256 needed = 5 * uint256(bytePrice);
        if (least > needed) needed = least;
        // The least short amount that covers it, and the one below.
        uint256 power = 1;
        while (needed / power >= 1_000) power *= 10;
        uint256 enough = ((needed + power - 1) / power) * power;
        _serve(registry, id, enough);
        if (enough < power || needed == 0) return;
        uint256 below = enough - power;
        try this.serve(registry, id, below) {
            assert(false);
        } catch (bytes memory reason) {
            bytes4 selector = IOperatorRegistry.MaxBondTooLow.selector;
            assert(keccak256(reason) == keccak256(abi.encodeWithSelector(selector, below, needed)));
        }
    }

    receive() external payable {}

    function serve(OperatorRegistry registry, uint256 id, uint256 maxBond) external {
        _serve(registry, id, maxBond);
    }

    function _serve(OperatorRegistry registry, uint256 id, uint256 maxBond) private {
        registry.startServing(
            id,
            bytes32(0),
            Verification.Optimistic,
            Limits({minGasPrice: 0, maxCallbackGas: 0, maxInputLength: 0, maxBond: uint96(maxBond)})
        );
    }
}
