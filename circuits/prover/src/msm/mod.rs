//! Sums of points times scalars, for scalars that are mostly 0, 1 and −1.

mod batch;
mod buckets;
mod digits;

use crate::control::Control;
use crate::element::{Bases, Group, Limbs};
use crate::error::Result;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;
use digits::{Class, Entry};
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
        + (threads + 1) * (count * 2 * size_of::<Entry>() as u64 + buckets::BLOCK_BYTES)
        + count * 64
}

fn class_sum<P: Group>(
    bases: Bases<'_>,
    class: &Class,
    control: &Control,
) -> Result<Projective<P>> {
    let windows = class.windows();
    let sums: Vec<Projective<P>> = (0..windows)
        .into_par_iter()
        .map(|window| {
            let sorted = class.sorted(window)?;
            buckets::weighted_sum::<P>(bases, &sorted, control)
        })
        .collect::<Result<_>>()?;
    Ok(sums.into_iter().rev().fold(Projective::<P>::ZERO, |mut sum, window| {
        for _ in 0..class.window_bits() {
            sum.double_in_place();
        }
        sum + window
    }))
}

#[cfg(test)]
mod tests;
