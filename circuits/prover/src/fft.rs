//! Radix-2 transforms over domains of 2^k points. The inverse takes natural order to bit-reversed
//! order and the forward one takes it back, so nothing is ever reordered.

use crate::error::Result;
#[cfg(target_arch = "x86_64")]
use crate::lane_fft::LaneRoots;
use crate::memory::reserved;
use ark_bn254::Fr;
use ark_ff::{FftField, Field};
use rayon::prelude::*;

/// Smaller domains are not worth lanes.
#[cfg(target_arch = "x86_64")]
const LEAST_FOR_LANES: u32 = 6;
/// Below this a transform is not worth another thread.
const SEQUENTIAL: usize = 1 << 11;

/// Roots of unity of every size up to twice a domain, which are what a quotient needs.
pub struct Roots {
    #[cfg(target_arch = "x86_64")]
    lanes: Option<LaneRoots>,
    /// Level k holds ω^0 … ω^(2^k − 1) for ω of order 2^(k+1).
    levels: Vec<Vec<Fr>>,
    /// ω^i / n at the bit-reversed place of i, ω of order 2n.
    shift: Vec<Fr>,
}

impl Roots {
    /// For a domain of 2^power points; power is at most 27.
    pub fn new(power: u32) -> Result<Self> {
        #[cfg(target_arch = "x86_64")]
        if power >= LEAST_FOR_LANES && crate::machine::has_lanes() {
            let lanes = Some(LaneRoots::new(power, &shift_factors(power)?)?);
            return Ok(Self { lanes, levels: Vec::new(), shift: Vec::new() });
        }
        Self::one_by_one(power)
    }

    /// Roots for values one at a time, whatever the machine can do.
    pub fn one_by_one(power: u32) -> Result<Self> {
        let mut levels = Vec::new();
        for level in 0..power {
            levels.push(powers(Fr::ONE, root_of_unity(level + 1), 1 << level)?);
        }
        Ok(Self {
            #[cfg(target_arch = "x86_64")]
            lanes: None,
            levels,
            shift: shift_factors(power)?,
        })
    }

    /// Bytes that the roots for such a domain take.
    pub fn bytes(power: u32) -> u64 {
        4 * (1u64 << power) * size_of::<Fr>() as u64
    }

    /// The roots for values eight at a time, where the machine can do that.
    #[cfg(target_arch = "x86_64")]
    pub fn lanes(&self) -> Option<&LaneRoots> {
        self.lanes.as_ref()
    }

    /// Values on the domain become values on the domain shifted by a root of twice its order.
    pub fn to_odd_points(&self, values: &mut [Fr]) {
        self.inverse(values, self.levels.len());
        values.par_iter_mut().zip(&self.shift).with_min_len(SEQUENTIAL).for_each(
            |(value, factor)| {
                *value *= factor;
            },
        );
        self.forward(values, self.levels.len());
    }

    /// Coefficients in natural order become values on the domain shifted by a root of twice its
    /// order. Of roots one by one.
    pub fn coefficients_to_odd_points(&self, coefficients: &mut [Fr]) {
        let power = self.levels.len() as u32;
        reorder(coefficients, power);
        let size = Fr::from(1u64 << power);
        // The shift factors divide by the size, which here nothing has multiplied by.
        coefficients
            .par_iter_mut()
            .zip(&self.shift)
            .with_min_len(SEQUENTIAL)
            .for_each(|(value, factor)| *value *= size * factor);
        self.forward(coefficients, self.levels.len());
    }

    /// Values to n times the coefficients, these in bit-reversed order.
    fn inverse(&self, values: &mut [Fr], level: usize) {
        let Some(below) = level.checked_sub(1) else { return };
        let half = values.len() / 2;
        let (low, high) = values.split_at_mut(half);
        let roots = &self.levels[below];
        // ω^−j = −ω^(half − j)
        let step = |(j, (a, b)): (usize, (&mut Fr, &mut Fr))| {
            let (sum, difference) = (*a + *b, *b - *a);
            *a = sum;
            *b = if j == 0 { -difference } else { difference * roots[half - j] };
        };
        if half < SEQUENTIAL {
            low.iter_mut().zip(high.iter_mut()).enumerate().for_each(step);
            self.inverse(low, below);
            self.inverse(high, below);
        } else {
            low.par_iter_mut()
                .zip(high.par_iter_mut())
                .enumerate()
                .with_min_len(SEQUENTIAL)
                .for_each(step);
            rayon::join(|| self.inverse(low, below), || self.inverse(high, below));
        }
    }

    /// Coefficients in bit-reversed order to values.
    fn forward(&self, values: &mut [Fr], level: usize) {
        let Some(below) = level.checked_sub(1) else { return };
        let half = values.len() / 2;
        let (low, high) = values.split_at_mut(half);
        let roots = &self.levels[below];
        let step = |((a, b), root): ((&mut Fr, &mut Fr), &Fr)| {
            let product = *b * root;
            *b = *a - product;
            *a += product;
        };
        if half < SEQUENTIAL {
            self.forward(low, below);
            self.forward(high, below);
            low.iter_mut().zip(high.iter_mut()).zip(roots).for_each(step);
        } else {
            rayon::join(|| self.forward(low, below), || self.forward(high, below));
            low.par_iter_mut()
                .zip(high.par_iter_mut())
                .zip(roots)
                .with_min_len(SEQUENTIAL)
                .for_each(step);
        }
    }
}

/// ω^i / n in bit-reversed order, ω of order 2n.
fn shift_factors(power: u32) -> Result<Vec<Fr>> {
    let size = Fr::from(1u64 << power).inverse().unwrap_or(Fr::ONE);
    let mut factors = powers(size, root_of_unity(power + 1), 1 << power)?;
    reorder(&mut factors, power);
    Ok(factors)
}

/// The root of order 2^power that snarkjs takes too.
pub fn root_of_unity(power: u32) -> Fr {
    let mut root = Fr::TWO_ADIC_ROOT_OF_UNITY;
    for _ in power..Fr::TWO_ADICITY {
        root.square_in_place();
    }
    root
}

pub fn powers(first: Fr, ratio: Fr, count: usize) -> Result<Vec<Fr>> {
    let mut list = reserved(count)?;
    let mut power = first;
    for _ in 0..count {
        list.push(power);
        power *= ratio;
    }
    Ok(list)
}

fn reorder(values: &mut [Fr], power: u32) {
    if power == 0 {
        return;
    }
    for index in 0..values.len() {
        let other = index.reverse_bits() >> (usize::BITS - power);
        if index < other {
            values.swap(index, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::UniformRand;
    use ark_ff::Zero;

    fn at(coefficients: &[Fr], point: Fr) -> Fr {
        coefficients.iter().rev().fold(Fr::zero(), |sum, term| sum * point + term)
    }

    #[test]
    fn evaluates_at_the_odd_points_of_the_double_domain() {
        let mut random = ark_std::test_rng();
        for power in 0..9u32 {
            let coefficients: Vec<Fr> = (0..1 << power).map(|_| Fr::rand(&mut random)).collect();
            let (root, shift) = (root_of_unity(power), root_of_unity(power + 1));
            let points = powers(Fr::ONE, root, 1 << power).unwrap();
            let mut values: Vec<Fr> = points.iter().map(|x| at(&coefficients, *x)).collect();
            Roots::one_by_one(power).unwrap().to_odd_points(&mut values);
            let expected: Vec<Fr> = points.iter().map(|x| at(&coefficients, *x * shift)).collect();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn evaluates_coefficients_at_the_odd_points() {
        let mut random = ark_std::test_rng();
        for power in 0..9u32 {
            let mut values: Vec<Fr> = (0..1 << power).map(|_| Fr::rand(&mut random)).collect();
            let points =
                powers(root_of_unity(power + 1), root_of_unity(power), 1 << power).unwrap();
            let expected: Vec<Fr> = points.iter().map(|x| at(&values, *x)).collect();
            Roots::one_by_one(power).unwrap().coefficients_to_odd_points(&mut values);
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn gives_the_same_with_many_threads() {
        let mut random = ark_std::test_rng();
        let values: Vec<Fr> = (0..1 << 14).map(|_| Fr::rand(&mut random)).collect();
        let roots = Roots::one_by_one(14).unwrap();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut copy = values.clone();
            pool.install(|| roots.to_odd_points(&mut copy));
            copy
        };
        assert_eq!(with(1), with(5));
    }
}
