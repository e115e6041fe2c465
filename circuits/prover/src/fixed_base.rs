//! Many multiples of a group's generator: a table of signed windows, and additions that share
//! their inversions.

use crate::control::Control;
use crate::element::{Group, Point, to_point};
use crate::error::Result;
use crate::memory::{filled, reserved};
use crate::msm::batch::Block;
use crate::msm::digits::distance;
use crate::msm::layout::Cut;
use ark_bn254::Fr;
use ark_ec::short_weierstrass::Projective;
use ark_ec::{AdditiveGroup, PrimeGroup};
use ark_ff::PrimeField;
use rayon::prelude::*;

/// Points that are added up at once, as in the sums of buckets.
const BLOCK_POINTS: usize = 1 << 13;
const PREFETCHED: usize = 16;

/// Entry k of window w, at w·2^(bits − 1) + k, is (k + 1)·2^(w·bits) times the generator.
pub struct FixedBase<P: Group> {
    table: Vec<Point<P::BaseField>>,
    cut: Cut,
}

impl<P: Group> FixedBase<P> {
    /// A table that suits about `count` scalars.
    pub fn new(count: usize) -> Result<Self> {
        // Larger tables do not stay in a second-level cache, where a point is read at random.
        let cost =
            |bits: &u32| u64::from(Cut::new(*bits).windows) * (count as u64 + (1 << (bits - 1)));
        let cut = Cut::new((3..=LARGEST_BITS).min_by_key(cost).unwrap_or(LARGEST_BITS));
        let half = 1usize << (cut.bits - 1);
        let mut table = filled(half * cut.windows as usize, Point::INFINITY)?;
        let mut base = Projective::<P>::generator();
        for window in table.chunks_exact_mut(half) {
            window[0] = to_point::<P>(&base);
            for _ in 0..cut.bits {
                base.double_in_place();
            }
        }
        table.par_chunks_exact_mut(half).for_each_init(Block::default, fill_window);
        Ok(Self { table, cut })
    }

    /// Each scalar times the generator.
    pub fn multiply(&self, scalars: &[Fr], control: &Control) -> Result<Vec<Point<P::BaseField>>> {
        let mut products = filled(scalars.len(), Point::INFINITY)?;
        let chunk = BLOCK_POINTS / self.cut.windows as usize;
        products.par_chunks_mut(chunk).zip(scalars.par_chunks(chunk)).try_for_each_init(
            || (Block::default(), Vec::new()),
            |(block, places), (products, scalars)| {
                control.check()?;
                self.multiply_block(scalars, products, block, places);
                Ok(())
            },
        )?;
        Ok(products)
    }

    fn multiply_block(
        &self,
        scalars: &[Fr],
        products: &mut [Point<P::BaseField>],
        block: &mut Block<P::BaseField>,
        places: &mut Vec<(u32, bool)>,
    ) {
        block.clear();
        places.clear();
        for scalar in scalars {
            let start = places.len() as u32;
            let (limbs, is_below_zero) = distance(&scalar.into_bigint().0);
            let recoded = self.cut.recoded(&limbs);
            for window in 0..self.cut.windows {
                let (digit, is_negative) = self.cut.digit(&recoded, window);
                if digit > 0 {
                    let place = (window << (self.cut.bits - 1)) + digit - 1;
                    places.push((place, is_negative != is_below_zero));
                }
            }
            block.groups.push((start, places.len() as u32 - start));
        }
        for (index, (place, is_negative)) in places.iter().enumerate() {
            if let Some((ahead, _)) = places.get(index + PREFETCHED) {
                prefetch(&self.table[*ahead as usize]);
            }
            block.points.push(self.table[*place as usize].negated_if(*is_negative));
        }
        block.add_up();
        for (product, (start, length)) in products.iter_mut().zip(&block.groups) {
            // A group without points is the product with zero.
            *product = if *length == 0 { Point::INFINITY } else { block.points[*start as usize] };
        }
    }

    pub fn multiply_one(&self, scalar: Fr) -> Result<Point<P::BaseField>> {
        Ok(self.multiply(&[scalar], &Control::default())?[0])
    }
}

const LARGEST_BITS: u32 = 14;

/// The first point of the window is known; the others are sums of known ones.
fn fill_window<F: crate::element::Coordinate>(block: &mut Block<F>, window: &mut [Point<F>]) {
    let mut known = 1;
    while known < window.len() {
        let count = known.min(window.len() - known);
        block.clear();
        for index in 0..count {
            block.groups.push((block.points.len() as u32, 2));
            block.points.extend([window[known - 1], window[index]]);
        }
        block.add_up();
        for (index, (start, _)) in block.groups.iter().enumerate() {
            window[known + index] = block.points[*start as usize];
        }
        known += count;
    }
}

#[inline]
fn prefetch<T>(item: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: nothing is read or written, and the address is that of a reference.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
}

/// Inverses of all values, with one inversion for each piece of the list; none may be zero.
pub fn invert_all(values: &mut [Fr]) {
    values.par_chunks_mut(1 << 12).for_each(ark_ff::batch_inversion::<Fr>);
}

/// first, first·ratio, first·ratio² …, made by all threads.
pub fn geometric(first: Fr, ratio: Fr, count: usize) -> Result<Vec<Fr>> {
    use ark_ff::Field;
    let mut list: Vec<Fr> = reserved(count)?;
    list.resize(count, first);
    list.par_chunks_mut(1 << 12).enumerate().for_each(|(piece, values)| {
        let mut term = first * ratio.pow([(piece as u64) << 12]);
        for value in values {
            *value = term;
            term *= ratio;
        }
    });
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{g1, g2};
    use ark_ff::{Field, UniformRand, Zero};

    fn scalars() -> Vec<Fr> {
        let mut random = ark_std::test_rng();
        let two = Fr::from(2u64);
        let edges = [0u64, 1, 2, 7, 63, 64, 125, 252, 253].map(|power| two.pow([power]));
        let mut list: Vec<Fr> =
            edges.iter().flat_map(|edge| [*edge, -*edge, *edge - two]).collect();
        list.push(Fr::zero());
        list.push(-Fr::from(1u64) / two);
        list.extend((0..50).map(|_| Fr::rand(&mut random)));
        list
    }

    fn agrees<P: Group>(count: usize) {
        let base = FixedBase::<P>::new(count).unwrap();
        let scalars = scalars();
        let products = base.multiply(&scalars, &Control::default()).unwrap();
        for (scalar, product) in scalars.iter().zip(products) {
            assert_eq!(
                product,
                to_point::<P>(&(Projective::<P>::generator() * scalar)),
                "{scalar}"
            );
        }
    }

    #[test]
    fn multiplies_like_the_library_with_any_table() {
        for count in [1, 100, 10_000, 10_000_000] {
            agrees::<g1::Config>(count);
        }
        agrees::<g2::Config>(1000);
    }

    #[test]
    fn stops_when_told_to() {
        let control = Control::default();
        control.cancel();
        let base = FixedBase::<g1::Config>::new(10).unwrap();
        assert!(base.multiply(&scalars(), &control).is_err());
    }
}
