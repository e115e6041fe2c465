// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AnswerRecord} from "../../../../contracts/types/Answer.sol";
import {Assignment} from "../../../../contracts/types/Assignment.sol";
import {Request} from "../../../../contracts/types/Request.sol";
import {RequestStatus} from "../../../../contracts/types/RequestStatus.sol";
import {MarketWorld} from "./MarketWorld.sol";

/// @notice What the market wrote down of every request, and what it computed of every amount, from events
/// and the rules of docs/money.md alone.
abstract contract MarketBook is MarketWorld {
    struct Entry {
        RequestStatus status;
        bool isDelivered;
        /// @dev The optimistic answer that was given is not the right one.
        bool isWrong;
        bool isCommitted;
        /// @dev A proven output took the place of the one that fell.
        bool hasOutput;
        uint40 windowEnd;
        /// @dev Where the request stands among those of its status.
        uint32 place;
        uint64 input;
        /// @dev First 200 bits of the hash of an output that was overturned.
        bytes25 fallen;
        Request request;
        Assignment assignment;
        AnswerRecord record;
    }

    /// @notice What moved no rule allows; each is an invariant.
    struct Breaches {
        bool idTwice;
        bool wentBack;
        bool endedTwice;
        bool undelivered;
        bool ineligible;
        bool aboveQuote;
        bool unproven;
        bool splitWrong;
        bool refundTooHigh;
        bool rightSlashed;
        bool penaltyTooHigh;
        bool burnedShrank;
        bool deadlineWrong;
        bool forbidden;
    }

    Breaches public breaches;

    mapping(bytes32 requestId => Entry) internal _entries;
    bytes32[] internal _everything;
    mapping(RequestStatus => bytes32[]) internal _in;
    /// @dev What `quote` said just before a request.
    mapping(address requester => mapping(uint256 nonce => uint256)) internal _quotes;

    /* AMOUNTS */

    /// @dev Below zero between the event of a request and that of the value sent with it.
    mapping(address account => int256) internal _balances;
    mapping(uint256 operatorId => uint256) internal _earnings;
    mapping(uint256 operatorId => uint256) internal _staying;
    mapping(uint256 operatorId => uint256) internal _leaving;
    mapping(uint256 operatorId => uint256) internal _locked;
    mapping(uint256 operatorId => uint256) internal _openChallenges;
    mapping(address payer => mapping(address consumer => uint256)) internal _allowances;
    uint256 internal _escrows;
    uint256 internal _challengeBonds;
    uint256 internal _burned;
    /// @dev What the fee receiver got as fees, and what he moved like everybody.
    uint256 internal _fees;
    int256 internal _feeReceiverMoved;
    /// @dev Coins that the coordinator and the registry took in and gave away.
    uint256 internal _ins;
    uint256 internal _outs;
    uint256 internal _registryIns;
    uint256 internal _registryOuts;

    constructor() {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            _staying[_ids[i]] = operators.bondOf(_ids[i]).amount;
        }
        _registryIns = _bondsIn;
    }

    /* STATUSES */

    function _move(bytes32 id, RequestStatus to) internal {
        Entry storage entry = _entries[id];
        RequestStatus from = entry.status;
        if (from >= RequestStatus.Finalized) breaches.endedTwice = true;
        if (!_leadsTo(from, to)) breaches.wentBack = true;
        if (from == RequestStatus.None) {
            _everything.push(id);
        } else {
            bytes32[] storage old = _in[from];
            bytes32 last = old[old.length - 1];
            old[entry.place] = last;
            _entries[last].place = entry.place;
            old.pop();
        }
        entry.status = to;
        entry.place = uint32(_in[to].length);
        _in[to].push(id);
    }

    function _leadsTo(RequestStatus from, RequestStatus to) private pure returns (bool) {
        if (from == RequestStatus.None) return to == RequestStatus.Open;
        if (from == RequestStatus.Open)
            return
                to == RequestStatus.Answered ||
                to == RequestStatus.Finalized ||
                to == RequestStatus.Failed ||
                to == RequestStatus.Expired;
        if (to == RequestStatus.Finalized || to == RequestStatus.Failed) return true;
        if (to == RequestStatus.Overturned) return true;
        return from == RequestStatus.Answered && to == RequestStatus.Challenged;
    }

    /* WHAT AN ENTRY SAYS */

    function _inputOf(Entry storage entry) internal view returns (bytes memory) {
        return abi.encodePacked(entry.input);
    }

    function _feeOf(uint256 price) internal pure returns (uint256) {
        return (price * FEE_BPS) / BPS;
    }
}
