// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes our tests use.
interface Vm {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;

    function getRecordedLogs() external returns (Log[] memory);

    function load(address account, bytes32 slot) external view returns (bytes32);

    function getCode(string calldata artifact) external view returns (bytes memory);

    function fee(uint256 baseFee) external;

    function txGasPrice(uint256 gasPrice) external;

    function prevrandao(bytes32 value) external;

    function prank(address sender) external;

    function deal(address account, uint256 balance) external;

    function warp(uint256 timestamp) external;

    function roll(uint256 blockNumber) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
