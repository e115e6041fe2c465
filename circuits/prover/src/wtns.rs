use crate::container::{Sections, word};
use crate::element::{ELEMENT, Limbs, is_scalar, limbs};
use crate::error::{File, ProverError, Result};
use crate::memory::reserved;
use ark_bn254::Fr;
use ark_ff::PrimeField;

/// One value for each wire of a circuit, plain (not Montgomery) and below r; the first is 1.
#[derive(Debug, Clone)]
pub struct Witness {
    pub values: Vec<Limbs>,
}

impl Witness {
    /// Reads a `.wtns` file and checks every value.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let sections = Sections::read(File::Wtns, bytes, b"wtns", 2)?;
        let header = &bytes[sections.place_of_length(1, 8 + ELEMENT as u64)?];
        if word(header, 0) as usize != ELEMENT || limbs(header, 4) != Fr::MODULUS.0 {
            return Err(ProverError::CurveUnsupported { file: File::Wtns });
        }
        let count = word(header, 4 + ELEMENT);
        let data = &bytes[sections.place_of_length(2, u64::from(count) * ELEMENT as u64)?];
        let mut values = reserved(count as usize)?;
        for wire in 0..count as usize {
            let value = limbs(data, wire * ELEMENT);
            if !is_scalar(&value) {
                let place = format!("wire {wire}");
                return Err(ProverError::ElementOutOfRange { file: File::Wtns, place });
            }
            values.push(value);
        }
        if values.first() != Some(&[1, 0, 0, 0]) {
            return Err(ProverError::malformed(File::Wtns, "its first value is not 1"));
        }
        Ok(Self { values })
    }
}
