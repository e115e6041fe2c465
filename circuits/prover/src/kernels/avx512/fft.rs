//! The transforms of `plain::fft`, eight values at a time. Values are near and below 2·p between
//! steps; roots are far and reduced.

// As in `lanes`.
#![allow(clippy::needless_range_loop)]

use super::lanes::{
    Lanes, Modulus, Stored, add, broadcast, far, inserted, multiply, narrowed, permuted, read,
    reduced_once, row, selected, subtract, transposed, widened, write, write_row,
};
use crate::control::Control;
use crate::element::Limbs;
use crate::error::Result;
use crate::kernels::roots::{powers, root_of_unity};
use crate::memory::filled;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use rayon::prelude::*;

struct Scalar;

impl Modulus for Scalar {
    const LIMBS: [u64; 4] = Fr::MODULUS.0;
}

/// Groups of eight below which work is not split any further.
const SEQUENTIAL: usize = 1 << 8;
/// Steps inside a group of eight: partners are 1, 2 and 4 lanes apart.
const INNER: usize = 3;

/// Roots of unity of a domain of at least eight points.
pub struct LaneRoots {
    /// For partners 1, 2 and 4 apart: 1 for the first of the two, a root for the other.
    inner: [[Stored; 2]; INNER],
    /// Level k: ω^0, ω^1 … and their inverses, 2^k groups of them, ω of order 2^(k + 4).
    outer: Vec<[Vec<Stored>; 2]>,
    /// ω^i / n at the bit-reversed place of i, ω of order 2n.
    shift: Vec<Stored>,
}

impl LaneRoots {
    /// For a domain of 2^power points, 3 to 27; `shift` is in bit-reversed order.
    pub fn new(power: u32, shift: &[Fr]) -> Result<Self> {
        let both = |level: u32| {
            let root = root_of_unity(level + 1);
            [root, root.inverse().unwrap_or(Fr::ZERO)].map(|root| powers(Fr::ONE, root, 1 << level))
        };
        let mut inner = [[Stored::ZERO; 2]; INNER];
        for (level, pair) in inner.iter_mut().enumerate() {
            for (stored, roots) in pair.iter_mut().zip(both(level as u32)) {
                let roots = roots?;
                for lane in 0..8usize {
                    let is_second = lane >> level & 1 == 1;
                    let root = if is_second { roots[lane % (1 << level)] } else { Fr::ONE };
                    insert_far(stored, lane, root);
                }
            }
        }
        let mut outer = Vec::new();
        for level in INNER as u32..power {
            let [forward, inverse] = both(level);
            outer.push([stored(&forward?)?, stored(&inverse?)?]);
        }
        Ok(Self { inner, outer, shift: stored(shift)? })
    }
}

fn insert_far(stored: &mut Stored, lane: usize, value: Fr) {
    inserted(stored, lane, (value * Fr::from(16u64)).0.0);
}

fn stored(values: &[Fr]) -> Result<Vec<Stored>> {
    let mut list = filled(values.len() / 8, Stored::ZERO)?;
    for (index, value) in values.iter().enumerate() {
        insert_far(&mut list[index / 8], index % 8, *value);
    }
    Ok(list)
}

/// As `kernels::Roots::quotient`.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn quotient(
    roots: &LaneRoots,
    a: Vec<Fr>,
    b: Vec<Fr>,
    control: &Control,
) -> Result<Vec<Limbs>> {
    let (mut a, mut b) = (gathered(a)?, gathered(b)?);
    let mut c = filled(a.len(), Stored::ZERO)?;
    c.par_iter_mut().zip(&a).zip(&b).with_min_len(SEQUENTIAL).for_each(|((c, a), b)| {
        write(c, multiply::<Scalar>(&far(&read(a)), &read(b)));
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
    let mut scalars: Vec<Limbs> = filled(8 * a.len(), [0; 4])?;
    let groups = scalars.par_chunks_exact_mut(8).zip(&a).zip(&b).zip(&c);
    groups.with_min_len(SEQUENTIAL).for_each(|(((scalars, a), b), c)| {
        let product = multiply::<Scalar>(&far(&read(a)), &read(b));
        let near = subtract(&product, &read(c), Scalar::TWICE);
        // Near is 2^256 times the value, and a product is divided by 2^260.
        let plain = multiply::<Scalar>(&near, &broadcast([16, 0, 0, 0, 0]));
        let [x0, x1, x2, x3] = widened(&reduced_once(&plain, Scalar::P));
        let rows = transposed([x0, x1, x2, x3, x0, x0, x0, x0]);
        for lane in 0..8 {
            write_row(rows[lane], &mut scalars[lane], &mut [0; 4]);
        }
    });
    Ok(scalars)
}

#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn gathered(values: Vec<Fr>) -> Result<Vec<Stored>> {
    let mut list = filled(values.len() / 8, Stored::ZERO)?;
    for (group, stored) in list.iter_mut().enumerate() {
        let mut rows = [row(&[0; 4], &[0; 4]); 8];
        for lane in 0..8 {
            rows[lane] = row(&values[8 * group + lane].0.0, &[0; 4]);
        }
        let [x0, x1, x2, x3, ..] = transposed(rows);
        write(stored, narrowed([x0, x1, x2, x3]));
    }
    Ok(list)
}

/// Values to n times the coefficients, these in bit-reversed order.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn inverse(roots: &LaneRoots, values: &mut [Stored]) {
    let half = values.len() / 2;
    if half == 0 {
        let mut value = read(&values[0]);
        for step in (0..INNER).rev() {
            let sum = with_partner(&value, step);
            value = multiply::<Scalar>(&sum, &read(&roots.inner[step][1]));
        }
        return write(&mut values[0], value);
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
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn forward(roots: &LaneRoots, values: &mut [Stored]) {
    let half = values.len() / 2;
    if half == 0 {
        let mut value = read(&values[0]);
        for step in 0..INNER {
            let product = multiply::<Scalar>(&value, &read(&roots.inner[step][0]));
            value = with_partner(&product, step);
        }
        return write(&mut values[0], value);
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
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn with_partner(value: &Lanes, step: usize) -> Lanes {
    let partner = permuted(value, step);
    let negated = subtract(&broadcast([0; 5]), value, Scalar::TWICE);
    // Seconds are those lanes whose number has this bit.
    let seconds = [0xaa, 0xcc, 0xf0][step];
    let own = selected(seconds, value, &negated);
    reduced_once(&add(&own, &partner), Scalar::TWICE)
}

/// (a, b) becomes (a + b, (a − b)·root).
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn split_outwards(low: &mut [Stored], high: &mut [Stored], roots: &[Stored]) {
    if low.len() > SEQUENTIAL {
        let middle = low.len() / 2;
        let ((low0, low1), (high0, high1)) = (low.split_at_mut(middle), high.split_at_mut(middle));
        let (roots0, roots1) = roots.split_at(middle);
        rayon::join(|| split_outwards(low0, high0, roots0), || split_outwards(low1, high1, roots1));
        return;
    }
    for index in 0..low.len() {
        let (a, b) = (read(&low[index]), read(&high[index]));
        write(&mut low[index], reduced_once(&add(&a, &b), Scalar::TWICE));
        let difference = subtract(&a, &b, Scalar::TWICE);
        write(&mut high[index], multiply::<Scalar>(&difference, &read(&roots[index])));
    }
}

/// (a, b) becomes (a + b·root, a − b·root).
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn join_inwards(low: &mut [Stored], high: &mut [Stored], roots: &[Stored]) {
    if low.len() > SEQUENTIAL {
        let middle = low.len() / 2;
        let ((low0, low1), (high0, high1)) = (low.split_at_mut(middle), high.split_at_mut(middle));
        let (roots0, roots1) = roots.split_at(middle);
        rayon::join(|| join_inwards(low0, high0, roots0), || join_inwards(low1, high1, roots1));
        return;
    }
    for index in 0..low.len() {
        let a = read(&low[index]);
        let product = multiply::<Scalar>(&read(&high[index]), &read(&roots[index]));
        write(&mut low[index], reduced_once(&add(&a, &product), Scalar::TWICE));
        let difference = subtract(&a, &product, Scalar::TWICE);
        write(&mut high[index], reduced_once(&difference, Scalar::TWICE));
    }
}
