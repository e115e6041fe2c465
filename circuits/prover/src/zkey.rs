use crate::container::{Sections, word};
use crate::control::Control;
use crate::element::{Bases, ELEMENT, G1_BYTES, G2_BYTES, Group, Point};
use crate::element::{is_scalar, limbs, require_valid};
use crate::error::{File, ProverError, Result};
use crate::kernels::Roots;
use crate::msm::layout::Layout;
use crate::msm::multiples::Multiples;
use crate::storage::Storage;
use ark_bn254::{Fq, Fq2, Fr, G2Affine, g1, g2};
use ark_ff::PrimeField;
use rayon::prelude::*;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

pub const GROTH16: u32 = 1;
pub const HEADER: u64 = 84 + 3 * G1_BYTES as u64 + 3 * G2_BYTES as u64;
/// Matrix, row, wire and value of one coefficient.
pub const TERM: usize = 12 + ELEMENT;
/// The scalar field has roots of order 2^28, and a proof needs those of twice the domain.
const LARGEST_POWER: u32 = 27;

/// The points outside the long sections.
pub struct FixedPoints {
    pub alpha1: Point<Fq>,
    pub beta1: Point<Fq>,
    pub delta1: Point<Fq>,
    pub beta2: Point<Fq2>,
    pub gamma2: Point<Fq2>,
    pub delta2: Point<Fq2>,
}

/// One coefficient of A (matrix 0) or B (1).
#[derive(Clone, Copy)]
pub struct Term {
    pub matrix: u32,
    pub row: u32,
    pub wire: u32,
    /// The value times R², as limbs.
    pub value: Fr,
}

#[derive(Clone, Copy)]
pub struct Terms<'a>(&'a [u8]);

impl Terms<'_> {
    pub fn len(&self) -> usize {
        self.0.len() / TERM
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub fn row(&self, index: usize) -> u32 {
        word(self.0, index * TERM + 4)
    }

    #[inline]
    pub fn get(&self, index: usize) -> Term {
        let record = &self.0[index * TERM..(index + 1) * TERM];
        Term {
            matrix: word(record, 0),
            row: word(record, 4),
            wire: word(record, 8),
            value: Fr::new_unchecked(ark_ff::BigInt(limbs(record, 12))),
        }
    }
}

struct Places {
    ic: Range<usize>,
    terms: Range<usize>,
    a: Range<usize>,
    b1: Range<usize>,
    b2: Range<usize>,
    c: Range<usize>,
    h: Range<usize>,
}

/// A proving key, every part of it checked.
pub struct Zkey {
    storage: Storage,
    places: Places,
    pub wires: usize,
    pub public_signals: usize,
    pub power: u32,
    pub fixed: FixedPoints,
    pub roots: Roots,
    /// Whether terms stand in the order of their rows, as snarkjs and we write them.
    pub has_ordered_terms: bool,
    h_multiples: OnceLock<Multiples<g1::Config>>,
}

impl Zkey {
    /// Maps a `.zkey` file. Nobody may shorten it while it is in use.
    pub fn open(path: &Path) -> Result<Self> {
        Self::read(Storage::open(File::Zkey, path)?)
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::read(Storage::from(bytes))
    }

    fn read(storage: Storage) -> Result<Self> {
        let bytes: &[u8] = &storage;
        let sections = Sections::read(File::Zkey, bytes, b"zkey", 1)?;
        if word(&bytes[sections.place_of_length(1, 4)?], 0) != GROTH16 {
            return Err(ProverError::malformed(File::Zkey, "it is no Groth16 key"));
        }
        let header = &bytes[sections.place_of_length(2, HEADER)?];
        require_curve(header)?;
        let (wires, public, domain) = (word(header, 72), word(header, 76), word(header, 80));
        let places = places(&sections, bytes, [wires, public, domain].map(u64::from))?;
        let fixed = fixed_points(header)?;
        let key = Self {
            wires: wires as usize,
            public_signals: public as usize,
            power: domain.trailing_zeros(),
            fixed,
            roots: Roots::new(domain.trailing_zeros())?,
            has_ordered_terms: false,
            h_multiples: OnceLock::new(),
            places,
            storage,
        };
        key.require_points()?;
        let has_ordered_terms = key.require_terms()?;
        Ok(Self { has_ordered_terms, ..key })
    }

    pub fn domain_size(&self) -> usize {
        1 << self.power
    }

    /// What it holds in memory, mapped pages and multiples counted in.
    pub fn bytes(&self) -> u64 {
        self.storage.len() as u64 + Roots::bytes(self.power) + self.multiples_bytes()
    }

    /// Makes multiples of H, whose scalars are of full size in every proof, in the current rayon
    /// pool; a key keeps those that it has.
    pub fn make_h_multiples(&self, layout: Layout, control: &Control) -> Result<()> {
        if self.h_multiples().is_none() {
            // Whoever was quicker made the same.
            let _ = self.h_multiples.set(Multiples::new(&self.h(), layout, control)?);
        }
        Ok(())
    }

    pub fn h_multiples(&self) -> Option<&Multiples<g1::Config>> {
        self.h_multiples.get()
    }

    pub fn multiples_bytes(&self) -> u64 {
        self.h_multiples().map_or(0, Multiples::bytes)
    }

    pub fn terms(&self) -> Terms<'_> {
        Terms(&self.storage[self.places.terms.clone()])
    }

    pub fn ic(&self) -> Bases<'_> {
        self.g1(&self.places.ic)
    }

    pub fn a(&self) -> Bases<'_> {
        self.g1(&self.places.a)
    }

    pub fn b1(&self) -> Bases<'_> {
        self.g1(&self.places.b1)
    }

    pub fn b2(&self) -> Bases<'_> {
        Bases::new::<g2::Config>(&self.storage[self.places.b2.clone()])
    }

    /// One point per wire that is not public.
    pub fn c(&self) -> Bases<'_> {
        self.g1(&self.places.c)
    }

    pub fn h(&self) -> Bases<'_> {
        self.g1(&self.places.h)
    }

    /// Section 4 as it lies.
    pub fn coefficients(&self) -> &[u8] {
        // The number of terms stands before them.
        &self.storage[self.places.terms.start - 4..self.places.terms.end]
    }

    /// Section 10, which proofs do without: the hash of the key and its contributions.
    pub fn transcript(&self) -> Result<&[u8]> {
        let sections = Sections::read(File::Zkey, &self.storage, b"zkey", 1)?;
        Ok(&self.storage[sections.place(10)?])
    }

    fn g1(&self, place: &Range<usize>) -> Bases<'_> {
        Bases::new::<g1::Config>(&self.storage[place.clone()])
    }

    fn require_points(&self) -> Result<()> {
        require_valid::<g1::Config>(File::Zkey, &self.ic(), "IC")?;
        require_valid::<g1::Config>(File::Zkey, &self.a(), "A")?;
        require_valid::<g1::Config>(File::Zkey, &self.b1(), "B1")?;
        require_valid::<g2::Config>(File::Zkey, &self.b2(), "B2")?;
        require_valid::<g1::Config>(File::Zkey, &self.c(), "C")?;
        require_valid::<g1::Config>(File::Zkey, &self.h(), "H")
    }

    fn require_terms(&self) -> Result<bool> {
        let terms = self.terms();
        let bad = (0..terms.len()).into_par_iter().with_min_len(1 << 12).find_first(|index| {
            let Term { matrix, row, wire, value } = terms.get(*index);
            let is_inside =
                matrix < 2 && (row as usize) < self.domain_size() && (wire as usize) < self.wires;
            !is_inside || !is_scalar(&value.0.0)
        });
        if let Some(index) = bad {
            let Term { matrix, row, wire, value } = terms.get(index);
            if is_scalar(&value.0.0) {
                let reason = format!("coefficient {index} is at ({matrix}, {row}, {wire})");
                return Err(ProverError::malformed(File::Zkey, reason));
            }
            let place = format!("coefficient {index}");
            return Err(ProverError::ElementOutOfRange { file: File::Zkey, place });
        }
        Ok((1..terms.len()).all(|index| terms.row(index - 1) <= terms.row(index)))
    }
}

fn require_curve(header: &[u8]) -> Result<()> {
    let is_bn254 = word(header, 0) as usize == ELEMENT
        && word(header, 36) as usize == ELEMENT
        && limbs(header, 4) == Fq::MODULUS.0
        && limbs(header, 40) == Fr::MODULUS.0;
    match is_bn254 {
        true => Ok(()),
        false => Err(ProverError::CurveUnsupported { file: File::Zkey }),
    }
}

fn places(sections: &Sections, bytes: &[u8], counts: [u64; 3]) -> Result<Places> {
    let [wires, public, domain] = counts;
    let malformed = |reason: String| Err(ProverError::malformed(File::Zkey, reason));
    if !domain.is_power_of_two() || domain > 1 << LARGEST_POWER {
        return malformed(format!("its domain has {domain} rows"));
    }
    if public >= wires {
        return malformed(format!("it has {public} public signals and {wires} wires"));
    }
    let g1 = |id: u32, count: u64| sections.place_of_length(id, count * G1_BYTES as u64);
    let whole = sections.place(4)?;
    if whole.len() < 4 {
        return malformed("section 4 is too short".into());
    }
    let terms = u64::from(word(bytes, whole.start));
    let whole = sections.place_of_length(4, 4 + terms * TERM as u64)?;
    Ok(Places {
        ic: g1(3, public + 1)?,
        terms: whole.start + 4..whole.end,
        a: g1(5, wires)?,
        b1: g1(6, wires)?,
        b2: sections.place_of_length(7, wires * G2_BYTES as u64)?,
        c: g1(8, wires - public - 1)?,
        h: g1(9, domain)?,
    })
}

fn fixed_points(header: &[u8]) -> Result<FixedPoints> {
    Ok(FixedPoints {
        alpha1: fixed::<g1::Config>(header, 84, "alpha")?,
        beta1: fixed::<g1::Config>(header, 148, "beta")?,
        beta2: subgroup_point(header, 212, "beta")?,
        gamma2: subgroup_point(header, 340, "gamma")?,
        delta1: fixed::<g1::Config>(header, 468, "delta")?,
        delta2: subgroup_point(header, 532, "delta")?,
    })
}

fn fixed<P: Group>(header: &[u8], at: usize, name: &str) -> Result<Point<P::BaseField>> {
    let bases = Bases::new::<P>(&header[at..at + P::POINT_BYTES]);
    require_valid::<P>(File::Zkey, &bases, name)?;
    match bases.is_infinity(0) {
        true => Err(ProverError::malformed(File::Zkey, format!("{name} is at infinity"))),
        false => Ok(bases.get(0)),
    }
}

/// Too slow for the long sections: there the check of each proof stands in.
fn subgroup_point(header: &[u8], at: usize, name: &str) -> Result<Point<Fq2>> {
    let point = fixed::<g2::Config>(header, at, name)?;
    let affine: G2Affine = point.affine();
    match affine.is_in_correct_subgroup_assuming_on_curve() {
        true => Ok(point),
        false => {
            let place = format!("{name}, outside its subgroup");
            Err(ProverError::PointOffCurve { file: File::Zkey, place })
        }
    }
}
