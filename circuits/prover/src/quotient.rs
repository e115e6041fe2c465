use crate::control::Control;
use crate::element::Limbs;
use crate::error::Result;
use crate::fft::Roots;
use crate::matrices::Products;
use crate::memory::filled;
use ark_bn254::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;

const CHUNK: usize = 1 << 10;

/// A·B − C at the odd points of the double domain, plain: the scalars of section 9, which is the
/// Lagrange basis at those points, so that nothing is divided by the vanishing polynomial.
pub fn quotient(roots: &Roots, products: Products, control: &Control) -> Result<Vec<Limbs>> {
    let Products { mut a, mut b } = products;
    let mut c: Vec<Fr> = crate::memory::reserved(a.len())?;
    c.par_extend(a.par_iter().zip(&b).with_min_len(CHUNK).map(|(a, b)| *a * b));
    for values in [&mut a, &mut b, &mut c] {
        control.check()?;
        roots.to_odd_points(values);
    }
    let mut scalars = filled(a.len(), [0; 4])?;
    scalars.par_iter_mut().zip(&a).zip(&b).zip(&c).with_min_len(CHUNK).for_each(
        |(((scalar, a), b), c)| {
            *scalar = (*a * b - c).into_bigint().0;
        },
    );
    Ok(scalars)
}
