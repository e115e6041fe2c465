//! What a key consists of, and how it is hashed and written.

use super::circuit::Circuit;
use super::output::{NewFile, encoded};
use crate::blake2b::{Blake2b, Digest};
use crate::element::{Coordinate, ELEMENT, Limbs, Point, to_point, write_limbs};
use crate::error::Result;
use crate::zkey::{FixedPoints, GROTH16, HEADER, TERM};
use ark_bn254::{Fq, Fq2, Fr, G1Projective, G2Projective, g1, g2};
use ark_ec::PrimeGroup;
use ark_ff::{BigInt, Field, PrimeField};

/// A key before anybody contributed: delta is one.
pub struct Initial {
    pub fixed: FixedPoints,
    pub ic: Vec<Point<Fq>>,
    pub a: Vec<Point<Fq>>,
    pub b1: Vec<Point<Fq>>,
    pub b2: Vec<Point<Fq2>>,
    pub c: Vec<Point<Fq>>,
    pub circuit_hash: Digest,
}

pub fn one_in_g1() -> Point<Fq> {
    to_point::<g1::Config>(&G1Projective::generator())
}

pub fn one_in_g2() -> Point<Fq2> {
    to_point::<g2::Config>(&G2Projective::generator())
}

/// Hashes points as snarkjs does, and their number before them where it does.
#[derive(Default)]
pub struct KeyHash(Blake2b);

impl KeyHash {
    pub fn fixed(&mut self, fixed: &FixedPoints) -> Result<()> {
        self.points(&[fixed.alpha1, fixed.beta1])?;
        self.points(&[fixed.beta2, fixed.gamma2])?;
        self.points(&[fixed.delta1])?;
        self.points(&[fixed.delta2])
    }

    pub fn counted<F: Coordinate>(&mut self, count: usize, points: &[Point<F>]) -> Result<()> {
        self.0.update(&(count as u32).to_be_bytes());
        self.points(points)
    }

    pub fn points<F: Coordinate>(&mut self, points: &[Point<F>]) -> Result<()> {
        encoded(points, 2 * F::BYTES, Point::write_uncompressed, |bytes| {
            self.0.update(bytes);
            Ok(())
        })
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash so far, to be gone on with apart from this one.
    pub fn state(&self) -> Blake2b {
        self.0.clone()
    }

    pub fn finish(self) -> Digest {
        self.0.finish()
    }
}

/// How many of the points τ^i·(τ^n − 1) are hashed: n − 1, but n from the domain on where snarkjs
/// rounds up to whole chunks.
pub fn hashed_powers(domain: usize) -> usize {
    const HASH_CHUNK: usize = 1 << 14;
    if domain - 1 > HASH_CHUNK { domain } else { domain - 1 }
}

/// Sections 1 and 2.
pub fn write_header(file: &mut NewFile, circuit: &Circuit, fixed: &FixedPoints) -> Result<()> {
    file.section(1, 4)?;
    file.word(GROTH16)?;
    file.section(2, HEADER)?;
    for modulus in [Fq::MODULUS.0, Fr::MODULUS.0] {
        file.word(ELEMENT as u32)?;
        let mut bytes = [0; ELEMENT];
        write_limbs(&modulus, &mut bytes);
        file.write(&bytes)?;
    }
    file.word(circuit.wires as u32)?;
    file.word(circuit.public_signals as u32)?;
    file.word(1 << circuit.power())?;
    file.points(&[fixed.alpha1, fixed.beta1])?;
    file.points(&[fixed.beta2, fixed.gamma2])?;
    file.points(&[fixed.delta1])?;
    file.points(&[fixed.delta2])
}

/// Bytes of section 4.
pub fn coefficients_length(circuit: &Circuit) -> u64 {
    4 + coefficient_count(circuit) * TERM as u64
}

fn coefficient_count(circuit: &Circuit) -> u64 {
    circuit.terms[0] + circuit.terms[1] + circuit.public_signals as u64 + 1
}

/// Hands out section 4, a coefficient at a time: the terms of A and B row by row, then a row of A
/// for the constant and each public signal, which keeps their polynomials independent.
pub fn coefficients(circuit: &Circuit, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    take(&(coefficient_count(circuit) as u32).to_le_bytes())?;
    // The value times R², where the limbs read as Montgomery form already divide by R.
    let squared = Fr::from(2u64).pow([512]);
    let mut record = [0; TERM];
    let mut write = |matrix: u32, row: usize, wire: u32, coefficient: Limbs| {
        record[..4].copy_from_slice(&matrix.to_le_bytes());
        record[4..8].copy_from_slice(&(row as u32).to_le_bytes());
        record[8..12].copy_from_slice(&wire.to_le_bytes());
        let value = Fr::new_unchecked(BigInt(coefficient)) * squared;
        write_limbs(&value.0.0, &mut record[12..]);
        take(&record)
    };
    for (row, [a, b, _]) in circuit.rows().enumerate() {
        for (matrix, terms) in [(0, a), (1, b)] {
            for (wire, coefficient) in terms.iter() {
                write(matrix, row, wire, coefficient)?;
            }
        }
    }
    for wire in 0..=circuit.public_signals {
        write(0, circuit.rows + wire, wire as u32, [1, 0, 0, 0])?;
    }
    Ok(())
}

pub fn write_coefficients(file: &mut NewFile, circuit: &Circuit) -> Result<()> {
    file.section(4, coefficients_length(circuit))?;
    coefficients(circuit, |record| file.write(record))
}
