//! Multiples of points that many sums share: with them all windows of a scalar can fill one set of
//! buckets, so that windows are wider and fewer.

use super::layout::Layout;
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
