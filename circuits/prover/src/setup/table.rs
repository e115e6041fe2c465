use crate::control::Control;
use crate::element::{Bases, Coordinate, Limbs, Point};
use crate::error::Result;
use crate::memory::reserved;
use rayon::prelude::*;

/// Points of a list and their doubles, doubles of these and so on, as many as coefficients need.
pub struct Table<F> {
    points: Vec<Point<F>>,
    /// Where the powers of each point begin, and where the last ones end.
    starts: Vec<u32>,
}

/// Points whose doublings share inversions.
const POINTS_AT_ONCE: usize = 1 << 9;

impl<F: Coordinate> Table<F> {
    /// For point `index`, it times 1, 2, … 2^(lengths[index] − 1).
    pub fn new(bases: &Bases<'_>, lengths: &[u32], control: &Control) -> Result<Self> {
        let mut starts = reserved(lengths.len() + 1)?;
        let mut end = 0;
        starts.push(0);
        for length in lengths {
            end += length;
            starts.push(end);
        }
        let mut points = reserved(end as usize)?;
        points.resize(end as usize, Point::INFINITY);
        let mut pieces = Vec::new();
        let mut rest: &mut [Point<F>] = &mut points;
        for (piece, lengths) in lengths.chunks(POINTS_AT_ONCE).enumerate() {
            let count = lengths.iter().sum::<u32>() as usize;
            let (own, others) = std::mem::take(&mut rest).split_at_mut(count);
            pieces.push((piece * POINTS_AT_ONCE, lengths, own));
            rest = others;
        }
        pieces.into_par_iter().try_for_each(|(first, lengths, points)| {
            control.check()?;
            fill(bases, first, lengths, points);
            Ok(())
        })?;
        Ok(Self { points, starts })
    }

    /// 2^power times point `index`.
    #[inline]
    pub fn get(&self, index: u32, power: u32) -> &Point<F> {
        &self.points[(self.starts[index as usize] + power) as usize]
    }
}

fn fill<F: Coordinate>(bases: &Bases<'_>, first: usize, lengths: &[u32], points: &mut [Point<F>]) {
    let mut at = 0;
    // Places of the last known powers, and how many are still to come.
    let mut open: Vec<(usize, u32)> = Vec::new();
    for (index, length) in lengths.iter().enumerate() {
        if *length > 0 {
            points[at] = bases.get(first + index);
            open.push((at, length - 1));
        }
        at += *length as usize;
    }
    let mut inverses: Vec<F> = Vec::new();
    loop {
        open.retain(|(_, left)| *left > 0);
        if open.is_empty() {
            return;
        }
        inverses.clear();
        inverses.extend(open.iter().map(|(at, _)| points[*at].y.double()));
        // Zeros, which stand for points at infinity, stay zeros.
        ark_ff::serial_batch_inversion_and_mul(&mut inverses, &F::ONE);
        for ((at, left), inverse) in open.iter_mut().zip(&inverses) {
            points[*at + 1] = doubled(&points[*at], *inverse);
            *at += 1;
            *left -= 1;
        }
    }
}

/// Infinity, (0, 0), is its own double by the same formula.
#[inline]
fn doubled<F: Coordinate>(point: &Point<F>, inverse: F) -> Point<F> {
    let square = point.x.square();
    let slope = (square.double() + square) * inverse;
    let x = slope.square() - point.x.double();
    Point { x, y: slope * (point.x - x) - point.y }
}

/// Which powers of two make a number: bits to add and bits to subtract, no two of them neighbours.
pub struct SignedBits {
    pub plus: Limbs,
    pub minus: Limbs,
}

impl SignedBits {
    /// Of a number below 2^254.
    pub fn new(value: &Limbs) -> Self {
        // Where three times the number and the number differ, one place further up.
        let mut carry = 0u128;
        let triple: Limbs = std::array::from_fn(|index| {
            carry += 3 * u128::from(value[index]);
            let limb = carry as u64;
            carry >>= 64;
            limb
        });
        let lowered = |limbs: Limbs| -> Limbs {
            std::array::from_fn(|index| {
                let above = if index < 3 { limbs[index + 1] << 63 } else { 0 };
                limbs[index] >> 1 | above
            })
        };
        Self {
            plus: lowered(std::array::from_fn(|index| triple[index] & !value[index])),
            minus: lowered(std::array::from_fn(|index| value[index] & !triple[index])),
        }
    }

    pub fn count(&self) -> u32 {
        self.plus.iter().chain(&self.minus).map(|limb| limb.count_ones()).sum()
    }

    /// One more than the largest power.
    pub fn length(&self) -> u32 {
        let top = (0..4).rev().find(|index| self.plus[*index] != 0);
        // The uppermost is never one to subtract.
        top.map_or(0, |index| 64 * index as u32 + 64 - self.plus[index].leading_zeros())
    }

    /// Each power, and whether it is to be subtracted.
    pub fn for_each(&self, mut take: impl FnMut(u32, bool)) {
        for (limbs, is_negative) in [(&self.plus, false), (&self.minus, true)] {
            for (index, limb) in limbs.iter().enumerate() {
                let mut left = *limb;
                while left != 0 {
                    take(64 * index as u32 + left.trailing_zeros(), is_negative);
                    left &= left - 1;
                }
            }
        }
    }
}
