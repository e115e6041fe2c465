//! The container that snarkjs's files share: four letters, version, number of sections; then per
//! section its id (32 bits), length (64) and bytes. All integers are little-endian.

use crate::error::{File, ProverError, Result};
use std::ops::Range;

const HEADER: usize = 12;
/// snarkjs writes ten sections at most; more is no file of its.
const MOST_SECTIONS: u32 = 64;

/// Where each section of a file lies.
#[derive(Debug)]
pub struct Sections {
    file: File,
    places: Vec<(u32, Range<usize>)>,
}

impl Sections {
    /// Reads the table of sections; the bytes after the last one are not looked at, as in snarkjs.
    pub fn read(file: File, bytes: &[u8], magic: &[u8; 4], version: u32) -> Result<Self> {
        let malformed = |reason: String| ProverError::malformed(file, reason);
        if bytes.len() < HEADER || &bytes[..4] != magic {
            return Err(malformed("it does not begin as such a file does".into()));
        }
        let actual = word(bytes, 4);
        if actual != version {
            return Err(malformed(format!("its version is {actual}, not {version}")));
        }
        let count = word(bytes, 8);
        if count > MOST_SECTIONS {
            return Err(malformed(format!("it has {count} sections")));
        }
        let mut places: Vec<(u32, Range<usize>)> = Vec::new();
        let mut offset = HEADER;
        for index in 0..count {
            if bytes.len() - offset < HEADER {
                return Err(malformed(format!("it ends in the header of section number {index}")));
            }
            let id = word(bytes, offset);
            let length = long(bytes, offset + 4);
            offset += HEADER;
            if length > (bytes.len() - offset) as u64 {
                return Err(malformed(format!("it ends inside section {id}")));
            }
            if places.iter().any(|(other, _)| *other == id) {
                return Err(malformed(format!("section {id} occurs twice")));
            }
            let end = offset + length as usize;
            places.push((id, offset..end));
            offset = end;
        }
        Ok(Self { file, places })
    }

    pub fn place(&self, id: u32) -> Result<Range<usize>> {
        let found = self.places.iter().find(|(other, _)| *other == id);
        found
            .map(|(_, range)| range.clone())
            .ok_or_else(|| ProverError::malformed(self.file, format!("section {id} is missing")))
    }

    /// A section whose length is known beforehand.
    pub fn place_of_length(&self, id: u32, length: u64) -> Result<Range<usize>> {
        let range = self.place(id)?;
        if range.len() as u64 == length {
            return Ok(range);
        }
        let reason = format!("section {id} has {} bytes, not {length}", range.len());
        Err(ProverError::malformed(self.file, reason))
    }
}

/// The 32-bit integer at `at`, which must lie inside `bytes`.
pub fn word(bytes: &[u8], at: usize) -> u32 {
    let mut buffer = [0; 4];
    buffer.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(buffer)
}

/// The 64-bit integer at `at`, which must lie inside `bytes`.
pub fn long(bytes: &[u8], at: usize) -> u64 {
    let mut buffer = [0; 8];
    buffer.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(buffer)
}
