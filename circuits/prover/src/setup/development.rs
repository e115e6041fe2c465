//! Keys from a known secret: one multiplication of the generator per point, however many terms the
//! circuit has. They protect nothing.

use super::Steps;
use super::circuit::Circuit;
use super::contribution::{Beacon, Contribution, Drawn, Transcript, draw};
use super::lagrange::lagrange_at;
use super::output::NewFile;
use super::parts::{self, KeyHash, hashed_powers, one_in_g1, one_in_g2};
use crate::blake2b::Digest;
use crate::control::Control;
use crate::error::{File, Result};
use crate::fixed_base::{FixedBase, geometric};
use crate::memory::filled;
use crate::random::Generator;
use crate::zkey::FixedPoints;
use ark_bn254::{Fr, g1, g2};
use ark_ff::{AdditiveGroup, BigInt, Field};
use rayon::prelude::*;
use std::path::Path;

/// Tau, alpha and beta.
#[derive(Debug, Clone, Copy)]
pub struct Secret {
    pub tau: Fr,
    pub alpha: Fr,
    pub beta: Fr,
}

impl Secret {
    /// The first that the generator gives.
    pub fn draw(random: &mut Generator) -> Self {
        let (tau, alpha) = (random.scalar(), random.scalar());
        Self { tau, alpha, beta: random.scalar() }
    }
}

/// What is published, and everything follows from.
pub struct Published {
    /// Of tau, alpha and beta.
    pub powers: Beacon,
    pub delta: Beacon,
    /// Of the contributions.
    pub name: String,
}

/// Writes the key that `snarkjs zkey new` and one beacon make of a circuit and the development
/// ptau, byte for byte.
pub fn write_development_key(
    circuit: &Circuit,
    published: &Published,
    path: &Path,
    control: &Control,
) -> Result<Steps> {
    let mut steps = Steps::default();
    let Beacon { hash, exponent } = &published.powers;
    let secret = Secret::draw(&mut Generator::from_beacon(hash, *exponent, control)?);
    let drawn = draw(&published.delta, control)?;
    let columns = steps.measure("rows", control, || Columns::new(circuit, &secret, control))?;
    let setup = Setup { circuit, secret, published, drawn, control };
    let mut file = NewFile::create(File::Zkey, path)?;
    setup.write(columns, &mut file, &mut steps)?;
    steps.measure("finish", control, || file.finish())?;
    Ok(steps)
}

struct Setup<'a> {
    circuit: &'a Circuit,
    secret: Secret,
    published: &'a Published,
    drawn: Drawn,
    control: &'a Control,
}

impl Setup<'_> {
    fn write(&self, columns: Columns, file: &mut NewFile, steps: &mut Steps) -> Result<()> {
        let Self { circuit, secret, control, .. } = *self;
        let delta = self.drawn.factor;
        let (wires, domain) = (circuit.wires, 1usize << circuit.power());
        let g1 = FixedBase::<g1::Config>::new(5 * wires + 2 * domain)?;
        let g2 = FixedBase::<g2::Config>::new(wires)?;
        let initial = self.fixed(&g1, &g2, Fr::ONE)?;
        let (ic, rest) = columns.sums.split_at(circuit.public_signals + 1);

        let mut hash = KeyHash::default();
        hash.fixed(&initial)?;
        let ic = g1.multiply(ic, control)?;
        hash.counted(ic.len(), &ic)?;
        steps.measure("hash H", control, || {
            let vanishing = secret.tau.pow([domain as u64]) - Fr::ONE;
            let powers = geometric(vanishing, secret.tau, hashed_powers(domain))?;
            hash.counted(domain - 1, &g1.multiply(&powers, control)?)
        })?;
        steps.measure("hash C", control, || {
            hash.counted(rest.len(), &g1.multiply(rest, control)?)
        })?;
        let a = steps.measure("A", control, || g1.multiply(&columns.a, control))?;
        hash.counted(a.len(), &a)?;
        let b1 = steps.measure("B1", control, || g1.multiply(&columns.b, control))?;
        hash.counted(b1.len(), &b1)?;
        let b2 = steps.measure("B2", control, || g2.multiply(&columns.b, control))?;
        hash.counted(b2.len(), &b2)?;
        let circuit_hash = hash.finish();

        file.begin(b"zkey", 10)?;
        parts::write_header(file, circuit, &self.fixed(&g1, &g2, delta)?)?;
        file.section_of_points(3, &ic)?;
        steps.measure("coefficients", control, || parts::write_coefficients(file, circuit))?;
        file.section_of_points(5, &a)?;
        file.section_of_points(6, &b1)?;
        file.section_of_points(7, &b2)?;
        drop((a, b1, b2));
        let inverse = delta.inverse().unwrap_or(Fr::ZERO);
        let over_delta = |values: &mut [Fr]| values.par_iter_mut().for_each(|v| *v *= inverse);
        let mut scalars = columns.sums;
        over_delta(&mut scalars);
        let c = &scalars[circuit.public_signals + 1..];
        let c = steps.measure("C", control, || g1.multiply(c, control))?;
        file.section_of_points(8, &c)?;
        let h = steps.measure("H", control, || {
            let mut basis = odd_lagrange(secret.tau, circuit.power())?;
            over_delta(&mut basis);
            g1.multiply(&basis, control)
        })?;
        file.section_of_points(9, &h)?;
        self.write_transcript(file, circuit_hash)
    }

    fn write_transcript(&self, file: &mut NewFile, circuit_hash: Digest) -> Result<()> {
        let Published { name, delta, .. } = self.published;
        let contribution = Contribution::of_beacon(name, delta.clone(), &self.drawn, &circuit_hash);
        let transcript = Transcript { circuit_hash, contributions: vec![contribution] }.encode();
        file.section(10, transcript.len() as u64)?;
        file.write(&transcript)
    }

    fn fixed(
        &self,
        g1: &FixedBase<g1::Config>,
        g2: &FixedBase<g2::Config>,
        delta: Fr,
    ) -> Result<FixedPoints> {
        let is_one = delta == Fr::ONE;
        Ok(FixedPoints {
            alpha1: g1.multiply_one(self.secret.alpha)?,
            beta1: g1.multiply_one(self.secret.beta)?,
            beta2: g2.multiply_one(self.secret.beta)?,
            gamma2: one_in_g2(),
            delta1: if is_one { one_in_g1() } else { g1.multiply_one(delta)? },
            delta2: if is_one { one_in_g2() } else { g2.multiply_one(delta)? },
        })
    }
}

/// The basis of the domain twice as large, at its odd points, without dividing by Z.
fn odd_lagrange(tau: Fr, power: u32) -> Result<Vec<Fr>> {
    let mut basis = lagrange_at(tau, power + 1)?;
    for index in 0..basis.len() / 2 {
        basis[index] = basis[2 * index + 1];
    }
    basis.truncate(1 << power);
    Ok(basis)
}

/// Each wire's polynomials at tau.
struct Columns {
    a: Vec<Fr>,
    b: Vec<Fr>,
    /// β·a + α·b + c
    sums: Vec<Fr>,
}

/// Rows between two looks at whether to stop.
const ROWS_AT_ONCE: usize = 1 << 12;

impl Columns {
    fn new(circuit: &Circuit, secret: &Secret, control: &Control) -> Result<Self> {
        let mut basis = lagrange_at(secret.tau, circuit.power())?;
        // Coefficients are read as if in Montgomery form, which divides them by 2^256.
        let radix = Fr::from(2u64).pow([256]);
        basis.par_iter_mut().for_each(|value| *value *= radix);
        let zeros = || filled(circuit.wires, Fr::ZERO);
        let (mut a, mut b, mut sums) = (zeros()?, zeros()?, zeros()?);
        for (index, (row, value)) in circuit.rows().zip(&basis).enumerate() {
            if index % ROWS_AT_ONCE == 0 {
                control.check()?;
            }
            for (terms, column) in row.into_iter().zip([&mut a, &mut b, &mut sums]) {
                for (wire, coefficient) in terms.iter() {
                    let coefficient = Fr::new_unchecked(BigInt(coefficient));
                    column[wire as usize] += coefficient * value;
                }
            }
        }
        let unit = radix.inverse().unwrap_or(Fr::ZERO);
        for (column, value) in a[..=circuit.public_signals].iter_mut().zip(&basis[circuit.rows..]) {
            *column += unit * value;
        }
        sums.par_iter_mut().zip(&a).zip(&b).for_each(|((sum, a), b)| {
            *sum += secret.beta * a + secret.alpha * b;
        });
        Ok(Self { a, b, sums })
    }
}
