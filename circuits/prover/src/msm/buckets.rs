use super::batch::Block;
use super::digits::Sorted;
use super::reduce::{BucketSum, Weighted, joined, weighted};
use crate::control::Control;
use crate::element::{Bases, Group};
use crate::error::Result;
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
    let mut sums = merged::<P>(&sums.concat());
    let buckets = windows.iter().map(|sorted| sorted.starts.len() - 1).max().unwrap_or(0);
    // As many parts as threads: a window by itself is weighted in several.
    let split = rayon::current_num_threads().div_ceil(windows.len().max(1)).next_power_of_two();
    let width = buckets.div_ceil(split).next_power_of_two();
    let split = buckets.div_ceil(width).max(1);
    for (window, bucket, _) in &mut sums {
        *window = *window * split + *bucket as usize / width;
        *bucket %= width as u32;
    }
    let parts: Vec<&[BucketSum<P::BaseField>]> = sums.chunk_by(|one, two| one.0 == two.0).collect();
    let each = parts.len().div_ceil(rayon::current_num_threads()).max(1);
    let found: Vec<Vec<Weighted<P>>> =
        parts.par_chunks(each).map(|parts| weighted::<P>(parts, width)).collect::<Result<_>>()?;
    let mut totals: Vec<Weighted<P>> = (0..windows.len() * split).map(|_| Weighted::ZERO).collect();
    // A part without entries is none.
    let places = parts.iter().map(|part| part[0].0);
    places.zip(found.into_iter().flatten()).for_each(|(part, total)| totals[part] = total);
    Ok(totals.chunks(split).map(|parts| joined(parts, width).by_place).collect())
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
    let mut whole: Vec<BucketSum<P::BaseField>> = Vec::with_capacity(sums.len());
    let mut places = Vec::new();
    for pieces in sums.chunk_by(|one, two| (one.0, one.1) == (two.0, two.1)) {
        if pieces.len() > 1 {
            places.push(whole.len());
            block.groups.push((block.points.len() as u32, pieces.len() as u32));
            block.points.extend(pieces.iter().map(|(_, _, point)| *point));
        }
        whole.push(pieces[0]);
    }
    block.add_up();
    for (place, (start, _)) in places.iter().zip(&block.groups) {
        whole[*place].2 = block.points[*start as usize];
    }
    whole
}
