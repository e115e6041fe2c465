// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the bytes of an input or output are: fixed-point tensors of one exact length,
/// or opaque bytes up to a maximum length.
enum Payload {
    Tensor,
    Opaque
}
