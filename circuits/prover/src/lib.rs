//! Groth16 proofs over BN254 from snarkjs's `.zkey` and `.wtns` files, for witnesses that are
//! mostly zeros and ones.

pub mod cache;
pub mod container;
pub mod control;
pub mod element;
pub mod error;
pub mod fft;
#[cfg(target_arch = "x86_64")]
mod lane_fft;
#[cfg(target_arch = "x86_64")]
mod lanes;
pub mod matrices;
pub mod memory;
pub mod msm;
#[cfg(feature = "node")]
mod node;
pub mod prove;
pub mod quotient;
pub mod self_test;
pub mod verify;
pub mod wtns;
pub mod zkey;
