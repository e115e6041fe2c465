use crate::error::Result;
use crate::memory::reserved;
use ark_bn254::Fr;
use ark_ff::{FftField, Field};

/// ω^i / n in bit-reversed order, ω of order 2n.
pub fn shift_factors(power: u32) -> Result<Vec<Fr>> {
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

/// Natural order to bit-reversed order, and back.
pub fn reorder(values: &mut [Fr], power: u32) {
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
