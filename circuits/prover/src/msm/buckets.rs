use super::batch::Block;
use super::digits::{Entry, Sorted};
use crate::control::Control;
use crate::element::{Bases, Group, Point};
use crate::error::Result;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;
use rayon::prelude::*;

/// Enough points that an inversion, some 300 products, is little beside 6 products a point; few
/// enough for a second-level cache.
const BLOCK_POINTS: usize = 1 << 13;
pub const BLOCK_BYTES: u64 = (BLOCK_POINTS * (128 + 32)) as u64;

/// A piece of one bucket: its number and where its entries stand.
type Piece = (u32, std::ops::Range<usize>);

/// Σ (k + 1)·(sum of bucket k).
pub fn weighted_sum<P: Group>(
    bases: Bases<'_>,
    sorted: &Sorted,
    control: &Control,
) -> Result<Projective<P>> {
    let sums: Vec<Vec<(u32, Point<P::BaseField>)>> = blocks(sorted)
        .into_par_iter()
        .map_init(
            || Block::with_capacity(BLOCK_POINTS),
            |block, pieces| {
                control.check()?;
                Ok(block_sums::<P>(bases, &sorted.entries, &pieces, block))
            },
        )
        .collect::<Result<_>>()?;
    Ok(running_sum::<P>(&sums))
}

/// Pieces of whole buckets, or of large ones, about `BLOCK_POINTS` points at a time.
fn blocks(sorted: &Sorted) -> Vec<Vec<Piece>> {
    let mut blocks = Vec::new();
    let (mut pieces, mut room) = (Vec::new(), BLOCK_POINTS);
    for (bucket, bounds) in sorted.starts.windows(2).enumerate() {
        let (mut start, end) = (bounds[0] as usize, bounds[1] as usize);
        while start < end {
            let stop = end.min(start + room);
            pieces.push((bucket as u32, start..stop));
            room -= stop - start;
            start = stop;
            if room == 0 {
                blocks.push(std::mem::take(&mut pieces));
                room = BLOCK_POINTS;
            }
        }
    }
    blocks.push(pieces);
    blocks
}

fn block_sums<P: Group>(
    bases: Bases<'_>,
    entries: &[Entry],
    pieces: &[Piece],
    block: &mut Block<P::BaseField>,
) -> Vec<(u32, Point<P::BaseField>)> {
    block.clear();
    for (_, range) in pieces {
        block.groups.push((block.points.len() as u32, range.len() as u32));
        for entry in &entries[range.clone()] {
            let point = bases.get::<P::BaseField>((entry >> 1) as usize);
            block.points.push(point.negated_if(entry & 1 == 1));
        }
    }
    block.add_up();
    let sums = pieces.iter().zip(&block.groups);
    sums.map(|((bucket, _), (start, _))| (*bucket, block.points[*start as usize])).collect()
}

fn running_sum<P: Group>(sums: &[Vec<(u32, Point<P::BaseField>)>]) -> Projective<P> {
    let (mut running, mut total) = (Projective::<P>::ZERO, Projective::<P>::ZERO);
    let mut at = None;
    for (bucket, point) in sums.iter().rev().flat_map(|block| block.iter().rev()) {
        // Each step down adds what is above once more.
        for _ in *bucket..at.unwrap_or(*bucket) {
            total += running;
        }
        at = Some(*bucket);
        running += point.affine::<P>();
    }
    for _ in 0..=at.unwrap_or(0) {
        total += running;
    }
    total
}
