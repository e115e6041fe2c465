//! Section 10: the hash of the circuit's key, and who has changed delta since.

use super::parts::KeyHash;
use crate::blake2b::{Blake2b, Digest};
use crate::container::word;
use crate::control::Control;
use crate::element::{Bases, G1_BYTES, G2_BYTES, Group, Point, require_valid, to_point};
use crate::error::{File, ProverError, Result};
use crate::random::{Generator, MOST_ITERATIONS_EXPONENT, hash_to_g2};
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine, g1, g2};

const BEACON: u32 = 1;
const NAME: u8 = 1;
const EXPONENT: u8 = 2;
const HASH: u8 = 3;
const FIXED_BYTES: usize = 3 * G1_BYTES + G2_BYTES + 64 + 8;
/// More contributions are no ceremony of this world, and cost milliseconds each.
const MOST_CONTRIBUTIONS: u32 = 10_000;

/// A public random value that came up after the contributions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    pub hash: Vec<u8>,
    /// It is hashed 2^exponent times.
    pub exponent: u32,
}

impl Beacon {
    /// Name, iterations and hash as both file formats hold them, length first.
    pub fn parameters(&self, name: &str) -> Vec<u8> {
        parameters(name, Some(self))
    }
}

fn parameters(name: &str, beacon: Option<&Beacon>) -> Vec<u8> {
    let mut bytes = vec![NAME, name.len() as u8];
    bytes.extend(name.as_bytes());
    if let Some(Beacon { hash, exponent }) = beacon {
        bytes.extend([EXPONENT, *exponent as u8, HASH, hash.len() as u8]);
        bytes.extend(hash);
    }
    [(bytes.len() as u32).to_le_bytes().to_vec(), bytes].concat()
}

/// A change of delta, with a proof that its author knows the factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub delta_after: Point<Fq>,
    /// A point, and the same times the factor.
    pub base: Point<Fq>,
    pub multiple: Point<Fq>,
    /// The point that the transcript stands for, times the factor.
    pub multiple2: Point<Fq2>,
    pub transcript: Digest,
    pub name: String,
    /// None where a person contributed.
    pub beacon: Option<Beacon>,
}

impl Contribution {
    /// The first one, by the published beacon: delta was one and is the factor afterwards.
    pub fn of_beacon(name: &str, beacon: Beacon, drawn: &Drawn, circuit_hash: &Digest) -> Self {
        let Drawn { factor, base } = *drawn;
        let multiple = times::<g1::Config>(&base, factor);
        let mut hash = Blake2b::default();
        hash.update(circuit_hash);
        let transcript = transcript(hash, &base, &multiple);
        Self {
            delta_after: times::<g1::Config>(&super::parts::one_in_g1(), factor),
            base,
            multiple,
            multiple2: times::<g2::Config>(&hash_to_g2(&transcript), factor),
            transcript,
            name: name.to_owned(),
            beacon: Some(beacon),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0; 3 * G1_BYTES + G2_BYTES];
        self.delta_after.write(&mut bytes[..64]);
        self.base.write(&mut bytes[64..128]);
        self.multiple.write(&mut bytes[128..192]);
        self.multiple2.write(&mut bytes[192..]);
        bytes.extend(self.transcript);
        bytes.extend(u32::from(self.beacon.is_some()).to_le_bytes());
        bytes.extend(parameters(&self.name, self.beacon.as_ref()));
        bytes
    }

    /// What a contributor publishes and signs.
    pub fn hash(&self) -> Result<Digest> {
        let mut hash = KeyHash::default();
        self.hash_into(&mut hash)?;
        Ok(hash.finish())
    }

    fn hash_into(&self, hash: &mut KeyHash) -> Result<()> {
        hash.points(&[self.delta_after, self.base, self.multiple])?;
        hash.points(&[self.multiple2])?;
        hash.bytes(&self.transcript);
        Ok(())
    }
}

/// What a beacon's generator gives first.
#[derive(Debug, Clone, Copy)]
pub struct Drawn {
    pub factor: Fr,
    pub base: Point<Fq>,
}

pub fn draw(beacon: &Beacon, control: &Control) -> Result<Drawn> {
    let mut random = Generator::from_beacon(&beacon.hash, beacon.exponent, control)?;
    let factor = random.scalar();
    Ok(Drawn { factor, base: random.g1() })
}

/// Section 10.
pub struct Transcript {
    pub circuit_hash: Digest,
    pub contributions: Vec<Contribution>,
}

impl Transcript {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.circuit_hash.to_vec();
        bytes.extend((self.contributions.len() as u32).to_le_bytes());
        bytes.extend(self.contributions.iter().flat_map(Contribution::encode));
        bytes
    }

    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { bytes };
        let mut circuit_hash = [0; 64];
        circuit_hash.copy_from_slice(reader.take(64)?);
        let count = word(reader.take(4)?, 0);
        if count > MOST_CONTRIBUTIONS {
            return malformed(format!("it has {count} contributions"));
        }
        let contributions =
            (0..count).map(|index| reader.contribution(index)).collect::<Result<_>>()?;
        match reader.bytes.is_empty() {
            true => Ok(Self { circuit_hash, contributions }),
            false => malformed("section 10 is longer than its contributions".into()),
        }
    }

    /// Follows delta from one through every contribution, and gives where it ends.
    pub fn follow(&self, control: &Control) -> Result<Point<Fq>> {
        let mut hash = KeyHash::default();
        hash.bytes(&self.circuit_hash);
        let mut delta = super::parts::one_in_g1();
        for (index, contribution) in self.contributions.iter().enumerate() {
            control.check()?;
            let Contribution { base, multiple, multiple2, delta_after, .. } = contribution;
            let rejected = |reason: &str| {
                let reason = format!("contribution {}: {reason}", index + 1);
                Err(ProverError::KeyRejected { reason })
            };
            if transcript(hash.state(), base, multiple) != contribution.transcript {
                return rejected("its transcript hashes something else");
            }
            let point2 = hash_to_g2(&contribution.transcript);
            if !have_same_ratio([base, multiple], [&point2, multiple2]) {
                return rejected("its author does not show knowledge of a factor");
            }
            if !have_same_ratio([&delta, delta_after], [&point2, multiple2]) {
                return rejected("delta is not what it was times the factor");
            }
            if let Some(beacon) = &contribution.beacon {
                let drawn = draw(beacon, control)?;
                if drawn.base != *base || times::<g1::Config>(base, drawn.factor) != *multiple {
                    return rejected("it is not what the beacon gives");
                }
            }
            contribution.hash_into(&mut hash)?;
            delta = *delta_after;
        }
        Ok(delta)
    }
}

fn malformed<T>(reason: String) -> Result<T> {
    Err(ProverError::malformed(File::Zkey, reason))
}

fn transcript(mut hash: Blake2b, base: &Point<Fq>, multiple: &Point<Fq>) -> Digest {
    for point in [base, multiple] {
        let mut bytes = [0; G1_BYTES];
        point.write_uncompressed(&mut bytes);
        hash.update(&bytes);
    }
    hash.finish()
}

pub fn times<P: Group>(point: &Point<P::BaseField>, factor: Fr) -> Point<P::BaseField> {
    to_point::<P>(&(point.affine::<P>() * factor))
}

/// Whether the second points are the first ones times the same factor; none is at infinity.
pub fn have_same_ratio(first: [&Point<Fq>; 2], second: [&Point<Fq2>; 2]) -> bool {
    use ark_ec::pairing::Pairing;
    use ark_ff::One;
    if first.iter().any(|point| point.is_infinity()) || second.iter().any(|p| p.is_infinity()) {
        return false;
    }
    let [one, times]: [G1Affine; 2] = first.map(Point::affine);
    let [one2, times2]: [G2Affine; 2] = second.map(Point::affine);
    ark_bn254::Bn254::multi_pairing([one, -times], [times2, one2]).0.is_one()
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        if count > self.bytes.len() {
            return malformed("it ends inside section 10".into());
        }
        let (taken, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        Ok(taken)
    }

    fn contribution(&mut self, index: u32) -> Result<Contribution> {
        let fixed = self.take(FIXED_BYTES)?;
        let points = Bases::new::<g1::Config>(&fixed[..3 * G1_BYTES]);
        let point2 = Bases::new::<g2::Config>(&fixed[3 * G1_BYTES..3 * G1_BYTES + G2_BYTES]);
        let place = format!("contribution {}, point", index + 1);
        require_valid::<g1::Config>(File::Zkey, &points, &place)?;
        require_valid::<g2::Config>(File::Zkey, &point2, &place)?;
        let multiple2 = point2.get::<Fq2>(0);
        let affine: G2Affine = multiple2.affine();
        if !affine.is_in_correct_subgroup_assuming_on_curve() {
            let place = format!("{place}, outside its subgroup");
            return Err(ProverError::PointOffCurve { file: File::Zkey, place });
        }
        let mut transcript = [0; 64];
        transcript.copy_from_slice(&fixed[FIXED_BYTES - 72..FIXED_BYTES - 8]);
        let kind = word(fixed, FIXED_BYTES - 8);
        let (name, exponent, hash) = self.parameters(word(fixed, FIXED_BYTES - 4))?;
        let beacon = match (kind, exponent, hash) {
            (BEACON, Some(exponent), Some(hash)) if exponent <= MOST_ITERATIONS_EXPONENT => {
                Some(Beacon { hash, exponent })
            }
            (0, None, None) => None,
            _ => return malformed(format!("contribution {} is of no known kind", index + 1)),
        };
        let [delta_after, base, multiple] = [0, 1, 2].map(|index| points.get::<Fq>(index));
        Ok(Contribution { delta_after, base, multiple, multiple2, transcript, name, beacon })
    }

    /// Each at most once, in the order of their numbers.
    fn parameters(&mut self, length: u32) -> Result<(String, Option<u32>, Option<Vec<u8>>)> {
        let mut own = Reader { bytes: self.take(length as usize)? };
        let (mut name, mut exponent, mut hash) = (String::new(), None, None);
        let mut last = 0;
        while !own.bytes.is_empty() {
            let kind = own.take(1)?[0];
            if kind <= last {
                return malformed("parameters of a contribution are out of order".into());
            }
            last = kind;
            let value = own.take(1)?[0];
            match kind {
                NAME => name = String::from_utf8_lossy(own.take(value.into())?).into_owned(),
                EXPONENT => exponent = Some(u32::from(value)),
                HASH => hash = Some(own.take(value.into())?.to_vec()),
                _ => return malformed(format!("parameter {kind} of a contribution is unknown")),
            }
        }
        Ok((name, exponent, hash))
    }
}
