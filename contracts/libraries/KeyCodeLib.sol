// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Verifying keys stored as code: one cold account instead of 22 cold slots (2,600 against
/// 46,200 gas). The address follows from the key and the contract that stored it.
library KeyCodeLib {
    uint256 internal constant KEY_LENGTH = 704;

    /// @dev Creation code that returns what follows it: a STOP (so the key can never run), and the
    /// key; 705 = 0x02c1 bytes of runtime, which begin at byte 10.
    bytes11 private constant CREATION = 0x6102c180600a3d393df300;

    error KeyNotRegistered(address key);

    /// @notice Stores a key of `KEY_LENGTH` bytes as code; `stored` is zero if it is stored already.
    function store(bytes memory key) internal returns (address stored) {
        bytes memory creation = abi.encodePacked(CREATION, key);
        // Solidity has no other way to deploy code that is built at run time.
        assembly ("memory-safe") {
            stored := create2(0, add(creation, 32), mload(creation), 0)
        }
    }

    /// @notice Reads a key back. Reverts unless it was `storer` who stored it at that address.
    /// @dev An account without code reads as zeros, and zeros have an address as every key has: under
    /// a key of nothing but points at infinity any proof of such points would hold.
    function load(address stored, address storer) internal view returns (bytes memory key) {
        bytes32 addressHash;
        bytes11 creation = CREATION;
        // Code that is data can only be read so. The creation code is put right before the key to
        // hash both in one piece; the length of `key` then takes its place. What CREATE2 hashes is written
        // behind the key, to memory that nobody has taken.
        assembly ("memory-safe") {
            key := add(mload(0x40), 32)
            let data := add(key, 32)
            let end := add(data, KEY_LENGTH)
            mstore(0x40, end)
            mstore(sub(data, 11), creation)
            extcodecopy(stored, data, 1, KEY_LENGTH)
            mstore(end, or(shl(248, 0xff), shl(88, storer)))
            mstore(add(end, 21), 0)
            mstore(add(end, 53), keccak256(sub(data, 11), add(KEY_LENGTH, 11)))
            addressHash := keccak256(end, 85)
            mstore(key, KEY_LENGTH)
        }
        require(
            stored == address(uint160(uint256(addressHash))) && stored.code.length > 0,
            KeyNotRegistered(stored)
        );
    }
}
