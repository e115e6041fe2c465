//! What of this machine is used, which is asked when the program runs.

use std::sync::atomic::{AtomicU8, Ordering};

static MOST: AtomicU8 = AtomicU8::new(Instructions::Avx512 as u8);

/// What the hot loops may be made of, the slowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// Those that all machines have.
    Portable,
    /// AVX2 with fused multiply-adds: most x86-64 machines since 2013.
    Avx2,
    /// AVX-512 with its 52-bit products.
    Avx512,
}

impl Instructions {
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2-fma",
            Self::Avx512 => "avx512-ifma",
        }
    }

    /// Whether this machine has them.
    pub fn are_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512ifma")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

/// Goes without the instructions above `most`, in this whole process and from now on.
pub fn keep_to(most: Instructions) {
    MOST.store(most as u8, Ordering::Relaxed);
}

/// The best that this machine has, and that may be used.
pub fn instructions() -> Instructions {
    let most = MOST.load(Ordering::Relaxed);
    let may_be_used = |way: &Instructions| *way as u8 <= most && way.are_available();
    Instructions::ALL.into_iter().rev().find(may_be_used).unwrap_or(Instructions::Portable)
}
