use crate::container::{Sections, word};
use crate::element::{Bases, ELEMENT, G1_BYTES, G2_BYTES, Group, limbs, require_valid};
use crate::error::{File, ProverError, Result};
use crate::storage::Storage;
use ark_bn254::{Fq, g1, g2};
use ark_ff::PrimeField;
use std::ops::Range;
use std::path::Path;

pub const HEADER: u64 = 44;
pub const LARGEST_POWER: u32 = 27;

/// A `.ptau` file prepared for phase two. Points are checked when they are asked for: that they are
/// on their curves, not that they belong together, which `snarkjs powersoftau verify` says.
pub struct Ptau {
    storage: Storage,
    places: [Range<usize>; 8],
    pub power: u32,
}

/// Its lists of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Powers of tau, and the same times alpha and beta.
    Tau,
    AlphaTau,
    BetaTau,
    Beta2,
    /// Lagrange bases of all domains, one after the other.
    Lagrange,
    Lagrange2,
    AlphaLagrange,
    BetaLagrange,
}

const LISTS: [(List, u32, &str); 8] = [
    (List::Tau, 2, "tau"),
    (List::AlphaTau, 4, "alpha tau"),
    (List::BetaTau, 5, "beta tau"),
    (List::Beta2, 6, "beta"),
    (List::Lagrange, 12, "Lagrange tau"),
    (List::Lagrange2, 13, "Lagrange tau"),
    (List::AlphaLagrange, 14, "Lagrange alpha"),
    (List::BetaLagrange, 15, "Lagrange beta"),
];

impl Ptau {
    /// Maps a file. Nobody may shorten it while it is in use.
    pub fn open(path: &Path) -> Result<Self> {
        Self::read(Storage::open(File::Ptau, path)?)
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::read(Storage::from(bytes))
    }

    fn read(storage: Storage) -> Result<Self> {
        let malformed = |reason: String| Err(ProverError::malformed(File::Ptau, reason));
        let sections = Sections::read(File::Ptau, &storage, b"ptau", 1)?;
        let header = &storage[sections.place_of_length(1, HEADER)?];
        if word(header, 0) as usize != ELEMENT || limbs(header, 4) != Fq::MODULUS.0 {
            return Err(ProverError::CurveUnsupported { file: File::Ptau });
        }
        let power = word(header, 36);
        if !(1..=LARGEST_POWER).contains(&power) {
            return malformed(format!("its power is {power}"));
        }
        if sections.place(12).is_err() {
            let hint = "it is not prepared for phase two (snarkjs powersoftau prepare phase2)";
            return malformed(hint.into());
        }
        let size = 1u64 << power;
        let (point, point2) = (G1_BYTES as u64, G2_BYTES as u64);
        let mut places: [Range<usize>; 8] = std::array::from_fn(|_| 0..0);
        for (list, id, _) in LISTS {
            let length = match list {
                List::Tau => (2 * size - 1) * point,
                List::AlphaTau | List::BetaTau => size * point,
                List::Beta2 => point2,
                List::Lagrange => (4 * size - 1) * point,
                List::Lagrange2 => (2 * size - 1) * point2,
                List::AlphaLagrange | List::BetaLagrange => (2 * size - 1) * point,
            };
            places[list as usize] = sections.place_of_length(id, length)?;
        }
        Ok(Self { storage, places, power })
    }

    /// Some points of a list in G1, each on the curve.
    pub fn g1(&self, list: List, range: Range<usize>) -> Result<Bases<'_>> {
        self.points::<g1::Config>(list, range)
    }

    /// Some points of a list in G2, each on the curve.
    pub fn g2(&self, list: List, range: Range<usize>) -> Result<Bases<'_>> {
        self.points::<g2::Config>(list, range)
    }

    fn points<P: Group>(&self, list: List, range: Range<usize>) -> Result<Bases<'_>> {
        let (_, _, name) = LISTS[list as usize];
        let bytes = &self.storage[self.places[list as usize].clone()];
        let bases =
            Bases::new::<P>(&bytes[range.start * P::POINT_BYTES..range.end * P::POINT_BYTES]);
        require_valid::<P>(File::Ptau, &bases, &format!("{name} {} +", range.start))?;
        Ok(bases)
    }
}
