// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bond, Listing} from "../../../../contracts/types/Operator.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {Verification} from "../../../../contracts/types/Verification.sol";
import {vm} from "../Vm.sol";
import {MarketAttacks} from "./MarketAttacks.sol";
import {MarketConsumer} from "./MarketConsumer.sol";

/// @notice The whole market, and each thing that holds in it after any sequence of steps.
abstract contract Market is MarketAttacks {
    /// @dev Requests of which an invariant looks at the slots; others have their turn after other steps.
    uint256 private constant SAMPLE = 12;

    /* SOLVENCY */

    /// @notice The coordinator holds what went in less what came out.
    function coordinatorHoldsWhatCameIn() public view returns (bool) {
        return address(coordinator).balance == _ins - _outs;
    }

    /// @notice All it holds is somebody's: balances, earnings, escrows, challenge bonds.
    function coordinatorOwesAllItHolds() public view returns (bool) {
        uint256 owed = _escrows + _challengeBonds;
        for (uint256 i = 0; i < _accounts.length; ++i) owed += coordinator.balanceOf(_accounts[i]);
        for (uint256 i = 0; i < OPERATORS; ++i) owed += coordinator.earningsOf(_ids[i]);
        return address(coordinator).balance == owed;
    }

    /// @notice The registry holds what went in less what came out: all bonds, and what was burned.
    function registryHoldsBondsAndBurned() public view returns (bool) {
        uint256 owed = operators.burned();
        for (uint256 i = 0; i < OPERATORS; ++i) {
            Bond memory bond = operators.bondOf(_ids[i]);
            owed += uint256(bond.amount) + bond.unbonding;
        }
        uint256 held = address(operators).balance;
        return held == owed && held == _registryIns - _registryOuts;
    }

    /* CAUSES */

    /// @notice Balances are what the named causes made of them.
    function balancesHaveCauses() public view returns (bool) {
        for (uint256 i = 0; i < _accounts.length; ++i) {
            address account = _accounts[i];
            if (int256(coordinator.balanceOf(account)) != _balances[account]) return false;
        }
        return true;
    }

    /// @notice Earnings are what the named causes made of them.
    function earningsHaveCauses() public view returns (bool) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            if (coordinator.earningsOf(_ids[i]) != _earnings[_ids[i]]) return false;
        }
        return true;
    }

    /// @notice Bonds, staying and leaving, are what the named causes made of them.
    function bondsHaveCauses() public view returns (bool) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            Bond memory bond = operators.bondOf(_ids[i]);
            if (bond.amount != _staying[_ids[i]] || bond.unbonding != _leaving[_ids[i]])
                return false;
        }
        return true;
    }

    /// @notice An escrow is split to the wei between those whom the table names.
    function escrowsAreSplitExactly() public view returns (bool) {
        return !breaches.splitWrong;
    }

    /// @notice A refund is at most the escrow, and what a slashed bond gives the payer.
    function refundsHaveBounds() public view returns (bool) {
        return !breaches.refundTooHigh;
    }

    /// @notice The fee receiver gets his share of each price, and nothing else.
    function feeReceiverGetsHisShare() public view returns (bool) {
        int256 balance = int256(coordinator.balanceOf(FEE_RECEIVER));
        return balance == int256(_fees) + _feeReceiverMoved;
    }

    /// @notice Consumers spend of an account what it allowed them, and no more.
    function allowancesShrinkByEscrows() public view returns (bool) {
        for (uint256 i = 0; i < CONSUMERS; ++i) {
            uint256 expected = _allowances[TREASURY][_accounts[i]];
            if (coordinator.allowanceOf(TREASURY, _accounts[i]) != expected) return false;
        }
        return true;
    }

    /// @notice Nobody pays more than `quote` said in the same block.
    function requestsStayWithinQuotes() public view returns (bool) {
        return !breaches.aboveQuote;
    }

    /// @notice A late penalty is at most what was agreed, and at most half of it is paid for an answer.
    function penaltiesHaveBounds() public view returns (bool) {
        return !breaches.penaltyTooHigh;
    }

    /// @notice What was burned is what was taken and not paid, and never comes back.
    function burnedOnlyGrows() public view returns (bool) {
        return operators.burned() == _burned && !breaches.burnedShrank;
    }

    /* BONDS */

    /// @notice Each operator has locked the bonds of his answers that are not final.
    function locksCoverOpenAnswers() public view returns (bool) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            if (operators.bondOf(_ids[i]).locked != _locked[_ids[i]]) return false;
        }
        return true;
    }

    /// @notice What is locked is there.
    function locksAreBacked() public view returns (bool) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            Bond memory bond = operators.bondOf(_ids[i]);
            if (bond.locked > bond.amount) return false;
        }
        return true;
    }

    /// @notice Nobody is slashed for the right output, unless he left a challenge without its proof.
    function rightOutputsAreNotSlashed() public view returns (bool) {
        return !breaches.rightSlashed;
    }

    /// @notice Open challenges are counted, and each gives the time for one more proof.
    function openChallengesAreCounted() public view returns (bool) {
        if (breaches.deadlineWrong) return false;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            if (coordinator.openChallengesOf(_ids[i]) != _openChallenges[_ids[i]]) return false;
        }
        return true;
    }

    /* STATUSES */

    function idsAreUnique() public view returns (bool) {
        return !breaches.idTwice;
    }

    /// @notice A request has the status that its last event said.
    function statusesAreWhatEventsSaid() public view returns (bool) {
        for (uint256 i = 0; i < SAMPLE && i < _everything.length; ++i) {
            bytes32 id = _sampled(i);
            if (uint256(_slotOf(id)) >> 252 != uint256(_entries[id].status)) return false;
            if (coordinator.requestStatus(id) != _entries[id].status) return false;
        }
        return true;
    }

    function noStatusGoesBack() public view returns (bool) {
        return !breaches.wentBack;
    }

    /// @notice A request reaches one terminal status, once.
    function requestsEndOnce() public view returns (bool) {
        return !breaches.endedTwice;
    }

    /// @notice What was delivered stays delivered, as long as the output stands.
    function deliveredStaysDelivered() public view returns (bool) {
        if (breaches.undelivered) return false;
        for (uint256 i = 0; i < SAMPLE && i < _everything.length; ++i) {
            bytes32 id = _sampled(i);
            RequestStatus status = _entries[id].status;
            if (status == RequestStatus.Open || status >= RequestStatus.Failed) continue;
            bool isDelivered = (uint256(_slotOf(id)) >> 249) & 1 == 1;
            if (isDelivered != _entries[id].isDelivered) return false;
        }
        return true;
    }

    /// @notice An output that was overturned is never the result.
    function fallenOutputsStayDown() public view returns (bool) {
        bytes32[] storage fallen = _in[RequestStatus.Overturned];
        for (uint256 i = 0; i < SAMPLE && i < fallen.length; ++i) {
            bytes32 id = fallen[(_height + i) % fallen.length];
            if (coordinator.resultDigest(id) == _entries[id].fallen) return false;
        }
        return true;
    }

    /// @notice Operators are paid for proven answers, or for answers whose window nobody used.
    function paymentsHaveEvidence() public view returns (bool) {
        return !breaches.unproven;
    }

    /// @notice Operators belong to who registered them, or took them over.
    function operatorsHaveTheirOwners() public view returns (bool) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            if (operators.ownerOf(_ids[i]) != _owners[i]) return false;
        }
        return true;
    }

    /// @notice Nothing that is forbidden goes through.
    function forbiddenStepsAreRefused() public view returns (bool) {
        for (uint256 i = 0; i < CONSUMERS; ++i) {
            if (MarketConsumer(payable(_accounts[i])).hasBrokenIn()) return false;
        }
        return !breaches.forbidden;
    }

    /* LISTS */

    /// @notice Requests go to operators who stand in the list, within their limits, at their price.
    function assignmentsAreEligible() public view returns (bool) {
        return !breaches.ineligible;
    }

    /// @notice Lists hold the tickets their operators have, and no others.
    function ticketsStand() public view returns (bool) {
        return _stands(Verification.Optimistic, 0) && _stands(Verification.Zk, 1);
    }

    function _stands(Verification level, uint256 turn) private view returns (bool) {
        // Every other step: a list is long, and seldom changes.
        if (_height % 2 != turn) return true;
        Listing[] memory list = operators.listings(releaseId, level);
        uint256 sum;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            uint256 found;
            for (uint256 j = 0; j < list.length; ++j) if (list[j].operatorId == _ids[i]) ++found;
            if (found != _tickets(_ids[i], level)) return false;
            sum += found;
            bool isListed = found > 0 || _tickets(_ids[i], _other(level)) > 0;
            if (isListed != (operators.bondOf(_ids[i]).listings > 0)) return false;
        }
        return sum == list.length;
    }

    /* INSIDE */

    function _other(Verification level) private pure returns (Verification) {
        return level == Verification.Zk ? Verification.Optimistic : Verification.Zk;
    }

    /// @dev The newest, and a few that wander through all.
    function _sampled(uint256 index) private view returns (bytes32) {
        uint256 length = _everything.length;
        if (index < 3 && index < length) return _everything[length - 1 - index];
        return _everything[(_height * SAMPLE + index) % length];
    }

    function _slotOf(bytes32 id) private view returns (bytes32) {
        return vm.load(address(coordinator), keccak256(abi.encode(id, REQUESTS_SLOT)));
    }
}
