//! Additions of points eight at a time, in G1 (D = 1) and in G2 (D = 2, the parts of the base
//! field's quadratic extension).

// As in `lanes`.
#![allow(clippy::needless_range_loop)]

use super::lanes::{
    Lanes, Modulus, Stored, add, broadcast, doubled, extracted, far, inserted, multiply, narrowed,
    read, reduced_once, row, split, subtract, transposed, widened, write, write_row,
};
use crate::element::{Coordinate, Point};
use crate::kernels::pair::Pair;
use ark_bn254::Fq;
use ark_ff::PrimeField;

struct Base;

impl Modulus for Base {
    const LIMBS: [u64; 4] = Fq::MODULUS.0;
}

const FOUR_TIMES: [u64; 5] = doubled(Base::TWICE);

/// Eight coordinates. Every part is below 2·p unless said otherwise.
type Eight<const D: usize> = [Lanes; D];

/// Two chains of running products, so that one need not wait for the other.
const CHAINS: usize = 2;

/// Of each step the parts of a denominator of each lane, and of the product of those before it in
/// its chain; both far.
pub type Room = Vec<Stored>;

/// Adds pairs of points with different x, none at infinity. D is the number of F's parts.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn add_pairs<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[Pair],
    sums: &mut [Point<F>],
    room: &mut Room,
) {
    let Some(last) = pairs.last() else { return };
    let steps = pairs.len().div_ceil(8);
    room.resize(steps * 2 * D, Stored::ZERO);
    // The last step is filled up with pairs that are added twice.
    let pairs_of = |step: usize| -> [Pair; 8] {
        std::array::from_fn(|lane| *pairs.get(8 * step + lane).unwrap_or(last))
    };
    let one = F::ONE * F::from(16u64);
    let mut chains = [[broadcast([0; 5]); D]; CHAINS];
    for chain in &mut chains {
        for part in 0..D {
            chain[part] = broadcast(split(*one.part(part)));
        }
    }
    for step in 0..steps {
        let chain = &mut chains[step % CHAINS];
        let denominator = denominators(points, &pairs_of(step));
        let (own, before) = room[step * 2 * D..][..2 * D].split_at_mut(D);
        write_parts(own, &denominator);
        write_parts(before, chain);
        *chain = times(&denominator, chain);
    }
    invert::<F, D>(&mut chains);
    for step in (0..steps).rev() {
        let chain = &mut chains[step % CHAINS];
        let (own, before) = room[step * 2 * D..][..2 * D].split_at(D);
        let inverse = times(&read_parts(before), chain);
        *chain = times(&read_parts(own), chain);
        add_eight(points, &pairs_of(step), &inverse, sums);
    }
}

/// A product; the first may have parts below 2^5·p.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn times<const D: usize>(a: &Eight<D>, b: &Eight<D>) -> Eight<D> {
    let mut result = *a;
    let first = multiply::<Base>(&a[0], &b[0]);
    result[0] = first;
    if D == 2 {
        // The square of the second unit is −1.
        let second = multiply::<Base>(&a[1], &b[1]);
        let b_sum = reduced_once(&add(&b[0], &b[1]), Base::TWICE);
        let both = multiply::<Base>(&add(&a[0], &a[1]), &b_sum);
        result[0] = reduced_once(&subtract(&first, &second, Base::TWICE), Base::TWICE);
        let mixed = subtract(&both, &add(&first, &second), FOUR_TIMES);
        result[1] = reduced_once(&reduced_once(&mixed, FOUR_TIMES), Base::TWICE);
    }
    result
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn write_parts<const D: usize>(to: &mut [Stored], from: &Eight<D>) {
    for part in 0..D {
        write(&mut to[part], from[part]);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn read_parts<const D: usize>(from: &[Stored]) -> Eight<D> {
    let mut parts = [broadcast([0; 5]); D];
    for part in 0..D {
        parts[part] = read(&from[part]);
    }
    parts
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn far_parts<const D: usize>(a: &Eight<D>) -> Eight<D> {
    let mut parts = *a;
    for part in 0..D {
        parts[part] = far(&a[part]);
    }
    parts
}

/// a − b; b must be reduced.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn minus<const D: usize>(a: &Eight<D>, b: &Eight<D>) -> Eight<D> {
    let mut parts = *a;
    for part in 0..D {
        parts[part] = subtract(&a[part], &b[part], Base::P);
    }
    parts
}

/// Of values below 4·p.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn canonical(value: &Lanes) -> Lanes {
    reduced_once(&reduced_once(value, Base::TWICE), Base::P)
}

/// x₂ − x₁, far.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn denominators<F: Coordinate, const D: usize>(points: &[Point<F>], pairs: &[Pair; 8]) -> Eight<D> {
    let mut parts = [broadcast([0; 5]); D];
    for part in 0..D {
        let mut rows = [row(&[0; 4], &[0; 4]); 8];
        for lane in 0..8 {
            let at = pairs[lane].0 as usize;
            rows[lane] = row(points[at].x.part(part), points[at + 1].x.part(part));
        }
        let [a0, a1, a2, a3, b0, b1, b2, b3] = transposed(rows);
        let (left, right) = (narrowed([a0, a1, a2, a3]), narrowed([b0, b1, b2, b3]));
        parts[part] = far(&subtract(&right, &left, Base::P));
    }
    parts
}

/// x and y of the first points of the pairs, or of the second ones.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn coordinates<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[Pair; 8],
    offset: usize,
) -> (Eight<D>, Eight<D>) {
    let (mut x, mut y) = ([broadcast([0; 5]); D], [broadcast([0; 5]); D]);
    for part in 0..D {
        let mut rows = [row(&[0; 4], &[0; 4]); 8];
        for lane in 0..8 {
            let point = &points[pairs[lane].0 as usize + offset];
            rows[lane] = row(point.x.part(part), point.y.part(part));
        }
        let [x0, x1, x2, x3, y0, y1, y2, y3] = transposed(rows);
        x[part] = narrowed([x0, x1, x2, x3]);
        y[part] = narrowed([y0, y1, y2, y3]);
    }
    (x, y)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn add_eight<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[Pair; 8],
    inverse: &Eight<D>,
    sums: &mut [Point<F>],
) {
    let (x1, y1) = coordinates(points, pairs, 0);
    let (x2, y2) = coordinates(points, pairs, 1);
    let slope = times(inverse, &minus(&y2, &y1));
    let far_slope = far_parts(&slope);
    let mut x = times(&far_slope, &slope);
    for part in 0..D {
        let others = add(&x1[part], &x2[part]);
        x[part] = canonical(&subtract(&x[part], &others, Base::TWICE));
    }
    let mut y = minus(&times(&far_slope, &minus(&x1, &x)), &y1);
    for part in 0..D {
        y[part] = canonical(&y[part]);
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (widened(&x[part]), widened(&y[part]));
        let rows = transposed([x0, x1, x2, x3, y0, y1, y2, y3]);
        for lane in 0..8 {
            let sum = &mut sums[pairs[lane].1 as usize];
            write_row(rows[lane], sum.x.part_mut(part), sum.y.part_mut(part));
        }
    }
}

/// The inverses of far elements, far. One inversion for all of them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn invert<F: Coordinate, const D: usize>(chains: &mut [Eight<D>; CHAINS]) {
    let mut stored = [[Stored::ZERO; D]; CHAINS];
    let mut values = [F::ONE; 8 * CHAINS];
    for chain in 0..CHAINS {
        for part in 0..D {
            write(&mut stored[chain][part], reduced_once(&chains[chain][part], Base::P));
        }
        for lane in 0..8 {
            // v·2^260 is near for 16·v.
            values[8 * chain + lane] = F::from_parts(|part| extracted(&stored[chain][part], lane));
        }
    }
    let mut products = [F::ONE; 8 * CHAINS];
    for index in 1..values.len() {
        products[index] = products[index - 1] * values[index - 1];
    }
    let last = values.len() - 1;
    // 1/(16·v) near is 1/(256·v) far.
    let whole = (products[last] * values[last]).inverse().unwrap_or(F::ZERO);
    let mut inverse = whole;
    for index in (0..values.len()).rev() {
        let value = products[index] * inverse * F::from(256u64);
        for part in 0..D {
            inserted(&mut stored[index / 8][part], index % 8, *value.part(part));
        }
        inverse *= values[index];
    }
    for chain in 0..CHAINS {
        chains[chain] = read_parts(&stored[chain]);
    }
}
