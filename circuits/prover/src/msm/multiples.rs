//! Multiples of points that many sums share: with them all windows of a scalar can fill one set of
//! buckets, so that windows are wider and fewer.

use super::digits::{BUCKET_COST, Cut};
use crate::control::Control;
use crate::element::{Bases, Group, Point};
use crate::error::Result;
use crate::memory::zeroed_table;
use ark_ec::short_weierstrass::{Affine, Projective};
use ark_ec::{AdditiveGroup, CurveGroup};
use memmap2::MmapMut;
use rayon::prelude::*;
use std::marker::PhantomData;

/// Points that share an inversion while a table is made.
const POINTS_AT_ONCE: usize = 1 << 9;
const NARROWEST: u32 = 3;
/// Wider windows have more buckets than any section has points to fill.
const WIDEST: u32 = 22;
/// An entry is an index, doubled, in 32 bits.
const MOST_POINTS: u64 = 1 << 31;

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

/// Multiple j of a list of points: each of them times 2^(j·apart·bits), all of one multiple
/// together, as a section of a file holds points.
pub struct Multiples<P: Group> {
    bytes: MmapMut,
    count: usize,
    layout: Layout,
    group: PhantomData<P>,
}

impl<P: Group> Multiples<P> {
    pub fn new(bases: &Bases<'_>, layout: Layout, control: &Control) -> Result<Self> {
        let section = bases.bytes().len();
        let mut bytes = zeroed_table(section * layout.multiples() as usize)?;
        bytes[..section].copy_from_slice(bases.bytes());
        for multiple in 1..layout.multiples() as usize {
            let (known, next) = bytes.split_at_mut(multiple * section);
            let known = &known[(multiple - 1) * section..];
            let piece = POINTS_AT_ONCE * P::POINT_BYTES;
            let pieces = known.par_chunks(piece).zip(next[..section].par_chunks_mut(piece));
            pieces.try_for_each(|(known, next)| {
                control.check()?;
                fill::<P>(&Bases::new::<P>(known), layout.apart * layout.cut.bits, next);
                Ok(())
            })?;
        }
        Ok(Self { bytes, count: bases.len(), layout, group: PhantomData })
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Points in the list, which is how far apart two multiples of one point lie.
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    pub fn bases(&self) -> Bases<'_> {
        Bases::new::<P>(&self.bytes)
    }
}

/// Doubles points a number of times and writes what comes out.
fn fill<P: Group>(bases: &Bases<'_>, doublings: u32, bytes: &mut [u8]) {
    let doubled = |index| {
        let mut point: Projective<P> = bases.get(index).affine().into();
        for _ in 0..doublings {
            point.double_in_place();
        }
        point
    };
    let points: Vec<Projective<P>> = (0..bases.len()).map(doubled).collect();
    let points: Vec<Affine<P>> = Projective::normalize_batch(&points);
    for (place, point) in bytes.chunks_exact_mut(P::POINT_BYTES).zip(points) {
        Point::of(&point).write(place);
    }
}
