use crate::error::Result;
use crate::fixed_base::{geometric, invert_all};
use crate::kernels::root_of_unity;
use ark_bn254::Fr;
use ark_ff::Field;
use rayon::prelude::*;

/// Values at tau of the Lagrange basis of the 2^power-th roots of unity. Tau must be none of them.
pub fn lagrange_at(tau: Fr, power: u32) -> Result<Vec<Fr>> {
    let inverse_root = root_of_unity(power).inverse().unwrap_or(Fr::ONE);
    let mut values = geometric(tau, inverse_root, 1 << power)?;
    values.par_iter_mut().for_each(|value| *value -= Fr::ONE);
    invert_all(&mut values);
    let factor = (tau.pow([1u64 << power]) - Fr::ONE) * inverse_of_size(power);
    values.par_iter_mut().for_each(|value| *value *= factor);
    Ok(values)
}

/// The same without the term tau^(2^power − 1): snarkjs writes the largest domain of a ptau so,
/// because the file holds one power less than that domain has.
pub fn truncated_lagrange_at(tau: Fr, power: u32) -> Result<Vec<Fr>> {
    let mut values = lagrange_at(tau, power)?;
    let first = tau.pow([(1u64 << power) - 1]) * inverse_of_size(power);
    let missing = geometric(first, root_of_unity(power), 1 << power)?;
    values.par_iter_mut().zip(&missing).for_each(|(value, missing)| *value -= missing);
    Ok(values)
}

fn inverse_of_size(power: u32) -> Fr {
    Fr::from(1u64 << power).inverse().unwrap_or(Fr::ONE)
}
