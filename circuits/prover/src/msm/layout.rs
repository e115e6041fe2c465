//! How full scalars are cut into windows, and which windows share buckets.

use crate::element::{Group, Limbs};

/// What a bucket costs beside the additions into it, in such additions: two of its own, less packed.
pub const BUCKET_COST: u64 = 4;
/// Half the field: magnitudes never reach 2^253.
pub const FULL_BITS: u32 = 253;
const NARROWEST: u32 = 3;
/// Wider windows have more buckets than any section has points to fill.
const WIDEST: u32 = 22;
/// An entry is an index, doubled, in 32 bits.
const MOST_POINTS: u64 = 1 << 31;

/// How a scalar of any size is cut into signed digits of `bits` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub bits: u32,
    pub windows: u32,
}

impl Cut {
    pub fn new(bits: u32) -> Self {
        Self { bits, windows: FULL_BITS / bits + 1 }
    }

    /// What `digit` reads, from a distance.
    pub fn recoded(&self, limbs: &Limbs) -> Limbs {
        recode(limbs, self.windows, self.bits)
    }

    /// Digit `window`: its magnitude, at most 2^(bits − 1), and whether it is negative.
    #[inline]
    pub fn digit(&self, recoded: &Limbs, window: u32) -> (u32, bool) {
        let raw = window_of(recoded, window * self.bits, self.bits);
        if window + 1 == self.windows {
            return (raw, false);
        }
        let half = 1 << (self.bits - 1);
        if raw < half { (half - raw, true) } else { (raw - half, false) }
    }
}

/// How scalars are cut: window w has its buckets in common with windows w ± apart, w ± 2·apart …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    pub cut: Cut,
    pub apart: u32,
}

impl Layout {
    /// Multiples of each point, the point itself among them.
    pub fn multiples(&self) -> u32 {
        self.cut.windows.div_ceil(self.apart)
    }

    /// What the multiples of `count` points take.
    pub fn bytes<P: Group>(&self, count: usize) -> u64 {
        u64::from(self.multiples()) * count as u64 * P::POINT_BYTES as u64
    }

    /// The one with which a sum of `count` full scalars takes the fewest additions, among those
    /// that fit; none where multiples gain nothing.
    pub fn best(count: usize, fits: impl Fn(&Self) -> bool) -> Option<Self> {
        let count = count as u64;
        let cost = |layout: &Self| {
            let buckets = BUCKET_COST << (layout.cut.bits - 1);
            u64::from(layout.cut.windows) * count + u64::from(layout.apart) * buckets
        };
        let is_possible = |layout: &Self| {
            let multiples = u64::from(layout.multiples());
            multiples == 1 || (multiples * count <= MOST_POINTS && count > 0 && fits(layout))
        };
        let layouts = (NARROWEST..=WIDEST).flat_map(|bits| {
            let cut = Cut::new(bits);
            (1..=cut.windows).map(move |apart| Self { cut, apart })
        });
        // Of equal ones the smallest table.
        let best =
            layouts.filter(is_possible).min_by_key(|layout| (cost(layout), layout.multiples()))?;
        (best.multiples() > 1).then_some(best)
    }
}

/// Adds half a digit to each window but the last, so that each signed digit is what stands in its
/// window less that half, and no digit depends on a carry from another.
pub fn recode(limbs: &Limbs, windows: u32, bits: u32) -> Limbs {
    let mut halves: Limbs = [0; 4];
    for window in 1..windows {
        let at = window * bits - 1;
        halves[(at / 64) as usize] |= 1 << (at % 64);
    }
    let mut carry = false;
    std::array::from_fn(|index| {
        let (part, first) = limbs[index].overflowing_add(halves[index]);
        let (part, second) = part.overflowing_add(u64::from(carry));
        carry = first || second;
        part
    })
}

#[inline]
fn window_of(limbs: &Limbs, at: u32, bits: u32) -> u32 {
    let (index, shift) = ((at / 64) as usize, at % 64);
    let mut part = limbs[index] >> shift;
    if shift + bits > 64 && index < 3 {
        part |= limbs[index + 1] << (64 - shift);
    }
    (part & ((1 << bits) - 1)) as u32
}
