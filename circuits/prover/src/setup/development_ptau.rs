//! The powers of tau of the published secret, prepared for phase two.

use super::Steps;
use super::contribution::{Beacon, times};
use super::development::Secret;
use super::lagrange::{lagrange_at, truncated_lagrange_at};
use super::output::{NewFile, encoded};
use super::parts::{one_in_g1, one_in_g2};
use super::ptau::{HEADER, LARGEST_POWER};
use crate::blake2b::{Blake2b, Digest};
use crate::control::Control;
use crate::element::{Coordinate, ELEMENT, G1_BYTES, G2_BYTES, Point, write_limbs};
use crate::error::{File, ProverError, Result};
use crate::fixed_base::{FixedBase, geometric};
use crate::random::{Generator, hash_to_g2};
use ark_bn254::{Fq, Fq2, Fr, g1, g2};
use ark_ff::{Field, PrimeField};
use std::path::Path;

/// Sections 2 to 6.
struct Powers {
    tau1: Vec<Point<Fq>>,
    tau2: Vec<Point<Fq2>>,
    alpha1: Vec<Point<Fq>>,
    beta1: Vec<Point<Fq>>,
    beta2: Vec<Point<Fq2>>,
}

/// Writes what `snarkjs powersoftau new`, `beacon` and `prepare phase2` make of the beacon, byte
/// for byte, for circuits of up to 2^power rows; power is 1 to 27.
pub fn write_development_ptau(
    beacon: &Beacon,
    name: &str,
    power: u32,
    path: &Path,
    control: &Control,
) -> Result<Steps> {
    if !(1..=LARGEST_POWER).contains(&power) {
        let (value, range) = (power.to_string(), "1 to 27");
        return Err(ProverError::ParameterInvalid { parameter: "power", value, range });
    }
    let mut steps = Steps::default();
    let mut random = Generator::from_beacon(&beacon.hash, beacon.exponent, control)?;
    let secret = Secret::draw(&mut random);
    let size = 1usize << power;
    let g1 = FixedBase::<g1::Config>::new(12 * size)?;
    let g2 = FixedBase::<g2::Config>::new(3 * size)?;
    let mut file = NewFile::create(File::Ptau, path)?;
    file.begin(b"ptau", 11)?;
    write_header(&mut file, power)?;

    let powers = steps.measure("powers", control, || {
        let powers = |first, count| geometric(first, secret.tau, count);
        Ok(Powers {
            tau1: g1.multiply(&powers(Fr::ONE, 2 * size - 1)?, control)?,
            tau2: g2.multiply(&powers(Fr::ONE, size)?, control)?,
            alpha1: g1.multiply(&powers(secret.alpha, size)?, control)?,
            beta1: g1.multiply(&powers(secret.beta, size)?, control)?,
            beta2: vec![g2.multiply_one(secret.beta)?],
        })
    })?;
    file.section_of_points(2, &powers.tau1)?;
    file.section_of_points(3, &powers.tau2)?;
    file.section_of_points(4, &powers.alpha1)?;
    file.section_of_points(5, &powers.beta1)?;
    file.section_of_points(6, &powers.beta2)?;
    let contributions = steps.measure("transcript", control, || {
        contributions(&powers, &secret, &mut random, beacon, name, power)
    })?;
    file.section(7, contributions.len() as u64)?;
    file.write(&contributions)?;
    drop(powers);

    let mut basis = Vec::new();
    for domain in 0..=power {
        basis.extend(lagrange_at(secret.tau, domain)?);
    }
    let mut whole = basis.clone();
    whole.extend(truncated_lagrange_at(secret.tau, power + 1)?);
    let tau1 = steps.measure("Lagrange tau", control, || g1.multiply(&whole, control))?;
    file.section_of_points(12, &tau1)?;
    drop((whole, tau1));
    let tau2 = steps.measure("Lagrange tau 2", control, || g2.multiply(&basis, control))?;
    file.section_of_points(13, &tau2)?;
    drop(tau2);
    for (id, phase, factor) in
        [(14, "Lagrange alpha", secret.alpha), (15, "Lagrange beta", secret.beta)]
    {
        let scaled: Vec<Fr> = basis.iter().map(|value| *value * factor).collect();
        let points = steps.measure(phase, control, || g1.multiply(&scaled, control))?;
        file.section_of_points(id, &points)?;
    }
    steps.measure("finish", control, || file.finish())?;
    Ok(steps)
}

fn write_header(file: &mut NewFile, power: u32) -> Result<()> {
    file.section(1, HEADER)?;
    file.word(ELEMENT as u32)?;
    let mut modulus = [0; ELEMENT];
    write_limbs(&Fq::MODULUS.0, &mut modulus);
    file.write(&modulus)?;
    file.word(power)?;
    file.word(power)
}

/// Knowledge of one of the three secrets.
struct Knowledge {
    base: Point<Fq>,
    multiple: Point<Fq>,
    multiple2: Point<Fq2>,
}

/// Section 7, with one contribution.
fn contributions(
    powers: &Powers,
    secret: &Secret,
    random: &mut Generator,
    beacon: &Beacon,
    name: &str,
    power: u32,
) -> Result<Vec<u8>> {
    let challenge = first_challenge(power);
    let keys: Vec<Knowledge> = [secret.tau, secret.alpha, secret.beta]
        .map(|value| (value, random.g1()))
        .into_iter()
        .enumerate()
        .map(|(index, (value, base))| knowledge(index as u8, &challenge, value, base))
        .collect();
    let mut response = Blake2b::default();
    response.update(&challenge);
    for_each_section(powers, true, |bytes| response.update(bytes))?;
    let partial = response.unfinished();
    let mut montgomery = Vec::new();
    let mut plain = Vec::new();
    for point in keys.iter().flat_map(|key| [&key.base, &key.multiple]) {
        push(&mut montgomery, G1_BYTES, |bytes| point.write(bytes));
        push(&mut plain, G1_BYTES, |bytes| point.write_uncompressed(bytes));
    }
    for point in keys.iter().map(|key| &key.multiple2) {
        push(&mut montgomery, G2_BYTES, |bytes| point.write(bytes));
        push(&mut plain, G2_BYTES, |bytes| point.write_uncompressed(bytes));
    }
    response.update(&plain);
    let mut next = Blake2b::default();
    next.update(&response.finish());
    for_each_section(powers, false, |bytes| next.update(bytes))?;

    let mut bytes = 1u32.to_le_bytes().to_vec();
    push(&mut bytes, G1_BYTES, |place| powers.tau1[1].write(place));
    push(&mut bytes, G2_BYTES, |place| powers.tau2[1].write(place));
    push(&mut bytes, G1_BYTES, |place| powers.alpha1[0].write(place));
    push(&mut bytes, G1_BYTES, |place| powers.beta1[0].write(place));
    push(&mut bytes, G2_BYTES, |place| powers.beta2[0].write(place));
    bytes.extend(montgomery);
    bytes.extend(partial);
    bytes.extend(next.finish());
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(beacon.parameters(name));
    Ok(bytes)
}

fn push(bytes: &mut Vec<u8>, count: usize, write: impl FnOnce(&mut [u8])) {
    let start = bytes.len();
    bytes.resize(start + count, 0);
    write(&mut bytes[start..]);
}

fn knowledge(index: u8, challenge: &Digest, secret: Fr, base: Point<Fq>) -> Knowledge {
    let multiple = times::<g1::Config>(&base, secret);
    let mut hash = Blake2b::default();
    hash.update(&[index]);
    hash.update(challenge);
    for point in [&base, &multiple] {
        let mut bytes = [0; G1_BYTES];
        point.write_uncompressed(&mut bytes);
        hash.update(&bytes);
    }
    let multiple2 = times::<g2::Config>(&hash_to_g2(&hash.finish()), secret);
    Knowledge { base, multiple, multiple2 }
}

/// Hands out the points of each section, compressed or not. Compressed ones come section by
/// section: the unfinished hash that the file holds depends on how its bytes came.
fn for_each_section(
    powers: &Powers,
    is_compressed: bool,
    mut take: impl FnMut(&[u8]),
) -> Result<()> {
    section(&powers.tau1, is_compressed, &mut take)?;
    section(&powers.tau2, is_compressed, &mut take)?;
    section(&powers.alpha1, is_compressed, &mut take)?;
    section(&powers.beta1, is_compressed, &mut take)?;
    section(&powers.beta2, is_compressed, &mut take)
}

fn section<F: Coordinate>(
    points: &[Point<F>],
    is_compressed: bool,
    take: &mut impl FnMut(&[u8]),
) -> Result<()> {
    if !is_compressed {
        return encoded(points, 2 * F::BYTES, Point::write_uncompressed, |bytes| {
            take(bytes);
            Ok(())
        });
    }
    let mut whole = Vec::with_capacity(points.len() * F::BYTES);
    encoded(points, F::BYTES, Point::write_compressed, |bytes| {
        whole.extend(bytes);
        Ok(())
    })?;
    take(&whole);
    Ok(())
}

/// The hash of an accumulator in which every power is still the generator.
fn first_challenge(power: u32) -> Digest {
    let size = 1usize << power;
    let (mut one, mut one2) = ([0; G1_BYTES], [0; G2_BYTES]);
    one_in_g1().write_uncompressed(&mut one);
    one_in_g2().write_uncompressed(&mut one2);
    let mut hash = Blake2b::default();
    hash.update(&Blake2b::default().finish());
    (0..2 * size - 1).for_each(|_| hash.update(&one));
    (0..size).for_each(|_| hash.update(&one2));
    (0..2 * size).for_each(|_| hash.update(&one));
    hash.update(&one2);
    hash.finish()
}
