//! The transforms of `plain::fft`, four values at a time. Values are near and at most three times
//! the modulus away from zero between steps; roots are far.

// As in `lanes`.
#![allow(clippy::needless_range_loop)]

use super::lanes::{
    Lanes, Stored, add, broadcast, canonical, gathered, lanes, multiply, negated, permuted, read,
    reduced, scattered, subtract, write,
};
use super::modulus::{Modulus, doubles};
use crate::control::Control;
use crate::element::Limbs;
use crate::error::Result;
use crate::kernels::roots::{powers, root_of_unity};
use crate::memory::filled;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rayon::prelude::*;

pub struct Scalar;

impl Modulus for Scalar {
    const LIMBS: [u64; 4] = Fr::MODULUS.0;
}

/// Groups of four below which work is not split any further.
const SEQUENTIAL: usize = 1 << 9;
/// Steps inside a group of four: partners are 1 and 2 lanes apart.
const INNER: u32 = 2;

/// Roots of unity of a domain of at least four points.
pub struct LaneRoots {
    /// For partners 2 apart: 1 for the first of the two, a root or its inverse for the other.
    inner: [Stored; 2],
    /// Level k: ω^0, ω^1 … and their inverses, 2^k groups of them, ω of order 2^(k + 3).
    outer: Vec<[Vec<Stored>; 2]>,
    /// ω^i / n at the bit-reversed place of i, ω of order 2n.
    shift: Vec<Stored>,
}

impl LaneRoots {
    /// For a domain of 2^power points, 2 to 27; `shift` is in bit-reversed order.
    pub fn new(power: u32, shift: &[Fr]) -> Result<Self> {
        let both = |level: u32| {
            let root = root_of_unity(level + 1);
            [root, root.inverse().unwrap_or(Fr::ZERO)].map(|root| powers(Fr::ONE, root, 1 << level))
        };
        let inner = [root_of_unity(2), root_of_unity(2).inverse().unwrap_or(Fr::ZERO)]
            .map(|root| far([Fr::ONE, Fr::ONE, Fr::ONE, root], half()));
        let mut outer = Vec::new();
        for level in INNER..power {
            let [forward, inverse] = both(level);
            outer.push([stored(&forward?)?, stored(&inverse?)?]);
        }
        Ok(Self { inner, outer, shift: stored(shift)? })
    }
}

/// `half` is one half.
fn far(values: [Fr; 4], half: Fr) -> Stored {
    let mut stored = Stored::ZERO;
    for (lane, value) in values.into_iter().enumerate() {
        for (limb, part) in stored.0.iter_mut().zip(doubles((value * half).0.0)) {
            limb[lane] = part;
        }
    }
    stored
}

fn half() -> Fr {
    Fr::from(2u64).inverse().unwrap_or(Fr::ZERO)
}

fn stored(values: &[Fr]) -> Result<Vec<Stored>> {
    let half = half();
    let mut list = filled(values.len() / 4, Stored::ZERO)?;
    list.par_iter_mut().zip(values.par_chunks_exact(4)).with_min_len(SEQUENTIAL).for_each(
        |(stored, values)| {
            *stored = far([values[0], values[1], values[2], values[3]], half);
        },
    );
    Ok(list)
}

/// As `kernels::Roots::quotient`.
#[target_feature(enable = "avx2,fma")]
pub fn quotient(
    roots: &LaneRoots,
    a: Vec<Fr>,
    b: Vec<Fr>,
    control: &Control,
) -> Result<Vec<Limbs>> {
    let (mut a, mut b) = (doubled(a)?, doubled(b)?);
    let mut c = filled(a.len(), Stored::ZERO)?;
    // Near times near is twice near, here and below.
    c.par_iter_mut().zip(&a).zip(&b).with_min_len(SEQUENTIAL).for_each(|((c, a), b)| {
        write(c, multiply::<Scalar>(&read(a), &read(b)));
    });
    for values in [&mut a, &mut b, &mut c] {
        control.check()?;
        inverse(roots, values);
        values.par_iter_mut().zip(&roots.shift).with_min_len(SEQUENTIAL).for_each(
            |(value, factor)| {
                let product = multiply::<Scalar>(&read(value), &read(factor));
                write(value, product);
            },
        );
        forward(roots, values);
    }
    // What is twice near, 2^257 times the value, is plain after a product with a quarter.
    let quarter = Fr::from(4u64).inverse().unwrap_or(Fr::ZERO).into_bigint();
    let quarter = doubles(quarter.0);
    let mut scalars: Vec<Limbs> = filled(4 * a.len(), [0; 4])?;
    let groups = scalars.par_chunks_exact_mut(4).zip(&a).zip(&b).zip(&c);
    groups.with_min_len(SEQUENTIAL).for_each(|(((scalars, a), b), c)| {
        let product = multiply::<Scalar>(&read(a), &read(b));
        let twice_near = subtract(&product, &read(c));
        let plain = multiply::<Scalar>(&twice_near, &broadcast(quarter));
        scalars.copy_from_slice(&scattered(&canonical::<Scalar>(&plain)));
    });
    Ok(scalars)
}

#[target_feature(enable = "avx2,fma")]
fn doubled(values: Vec<Fr>) -> Result<Vec<Stored>> {
    let mut list = filled(values.len() / 4, Stored::ZERO)?;
    let groups = list.par_iter_mut().zip(values.par_chunks_exact(4));
    groups.with_min_len(SEQUENTIAL).for_each(|(stored, values)| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|lane| &values[lane].0.0);
        write(stored, reduced::<Scalar>(&lanes(&gathered([a, b, c, d]))));
    });
    Ok(list)
}

/// Values to n times the coefficients, these in bit-reversed order.
#[target_feature(enable = "avx2,fma")]
fn inverse(roots: &LaneRoots, values: &mut [Stored]) {
    let half = values.len() / 2;
    if half == 0 {
        let value = with_partner::<1>(&read(&values[0]));
        let value = multiply::<Scalar>(&value, &read(&roots.inner[1]));
        return write(&mut values[0], with_partner::<0>(&value));
    }
    let (low, high) = values.split_at_mut(half);
    split_outwards(low, high, &roots.outer[half.trailing_zeros() as usize][1]);
    if half < SEQUENTIAL {
        inverse(roots, low);
        inverse(roots, high);
    } else {
        rayon::join(|| inverse(roots, low), || inverse(roots, high));
    }
}

/// Coefficients in bit-reversed order to values.
#[target_feature(enable = "avx2,fma")]
fn forward(roots: &LaneRoots, values: &mut [Stored]) {
    let half = values.len() / 2;
    if half == 0 {
        let value = with_partner::<0>(&read(&values[0]));
        let value = multiply::<Scalar>(&value, &read(&roots.inner[0]));
        return write(&mut values[0], with_partner::<1>(&value));
    }
    let (low, high) = values.split_at_mut(half);
    if half < SEQUENTIAL {
        forward(roots, low);
        forward(roots, high);
    } else {
        rayon::join(|| forward(roots, low), || forward(roots, high));
    }
    join_inwards(low, high, &roots.outer[half.trailing_zeros() as usize][0]);
}

/// The sum with the partner in the first of two lanes, the difference from it in the second.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn with_partner<const STEP: usize>(value: &Lanes) -> Lanes {
    // Seconds are those lanes whose number has this bit.
    let signs = if STEP == 0 { [0.0, -0.0, 0.0, -0.0] } else { [0.0, 0.0, -0.0, -0.0] };
    let partner = permuted::<STEP>(value);
    reduced::<Scalar>(&add(&negated(value, signs), &partner))
}

/// (a, b) becomes (a + b, (a − b)·root).
#[target_feature(enable = "avx2,fma")]
fn split_outwards(low: &mut [Stored], high: &mut [Stored], roots: &[Stored]) {
    if low.len() > SEQUENTIAL {
        let middle = low.len() / 2;
        let ((low0, low1), (high0, high1)) = (low.split_at_mut(middle), high.split_at_mut(middle));
        let (roots0, roots1) = roots.split_at(middle);
        rayon::join(|| split_outwards(low0, high0, roots0), || split_outwards(low1, high1, roots1));
        return;
    }
    let count = low.len();
    let (high, roots) = (&mut high[..count], &roots[..count]);
    for index in 0..count {
        let (a, b) = (read(&low[index]), read(&high[index]));
        write(&mut low[index], reduced::<Scalar>(&add(&a, &b)));
        write(&mut high[index], multiply::<Scalar>(&subtract(&a, &b), &read(&roots[index])));
    }
}

/// (a, b) becomes (a + b·root, a − b·root).
#[target_feature(enable = "avx2,fma")]
fn join_inwards(low: &mut [Stored], high: &mut [Stored], roots: &[Stored]) {
    if low.len() > SEQUENTIAL {
        let middle = low.len() / 2;
        let ((low0, low1), (high0, high1)) = (low.split_at_mut(middle), high.split_at_mut(middle));
        let (roots0, roots1) = roots.split_at(middle);
        rayon::join(|| join_inwards(low0, high0, roots0), || join_inwards(low1, high1, roots1));
        return;
    }
    let count = low.len();
    let (high, roots) = (&mut high[..count], &roots[..count]);
    for index in 0..count {
        let a = read(&low[index]);
        let product = multiply::<Scalar>(&read(&high[index]), &read(&roots[index]));
        write(&mut low[index], reduced::<Scalar>(&add(&a, &product)));
        write(&mut high[index], reduced::<Scalar>(&subtract(&a, &product)));
    }
}
