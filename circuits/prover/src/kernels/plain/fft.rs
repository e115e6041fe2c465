//! Radix-2 transforms over domains of 2^k points. The inverse takes natural order to bit-reversed
//! order and the forward one takes it back, so nothing is ever reordered.

use crate::control::Control;
use crate::element::Limbs;
use crate::error::Result;
use crate::kernels::roots::{powers, reorder, root_of_unity, shift_factors};
use crate::memory::{filled, reserved};
use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use rayon::prelude::*;

/// Below this a transform is not worth another thread.
const SEQUENTIAL: usize = 1 << 11;

/// Roots of unity of every size up to twice a domain, which are what a quotient needs.
pub struct Roots {
    /// Level k holds ω^0 … ω^(2^k − 1) for ω of order 2^(k+1).
    levels: Vec<Vec<Fr>>,
    /// ω^i / n at the bit-reversed place of i, ω of order 2n.
    shift: Vec<Fr>,
}

impl Roots {
    /// For a domain of 2^power points; power is at most 27.
    pub fn new(power: u32) -> Result<Self> {
        let mut levels = Vec::new();
        for level in 0..power {
            levels.push(powers(Fr::ONE, root_of_unity(level + 1), 1 << level)?);
        }
        Ok(Self { levels, shift: shift_factors(power)? })
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
    /// order.
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

/// As `kernels::Roots::quotient`.
pub fn quotient(
    roots: &Roots,
    mut a: Vec<Fr>,
    mut b: Vec<Fr>,
    control: &Control,
) -> Result<Vec<Limbs>> {
    let mut c: Vec<Fr> = reserved(a.len())?;
    c.par_extend(a.par_iter().zip(&b).with_min_len(SEQUENTIAL).map(|(a, b)| *a * b));
    for values in [&mut a, &mut b, &mut c] {
        control.check()?;
        roots.to_odd_points(values);
    }
    let mut scalars = filled(a.len(), [0; 4])?;
    scalars.par_iter_mut().zip(&a).zip(&b).zip(&c).with_min_len(SEQUENTIAL).for_each(
        |(((scalar, a), b), c)| {
            *scalar = (*a * b - c).into_bigint().0;
        },
    );
    Ok(scalars)
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
            Roots::new(power).unwrap().to_odd_points(&mut values);
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
            Roots::new(power).unwrap().coefficients_to_odd_points(&mut values);
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn gives_the_same_with_many_threads() {
        let mut random = ark_std::test_rng();
        let values: Vec<Fr> = (0..1 << 14).map(|_| Fr::rand(&mut random)).collect();
        let roots = Roots::new(14).unwrap();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut copy = values.clone();
            pool.install(|| roots.to_odd_points(&mut copy));
            copy
        };
        assert_eq!(with(1), with(5));
    }
}
