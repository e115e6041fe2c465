// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IKeyStore} from "./interfaces/IKeyStore.sol";
import {Bn254Lib} from "./libraries/Bn254Lib.sol";
import {KeyCodeLib} from "./libraries/KeyCodeLib.sol";

/// @title KeyStore
/// @notice Every release's verifying key, checked once, for all verifiers there will be.
contract KeyStore is IKeyStore {
    /// @dev Points of a key in order: alpha; beta, gamma, delta; IC[0..3].
    uint256 private constant IC_COUNT = 4;

    /// @inheritdoc IKeyStore
    bytes32 public immutable pinnedSetup;

    mapping(bytes32 keyId => address) private _keys;

    /// @param setup keccak256(alpha, beta, gamma) of the only powers of tau that are accepted; zero
    /// for a development deployment, which accepts keys whose secret somebody may know.
    constructor(bytes32 setup) {
        pinnedSetup = setup;
    }

    /// @inheritdoc IKeyStore
    function registerKey(bytes calldata key) external returns (bytes32 keyId) {
        require(
            key.length == KeyCodeLib.KEY_LENGTH,
            KeyLengthWrong(key.length, KeyCodeLib.KEY_LENGTH)
        );
        keyId = keccak256(key);
        if (_keys[keyId] != address(0)) return keyId;
        bytes32 setup = keccak256(key[:320]);
        require(pinnedSetup == 0 || setup == pinnedSetup, KeyOfOtherSetup(setup, pinnedSetup));
        _requireG1(key, 0, 0);
        for (uint256 i = 0; i < IC_COUNT; ++i) _requireG1(key, 448 + 64 * i, 4 + i);
        _requireG2(key);

        address stored = KeyCodeLib.store(key);
        _keys[keyId] = stored;
        emit KeyRegistered(keyId, stored);
    }

    /// @inheritdoc IKeyStore
    function keyAddress(bytes32 keyId) external view returns (address key) {
        key = _keys[keyId];
        require(key != address(0), KeyUnknown(keyId));
    }

    function _requireG1(bytes calldata key, uint256 offset, uint256 index) private pure {
        (uint256 x, uint256 y) = abi.decode(key[offset:offset + 64], (uint256, uint256));
        require(x != 0 || y != 0, KeyPointAtInfinity(index));
        require(Bn254Lib.isOnCurve(x, y), KeyPointInvalid(index));
    }

    /// @dev One pairing call judges beta, gamma and delta: it alone checks G2's subgroup. Their
    /// partner is the generator (1, 2); the product does not matter.
    function _requireG2(bytes calldata key) private view {
        uint256[] memory pairs = new uint256[](18);
        for (uint256 i = 0; i < 3; ++i) {
            uint256[4] memory point = abi.decode(key[64 + 128 * i:192 + 128 * i], (uint256[4]));
            require(point[0] | point[1] | point[2] | point[3] != 0, KeyPointAtInfinity(1 + i));
            (pairs[6 * i], pairs[6 * i + 1]) = (1, 2);
            for (uint256 j = 0; j < 4; ++j) pairs[6 * i + 2 + j] = point[j];
        }
        (bool isValid, ) = Bn254Lib.pairing(pairs);
        require(isValid, KeyOutsideSubgroup());
        require(keccak256(key[192:320]) != keccak256(key[320:448]), KeyWithoutContribution());
    }
}
