// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice When the consumer gets its callback.
enum Delivery {
    WhenAnswered,
    WhenFinal
}

/// @notice What a requester asks for beside the inference itself. Part of the request's id.
struct Terms {
    /// @dev Most the request may cost altogether, in the asset's smallest unit.
    uint256 maxFee;
    /// @dev Most wei per gas that is reimbursed to the operator; 0: nothing is.
    uint256 maxGasPrice;
    /// @dev Gas the callback gets, exactly; 0: no callback.
    uint256 callbackGas;
    /// @dev Second from which the request can only expire.
    uint256 deadline;
    Delivery delivery;
    /// @dev Least bond behind an optimistic answer, in the asset's smallest unit.
    uint256 minBond;
    /// @dev Least grade of the verifying key's ceremony; 0: a development key will do.
    uint256 minGrade;
    /// @dev Operator who alone is assigned; 0: any.
    uint256 operatorId;
    /// @dev Enclave measurement that alone may answer; 0: any the release allows.
    bytes32 measurement;
}

using TermsLib for Terms global;

library TermsLib {
    /// @notice Hash of all terms, as the request's id contains it.
    function hash(Terms calldata terms) internal pure returns (bytes32 digest) {
        // Nine fields, nine words in a row: keccak256(abi.encode(terms)) costs 900 gas more.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, terms, 288)
            digest := keccak256(free, 288)
        }
    }
}
