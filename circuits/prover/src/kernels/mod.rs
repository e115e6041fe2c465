//! The hot loops, written once for every machine and again for those that can do more at a time.
//! Here, and nowhere else, it is chosen between them; the machine is asked when the program runs.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod pair;
mod plain;
mod roots;

use crate::control::Control;
use crate::element::{Coordinate, Limbs, Point};
use crate::error::Result;
use crate::machine::{Instructions, instructions};
use ark_bn254::Fr;

pub use pair::Pair;
pub use plain::fft::Roots as PlainRoots;
pub use roots::root_of_unity;

/// Fewer additions are done one by one.
const LEAST_PAIRS: usize = 8;
/// Domains of fewer than 2^6 points are transformed value by value.
const LEAST_POWER: u32 = 6;

/// Memory that `add_pairs` uses again and again.
pub struct Room<F> {
    plain: Vec<F>,
    #[cfg(target_arch = "x86_64")]
    avx2: avx2::pairs::Room,
    #[cfg(target_arch = "x86_64")]
    avx512: avx512::pairs::Room,
}

impl<F> Default for Room<F> {
    fn default() -> Self {
        Self {
            plain: Vec::new(),
            #[cfg(target_arch = "x86_64")]
            avx2: Vec::new(),
            #[cfg(target_arch = "x86_64")]
            avx512: Vec::new(),
        }
    }
}

/// Adds pairs of points with different x, none at infinity, in the fastest way there is here.
pub fn add_pairs<F: Coordinate>(
    points: &[Point<F>],
    pairs: &[Pair],
    sums: &mut [Point<F>],
    room: &mut Room<F>,
) {
    let way = if pairs.len() < LEAST_PAIRS { Instructions::Portable } else { instructions() };
    add_pairs_with(way, points, pairs, sums, room);
}

/// The same in a way that the machine must have.
fn add_pairs_with<F: Coordinate>(
    way: Instructions,
    points: &[Point<F>],
    pairs: &[Pair],
    sums: &mut [Point<F>],
    room: &mut Room<F>,
) {
    match (way, F::PARTS) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the machine has these instructions, as the caller vouches.
        (Instructions::Avx2, 1) => unsafe {
            avx2::pairs::add_pairs::<F, 1>(points, pairs, sums, &mut room.avx2)
        },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        (Instructions::Avx2, _) => unsafe {
            avx2::pairs::add_pairs::<F, 2>(points, pairs, sums, &mut room.avx2)
        },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        (Instructions::Avx512, 1) => unsafe {
            avx512::pairs::add_pairs::<F, 1>(points, pairs, sums, &mut room.avx512)
        },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        (Instructions::Avx512, _) => unsafe {
            avx512::pairs::add_pairs::<F, 2>(points, pairs, sums, &mut room.avx512)
        },
        _ => plain::pairs::add_pairs(points, pairs, sums, &mut room.plain),
    }
}

/// Adds pairs of any points, which are few: also equal, opposite and infinite ones.
pub fn add_any_pairs<F: Coordinate>(points: &[Point<F>], pairs: &[Pair], sums: &mut [Point<F>]) {
    plain::pairs::add_pairs(points, pairs, sums, &mut Vec::new());
}

/// Roots of unity of every size up to twice a domain, which are what a quotient needs.
pub enum Roots {
    Plain(PlainRoots),
    #[cfg(target_arch = "x86_64")]
    Avx2(Box<avx2::fft::LaneRoots>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Box<avx512::fft::LaneRoots>),
}

impl Roots {
    /// For a domain of 2^power points; power is at most 27.
    pub fn new(power: u32) -> Result<Self> {
        let way = if power < LEAST_POWER { Instructions::Portable } else { instructions() };
        Self::for_way(way, power)
    }

    /// The same in a way that the machine must have.
    fn for_way(way: Instructions, power: u32) -> Result<Self> {
        Ok(match way {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => {
                let shift = roots::shift_factors(power)?;
                Self::Avx2(Box::new(avx2::fft::LaneRoots::new(power, &shift)?))
            }
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => {
                let shift = roots::shift_factors(power)?;
                Self::Avx512(Box::new(avx512::fft::LaneRoots::new(power, &shift)?))
            }
            _ => Self::Plain(PlainRoots::new(power)?),
        })
    }

    /// Bytes that the roots for such a domain take.
    pub fn bytes(power: u32) -> u64 {
        4 * (1u64 << power) * size_of::<Fr>() as u64
    }

    /// A·B − C at the odd points of the double domain, plain: the scalars of section 9, which is
    /// the Lagrange basis at those points, so that nothing is divided by the vanishing polynomial.
    /// `a` and `b` are values on the domain; C is their product there.
    pub fn quotient(&self, a: Vec<Fr>, b: Vec<Fr>, control: &Control) -> Result<Vec<Limbs>> {
        match self {
            Self::Plain(roots) => plain::fft::quotient(roots, a, b, control),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: there are such roots only where the machine has the instructions.
            Self::Avx2(roots) => unsafe { avx2::fft::quotient(roots, a, b, control) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Self::Avx512(roots) => unsafe { avx512::fft::quotient(roots, a, b, control) },
        }
    }
}

#[cfg(test)]
mod tests;
