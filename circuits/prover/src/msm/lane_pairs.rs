//! Additions in G1 eight at a time.

use super::batch::Pair;
use crate::element::Point;
use crate::lanes::{
    Lanes, Modulus, Stored, add, broadcast, extracted, far, inserted, multiply, narrowed, read,
    reduced_once, row, split_row, subtract, transposed, widened, write,
};
use ark_bn254::Fq;
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField};

struct Base;

impl Modulus for Base {
    const LIMBS: [u64; 4] = Fq::MODULUS.0;
}

/// Two chains of running products, so that one need not wait for the other.
const CHAINS: usize = 2;

/// A denominator of each lane, and the product of those before it in its chain; both far.
pub type Room = Vec<[Stored; 2]>;

/// Adds pairs of points with different x, none at infinity.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn add_pairs(points: &[Point<Fq>], pairs: &[Pair], sums: &mut [Point<Fq>], room: &mut Room) {
    let Some(last) = pairs.last() else { return };
    let steps = pairs.len().div_ceil(8);
    room.resize(steps, [Stored::ZERO; 2]);
    // The last step is filled up with pairs that are added twice.
    let pairs_of = |step: usize| -> [Pair; 8] {
        std::array::from_fn(|lane| *pairs.get(8 * step + lane).unwrap_or(last))
    };
    let one = broadcast(limbs_of(Fq::from(16u64)));
    let mut chains = [one; CHAINS];
    for step in 0..steps {
        let chain = &mut chains[step % CHAINS];
        let denominator = far(&denominators(points, &pairs_of(step)));
        write(&mut room[step][0], denominator);
        write(&mut room[step][1], *chain);
        *chain = multiply::<Base>(&denominator, chain);
    }
    invert(&mut chains);
    for step in (0..steps).rev() {
        let chain = &mut chains[step % CHAINS];
        let inverse = multiply::<Base>(&read(&room[step][1]), chain);
        *chain = multiply::<Base>(&read(&room[step][0]), chain);
        add_eight(points, &pairs_of(step), &inverse, sums);
    }
}

fn limbs_of(value: Fq) -> [u64; 5] {
    crate::lanes::split(value.0.0)
}

/// x₂ − x₁, below 2·p.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn denominators(points: &[Point<Fq>], pairs: &[Pair; 8]) -> Lanes {
    let mut rows = [row(&[0; 4], &[0; 4]); 8];
    for lane in 0..8 {
        let at = pairs[lane].0 as usize;
        rows[lane] = row(&points[at].x.0.0, &points[at + 1].x.0.0);
    }
    let [a0, a1, a2, a3, b0, b1, b2, b3] = transposed(rows);
    subtract(&narrowed([b0, b1, b2, b3]), &narrowed([a0, a1, a2, a3]), Base::P)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn coordinates(points: &[Point<Fq>], pairs: &[Pair; 8], offset: usize) -> (Lanes, Lanes) {
    let mut rows = [row(&[0; 4], &[0; 4]); 8];
    for lane in 0..8 {
        let point = &points[pairs[lane].0 as usize + offset];
        rows[lane] = row(&point.x.0.0, &point.y.0.0);
    }
    let [x0, x1, x2, x3, y0, y1, y2, y3] = transposed(rows);
    (narrowed([x0, x1, x2, x3]), narrowed([y0, y1, y2, y3]))
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn add_eight(points: &[Point<Fq>], pairs: &[Pair; 8], inverse: &Lanes, sums: &mut [Point<Fq>]) {
    let (x1, y1) = coordinates(points, pairs, 0);
    let (x2, y2) = coordinates(points, pairs, 1);
    let slope = multiply::<Base>(inverse, &subtract(&y2, &y1, Base::P));
    let far_slope = far(&slope);
    let square = multiply::<Base>(&far_slope, &slope);
    let x = canonical(&subtract(&square, &add(&x1, &x2), Base::TWICE));
    let product = multiply::<Base>(&far_slope, &subtract(&x1, &x, Base::P));
    let y = canonical(&subtract(&product, &y1, Base::P));
    let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (widened(&x), widened(&y));
    let rows = transposed([x0, x1, x2, x3, y0, y1, y2, y3]);
    for lane in 0..8 {
        let (x, y) = split_row(rows[lane]);
        sums[pairs[lane].1 as usize] =
            Point { x: Fq::new_unchecked(BigInt(x)), y: Fq::new_unchecked(BigInt(y)) };
    }
}

/// Of a value below 4·p.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn canonical(value: &Lanes) -> Lanes {
    reduced_once(&reduced_once(value, Base::TWICE), Base::P)
}

/// The inverses of far elements, far. One inversion for all of them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn invert(chains: &mut [Lanes; CHAINS]) {
    let mut stored = [Stored::ZERO; CHAINS];
    let mut values = [Fq::ONE; 8 * CHAINS];
    for (index, chain) in chains.iter().enumerate() {
        write(&mut stored[index], reduced_once(chain, Base::P));
        for lane in 0..8 {
            // v·2^260 is near for 16·v.
            let limbs = extracted(&stored[index], lane);
            values[8 * index + lane] = Fq::new_unchecked(BigInt(limbs));
        }
    }
    let mut products = [Fq::ONE; 8 * CHAINS];
    for index in 1..values.len() {
        products[index] = products[index - 1] * values[index - 1];
    }
    let last = values.len() - 1;
    // 1/(16·v) near is 1/(256·v) far.
    let whole = (products[last] * values[last]).inverse().unwrap_or(Fq::ZERO);
    let mut inverse = whole * Fq::from(256u64);
    for index in (0..values.len()).rev() {
        inserted(&mut stored[index / 8], index % 8, (products[index] * inverse).0.0);
        inverse *= values[index];
    }
    for index in 0..CHAINS {
        chains[index] = read(&stored[index]);
    }
}
