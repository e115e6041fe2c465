// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {vm} from "./Vm.sol";

error NotDeployed(string artifact);

/// @notice A contract from its artifact, which is the code that is deployed on chains. With `new` the compiler
/// optimizes a contract again inside each test that creates it, which takes minutes.
function deployed(string memory artifact, bytes memory arguments) returns (address created) {
    bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
    assembly ("memory-safe") {
        created := create(0, add(code, 0x20), mload(code))
    }
    require(created != address(0), NotDeployed(artifact));
}
