//! Sums of points times scalars, for scalars that are mostly 0, 1 and −1.

pub(crate) mod batch;
mod buckets;
pub(crate) mod digits;
pub mod layout;
pub mod multiples;
mod reduce;

use crate::control::Control;
use crate::element::{Bases, Group, Limbs};
use crate::error::Result;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;
use digits::{Class, Entry, Sorted};
use layout::Layout;
use multiples::Multiples;
use rayon::prelude::*;

/// Σ scalars[i]·bases[i]; both have the same length.
pub fn multi_exponentiation<P: Group>(
    bases: Bases<'_>,
    scalars: &[Limbs],
    control: &Control,
) -> Result<Projective<P>> {
    sum(bases, None, scalars, control)
}

/// The same with fewer additions; the multiples are those of the bases.
pub fn multi_exponentiation_with<P: Group>(
    multiples: &Multiples<P>,
    bases: Bases<'_>,
    scalars: &[Limbs],
    control: &Control,
) -> Result<Projective<P>> {
    debug_assert_eq!(bases.len(), multiples.count());
    sum(bases, Some(multiples), scalars, control)
}

fn sum<P: Group>(
    bases: Bases<'_>,
    multiples: Option<&Multiples<P>>,
    scalars: &[Limbs],
    control: &Control,
) -> Result<Projective<P>> {
    debug_assert_eq!(bases.len(), scalars.len());
    let mut sum = Projective::<P>::ZERO;
    for class in digits::classify(&bases, scalars, multiples.map(Multiples::layout))? {
        let own = match multiples {
            Some(multiples) if class.has_multiples() => multiples.bases(),
            _ => bases,
        };
        sum += class_sum::<P>(own, &class, control)?;
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

/// Bytes that a call takes beyond those with multiples of the `count` bases.
pub fn working_bytes_with(layout: &Layout, count: u64) -> u64 {
    // Entries of the windows that share buckets, one by one and joined, and the buckets.
    2 * u64::from(layout.multiples()) * count * size_of::<Entry>() as u64
        + (256 << (layout.cut.bits - 1))
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
    let entries = class.len() * class.together() as usize;
    let at_once = (ENTRIES_AT_ONCE / entries).clamp(1, class.apart() as usize);
    let at_once = at_once.max(rayon::current_num_threads().div_ceil(class.together() as usize));
    let windows: Vec<u32> = (0..class.apart()).collect();
    let mut sums: Vec<Projective<P>> = Vec::new();
    for some in windows.chunks(at_once) {
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
