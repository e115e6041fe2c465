//! Keys from powers of tau that nobody knows: each wire's points are sums of Lagrange points.

use super::Steps;
use super::circuit::{Circuit, Terms};
use super::combine::{Entry, add_entries};
use super::contribution::Transcript;
use super::output::NewFile;
use super::parts::{self, Initial, KeyHash, hashed_powers, one_in_g1, one_in_g2};
use super::ptau::{List, Ptau};
use super::table::Table;
use crate::control::Control;
use crate::element::{Bases, Point};
use crate::error::{File, ProverError, Result};
use crate::memory::filled;
use crate::msm::batch::Block;
use crate::zkey::FixedPoints;
use ark_bn254::{Fq, Fq2, g1, g2};
use rayon::prelude::*;
use std::path::Path;

/// From this domain on snarkjs reads one point past the powers of a ptau of exactly this power, and
/// hashes what happens to stand there.
const FIRST_OVERREADING_POWER: u32 = 15;
/// Rows are taken until they have as many terms, or points and their doubles in one table.
const TERMS_AT_ONCE: usize = 1 << 19;
const POINTS_AT_ONCE: u64 = 1 << 20;

/// Writes the key that `snarkjs zkey new` makes, byte for byte. It has no contribution: whoever
/// proves with it can forge.
pub fn write_key_from_ptau(
    circuit: &Circuit,
    ptau: &Ptau,
    path: &Path,
    control: &Control,
) -> Result<Steps> {
    let mut steps = Steps::default();
    let initial = initial_key(circuit, ptau, control, &mut steps)?;
    let h = odd_lagrange(circuit, ptau)?;
    let mut file = NewFile::create(File::Zkey, path)?;
    steps.measure("write", control, || {
        file.begin(b"zkey", 10)?;
        parts::write_header(&mut file, circuit, &initial.fixed)?;
        parts::write_coefficients(&mut file, circuit)?;
        file.section_of_points(3, &initial.ic)?;
        file.section_of_points(9, &h)?;
        file.section_of_points(8, &initial.c)?;
        file.section_of_points(5, &initial.a)?;
        file.section_of_points(6, &initial.b1)?;
        file.section_of_points(7, &initial.b2)?;
        let circuit_hash = initial.circuit_hash;
        let transcript = Transcript { circuit_hash, contributions: Vec::new() }.encode();
        file.section(10, transcript.len() as u64)?;
        file.write(&transcript)
    })?;
    steps.measure("finish", control, || file.finish())?;
    Ok(steps)
}

/// All of the key but H, and its hash.
pub fn initial_key(
    circuit: &Circuit,
    ptau: &Ptau,
    control: &Control,
    steps: &mut Steps,
) -> Result<Initial> {
    require_large_enough(circuit.power(), ptau.power)?;
    let fixed = FixedPoints {
        alpha1: ptau.g1(List::AlphaTau, 0..1)?.get(0),
        beta1: ptau.g1(List::BetaTau, 0..1)?.get(0),
        beta2: ptau.g2(List::Beta2, 0..1)?.get(0),
        gamma2: one_in_g2(),
        delta1: one_in_g1(),
        delta2: one_in_g2(),
    };
    let sums = steps.measure("rows", control, || Sums::new(circuit, ptau, control))?;
    let Sums { a, b1, b2, whole: mut ic } = sums;
    let c = ic.split_off(circuit.public_signals + 1);
    let mut hash = KeyHash::default();
    hash.fixed(&fixed)?;
    hash.counted(ic.len(), &ic)?;
    steps.measure("hash H", control, || {
        let domain = 1 << circuit.power();
        let points = powers_times_vanishing(ptau, domain, control)?;
        hash.counted(domain - 1, &points)
    })?;
    let circuit_hash = steps.measure("hash", control, || {
        hash.counted(c.len(), &c)?;
        hash.counted(a.len(), &a)?;
        hash.counted(b1.len(), &b1)?;
        hash.counted(b2.len(), &b2)?;
        Ok(hash.finish())
    })?;
    Ok(Initial { fixed, ic, a, b1, b2, c, circuit_hash })
}

fn require_large_enough(circuit: u32, power: u32) -> Result<()> {
    let needed = if circuit < FIRST_OVERREADING_POWER { circuit } else { circuit + 1 };
    match needed > power {
        true => Err(ProverError::PtauTooSmall { needed, power }),
        false => Ok(()),
    }
}

/// Section 9: the basis of the domain twice as large, at its odd points.
pub fn odd_lagrange(circuit: &Circuit, ptau: &Ptau) -> Result<Vec<Point<Fq>>> {
    let domain = 1usize << circuit.power();
    let bases = ptau.g1(List::Lagrange, 2 * domain - 1..4 * domain - 1)?;
    Ok((0..domain).map(|index| bases.get(2 * index + 1)).collect())
}

/// τ^(i + n) − τ^i, as many as are hashed.
fn powers_times_vanishing(ptau: &Ptau, domain: usize, control: &Control) -> Result<Vec<Point<Fq>>> {
    const PAIRS_AT_ONCE: usize = 1 << 12;
    let count = hashed_powers(domain);
    let high = ptau.g1(List::Tau, domain..domain + count)?;
    let low = ptau.g1(List::Tau, 0..count)?;
    let mut points = filled(count, Point::INFINITY)?;
    points.par_chunks_mut(PAIRS_AT_ONCE).enumerate().try_for_each_init(
        Block::default,
        |block, (piece, places)| {
            control.check()?;
            block.clear();
            for index in 0..places.len() {
                let place = piece * PAIRS_AT_ONCE + index;
                block.groups.push((2 * index as u32, 2));
                block.points.extend([high.get(place), low.get::<Fq>(place).negated_if(true)]);
            }
            block.add_up();
            for (place, (start, _)) in places.iter_mut().zip(&block.groups) {
                *place = block.points[*start as usize];
            }
            Ok(())
        },
    )?;
    Ok(points)
}

/// The points of every wire.
struct Sums {
    a: Vec<Point<Fq>>,
    b1: Vec<Point<Fq>>,
    b2: Vec<Point<Fq2>>,
    /// β·a + α·b + c
    whole: Vec<Point<Fq>>,
}

/// The Lagrange basis of the circuit's domain, times one, alpha and beta.
struct Basis<'a> {
    one: Bases<'a>,
    one2: Bases<'a>,
    alpha: Bases<'a>,
    beta: Bases<'a>,
}

impl Sums {
    fn new(circuit: &Circuit, ptau: &Ptau, control: &Control) -> Result<Self> {
        let domain = 1usize << circuit.power();
        let range = domain - 1..2 * domain - 1;
        let basis = Basis {
            one: ptau.g1(List::Lagrange, range.clone())?,
            one2: ptau.g2(List::Lagrange2, range.clone())?,
            alpha: ptau.g1(List::AlphaLagrange, range.clone())?,
            beta: ptau.g1(List::BetaLagrange, range)?,
        };
        let mut sums = Self {
            a: filled(circuit.wires, Point::INFINITY)?,
            b1: filled(circuit.wires, Point::INFINITY)?,
            b2: filled(circuit.wires, Point::INFINITY)?,
            whole: filled(circuit.wires, Point::INFINITY)?,
        };
        let mut rows = Rows::default();
        for row in circuit.rows() {
            rows.push(row);
            if rows.is_full() {
                sums.add(&mut rows, &basis, control)?;
            }
        }
        for wire in 0..=circuit.public_signals {
            rows.push_public(wire as u32);
        }
        sums.add(&mut rows, &basis, control)?;
        Ok(sums)
    }

    fn add(&mut self, rows: &mut Rows, basis: &Basis<'_>, control: &Control) -> Result<()> {
        for entries in &mut rows.entries {
            entries.par_sort_unstable_by_key(|entry| entry.wire);
        }
        let Rows { first, lengths, entries: [a, b, c], .. } = rows;
        let [in_a, in_b, in_c] = lengths;
        let end = *first + in_a.len();
        let both: Vec<u32> = in_a.iter().zip(&*in_b).map(|(a, b)| *a.max(b)).collect();
        let all: Vec<u32> = both.iter().zip(&*in_c).map(|(ab, c)| *ab.max(c)).collect();
        let in_g1 = |bases: &Bases<'_>, lengths: &[u32]| {
            Table::new(&bases.part::<g1::Config>(*first..end), lengths, control)
        };
        let table = in_g1(&basis.one, &all)?;
        add_entries::<g1::Config>(&mut self.a, a, &table, control)?;
        add_entries::<g1::Config>(&mut self.b1, b, &table, control)?;
        add_entries::<g1::Config>(&mut self.whole, c, &table, control)?;
        let table = in_g1(&basis.beta, in_a)?;
        add_entries::<g1::Config>(&mut self.whole, a, &table, control)?;
        let table = in_g1(&basis.alpha, in_b)?;
        add_entries::<g1::Config>(&mut self.whole, b, &table, control)?;
        let bases = basis.one2.part::<g2::Config>(*first..end);
        let table = Table::new(&bases, in_b, control)?;
        add_entries::<g2::Config>(&mut self.b2, b, &table, control)?;
        rows.clear();
        Ok(())
    }
}

/// Some rows that follow each other.
#[derive(Default)]
struct Rows {
    first: usize,
    /// For each matrix and row, how many doubles of the row's point its coefficients need.
    lengths: [Vec<u32>; 3],
    entries: [Vec<Entry>; 3],
    /// Of all doubles.
    points: u64,
}

impl Rows {
    fn push(&mut self, row: [Terms<'_>; 3]) {
        let index = self.lengths[0].len() as u32;
        for ((terms, entries), lengths) in
            row.into_iter().zip(&mut self.entries).zip(&mut self.lengths)
        {
            let mut longest = 0;
            for (wire, coefficient) in terms.iter() {
                let entry = Entry::new(wire, index, &coefficient);
                longest = longest.max(entry.bits.length());
                entries.push(entry);
            }
            lengths.push(longest);
            self.points += u64::from(longest);
        }
    }

    /// The row that a public wire has for itself in A.
    fn push_public(&mut self, wire: u32) {
        let index = self.lengths[0].len() as u32;
        self.entries[0].push(Entry::new(wire, index, &[1, 0, 0, 0]));
        self.lengths[0].push(1);
        self.lengths[1].push(0);
        self.lengths[2].push(0);
    }

    fn is_full(&self) -> bool {
        let terms: usize = self.entries.iter().map(Vec::len).sum();
        terms >= TERMS_AT_ONCE || self.points >= POINTS_AT_ONCE
    }

    fn clear(&mut self) {
        self.first += self.lengths[0].len();
        self.lengths.iter_mut().for_each(Vec::clear);
        self.entries.iter_mut().for_each(Vec::clear);
        self.points = 0;
    }
}
