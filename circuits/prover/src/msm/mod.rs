//! Sums of points times scalars, for scalars that are mostly 0, 1 and −1.

pub(crate) mod batch;
mod buckets;
pub(crate) mod digits;
mod reduce;

use crate::control::Control;
use crate::element::{Bases, Group, Limbs};
use crate::error::Result;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;
use digits::{Class, Entry, Sorted};
use rayon::prelude::*;

/// Σ scalars[i]·bases[i]; both have the same length.
pub fn multi_exponentiation<P: Group>(
    bases: Bases<'_>,
    scalars: &[Limbs],
    control: &Control,
) -> Result<Projective<P>> {
    debug_assert_eq!(bases.len(), scalars.len());
    let mut sum = Projective::<P>::ZERO;
    for class in digits::classify(&bases, scalars)? {
        sum += class_sum::<P>(bases, &class, control)?;
    }
    Ok(sum)
}

/// Bytes that a call takes for `count` full scalars with `threads` threads, at most.
pub fn working_bytes(count: u64, threads: u64) -> u64 {
    // Recoded scalars of one class, then entries of the windows in hand and their blocks.
    count * size_of::<digits::Magnitude>() as u64
        + (ENTRIES_AT_ONCE as u64 + threads * count) * size_of::<Entry>() as u64
        + threads * buckets::BLOCK_BYTES
        + MOST_BUCKETS * 128
}

/// Buckets of all windows at once, roughly: their number grows with the points.
const MOST_BUCKETS: u64 = 1 << 18;

/// Entries that are sorted at once: enough windows to fill blocks, and no more memory than needed.
const ENTRIES_AT_ONCE: usize = 1 << 21;

fn class_sum<P: Group>(
    bases: Bases<'_>,
    class: &Class,
    control: &Control,
) -> Result<Projective<P>> {
    let at_once = (ENTRIES_AT_ONCE / class.len()).clamp(1, class.windows() as usize);
    let windows: Vec<u32> = (0..class.windows()).collect();
    let mut sums: Vec<Projective<P>> = Vec::new();
    for some in windows.chunks(at_once.max(rayon::current_num_threads())) {
        control.check()?;
        let sorted: Vec<Sorted> =
            some.par_iter().map(|window| class.sorted(*window)).collect::<Result<_>>()?;
        sums.extend(buckets::weighted_sums::<P>(bases, &sorted, control)?);
    }
    Ok(sums.into_iter().rev().fold(Projective::<P>::ZERO, |mut sum, window| {
        for _ in 0..class.window_bits() {
            sum.double_in_place();
        }
        sum + window
    }))
}

#[cfg(test)]
mod tests;
