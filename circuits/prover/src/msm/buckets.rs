use super::batch::Block;
use super::digits::Sorted;
use super::reduce::weighted;
use crate::control::Control;
use crate::element::{Bases, Group, Point};
use crate::error::Result;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;
use rayon::prelude::*;
use std::ops::Range;

/// Enough points that an inversion, some 300 products, is little beside 6 products a point; few
/// enough for a second-level cache.
const BLOCK_POINTS: usize = 1 << 13;
pub const BLOCK_BYTES: u64 = (BLOCK_POINTS * 512) as u64;

/// How many points ahead of the one at hand are asked for.
const PREFETCHED: usize = 16;

/// A piece of one bucket: its window, its number, and where its entries stand.
struct Piece {
    window: usize,
    bucket: u32,
    range: Range<usize>,
}

/// The sum of (a piece of) a bucket.
pub type BucketSum<F> = (usize, u32, Point<F>);

/// Σ (k + 1)·(sum of bucket k), for each window.
pub fn weighted_sums<P: Group>(
    bases: Bases<'_>,
    windows: &[Sorted],
    control: &Control,
) -> Result<Vec<Projective<P>>> {
    let sums: Vec<Vec<BucketSum<P::BaseField>>> = blocks(windows)
        .into_par_iter()
        .map_init(Block::default, |block, pieces| {
            control.check()?;
            Ok(block_sums::<P>(bases, windows, &pieces, block))
        })
        .collect::<Result<_>>()?;
    let sums = merged::<P>(&sums.concat());
    let parts: Vec<&[BucketSum<P::BaseField>]> = sums.chunk_by(|one, two| one.0 == two.0).collect();
    let buckets = windows.iter().map(|sorted| sorted.starts.len() - 1).max().unwrap_or(0);
    let each = parts.len().div_ceil(rayon::current_num_threads()).max(1);
    let found: Vec<Projective<P>> = parts
        .par_chunks(each)
        .map(|parts| weighted::<P>(parts, buckets))
        .collect::<Result<Vec<_>>>()?
        .concat();
    let mut totals = vec![Projective::<P>::ZERO; windows.len()];
    // A window without entries has no part.
    let places = parts.iter().map(|part| part[0].0);
    places.zip(found).for_each(|(window, total)| totals[window] = total);
    Ok(totals)
}

/// Pieces of whole buckets, or of large ones, about `BLOCK_POINTS` points at a time.
fn blocks(windows: &[Sorted]) -> Vec<Vec<Piece>> {
    let mut blocks = Vec::new();
    let (mut pieces, mut room) = (Vec::new(), BLOCK_POINTS);
    for (window, sorted) in windows.iter().enumerate() {
        for (bucket, bounds) in sorted.starts.windows(2).enumerate() {
            let (mut start, end) = (bounds[0] as usize, bounds[1] as usize);
            while start < end {
                let stop = end.min(start + room);
                pieces.push(Piece { window, bucket: bucket as u32, range: start..stop });
                room -= stop - start;
                start = stop;
                if room == 0 {
                    blocks.push(std::mem::take(&mut pieces));
                    room = BLOCK_POINTS;
                }
            }
        }
    }
    blocks.push(pieces);
    blocks
}

fn block_sums<P: Group>(
    bases: Bases<'_>,
    windows: &[Sorted],
    pieces: &[Piece],
    block: &mut Block<P::BaseField>,
) -> Vec<BucketSum<P::BaseField>> {
    block.clear();
    for Piece { window, range, .. } in pieces {
        block.groups.push((block.points.len() as u32, range.len() as u32));
        let entries = &windows[*window].entries;
        for (place, entry) in range.clone().zip(&entries[range.clone()]) {
            if let Some(ahead) = entries.get(place + PREFETCHED) {
                bases.prefetch((ahead >> 1) as usize);
            }
            let point = bases.get::<P::BaseField>((entry >> 1) as usize);
            block.points.push(point.negated_if(entry & 1 == 1));
        }
    }
    block.add_up();
    let sums = pieces.iter().zip(&block.groups);
    sums.map(|(piece, (start, _))| (piece.window, piece.bucket, block.points[*start as usize]))
        .collect()
}

/// One sum for each bucket, where large ones came in several pieces.
fn merged<P: Group>(sums: &[BucketSum<P::BaseField>]) -> Vec<BucketSum<P::BaseField>> {
    let mut block = Block::default();
    let pieces: Vec<&[BucketSum<P::BaseField>]> =
        sums.chunk_by(|one, two| (one.0, one.1) == (two.0, two.1)).collect();
    for pieces in &pieces {
        block.groups.push((block.points.len() as u32, pieces.len() as u32));
        block.points.extend(pieces.iter().map(|(_, _, point)| *point));
    }
    block.add_up();
    let groups = pieces.iter().zip(&block.groups);
    groups
        .map(|(pieces, (start, _))| (pieces[0].0, pieces[0].1, block.points[*start as usize]))
        .collect()
}
