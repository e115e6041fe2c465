// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Calls a hostile contract: a fixed amount of gas, and little of what it returns.
library CallbackLib {
    /// @dev What the call itself may cost before its 63/64 are computed: the warm account (100), a
    /// cold EIP-7702 delegate (2,600), and the operations between the check and the call (≈ 330).
    uint256 internal constant CALL_OVERHEAD = 3_500;
    uint256 internal constant MAXIMUM_REASON = 256;

    /// @notice Too little gas is left to give the callback what it was promised.
    error CallbackGasMissing(uint256 available, uint256 needed);

    /// @notice Calls `target` with exactly `callbackGas`.
    /// @return success Whether the call returned without reverting.
    /// @return reason At most 256 bytes of what a failed call returned.
    function callWithExactGas(
        address target,
        uint256 callbackGas,
        bytes memory data
    ) internal returns (bool success, bytes memory reason) {
        uint256 available = gasleft();
        uint256 afterOverhead = available > CALL_OVERHEAD ? available - CALL_OVERHEAD : 0;
        // EIP-150 keeps one 64th (rounded down) of what is left: a call asks in vain for more.
        require(
            afterOverhead - afterOverhead / 64 >= callbackGas,
            CallbackGasMissing(available, callbackGas + callbackGas / 63 + CALL_OVERHEAD + 1)
        );
        // Solidity's own call copies all returned data: a megabyte of it would be paid by us.
        assembly ("memory-safe") {
            success := call(callbackGas, target, 0, add(data, 32), mload(data), 0, 0)
        }
        if (!success) reason = _returnedData();
    }

    function _returnedData() private pure returns (bytes memory data) {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, MAXIMUM_REASON) {
                size := MAXIMUM_REASON
            }
            data := mload(0x40)
            mstore(data, size)
            returndatacopy(add(data, 32), 0, size)
            mstore(0x40, add(data, add(32, and(add(size, 31), not(31)))))
        }
    }
}
