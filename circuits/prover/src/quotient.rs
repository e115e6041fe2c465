use crate::control::Control;
use crate::element::Limbs;
use crate::error::Result;
use crate::fft::Roots;
#[cfg(target_arch = "x86_64")]
use crate::lane_fft;
use crate::matrices::Products;
use crate::memory::filled;
use ark_bn254::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;

const CHUNK: usize = 1 << 10;

/// A·B − C at the odd points of the double domain, plain: the scalars of section 9, which is the
/// Lagrange basis at those points, so that nothing is divided by the vanishing polynomial.
pub fn quotient(roots: &Roots, products: Products, control: &Control) -> Result<Vec<Limbs>> {
    #[cfg(target_arch = "x86_64")]
    if let Some(roots) = roots.lanes() {
        // SAFETY: there are such roots only where the machine has the instructions.
        return unsafe { lane_fft::quotient(roots, products, control) };
    }
    one_by_one(roots, products, control)
}

fn one_by_one(roots: &Roots, products: Products, control: &Control) -> Result<Vec<Limbs>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::UniformRand;

    #[test]
    fn is_the_same_eight_at_a_time() {
        let mut random = ark_std::test_rng();
        for power in 0..15 {
            let mut values = || (0..1 << power).map(|_| Fr::rand(&mut random)).collect();
            let (a, b): (Vec<Fr>, Vec<Fr>) = (values(), values());
            let products = || Products { a: a.clone(), b: b.clone() };
            let control = Control::default();
            let slow = one_by_one(&Roots::one_by_one(power).unwrap(), products(), &control);
            let fast = quotient(&Roots::new(power).unwrap(), products(), &control);
            assert_eq!(slow, fast);
        }
    }
}
