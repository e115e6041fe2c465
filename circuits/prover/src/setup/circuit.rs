use crate::container::{Sections, word};
use crate::element::{ELEMENT, Limbs, is_scalar, limbs};
use crate::error::{File, ProverError, Result};
use crate::storage::Storage;
use ark_bn254::Fr;
use ark_ff::PrimeField;
use std::ops::Range;
use std::path::Path;

const HEADER: u64 = 64;
/// A wire's number and its coefficient.
const TERM: usize = 4 + ELEMENT;
/// Three numbers of terms.
const LEAST_ROW: u64 = 12;
/// The scalar field has roots of order 2^28, and a key needs those of twice the domain.
const LARGEST_POWER: u32 = 27;

/// An `.r1cs` file, every part of it checked; only what is at hand is in memory.
pub struct Circuit {
    storage: Storage,
    constraints: Range<usize>,
    pub wires: usize,
    /// Outputs and public inputs; they are the wires 1, 2, … after the constant.
    pub public_signals: usize,
    pub rows: usize,
    /// Terms of A, B and C.
    pub terms: [u64; 3],
}

/// The terms of one row in A, B or C.
#[derive(Clone, Copy)]
pub struct Terms<'a>(&'a [u8]);

impl<'a> Terms<'a> {
    /// Wires and plain coefficients.
    pub fn iter(self) -> impl Iterator<Item = (u32, Limbs)> + 'a {
        self.0.chunks_exact(TERM).map(|term| (word(term, 0), limbs(term, 4)))
    }
}

impl Circuit {
    /// Maps a file. Nobody may shorten it while it is in use.
    pub fn open(path: &Path) -> Result<Self> {
        Self::read(Storage::open(File::R1cs, path)?)
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self> {
        Self::read(Storage::from(bytes))
    }

    fn read(storage: Storage) -> Result<Self> {
        let malformed = |reason: String| Err(ProverError::malformed(File::R1cs, reason));
        let sections = Sections::read(File::R1cs, &storage, b"r1cs", 1)?;
        let header = &storage[sections.place_of_length(1, HEADER)?];
        if word(header, 0) as usize != ELEMENT || limbs(header, 4) != Fr::MODULUS.0 {
            return Err(ProverError::CurveUnsupported { file: File::R1cs });
        }
        let [wires, outputs, inputs] = [36, 40, 44].map(|at| u64::from(word(header, at)));
        let rows = u64::from(word(header, 60));
        let public = outputs + inputs;
        let constraints = sections.place(2)?;
        // So that no number is believed that the file's size does not bear out.
        if rows * LEAST_ROW > constraints.len() as u64 || wires > storage.len() as u64 {
            return malformed(format!("it is too short for {rows} rows and {wires} wires"));
        }
        if public >= wires || rows + public == 0 {
            return malformed(format!(
                "it has {public} public signals, {wires} wires, {rows} rows"
            ));
        }
        let mut circuit = Self {
            constraints,
            wires: wires as usize,
            public_signals: public as usize,
            rows: rows as usize,
            terms: [0; 3],
            storage,
        };
        circuit.terms = circuit.counted()?;
        let power = circuit.power();
        match power > LARGEST_POWER {
            true => Err(ProverError::CircuitTooLarge { power, largest: LARGEST_POWER }),
            false => Ok(circuit),
        }
    }

    /// Binary logarithm of the domain: rows, and one more for the constant and each public signal.
    pub fn power(&self) -> u32 {
        (self.rows + self.public_signals).ilog2() + 1
    }

    /// Every row in its order.
    pub fn rows(&self) -> impl Iterator<Item = [Terms<'_>; 3]> {
        let bytes = &self.storage[self.constraints.clone()];
        let mut at = 0;
        (0..self.rows).map(move |_| {
            std::array::from_fn(|_| {
                let start = at + 4;
                at = start + word(bytes, at) as usize * TERM;
                Terms(&bytes[start..at])
            })
        })
    }

    /// Checks every term; `rows` takes for granted what this found.
    fn counted(&self) -> Result<[u64; 3]> {
        let malformed = |reason: String| Err(ProverError::malformed(File::R1cs, reason));
        let bytes = &self.storage[self.constraints.clone()];
        let mut counts = [0; 3];
        let mut at = 0;
        for row in 0..self.rows {
            for count in &mut counts {
                if bytes.len() - at < 4 {
                    return malformed(format!("it ends in row {row}"));
                }
                let terms = word(bytes, at) as usize;
                at += 4;
                if terms > (bytes.len() - at) / TERM {
                    return malformed(format!("it ends in row {row}"));
                }
                let end = at + terms * TERM;
                for (wire, coefficient) in Terms(&bytes[at..end]).iter() {
                    if wire as usize >= self.wires {
                        return malformed(format!("row {row} names wire {wire}, which is none"));
                    }
                    if !is_scalar(&coefficient) {
                        let place = format!("row {row}, wire {wire}");
                        return Err(ProverError::ElementOutOfRange { file: File::R1cs, place });
                    }
                }
                *count += terms as u64;
                at = end;
            }
        }
        match at == bytes.len() {
            true => Ok(counts),
            false => malformed("it holds more rows than it says".into()),
        }
    }
}
