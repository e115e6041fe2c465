//! What of this machine is used, which is asked when the program runs.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_PORTABLE: AtomicBool = AtomicBool::new(false);

/// Keeps to the code that runs on all machines, in this whole process and from now on.
pub fn keep_portable() {
    IS_PORTABLE.store(true, Ordering::Relaxed);
}

/// Whether eight elements are worked on at a time.
pub fn has_lanes() -> bool {
    are_lanes_available() && !IS_PORTABLE.load(Ordering::Relaxed)
}

/// Name of the code that is used: `avx512-ifma` or `portable`.
pub fn instructions() -> &'static str {
    if has_lanes() { "avx512-ifma" } else { "portable" }
}

#[cfg(target_arch = "x86_64")]
fn are_lanes_available() -> bool {
    crate::lanes::are_available()
}

#[cfg(not(target_arch = "x86_64"))]
fn are_lanes_available() -> bool {
    false
}
