use crate::control::{Control, Phase, Timings};
use crate::element::{Limbs, to_point};
use crate::error::{ProverError, Result};
use crate::matrices;
use crate::msm::layout::Layout;
use crate::msm::{multi_exponentiation, multi_exponentiation_with};
use crate::msm::{working_bytes, working_bytes_with};
use crate::verify::{Proof, verify};
use crate::wtns::Witness;
use crate::zkey::Zkey;
use ark_bn254::{Fr, G1Projective, G2Projective, g1, g2};
use ark_ff::PrimeField;

/// What hides the witness: two secret scalars, new for each proof.
pub struct Blinding {
    pub r: Fr,
    pub s: Fr,
}

impl Blinding {
    /// From the system's random generator.
    pub fn random() -> Result<Self> {
        Ok(Self { r: random_scalar()?, s: random_scalar()? })
    }
}

fn random_scalar() -> Result<Fr> {
    // Twice the bits, so that no scalar is noticeably likelier than another.
    let mut bytes = [0; 64];
    getrandom::fill(&mut bytes)
        .map_err(|error| ProverError::RandomUnavailable { reason: error.to_string() })?;
    Ok(Fr::from_le_bytes_mod_order(&bytes))
}

/// A proof that was checked, and where its time went.
#[derive(Debug, Clone)]
pub struct Proven {
    pub proof: Proof,
    pub timings: Timings,
}

/// How a proof is made.
pub struct Options<'a> {
    pub blinding: Blinding,
    pub control: &'a Control,
    /// Most bytes that the proof may need beside the key; none is no limit.
    pub memory_limit: Option<u64>,
}

/// Proves that the witness satisfies the key's circuit, in the current rayon pool, and verifies
/// the proof: one that is returned is valid.
pub fn prove(key: &Zkey, wtns: &[u8], options: &Options<'_>) -> Result<Proven> {
    let Options { control, .. } = options;
    require_memory(key, options.memory_limit)?;
    let mut timings = Timings::default();
    let witness = timings.measure(Phase::Read, control, || read(key, wtns))?;
    let values = &witness.values;
    let products = timings.measure(Phase::Matrices, control, || matrices::products(key, values))?;
    let scalars = timings
        .measure(Phase::Fft, control, || key.roots.quotient(products.a, products.b, control))?;
    let sums = sums(key, values, &scalars, control, &mut timings)?;
    timings
        .measure(Phase::Verify, control, || {
            let proof = assemble(key, sums, &options.blinding, &values[1..=key.public_signals]);
            verify(key, &proof)?;
            Ok(proof)
        })
        .map(|proof| Proven { proof, timings: timings.clone() })
}

fn read(key: &Zkey, wtns: &[u8]) -> Result<Witness> {
    let witness = Witness::read(wtns)?;
    if witness.values.len() == key.wires {
        return Ok(witness);
    }
    Err(ProverError::CircuitMismatch {
        witness: witness.values.len() as u64,
        key: key.wires as u64,
    })
}

/// Bytes that a proof needs beside its key, about: multiples of its points are beside it.
pub fn needed_bytes(key: &Zkey, threads: u64) -> u64 {
    let (wires, domain) = (key.wires as u64, key.domain_size() as u64);
    let element = size_of::<Limbs>() as u64;
    // A and B, then three transforms with limbs of 52 bits, then the quotient.
    wires * element
        + 7 * domain * element
        + working_bytes(wires.max(domain), threads)
        + key.h_multiples().map_or(0, |multiples| table_bytes(key, &multiples.layout()))
}

/// Bytes that a table of multiples and a proof's work with it need.
fn table_bytes(key: &Zkey, layout: &Layout) -> u64 {
    let domain = key.domain_size();
    layout.bytes::<g1::Config>(domain) + working_bytes_with(layout, domain as u64)
}

/// The table that saves most of a proof's additions, of at most `room` bytes and such that a proof
/// with it keeps to the memory limit; none where there is no such, or the key has one.
pub fn table_layout(
    key: &Zkey,
    room: u64,
    memory_limit: Option<u64>,
    threads: u64,
) -> Option<Layout> {
    if key.h_multiples().is_some() {
        return None;
    }
    let needed = needed_bytes(key, threads);
    let is_allowed = |layout: &Layout| {
        memory_limit.is_none_or(|limit| needed + table_bytes(key, layout) <= limit)
    };
    Layout::best(key.domain_size(), |layout| {
        layout.bytes::<g1::Config>(key.domain_size()) <= room && is_allowed(layout)
    })
}

fn require_memory(key: &Zkey, limit: Option<u64>) -> Result<()> {
    let needed = needed_bytes(key, rayon::current_num_threads() as u64);
    match limit {
        Some(limit) if needed > limit => Err(ProverError::MemoryLimit { needed, limit }),
        _ => Ok(()),
    }
}

/// The five multi-exponentiations.
struct Sums {
    a: G1Projective,
    b1: G1Projective,
    b2: G2Projective,
    c: G1Projective,
    h: G1Projective,
}

fn sums(
    key: &Zkey,
    witness: &[Limbs],
    quotient: &[Limbs],
    control: &Control,
    timings: &mut Timings,
) -> Result<Sums> {
    let private = &witness[key.public_signals + 1..];
    let mut in_g1 = |phase, bases, scalars: &[Limbs]| {
        timings
            .measure(phase, control, || multi_exponentiation::<g1::Config>(bases, scalars, control))
    };
    let a = in_g1(Phase::MsmA, key.a(), witness)?;
    let b1 = in_g1(Phase::MsmB1, key.b1(), witness)?;
    let c = in_g1(Phase::MsmC, key.c(), private)?;
    let h = match key.h_multiples() {
        None => in_g1(Phase::MsmH, key.h(), quotient)?,
        Some(multiples) => timings.measure(Phase::MsmH, control, || {
            multi_exponentiation_with(multiples, key.h(), quotient, control)
        })?,
    };
    let b2 = timings.measure(Phase::MsmB2, control, || {
        multi_exponentiation::<g2::Config>(key.b2(), witness, control)
    })?;
    Ok(Sums { a, b1, b2, c, h })
}

fn assemble(key: &Zkey, sums: Sums, blinding: &Blinding, signals: &[Limbs]) -> Proof {
    let Blinding { r, s } = blinding;
    let fixed = &key.fixed;
    let delta1: G1Projective = fixed.delta1.affine::<g1::Config>().into();
    let delta2: G2Projective = fixed.delta2.affine::<g2::Config>().into();
    let a = sums.a + fixed.alpha1.affine::<g1::Config>() + delta1 * r;
    let b1 = sums.b1 + fixed.beta1.affine::<g1::Config>() + delta1 * s;
    let b2 = sums.b2 + fixed.beta2.affine::<g2::Config>() + delta2 * s;
    let c = sums.c + sums.h + a * s + b1 * r - delta1 * (*r * s);
    Proof { a: to_point(&a), b: to_point(&b2), c: to_point(&c), public_signals: signals.to_vec() }
}
