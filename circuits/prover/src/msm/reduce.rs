//! Buckets to one sum: Σ (k + 1)·(bucket k) of each window, many chains of additions side by side,
//! so that they share inversions and lanes as the buckets' own sums do.

use crate::element::{Coordinate, Group, Point};
use crate::error::Result;
use crate::kernels::{Pair, Room, add_any_pairs, add_pairs};
use crate::memory::filled;
use ark_ec::AdditiveGroup;
use ark_ec::short_weierstrass::Projective;

/// Chains that add at the same time: enough that an inversion, some 300 products, is little.
const CHAINS: usize = 1 << 10;
/// Fewer buckets in a chain would leave most of the work to the sums of chains.
const LEAST_STEPS: usize = 8;

/// The sum of (a piece of) a bucket: its window, its place there, the sum.
pub type BucketSum<F> = (usize, u32, Point<F>);

/// Of some buckets in a row: Σ (bucket k), and Σ (k + 1)·(bucket k), where k counts from the first.
pub struct Weighted<P: Group> {
    pub plain: Projective<P>,
    pub by_place: Projective<P>,
}

impl<P: Group> Weighted<P> {
    pub const ZERO: Self = Self { plain: Projective::ZERO, by_place: Projective::ZERO };
}

/// The windows of some sums, in which each bucket occurs once, and how many buckets a window has.
pub fn weighted<P: Group>(
    windows: &[&[BucketSum<P::BaseField>]],
    buckets: usize,
) -> Result<Vec<Weighted<P>>> {
    let buckets = buckets.next_power_of_two();
    let segments = segments(windows.len(), buckets);
    let steps = buckets / segments;
    let mut points = filled(windows.len() * buckets, Point::INFINITY)?;
    for (window, sums) in windows.iter().enumerate() {
        for (_, bucket, point) in *sums {
            points[window * buckets + *bucket as usize] = *point;
        }
    }
    let chains = windows.len() * segments;
    // Of each chain the sum of its buckets, and of those sums as they grew.
    let mut running: Vec<_> = (0..chains).map(|c| points[c * steps + steps - 1]).collect();
    let mut total = running.clone();
    let mut adder = Adder::default();
    for step in (0..steps - 1).rev() {
        adder.add(&mut running, |chain| points[chain * steps + step]);
        adder.add(&mut total, |chain| running[chain]);
    }
    let chain = |(plain, by_place): (&Point<P::BaseField>, &Point<P::BaseField>)| Weighted::<P> {
        plain: plain.affine::<P>().into(),
        by_place: by_place.affine::<P>().into(),
    };
    let chains: Vec<Weighted<P>> = running.iter().zip(&total).map(chain).collect();
    Ok(chains.chunks(segments).map(|chains| joined(chains, steps)).collect())
}

/// Chains of a window: a power of two.
fn segments(windows: usize, buckets: usize) -> usize {
    let wanted = (CHAINS / windows.max(1)).max(1);
    let most = (buckets / LEAST_STEPS).max(1);
    1 << wanted.min(most).ilog2()
}

/// Of parts in a row, each of `width` buckets, a power of two.
pub fn joined<P: Group>(parts: &[Weighted<P>], width: usize) -> Weighted<P> {
    // Part s counts from s·width.
    let mut plain = Projective::<P>::ZERO;
    let mut places = Projective::<P>::ZERO;
    for part in parts[1..].iter().rev() {
        plain += part.plain;
        places += plain;
    }
    for _ in 0..width.ilog2() {
        places.double_in_place();
    }
    let by_place = parts.iter().fold(places, |sum, part| sum + part.by_place);
    Weighted { plain: plain + parts[0].plain, by_place }
}

/// Adds a point to each of many sums, whatever they are.
struct Adder<F: Coordinate> {
    points: Vec<Point<F>>,
    pairs: Vec<Pair>,
    unusual: Vec<Pair>,
    room: Room<F>,
}

impl<F: Coordinate> Default for Adder<F> {
    fn default() -> Self {
        let (points, pairs, unusual) = (Vec::new(), Vec::new(), Vec::new());
        Self { points, pairs, unusual, room: Room::default() }
    }
}

impl<F: Coordinate> Adder<F> {
    fn add(&mut self, sums: &mut [Point<F>], added: impl Fn(usize) -> Point<F>) {
        let Self { points, pairs, unusual, room } = self;
        points.clear();
        pairs.clear();
        unusual.clear();
        for (chain, sum) in sums.iter_mut().enumerate() {
            let point = added(chain);
            if point.is_infinity() {
                continue;
            }
            if sum.is_infinity() {
                *sum = point;
                continue;
            }
            let pair = (points.len() as u32, chain as u32);
            if sum.x == point.x {
                unusual.push(pair)
            } else {
                pairs.push(pair)
            }
            points.extend([*sum, point]);
        }
        add_pairs(points, pairs, sums, room);
        add_any_pairs(points, unusual, sums);
    }
}
