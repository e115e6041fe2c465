//! Additions of points four at a time, in G1 (D = 1) and in G2 (D = 2, the parts of the base
//! field's quadratic extension).

// As in `lanes`.
#![allow(clippy::needless_range_loop)]

use super::lanes::{
    Lanes, Stored, Whole, add, broadcast, canonical, difference, gathered, lanes, negated, read,
    reduced, scattered, subtract, sum_of_products, write,
};
use super::modulus::{Modulus, doubles};
use crate::element::{Coordinate, Point};
use crate::kernels::pair::Pair;
use ark_bn254::Fq;
use ark_ff::PrimeField;

pub struct Base;

impl Modulus for Base {
    const LIMBS: [u64; 4] = Fq::MODULUS.0;
}

/// Four coordinates.
type Four<const D: usize> = [Lanes; D];

/// Two chains of running products, so that one need not wait for the other.
const CHAINS: usize = 2;

/// Of each step the parts of a denominator of each lane, and of the product of those before it in
/// its chain.
pub type Room = Vec<Stored>;

/// Adds pairs of points with different x, none at infinity. D is the number of F's parts.
///
/// Denominators stay near: each brings a factor of two into its chain, which the inverse of the
/// chain takes out again. Inverses are then half of far, and slopes, which are near times that, far.
#[target_feature(enable = "avx2,fma")]
pub fn add_pairs<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[Pair],
    sums: &mut [Point<F>],
    room: &mut Room,
) {
    if pairs.is_empty() {
        return;
    }
    let steps = pairs.len().div_ceil(4 * CHAINS) * CHAINS;
    room.resize(steps * 2 * D, Stored::ZERO);
    let mut chains = [[broadcast([0.0; 5]); D]; CHAINS];
    for chain in &mut chains {
        for part in 0..D {
            chain[part] = broadcast(doubles(*F::ONE.part(part)));
        }
    }
    for step in 0..steps {
        let chain = &mut chains[step % CHAINS];
        let [[x1, _], [x2, _]] = coordinates::<F, D>(points, &four(pairs, step));
        let denominator = minus(&x2, &x1);
        let (own, before) = room[step * 2 * D..][..2 * D].split_at_mut(D);
        write_parts(own, &denominator);
        write_parts(before, chain);
        *chain = times(&denominator, chain);
    }
    invert::<F, D>(&mut chains);
    for step in (0..steps).step_by(CHAINS).rev() {
        let mut inverses = chains;
        for chain in 0..CHAINS {
            let before = read_parts(&room[(step + chain) * 2 * D + D..][..D]);
            inverses[chain] = times(&before, &chains[chain]);
        }
        for chain in 0..CHAINS {
            let own = read_parts(&room[(step + chain) * 2 * D..][..D]);
            chains[chain] = times(&own, &chains[chain]);
        }
        let mut places = [[(0, 0); 4]; CHAINS];
        for chain in 0..CHAINS {
            places[chain] = four(pairs, step + chain);
        }
        add_fours(points, &places, &inverses, sums);
    }
}

/// The pairs of a step: the last ones are filled up with a pair that is added again and again.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn four(pairs: &[Pair], step: usize) -> [Pair; 4] {
    let last = pairs.len() - 1;
    let mut four = [pairs[last]; 4];
    for lane in 0..4 {
        four[lane] = pairs[last.min(4 * step + lane)];
    }
    four
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn times<const D: usize>(a: &Four<D>, b: &Four<D>) -> Four<D> {
    let mut result = *a;
    if D == 1 {
        result[0] = sum_of_products::<Base, 1>([(&a[0], &b[0])]);
    } else {
        // The square of the second unit is −1.
        let opposite = negated(&a[1], [-0.0; 4]);
        result[0] = sum_of_products::<Base, 2>([(&a[0], &b[0]), (&opposite, &b[1])]);
        result[1] = sum_of_products::<Base, 2>([(&a[0], &b[1]), (&a[1], &b[0])]);
    }
    result
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn write_parts<const D: usize>(to: &mut [Stored], from: &Four<D>) {
    for part in 0..D {
        write(&mut to[part], from[part]);
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn read_parts<const D: usize>(from: &[Stored]) -> Four<D> {
    let mut parts = [broadcast([0.0; 5]); D];
    for part in 0..D {
        parts[part] = read(&from[part]);
    }
    parts
}

/// Differences of what was read. In G2, whose products are sums, they are brought close to zero.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn minus<const D: usize>(a: &[Whole; D], b: &[Whole; D]) -> Four<D> {
    let mut parts = [broadcast([0.0; 5]); D];
    for part in 0..D {
        parts[part] = difference(&a[part], &b[part]);
        if D > 1 {
            parts[part] = reduced::<Base>(&parts[part]);
        }
    }
    parts
}

/// Of the first and the second points of the pairs: x and y, in parts.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn coordinates<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[Pair; 4],
) -> [[[Whole; D]; 2]; 2] {
    let zero = gathered([&[0; 4]; 4]);
    let mut ends = [[[zero; D]; 2]; 2];
    for end in 0..2 {
        let mut four = [&points[0]; 4];
        for lane in 0..4 {
            four[lane] = &points[pairs[lane].0 as usize + end];
        }
        let [a, b, c, d] = four;
        for part in 0..D {
            let x = [a.x.part(part), b.x.part(part), c.x.part(part), d.x.part(part)];
            let y = [a.y.part(part), b.y.part(part), c.y.part(part), d.y.part(part)];
            ends[end][0][part] = gathered(x);
            ends[end][1][part] = gathered(y);
        }
    }
    ends
}

/// A step of each chain at once: what follows from another product waits for it meanwhile.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn add_fours<F: Coordinate, const D: usize>(
    points: &[Point<F>],
    pairs: &[[Pair; 4]; CHAINS],
    inverses: &[Four<D>; CHAINS],
    sums: &mut [Point<F>],
) {
    let mut ends = [coordinates::<F, D>(points, &pairs[0]); CHAINS];
    let mut slopes = *inverses;
    for chain in 0..CHAINS {
        ends[chain] = coordinates::<F, D>(points, &pairs[chain]);
        let [[_, y1], [_, y2]] = &ends[chain];
        slopes[chain] = times(&minus(y2, y1), &inverses[chain]);
    }
    let mut squares = slopes;
    for chain in 0..CHAINS {
        squares[chain] = times(&slopes[chain], &slopes[chain]);
    }
    let mut products = squares;
    for chain in 0..CHAINS {
        let [[x1, _], [x2, _]] = &ends[chain];
        let mut x = *x1;
        for part in 0..D {
            // Far is half of near.
            let near = add(&squares[chain][part], &squares[chain][part]);
            let others = add(&lanes(&x1[part]), &lanes(&x2[part]));
            x[part] = canonical::<Base>(&subtract(&near, &others));
        }
        products[chain] = times(&minus(x1, &x), &slopes[chain]);
        for part in 0..D {
            let x = scattered(&x[part]);
            for lane in 0..4 {
                *sums[pairs[chain][lane].1 as usize].x.part_mut(part) = x[lane];
            }
        }
    }
    for chain in 0..CHAINS {
        let [[_, y1], _] = &ends[chain];
        for part in 0..D {
            let difference = subtract(&products[chain][part], &lanes(&y1[part]));
            let y = scattered(&canonical::<Base>(&difference));
            for lane in 0..4 {
                *sums[pairs[chain][lane].1 as usize].y.part_mut(part) = y[lane];
            }
        }
    }
}

/// The inverses of the chains, times 2^510. One inversion for all of them.
#[target_feature(enable = "avx2,fma")]
fn invert<F: Coordinate, const D: usize>(chains: &mut [Four<D>; CHAINS]) {
    let mut values = [F::ONE; 4 * CHAINS];
    for chain in 0..CHAINS {
        for part in 0..D {
            let elements = scattered(&canonical::<Base>(&chains[chain][part]));
            for lane in 0..4 {
                *values[4 * chain + lane].part_mut(part) = elements[lane];
            }
        }
    }
    let mut products = [F::ONE; 4 * CHAINS];
    for index in 1..values.len() {
        products[index] = products[index - 1] * values[index - 1];
    }
    let last = values.len() - 1;
    // The library's inverses are times 2^512, so that they are made of four times the products.
    let all = (products[last] * values[last]).double().double();
    let mut inverse = all.inverse().unwrap_or(F::ZERO);
    for index in (0..values.len()).rev() {
        products[index] *= inverse;
        inverse *= values[index];
    }
    for chain in 0..CHAINS {
        let [a, b, c, d] = [0, 1, 2, 3].map(|lane| &products[4 * chain + lane]);
        for part in 0..D {
            let elements = [a.part(part), b.part(part), c.part(part), d.part(part)];
            chains[chain][part] = lanes(&gathered(elements));
        }
    }
}
