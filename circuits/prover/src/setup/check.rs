//! Whether a key is the one that a circuit, powers of tau and a list of contributions give.

use super::Steps;
use super::circuit::Circuit;
use super::contribution::{Transcript, have_same_ratio};
use super::from_ptau::initial_key;
use super::output::encoded;
use super::parts::{self, Initial, one_in_g1, one_in_g2};
use super::ptau::{List, Ptau};
use crate::blake2b::Digest;
use crate::control::Control;
use crate::element::{Bases, Coordinate, Limbs, Point, to_point};
use crate::error::{ProverError, Result};
use crate::kernels::PlainRoots;
use crate::memory::{filled, reserved};
use crate::msm::multi_exponentiation;
use crate::zkey::Zkey;
use ark_bn254::{Fq, Fr, g1};
use ark_ff::{AdditiveGroup, BigInt, PrimeField};

/// A contribution that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub name: String,
    pub is_beacon: bool,
    pub hash: Digest,
}

/// What a valid key says of itself.
#[derive(Debug, Clone)]
pub struct Report {
    pub circuit_hash: Digest,
    pub contributions: Vec<Checked>,
    pub steps: Steps,
}

/// Checks a key as `snarkjs zkey verify` does, with random coefficients of 128 bits. Asked for a
/// production key, refuses one whose secret somebody may know: without a contribution by a person
/// (a beacon is public), or with gamma = delta.
pub fn check_key(
    circuit: &Circuit,
    ptau: &Ptau,
    key: &Zkey,
    is_production: bool,
    control: &Control,
) -> Result<Report> {
    let mut steps = Steps::default();
    compare_circuit(circuit, key)?;
    let transcript = Transcript::read(key.transcript()?)?;
    let delta = steps.measure("contributions", control, || transcript.follow(control))?;
    if is_production {
        require_production(key, &transcript)?;
    }
    let initial = initial_key(circuit, ptau, control, &mut steps)?;
    steps.measure("compare", control, || {
        compare_fixed(key, &initial, &delta)?;
        reject_unless(transcript.circuit_hash == initial.circuit_hash, "circuit hash")?;
        compare_coefficients(circuit, key)?;
        same_points(&key.ic(), &initial.ic, "IC")?;
        same_points(&key.a(), &initial.a, "A")?;
        same_points(&key.b1(), &initial.b1, "B1")?;
        same_points(&key.b2(), &initial.b2, "B2")
    })?;
    steps.measure("C", control, || {
        let c = bytes_of(&initial.c)?;
        same_ratio(key, &c, control)
    })?;
    steps.measure("H", control, || powers_agree(circuit, ptau, key, control))?;
    let contributions = transcript.contributions.iter().map(|contribution| {
        Ok(Checked {
            name: contribution.name.clone(),
            is_beacon: contribution.beacon.is_some(),
            hash: contribution.hash()?,
        })
    });
    let contributions = contributions.collect::<Result<_>>()?;
    Ok(Report { circuit_hash: initial.circuit_hash, contributions, steps })
}

fn rejected<T>(reason: impl Into<String>) -> Result<T> {
    Err(ProverError::KeyRejected { reason: reason.into() })
}

fn reject_unless(condition: bool, part: &str) -> Result<()> {
    if condition { Ok(()) } else { rejected(format!("its {part} differs")) }
}

fn require_production(key: &Zkey, transcript: &Transcript) -> Result<()> {
    if transcript.contributions.iter().all(|contribution| contribution.beacon.is_some()) {
        return rejected("no person has contributed to it, so its delta is known to all");
    }
    match key.fixed.gamma2 == key.fixed.delta2 {
        true => rejected("gamma and delta are equal, so anybody can forge proofs"),
        false => Ok(()),
    }
}

fn compare_circuit(circuit: &Circuit, key: &Zkey) -> Result<()> {
    reject_unless(circuit.wires == key.wires, "number of wires")?;
    reject_unless(circuit.public_signals == key.public_signals, "number of public signals")?;
    reject_unless(circuit.power() == key.power, "domain")
}

fn compare_fixed(key: &Zkey, initial: &Initial, delta: &Point<Fq>) -> Result<()> {
    let (own, expected) = (&key.fixed, &initial.fixed);
    reject_unless(own.alpha1 == expected.alpha1, "alpha")?;
    reject_unless(own.beta1 == expected.beta1 && own.beta2 == expected.beta2, "beta")?;
    reject_unless(own.gamma2 == expected.gamma2, "gamma")?;
    reject_unless(own.delta1 == *delta, "delta")?;
    let one = (one_in_g1(), one_in_g2());
    reject_unless(have_same_ratio([&one.0, delta], [&one.1, &own.delta2]), "delta in G2")
}

fn compare_coefficients(circuit: &Circuit, key: &Zkey) -> Result<()> {
    let section = key.coefficients();
    reject_unless(section.len() as u64 == parts::coefficients_length(circuit), "coefficients")?;
    let mut at = 0;
    parts::coefficients(circuit, |record| {
        let is_same = &section[at..at + record.len()] == record;
        at += record.len();
        reject_unless(is_same, "coefficients")
    })
}

fn same_points<F: Coordinate>(own: &Bases<'_>, expected: &[Point<F>], name: &str) -> Result<()> {
    if own.len() != expected.len() {
        return rejected(format!("its number of points {name} differs"));
    }
    let difference = (0..expected.len()).find(|index| own.get::<F>(*index) != expected[*index]);
    match difference {
        None => Ok(()),
        Some(index) => rejected(format!("its point {name} {index} differs")),
    }
}

fn bytes_of(points: &[Point<Fq>]) -> Result<Vec<u8>> {
    let mut bytes = reserved(points.len() * 64)?;
    encoded(points, 64, Point::write, |chunk| {
        bytes.extend(chunk);
        Ok(())
    })?;
    Ok(bytes)
}

/// Whether each of the key's points C times delta is what stands at its place.
fn same_ratio(key: &Zkey, expected: &[u8], control: &Control) -> Result<()> {
    let (own, expected) = (key.c(), Bases::new::<g1::Config>(expected));
    let infinities = |bases: &Bases<'_>| (0..bases.len()).all(|index| bases.is_infinity(index));
    if infinities(&own) && infinities(&expected) {
        return Ok(());
    }
    let coefficients = random_coefficients(own.len())?;
    let sum = |bases| {
        let sum = multi_exponentiation::<g1::Config>(bases, &coefficients, control)?;
        Ok(to_point::<g1::Config>(&sum))
    };
    let (own, expected) = (sum(own)?, sum(expected)?);
    let ratio = have_same_ratio([&own, &expected], [&one_in_g2(), &key.fixed.delta2]);
    if ratio { Ok(()) } else { rejected("a point of C differs") }
}

/// Whether H is of the powers of tau: for a random polynomial q, what its coefficients make of
/// τ^i·(τ^n − 1) is what its values at the odd points, times −2, make of H times delta.
///
/// A ptau of exactly the circuit's power lacks the last power of tau; keys made with it and without
/// it differ, both are valid, and the last coefficient of q is zero, as it is in every proof.
fn powers_agree(circuit: &Circuit, ptau: &Ptau, key: &Zkey, control: &Control) -> Result<()> {
    let power = circuit.power();
    let domain = 1usize << power;
    let count = if ptau.power > power { domain } else { domain - 1 };
    let coefficients = random_coefficients(count)?;
    let high = ptau.g1(List::Tau, domain..domain + count)?;
    let low = ptau.g1(List::Tau, 0..count)?;
    let expected = multi_exponentiation::<g1::Config>(high, &coefficients, control)?
        - multi_exponentiation::<g1::Config>(low, &coefficients, control)?;
    let mut values: Vec<Fr> = filled(domain, Fr::ZERO)?;
    for (value, coefficient) in values.iter_mut().zip(&coefficients) {
        *value = -Fr::from_bigint(BigInt(*coefficient)).unwrap_or(Fr::ZERO).double();
    }
    PlainRoots::new(power)?.coefficients_to_odd_points(&mut values);
    let scalars: Vec<Limbs> = values.iter().map(|value| value.into_bigint().0).collect();
    let own = multi_exponentiation::<g1::Config>(key.h(), &scalars, control)?;
    let points = [to_point::<g1::Config>(&own), to_point::<g1::Config>(&expected)];
    let ratio = have_same_ratio([&points[0], &points[1]], [&one_in_g2(), &key.fixed.delta2]);
    if ratio { Ok(()) } else { rejected("a point of H differs") }
}

/// Numbers of 128 bits, from the system's random generator.
fn random_coefficients(count: usize) -> Result<Vec<Limbs>> {
    let mut bytes = filled(16 * count, 0u8)?;
    getrandom::fill(&mut bytes)
        .map_err(|error| ProverError::RandomUnavailable { reason: error.to_string() })?;
    let long = |chunk: &[u8], at| crate::container::long(chunk, at);
    Ok(bytes.chunks_exact(16).map(|chunk| [long(chunk, 0), long(chunk, 8), 0, 0]).collect())
}
