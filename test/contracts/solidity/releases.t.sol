// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {CeremonyBook} from "../../../contracts/CeremonyBook.sol";
import {Payload} from "../../../contracts/types/Payload.sol";
import {
    Release,
    ReleaseRoute,
    ReleaseRouteLib,
    ReleaseState
} from "../../../contracts/types/Release.sol";
import {ShortAmount, ShortAmountLib} from "../../../contracts/types/ShortAmount.sol";

/// @notice `isShort` says beforehand what `pack` takes.
contract IsShortTest {
    function testFuzz_saysWhatPackTakes(uint256 seed, uint8 zeros) external view {
        uint256 amount = (seed % 3_000) * 10 ** (zeros % 67);
        _check(amount);
        _check(amount + 1);
        _check(seed);
    }

    function pack(uint256 amount) external pure returns (ShortAmount) {
        return ShortAmountLib.pack(amount);
    }

    function _check(uint256 amount) private view {
        try this.pack(amount) {
            assert(ShortAmountLib.isShort(amount));
        } catch {
            assert(!ShortAmountLib.isShort(amount));
        }
    }
}

/// @notice What is put into a release's slot comes out of it, and changes touch nothing else.
contract ReleaseRouteTest {
    struct Fields {
        address key;
        uint256 inputLength;
        uint256 outputLength;
        uint256 royaltyBps;
        uint256 window;
        uint256 levels;
        uint256 payloads;
        uint8 grade;
        uint256 minBond;
    }

    function testFuzz_routeHoldsItsFields(uint256 seed, uint8 newGrade) external view {
        Fields memory fields = Fields({
            key: address(uint160(_draw(seed, 0))),
            inputLength: _draw(seed, 1) % (1 << 15),
            outputLength: _draw(seed, 2) % (1 << 15),
            royaltyBps: _draw(seed, 3) % (1 << 13),
            window: _draw(seed, 4) % (1 << 20),
            levels: _draw(seed, 5) % 8,
            payloads: _draw(seed, 6) % 4,
            grade: uint8(_draw(seed, 7)),
            minBond: (_draw(seed, 8) % 1_024) * 10 ** (_draw(seed, 9) % 64)
        });
        ReleaseRoute route = this.pack(_release(fields), fields.key, fields.grade);
        _check(route, fields);
        assert(route.isKnown() && route.isActive());

        fields.grade = newGrade;
        route = route.withGrade(newGrade);
        _check(route, fields);
        assert(route.isActive());

        route = route.withState(ReleaseState.Retired);
        _check(route, fields);
        assert(route.isKnown() && !route.isActive());
        assert(!ReleaseRoute.wrap(0).isKnown());
    }

    /// @dev Calls to itself turn memory into calldata.
    function pack(
        Release calldata release,
        address key,
        uint8 grade
    ) external pure returns (ReleaseRoute) {
        return ReleaseRouteLib.pack(release, key, grade);
    }

    function _release(Fields memory fields) private pure returns (Release memory release) {
        release.inputLength = fields.inputLength;
        release.outputLength = fields.outputLength;
        release.inputPayload = Payload(fields.payloads & 1);
        release.outputPayload = Payload(fields.payloads >> 1);
        release.royaltyBps = fields.royaltyBps;
        release.primaryWindowSeconds = fields.window;
        release.levels = fields.levels;
        release.minBond = fields.minBond;
    }

    function _check(ReleaseRoute route, Fields memory fields) private pure {
        assert(route.key() == fields.key);
        assert(route.inputLength() == fields.inputLength);
        assert(route.outputLength() == fields.outputLength);
        assert(route.royaltyBps() == fields.royaltyBps);
        assert(route.primaryWindowSeconds() == fields.window);
        for (uint256 i = 0; i < 3; ++i) {
            assert(route.hasLevel(i) == ((fields.levels >> i) & 1 == 1));
        }
        assert((ReleaseRoute.unwrap(route) >> 226) & 1 == fields.payloads & 1);
        assert(route.outputPayload() == Payload(fields.payloads >> 1));
        assert(route.grade() == fields.grade);
        assert(route.minBond() == fields.minBond);
    }

    function _draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }
}

/// @notice A contributor who signs for everything.
contract AnySigner is IERC1271 {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice The grade is the number of contributors who signed and are recognised.
contract GradeTest {
    bytes32 private constant KEY = keccak256("a key");

    CeremonyBook private book = new CeremonyBook(address(this), 0);

    function testFuzz_gradeCountsWhoIsRecognised(uint256 signed, uint256 revoked) external {
        uint256 expected;
        for (uint256 i = 0; i < 12; ++i) {
            address contributor = _contributor();
            bool hasSigned = (signed >> i) & 1 == 1;
            bool isRevoked = (revoked >> i) & 1 == 1;
            if (hasSigned) _record(contributor);
            if (isRevoked) book.revokeContributor(contributor);
            if (hasSigned && !isRevoked) ++expected;
        }
        assert(book.gradeOf(KEY) == expected);
    }

    function test_moreThan255CountAs255() external {
        address first = _contributor();
        _record(first);
        for (uint256 i = 0; i < 256; ++i) _record(_contributor());
        assert(book.contributorsOf(KEY).length == 257);
        assert(book.gradeOf(KEY) == 255);
        book.revokeContributor(first);
        assert(book.gradeOf(KEY) == 255);
    }

    function _contributor() private returns (address contributor) {
        contributor = address(new AnySigner());
        book.proposeContributor(contributor);
    }

    function _record(address contributor) private {
        book.recordContribution(KEY, contributor, bytes32(uint256(uint160(contributor))), "");
    }
}
