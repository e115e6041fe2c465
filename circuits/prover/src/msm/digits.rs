//! Scalars as signed digits, sorted into classes by their size.

use super::layout::{BUCKET_COST, Cut, FULL_BITS, Layout, recode};
use crate::element::{Bases, Limbs, is_below};
use crate::error::Result;
use crate::memory::{filled, reserved};
use ark_bn254::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;

/// An index of a base, doubled, plus one if the base is to be subtracted.
pub type Entry = u32;

/// A scalar's distance from zero, and on which side it lies.
#[derive(Clone, Copy)]
pub struct Magnitude {
    limbs: Limbs,
    entry: Entry,
}

/// The same of one scalar by itself: how far from zero, and whether below it.
pub fn distance(scalar: &Limbs) -> (Limbs, bool) {
    let Magnitude { limbs, entry } = magnitude(scalar, 0);
    (limbs, entry == 1)
}

/// Scalars up to this are their own bucket: a one costs one addition.
const SHORT_BITS: u32 = 8;
const MIDDLE_BITS: u32 = 64;
/// Buckets of several windows that a thread joins at a time.
const BUCKETS_AT_ONCE: usize = 1 << 10;

/// Scalars of like size, and the windows in which they are added.
pub struct Class {
    members: Vec<Magnitude>,
    bits: u32,
    window_bits: u32,
    is_signed: bool,
    /// Windows with buckets of their own; the others share theirs, with multiples of the bases.
    apart: u32,
    /// Entries between an entry of a base and the same one of its next multiple.
    stride: Entry,
}

/// The entries of one window by bucket: bucket k holds those of weight k + 1.
pub struct Sorted {
    pub entries: Vec<Entry>,
    /// Where each bucket begins, and where the last one ends.
    pub starts: Vec<u32>,
}

/// Drops what adds nothing (zeros, and bases at infinity) and sorts the rest by size; full scalars
/// are cut for multiples of the bases where there are some.
pub fn classify(
    bases: &Bases<'_>,
    scalars: &[Limbs],
    layout: Option<Layout>,
) -> Result<Vec<Class>> {
    let mut counts = [0; 3];
    let sizes = scalars.iter().enumerate().map(|(index, scalar)| {
        if *scalar == [0; 4] || bases.is_infinity(index) {
            return None;
        }
        let magnitude = magnitude(scalar, index);
        Some((magnitude, class_of(&magnitude.limbs)))
    });
    for (_, class) in sizes.clone().flatten() {
        counts[class] += 1;
    }
    let mut members: [Vec<Magnitude>; 3] =
        [reserved(counts[0])?, reserved(counts[1])?, reserved(counts[2])?];
    for (magnitude, class) in sizes.flatten() {
        members[class].push(magnitude);
    }
    let bits = [SHORT_BITS, MIDDLE_BITS, FULL_BITS];
    let classes = members.into_iter().zip(bits).filter(|(members, _)| !members.is_empty());
    let class = |(members, bits)| match layout {
        Some(layout) if bits == FULL_BITS => Class::sharing(members, layout, bases.len()),
        _ => Class::new(members, bits),
    };
    Ok(classes.map(class).collect())
}

fn class_of(limbs: &Limbs) -> usize {
    match limbs {
        [low, 0, 0, 0] if *low < 1 << SHORT_BITS => 0,
        [_, 0, 0, 0] => 1,
        _ => 2,
    }
}

fn magnitude(scalar: &Limbs, index: usize) -> Magnitude {
    let entry = (index as Entry) << 1;
    if is_below(&Fr::MODULUS_MINUS_ONE_DIV_TWO.0, scalar) {
        Magnitude { limbs: difference(&Fr::MODULUS.0, scalar), entry: entry | 1 }
    } else {
        Magnitude { limbs: *scalar, entry }
    }
}

fn difference(larger: &Limbs, smaller: &Limbs) -> Limbs {
    let mut borrow = false;
    std::array::from_fn(|index| {
        let (part, first) = larger[index].overflowing_sub(smaller[index]);
        let (part, second) = part.overflowing_sub(u64::from(borrow));
        borrow = first || second;
        part
    })
}

impl Class {
    fn new(members: Vec<Magnitude>, bits: u32) -> Self {
        if bits == SHORT_BITS {
            let window_bits = SHORT_BITS;
            return Self { members, bits, window_bits, is_signed: false, apart: 1, stride: 0 };
        }
        let cost = |window_bits: &u32| {
            let windows = u64::from(bits / window_bits + 1);
            windows * (members.len() as u64 + (BUCKET_COST << (window_bits - 1)))
        };
        let window_bits = (3..=16).min_by_key(cost).unwrap_or(8);
        let apart = bits / window_bits + 1;
        Self { members, bits, window_bits, is_signed: true, apart, stride: 0 }.recoded()
    }

    /// Of full scalars, where the multiples of `count` bases are at hand.
    fn sharing(members: Vec<Magnitude>, Layout { cut, apart }: Layout, count: usize) -> Self {
        let stride = (count as Entry) << 1;
        let window_bits = cut.bits;
        Self { members, bits: FULL_BITS, window_bits, is_signed: true, apart, stride }.recoded()
    }

    fn recoded(mut self) -> Self {
        let windows = self.windows();
        for member in &mut self.members {
            member.limbs = recode(&member.limbs, windows, self.window_bits);
        }
        self
    }

    /// Whether entries are of multiples of the bases.
    pub fn has_multiples(&self) -> bool {
        self.stride > 0
    }

    /// Windows with buckets of their own.
    pub fn apart(&self) -> u32 {
        self.apart
    }

    /// Windows that share buckets.
    pub fn together(&self) -> u32 {
        self.windows().div_ceil(self.apart)
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn window_bits(&self) -> u32 {
        self.window_bits
    }

    pub fn windows(&self) -> u32 {
        // Signed digits carry into one bit more.
        if self.is_signed { self.bits / self.window_bits + 1 } else { 1 }
    }

    /// The entries of a window, and of all that share its buckets, in the order of these.
    pub fn sorted(&self, window: u32) -> Result<Sorted> {
        let windows: Vec<u32> = (window..self.windows()).step_by(self.apart as usize).collect();
        let mut sorted: Vec<Sorted> =
            windows.into_par_iter().map(|window| self.sorted_one(window)).collect::<Result<_>>()?;
        match sorted.len() {
            1 => Ok(sorted.remove(0)),
            _ => joined(&sorted),
        }
    }

    fn sorted_one(&self, window: u32) -> Result<Sorted> {
        let offset = window / self.apart * self.stride;
        let buckets = 1usize << (self.window_bits - u32::from(self.is_signed));
        let mut starts: Vec<u32> = filled(buckets + 2, 0)?;
        for member in &self.members {
            let (bucket, _) = self.digit(member, window);
            // One place further on: the second pass moves each start to its bucket's end.
            starts[(bucket as usize) + 1] += 1;
        }
        // Digit zero adds nothing and is left out.
        starts[1] = 0;
        for bucket in 1..starts.len() {
            starts[bucket] += starts[bucket - 1];
        }
        let mut entries = filled(starts[buckets + 1] as usize, 0)?;
        for member in &self.members {
            let (bucket, is_negative) = self.digit(member, window);
            if bucket > 0 {
                let next = &mut starts[bucket as usize];
                entries[*next as usize] = (member.entry ^ Entry::from(is_negative)) + offset;
                *next += 1;
            }
        }
        starts.truncate(buckets + 1);
        Ok(Sorted { entries, starts })
    }

    /// Digit `window` of a scalar: its magnitude, and whether it is negative.
    #[inline]
    fn digit(&self, member: &Magnitude, window: u32) -> (u32, bool) {
        let bits = self.window_bits;
        if !self.is_signed {
            return (member.limbs[0] as u32, false);
        }
        Cut { bits, windows: self.windows() }.digit(&member.limbs, window)
    }
}

/// Several windows as one, by all threads.
fn joined(windows: &[Sorted]) -> Result<Sorted> {
    let bounds = windows[0].starts.len();
    let mut starts = reserved(bounds)?;
    starts
        .extend((0..bounds).map(|at| windows.iter().map(|sorted| sorted.starts[at]).sum::<u32>()));
    let mut entries = filled(starts[bounds - 1] as usize, 0)?;
    let mut pieces = Vec::new();
    let (mut rest, mut first) = (&mut entries[..], 0);
    while first + 1 < bounds {
        let end = (first + BUCKETS_AT_ONCE).min(bounds - 1);
        let (own, others) = rest.split_at_mut((starts[end] - starts[first]) as usize);
        pieces.push((first..end, own));
        (rest, first) = (others, end);
    }
    pieces.into_par_iter().for_each(|(buckets, mut places)| {
        for bucket in buckets {
            for Sorted { entries, starts } in windows {
                let some = &entries[starts[bucket] as usize..starts[bucket + 1] as usize];
                let (own, others) = places.split_at_mut(some.len());
                own.copy_from_slice(some);
                places = others;
            }
        }
    });
    Ok(Sorted { entries, starts })
}
