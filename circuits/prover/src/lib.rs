//! Groth16 over BN254: proofs from snarkjs's `.zkey` and `.wtns` files, for witnesses that are
//! mostly zeros and ones; and the keys themselves, from `.r1cs` and `.ptau` files.

pub mod blake2b;
pub mod cache;
pub mod container;
pub mod control;
pub mod element;
pub mod error;
pub mod fixed_base;
pub mod kernels;
pub mod machine;
pub mod matrices;
pub mod memory;
pub mod msm;
#[cfg(feature = "node")]
mod node;
#[cfg(feature = "node")]
mod node_setup;
pub mod prove;
pub mod random;
pub mod self_test;
pub mod setup;
pub mod storage;
pub mod verify;
pub mod wtns;
pub mod zkey;
