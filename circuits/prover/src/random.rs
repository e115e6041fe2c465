//! snarkjs's generator: ChaCha20, and how it draws scalars and points. Transcripts are only
//! checked by whoever draws the same.

use crate::blake2b::Digest;
use crate::control::Control;
use crate::element::{Coordinate, Limbs, Point, is_below, to_point};
use crate::error::{ProverError, Result};
use ark_bn254::{Fq, Fq2, Fr, G2Affine, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{BigInt, Field, PrimeField};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest as _, Sha256};

/// Both fields have 254 bits.
const TOP_MASK: u64 = (1 << 62) - 1;
/// More hashes would take days: nobody replays them, so nobody is asked to.
pub const MOST_ITERATIONS_EXPONENT: u32 = 32;
/// Hashes between two looks at whether to stop.
const HASHES_AT_ONCE: u64 = 1 << 16;

pub struct Generator(ChaCha20Rng);

impl Generator {
    /// Keyed with the first 32 bytes, read as big-endian words.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut seed = [0; 32];
        seed.copy_from_slice(&bytes[..32]);
        seed.chunks_exact_mut(4).for_each(|word| word.reverse());
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// Keyed with the beacon, hashed 2^exponent times.
    pub fn from_beacon(beacon: &[u8], exponent: u32, control: &Control) -> Result<Self> {
        if exponent > MOST_ITERATIONS_EXPONENT {
            let (value, range) = (exponent.to_string(), "at most 32");
            return Err(ProverError::ParameterInvalid { parameter: "exponent", value, range });
        }
        let mut hash = beacon.to_vec();
        for index in 0..1u64 << exponent {
            if index % HASHES_AT_ONCE == 0 {
                control.check()?;
            }
            hash = Sha256::digest(&hash).to_vec();
        }
        Ok(Self::from_bytes(&hash))
    }

    fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.0.next_u32());
        high << 32 | u64::from(self.0.next_u32())
    }

    fn next_below(&mut self, bound: &Limbs) -> Limbs {
        loop {
            let mut limbs: Limbs = std::array::from_fn(|_| self.next_u64());
            limbs[3] &= TOP_MASK;
            if is_below(&limbs, bound) {
                return limbs;
            }
        }
    }

    /// What is drawn is taken for Montgomery form.
    pub fn scalar(&mut self) -> Fr {
        Fr::new_unchecked(BigInt(self.next_below(&Fr::MODULUS.0)))
    }

    fn element(&mut self) -> Fq {
        Fq::new_unchecked(BigInt(self.next_below(&Fq::MODULUS.0)))
    }

    pub fn g1(&mut self) -> Point<Fq> {
        self.on_curve::<g1::Config>(Self::element)
    }

    pub fn g2(&mut self) -> Point<Fq2> {
        let point = self.on_curve::<g2::Config>(|random| {
            let real = random.element();
            Fq2::new(real, random.element())
        });
        let point: G2Affine = point.affine();
        to_point::<g2::Config>(&point.mul_by_cofactor_to_group())
    }

    fn on_curve<P: SWCurveConfig<BaseField: Coordinate>>(
        &mut self,
        draw: impl Fn(&mut Self) -> P::BaseField,
    ) -> Point<P::BaseField> {
        loop {
            let x = draw(self);
            let is_negative = self.0.next_u32() & 1 == 1;
            if let Some(y) = (x.square() * x + P::COEFF_B).sqrt() {
                return Point { x, y }.negated_if(y.is_negative() != is_negative);
            }
        }
    }
}

/// The point of the second group that a transcript's hash stands for.
pub fn hash_to_g2(digest: &Digest) -> Point<Fq2> {
    Generator::from_bytes(digest).g2()
}
