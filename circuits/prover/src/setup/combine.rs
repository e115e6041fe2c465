//! Sums of a few points for each of many wires: each row's point with the row's coefficients.

use super::table::{SignedBits, Table};
use crate::control::Control;
use crate::element::{Coordinate, Group, Limbs, Point, to_point};
use crate::error::Result;
use crate::msm::batch::Block;
use crate::msm::digits::distance;
use rayon::prelude::*;

/// Points that are added up at once, as in the sums of buckets.
const BLOCK_POINTS: usize = 1 << 13;

/// A coefficient as the powers of two that it takes of its row's point.
pub struct Entry {
    pub wire: u32,
    /// Of the rows at hand.
    pub row: u32,
    pub bits: SignedBits,
    pub is_negative: bool,
}

impl Entry {
    pub fn new(wire: u32, row: u32, coefficient: &Limbs) -> Self {
        let (limbs, is_negative) = distance(coefficient);
        Self { wire, row, bits: SignedBits::new(&limbs), is_negative }
    }
}

/// Adds to each wire's sum its entries' multiples of their rows' points. The entries are in the
/// order of their wires.
pub fn add_entries<P: Group>(
    sums: &mut [Point<P::BaseField>],
    entries: &[Entry],
    table: &Table<P::BaseField>,
    control: &Control,
) -> Result<()> {
    let pieces = pieces(entries);
    let found = pieces
        .par_iter()
        .map_init(Block::default, |block, (start, end)| {
            control.check()?;
            let is_begun = *start > 0 && entries[start - 1].wire == entries[*start].wire;
            Ok(piece_sums(&entries[*start..*end], is_begun, sums, table, block))
        })
        .collect::<Result<Vec<_>>>()?;
    for ((start, _), found) in pieces.iter().zip(found) {
        let mut is_begun = *start > 0 && entries[start - 1].wire == entries[*start].wire;
        for (wire, sum) in found {
            let place = &mut sums[wire as usize];
            *place = if is_begun { together::<P>(place, &sum) } else { sum };
            is_begun = false;
        }
    }
    Ok(())
}

/// Ranges of entries that have about `BLOCK_POINTS` points.
fn pieces(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let (mut start, mut points) = (0, 0);
    for (index, entry) in entries.iter().enumerate() {
        points += entry.bits.count() as usize + 1;
        if points >= BLOCK_POINTS {
            pieces.push((start, index + 1));
            (start, points) = (index + 1, 0);
        }
    }
    if start < entries.len() {
        pieces.push((start, entries.len()));
    }
    pieces
}

/// The sums of the wires in a piece; that of the first without what `sums` has for it, if the
/// piece before takes that.
fn piece_sums<F: Coordinate>(
    entries: &[Entry],
    is_begun: bool,
    sums: &[Point<F>],
    table: &Table<F>,
    block: &mut Block<F>,
) -> Vec<(u32, Point<F>)> {
    block.clear();
    let mut wires = Vec::new();
    for (index, group) in entries.chunk_by(|one, two| one.wire == two.wire).enumerate() {
        let start = block.points.len();
        let before = &sums[group[0].wire as usize];
        if !(before.is_infinity() || index == 0 && is_begun) {
            block.points.push(*before);
        }
        for Entry { row, bits, is_negative, .. } in group {
            bits.for_each(|power, is_subtracted| {
                let point = table.get(*row, power);
                block.points.push(point.negated_if(is_subtracted != *is_negative));
            });
        }
        block.groups.push((start as u32, (block.points.len() - start) as u32));
        wires.push(group[0].wire);
    }
    block.add_up();
    let groups = wires.into_iter().zip(&block.groups);
    groups
        .map(|(wire, (start, length))| {
            let is_empty = *length == 0;
            (wire, if is_empty { Point::INFINITY } else { block.points[*start as usize] })
        })
        .collect()
}

fn together<P: Group>(
    one: &Point<P::BaseField>,
    other: &Point<P::BaseField>,
) -> Point<P::BaseField> {
    to_point::<P>(&(one.affine::<P>() + other.affine::<P>()))
}
