// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorLib} from "../../../contracts/libraries/TensorLib.sol";
import {WordsLib} from "../../../contracts/libraries/WordsLib.sol";
import {CallbackLib} from "../../../contracts/libraries/CallbackLib.sol";
import {AnswerRecord} from "../../../contracts/types/Answer.sol";
import {Assignment} from "../../../contracts/types/Assignment.sol";
import {ListingWord, ListingWordLib} from "../../../contracts/types/ListingWord.sol";
import {Demand, Entry, Listing} from "../../../contracts/types/Operator.sol";
import {Places} from "../../../contracts/types/Places.sol";
import {Payload} from "../../../contracts/types/Payload.sol";
import {Request, RequestHead, RequestLib} from "../../../contracts/types/Request.sol";
import {RequestSlot, RequestSlotLib} from "../../../contracts/types/RequestSlot.sol";
import {RequestStatus} from "../../../contracts/types/RequestStatus.sol";
import {Delivery, Terms} from "../../../contracts/types/Terms.sol";
import {Verification} from "../../../contracts/types/Verification.sol";
import {vm} from "./Vm.sol";

/// @notice Hashes taken over calldata or memory are those of abi.encode.
contract HashTest {
    /// @dev Enums out of range are no calldata of ours, so structs are made of seeds, not fuzzed.
    function testFuzz_termsHashIsThatOfTheirEncoding(uint256 seed) external view {
        Terms memory terms = _terms(seed);
        assert(this.hashOf(terms) == keccak256(abi.encode(terms)));
    }

    function testFuzz_requestIdIsThatOfItsWords(uint256 seed) external view {
        Request memory request = Request({
            requester: address(uint160(_draw(seed, 11))),
            nonce: _draw(seed, 12),
            releaseId: bytes32(_draw(seed, 13)),
            level: Verification(_draw(seed, 14) % 3),
            inputHash: bytes32(_draw(seed, 15)),
            terms: _terms(seed)
        });
        bytes32 expected = keccak256(
            abi.encode(
                RequestLib.TAG,
                block.chainid,
                address(this),
                request.requester,
                request.nonce,
                request.releaseId,
                request.level,
                request.inputHash,
                keccak256(abi.encode(request.terms))
            )
        );
        assert(this.idOf(request) == expected);
        RequestHead memory head = RequestHead({
            requester: request.requester,
            nonce: request.nonce,
            releaseId: request.releaseId,
            level: request.level,
            inputHash: request.inputHash
        });
        assert(this.idOfHead(head, request.terms) == expected);
    }

    function testFuzz_assignmentDigestIsThatOfItsWords(
        bytes32 requestId,
        uint256 seed
    ) external view {
        Assignment memory assignment = _assignment(seed);
        uint248 expected = uint248(uint256(keccak256(abi.encode(requestId, assignment))));
        assert(this.digestOf(assignment, requestId) == expected);
        assert(assignment.digest248(requestId) == expected);
    }

    function testFuzz_answerDigestIsThatOfItsWords(bytes32 requestId, uint256 seed) external view {
        Assignment memory assignment = _assignment(seed);
        AnswerRecord memory record = AnswerRecord({
            payee: _draw(seed, 20),
            outputHash: bytes32(_draw(seed, 21)),
            answeredAt: _draw(seed, 22),
            gasFee: _draw(seed, 23),
            challenger: address(uint160(_draw(seed, 24))),
            challengeBond: _draw(seed, 25)
        });
        uint200 expected = uint200(bytes25(keccak256(abi.encode(requestId, assignment, record))));
        (uint200 first, uint200 second) = this.digestsOf(record, requestId, assignment);
        assert(first == expected && second == expected);
    }

    function _assignment(uint256 seed) private pure returns (Assignment memory) {
        return
            Assignment({
                operatorId: _draw(seed, 0),
                payer: address(uint160(_draw(seed, 1))),
                verifierId: _draw(seed, 2),
                key: address(uint160(_draw(seed, 3))),
                grade: _draw(seed, 4),
                price: _draw(seed, 5),
                royalty: _draw(seed, 6),
                publisher: address(uint160(_draw(seed, 7))),
                escrow: _draw(seed, 8),
                bond: _draw(seed, 9),
                outputLength: _draw(seed, 10),
                outputPayload: Payload(_draw(seed, 11) % 2),
                assignedAt: _draw(seed, 12),
                primaryUntil: _draw(seed, 13),
                latePenalty: _draw(seed, 14)
            });
    }

    /// @dev Calls to itself turn memory into calldata.
    function hashOf(Terms calldata terms) external pure returns (bytes32) {
        return terms.hash();
    }

    function idOf(Request calldata request) external view returns (bytes32) {
        return request.id();
    }

    function idOfHead(
        RequestHead memory head,
        Terms calldata terms
    ) external view returns (bytes32) {
        return head.id(terms);
    }

    function digestsOf(
        AnswerRecord calldata record,
        bytes32 requestId,
        Assignment calldata assignment
    ) external pure returns (uint200, uint200) {
        AnswerRecord memory copy = record;
        return (record.digest200Of(requestId, assignment), copy.digest200(requestId, assignment));
    }

    function digestOf(
        Assignment calldata assignment,
        bytes32 requestId
    ) external pure returns (uint248) {
        return assignment.digest248Of(requestId);
    }

    function _terms(uint256 seed) private pure returns (Terms memory) {
        return
            Terms({
                maxFee: _draw(seed, 20),
                maxGasPrice: _draw(seed, 21),
                callbackGas: _draw(seed, 22),
                deadline: _draw(seed, 23),
                delivery: Delivery(_draw(seed, 24) % 2),
                minBond: _draw(seed, 25),
                minGrade: _draw(seed, 26),
                operatorId: _draw(seed, 27),
                measurement: bytes32(_draw(seed, 28))
            });
    }

    function _draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }
}

/// @notice What is put into a request's slot comes out of it.
contract RequestSlotTest {
    function testFuzz_openSlotHoldsItsDigestOnly(uint248 digest, uint248 other) external pure {
        RequestSlot slot = RequestSlotLib.open(digest);
        assert(slot.status() == RequestStatus.Open);
        assert(slot.isOpenWith(digest));
        assert(digest == other || !slot.isOpenWith(other));
    }

    function testFuzz_finalizedSlotHoldsItsFields(
        uint8 levelNumber,
        uint8 grade,
        uint40 seconds_,
        uint24 age,
        bytes32 outputHash
    ) external {
        uint256 time = seconds_;
        vm.warp(time + age);
        Verification level = Verification(levelNumber % 3);
        RequestStatus end = grade % 2 == 0 ? RequestStatus.Finalized : RequestStatus.Overturned;
        RequestSlot slot = RequestSlotLib.finalized(end, level, grade, time, outputHash);
        assert(slot.status() == end);
        // Nobody finds an output whose hash begins with 200 zeros.
        assert(slot.hasResult() || bytes25(outputHash) == 0);
        _check(slot, level, grade, time, outputHash);
        assert(!slot.isDelivered());
        RequestSlot delivered = slot.withDelivered();
        assert(delivered.status() == end);
        _check(delivered, level, grade, time, outputHash);
        assert(delivered.isDelivered() && !delivered.isVoided());
    }

    /// @dev From the answer on in steps of six hours, 255 of them.
    function testFuzz_finalStateIsDatedAtMostOneStepLater(
        uint40 time,
        uint24 age,
        uint32 later
    ) external {
        vm.warp(uint256(time) + age);
        RequestSlot slot = RequestSlotLib.finalized(
            RequestStatus.Finalized,
            Verification.Zk,
            0,
            time,
            0
        );
        vm.warp(uint256(time) + age + (later % (100 * 365 days)));
        uint256 delay = slot.finalBy() - time;
        assert(delay % 6 hours == 0);
        if (age > 255 * 6 hours) assert(delay == 255 * 6 hours);
        else assert(delay >= age && delay < uint256(age) + 6 hours);
    }

    function testFuzz_voidedSlotHoldsItsTime(uint40 time, uint8 number) external {
        vm.warp(time);
        RequestStatus terminal = RequestStatus(5 + (number % 3));
        RequestSlot slot = RequestSlotLib.voided(terminal);
        assert(slot.status() == terminal && slot.outputDigest() == 0 && !slot.hasResult());
        assert(slot.isVoided() && !slot.isDelivered());
        vm.warp(uint256(time) + 100 * 365 days);
        assert(slot.answeredAt() == time && slot.finalBy() == time);
        slot = slot.withDelivered();
        assert(slot.isVoided() && slot.isDelivered() && slot.status() == terminal);
    }

    function testFuzz_answeredSlotHoldsItsFields(
        bool isChallenged,
        bool isDelivered,
        uint40 windowEnd,
        uint200 digest,
        uint200 other
    ) external pure {
        RequestStatus step = isChallenged ? RequestStatus.Challenged : RequestStatus.Answered;
        RequestSlot slot = RequestSlotLib.answered(step, isDelivered, windowEnd, digest);
        assert(slot.status() == step && !slot.hasResult());
        assert(slot.isDelivered() == isDelivered);
        assert(slot.windowEnd() == windowEnd);
        assert(slot.isAnsweredWith(digest));
        assert(digest == other || !slot.isAnsweredWith(other));
        RequestSlot delivered = slot.withDelivered();
        assert(delivered.isDelivered() && delivered.isAnsweredWith(digest));
        assert(delivered.status() == step && delivered.windowEnd() == windowEnd);
    }

    function testFuzz_endedSlotSaysOnlyThat(uint8 number) external pure {
        RequestStatus terminal = RequestStatus(5 + (number % 3));
        RequestSlot slot = RequestSlotLib.ended(terminal);
        assert(slot.status() == terminal && slot.outputDigest() == 0 && !slot.isDelivered());
        assert(!slot.hasResult() && !slot.isVoided());
    }

    function _check(
        RequestSlot slot,
        Verification level,
        uint256 grade,
        uint256 time,
        bytes32 outputHash
    ) private view {
        assert(slot.level() == level);
        assert(slot.grade() == grade);
        assert(slot.answeredAt() == time);
        assert(slot.outputDigest() == bytes25(outputHash));
    }
}

/// @notice An operator's places are a list of indices, and nothing else.
contract PlacesTest {
    function testFuzz_placesHoldTheirIndices(uint32[8] calldata seeds, uint8 pick) external pure {
        uint256 number = pick % 9;
        Places places;
        // Indices differ: one ticket stands in one place.
        for (uint256 i = 0; i < number; ++i) {
            places = places.withIndexAt(i, _index(seeds[i], i));
            assert(places.count() == i + 1);
        }
        assert(places.isEmpty() == (number == 0));
        for (uint256 i = 0; i < number; ++i) assert(places.indexAt(i) == _index(seeds[i], i));
        assert(places.moved(99, 5).count() == number);
        if (number == 0) return;

        uint256 moving = seeds[0] % number;
        Places after_ = places.moved(_index(seeds[moving], moving), 98);
        Places less = places.cutTo(number - 1);
        assert(less.count() == number - 1);
        for (uint256 i = 0; i < number; ++i) {
            assert(after_.indexAt(i) == (i == moving ? 98 : places.indexAt(i)));
            if (i + 1 < number) assert(less.indexAt(i) == places.indexAt(i));
        }
    }

    function _index(uint32 seed, uint256 i) private pure returns (uint256) {
        return 100 + (uint256(seed) % 1_000_000) * 8 + i;
    }
}

/// @notice A listing read as a word says what the struct says.
contract ListingWordTest {
    Listing[] private _list;

    function testFuzz_wordHoldsTheListing(
        Listing calldata listing,
        Entry calldata entry,
        uint40 gasPrice,
        uint24 callbackGas,
        uint16 inputLength,
        uint96 bond
    ) external {
        Demand memory demand = Demand({
            operatorId: 0,
            maxGasPrice: gasPrice,
            callbackGas: callbackGas,
            inputLength: inputLength,
            bond: bond
        });
        _list.push();
        _list.push(listing);
        ListingWord word = ListingWordLib.load(_list, 1);
        _check(word, listing);
        assert(
            this.allows(word, demand) ==
                (demand.maxGasPrice >= listing.minGasPrice &&
                    demand.callbackGas <= listing.maxCallbackGas &&
                    demand.inputLength <= listing.maxInputLength &&
                    bond <= listing.maxBond.unpack())
        );
        Listing memory changed = listing;
        changed.price = entry.price;
        changed.penaltyShare = entry.penaltyShare;
        changed.hasPendingPrice = false;
        ListingWord later = word.withPriceOf(entry);
        _check(later, changed);
        assert(this.allows(later, demand) == this.allows(word, demand));
    }

    function allows(ListingWord word, Demand calldata demand) external pure returns (bool) {
        return word.allows(demand);
    }

    function _check(ListingWord word, Listing memory listing) private pure {
        assert(word.operatorId() == listing.operatorId);
        assert(word.penaltyShare() == listing.penaltyShare);
        assert(word.hasPendingPrice() == listing.hasPendingPrice);
        assert(word.price() == listing.price);
        assert(word.maxBond() == listing.maxBond.unpack());
    }
}

contract WordsTest {
    /// @notice Horner over calldata equals the sum over words cut byte by byte.
    function testFuzz_evaluateIsTheSumOverWords(
        bytes calldata input,
        bytes calldata output,
        uint256 seed
    ) external pure {
        uint256 c = seed % WordsLib.R;
        uint256 sum;
        uint256 power = 1;
        (sum, power) = _add(input, c, sum, power);
        (sum, power) = _add(output, c, sum, power);
        assert(WordsLib.evaluate(input, output, c) == sum);
    }

    function _add(
        bytes calldata data,
        uint256 c,
        uint256 sum,
        uint256 power
    ) private pure returns (uint256, uint256) {
        for (uint256 start = 0; start < data.length; start += 31) {
            uint256 word;
            for (uint256 i = start; i < start + 31; ++i) {
                word = (word << 8) | (i < data.length ? uint8(data[i]) : 0);
            }
            sum = addmod(sum, mulmod(word, power, WordsLib.R), WordsLib.R);
            power = mulmod(power, c, WordsLib.R);
        }
        return (sum, power);
    }
}

contract TensorTest {
    function testFuzz_signedIntegersSurvivePacking(
        int64[] calldata values,
        uint8 pick
    ) external pure {
        uint256 width = uint256(1) << (pick % 4);
        int256[] memory fitting = new int256[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            fitting[i] = values[i] >> (64 - 8 * width);
        }
        bytes memory tensor = TensorLib.packInts(fitting, width);
        assert(tensor.length == width * values.length);
        assert(TensorLib.count(tensor, width) == values.length);
        uint256 greatest;
        for (uint256 i = 0; i < values.length; ++i) {
            assert(TensorLib.readInt(tensor, width, i) == fitting[i]);
            if (fitting[i] > fitting[greatest]) greatest = i;
        }
        if (values.length > 0) assert(TensorLib.argMaxInt(tensor, width) == greatest);
    }

    function testFuzz_unsignedIntegersSurvivePacking(
        uint64[] calldata values,
        uint8 pick
    ) external pure {
        uint256 width = uint256(1) << (pick % 4);
        uint256[] memory fitting = new uint256[](values.length);
        for (uint256 i = 0; i < values.length; ++i) {
            fitting[i] = values[i] >> (64 - 8 * width);
        }
        bytes memory tensor = TensorLib.packUints(fitting, width);
        uint256 greatest;
        for (uint256 i = 0; i < values.length; ++i) {
            assert(TensorLib.readUint(tensor, width, i) == fitting[i]);
            if (fitting[i] > fitting[greatest]) greatest = i;
        }
        if (values.length > 0) assert(TensorLib.argMaxUint(tensor, width) == greatest);
    }
}

/// @notice Keeps the gas it was called with.
contract GasMeter {
    uint256 public given;

    fallback() external {
        given = gasleft();
    }
}

contract CallbackTest {
    /// @dev Operations of the meter before it looks.
    uint256 private constant LOOK = 100;

    GasMeter private meter = new GasMeter();

    function deliver(uint256 callbackGas) external returns (bool success) {
        (success, ) = CallbackLib.callWithExactGas(address(meter), callbackGas, "");
    }

    /// @notice Whatever gas a transaction has: the callback gets what was promised, or none is made.
    function testFuzz_callbackGetsItsGasOrNothing(uint24 promised, uint24 available) external {
        uint256 callbackGas = 30_000 + (uint256(promised) % 2_470_000);
        uint256 gas = 5_000 + (uint256(available) % 3_000_000);
        try this.deliver{gas: gas}(callbackGas) returns (bool success) {
            assert(success);
            assert(meter.given() <= callbackGas && meter.given() > callbackGas - LOOK);
        } catch {
            assert(meter.given() == 0);
        }
    }
}
