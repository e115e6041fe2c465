//! What of this machine is used, which is asked when the program runs.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_PORTABLE: AtomicBool = AtomicBool::new(false);

/// What the hot loops may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// Those that all machines have.
    Portable,
    /// AVX-512 with its 52-bit products.
    Avx512,
}

impl Instructions {
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx512 => "avx512-ifma",
        }
    }
}

/// Keeps to the code that runs on all machines, in this whole process and from now on.
pub fn keep_portable() {
    IS_PORTABLE.store(true, Ordering::Relaxed);
}

/// The best that this machine has, and that may be used.
pub fn instructions() -> Instructions {
    match IS_PORTABLE.load(Ordering::Relaxed) {
        false if has_avx512() => Instructions::Avx512,
        _ => Instructions::Portable,
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512ifma")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx512() -> bool {
    false
}
