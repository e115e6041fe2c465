//! Field elements and points as they lie in the files.

use crate::container::long;
use crate::error::{File, ProverError, Result};
use ark_bn254::{Fq, Fq2, Fr, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::{Affine, Projective, SWCurveConfig};
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField};
use rayon::prelude::*;

pub const ELEMENT: usize = 32;
pub const G1_BYTES: usize = 64;
pub const G2_BYTES: usize = 128;

pub type Limbs = [u64; 4];

/// 256 bits at `at`, lowest limb first.
#[inline]
pub fn limbs(bytes: &[u8], at: usize) -> Limbs {
    let bytes = &bytes[at..at + ELEMENT];
    [long(bytes, 0), long(bytes, 8), long(bytes, 16), long(bytes, 24)]
}

pub fn write_limbs(value: &Limbs, bytes: &mut [u8]) {
    for (place, limb) in bytes.chunks_exact_mut(8).zip(value) {
        place.copy_from_slice(&limb.to_le_bytes());
    }
}

pub fn is_below(value: &Limbs, bound: &Limbs) -> bool {
    for index in (0..4).rev() {
        if value[index] != bound[index] {
            return value[index] < bound[index];
        }
    }
    false
}

pub fn is_scalar(value: &Limbs) -> bool {
    is_below(value, &Fr::MODULUS.0)
}

/// A coordinate of a point: an element of the base field or of its quadratic extension.
pub trait Coordinate: Field {
    /// How many elements of the base field it is.
    const PARTS: usize;
    const BYTES: usize = Self::PARTS * ELEMENT;
    /// Montgomery form is also the library's own, so reading is copying. No range check.
    fn read(bytes: &[u8]) -> Self;
    /// Whether the bytes are an element: every part below the base field's order.
    fn is_element(bytes: &[u8]) -> bool;
    /// Writes what `read` reads.
    fn write(&self, bytes: &mut [u8]);
    /// Plain and big-endian, the imaginary part first: what transcripts hash.
    fn write_big_endian(&self, bytes: &mut [u8]);
    /// Which of the two square roots it is: the last part that is not zero is above half.
    fn is_negative(&self) -> bool;
    /// One of its parts in the base field, in Montgomery form.
    fn part(&self, index: usize) -> &Limbs;
    /// What is written must be reduced.
    fn part_mut(&mut self, index: usize) -> &mut Limbs;
    fn from_parts(part: impl Fn(usize) -> Limbs) -> Self;
}

impl Coordinate for Fq {
    const PARTS: usize = 1;

    #[inline]
    fn read(bytes: &[u8]) -> Self {
        Fq::new_unchecked(BigInt(limbs(bytes, 0)))
    }

    fn is_element(bytes: &[u8]) -> bool {
        is_below(&limbs(bytes, 0), &Fq::MODULUS.0)
    }

    fn write(&self, bytes: &mut [u8]) {
        write_limbs(&self.0.0, bytes);
    }

    fn write_big_endian(&self, bytes: &mut [u8]) {
        for (place, limb) in bytes.rchunks_exact_mut(8).zip(self.into_bigint().0) {
            place.copy_from_slice(&limb.to_be_bytes());
        }
    }

    fn is_negative(&self) -> bool {
        is_below(&Fq::MODULUS_MINUS_ONE_DIV_TWO.0, &self.into_bigint().0)
    }

    #[inline]
    fn part(&self, _: usize) -> &Limbs {
        &self.0.0
    }

    #[inline]
    fn part_mut(&mut self, _: usize) -> &mut Limbs {
        &mut self.0.0
    }

    #[inline]
    fn from_parts(part: impl Fn(usize) -> Limbs) -> Self {
        Fq::new_unchecked(BigInt(part(0)))
    }
}

impl Coordinate for Fq2 {
    const PARTS: usize = 2;

    #[inline]
    fn read(bytes: &[u8]) -> Self {
        Fq2::new(Fq::read(bytes), Fq::read(&bytes[ELEMENT..]))
    }

    fn is_element(bytes: &[u8]) -> bool {
        Fq::is_element(bytes) && Fq::is_element(&bytes[ELEMENT..])
    }

    fn write(&self, bytes: &mut [u8]) {
        self.c0.write(&mut bytes[..ELEMENT]);
        self.c1.write(&mut bytes[ELEMENT..]);
    }

    fn write_big_endian(&self, bytes: &mut [u8]) {
        self.c1.write_big_endian(&mut bytes[..ELEMENT]);
        self.c0.write_big_endian(&mut bytes[ELEMENT..]);
    }

    fn is_negative(&self) -> bool {
        if self.c1 == Fq::ZERO { self.c0.is_negative() } else { self.c1.is_negative() }
    }

    #[inline]
    fn part(&self, index: usize) -> &Limbs {
        if index == 0 { &self.c0.0.0 } else { &self.c1.0.0 }
    }

    #[inline]
    fn part_mut(&mut self, index: usize) -> &mut Limbs {
        if index == 0 { &mut self.c0.0.0 } else { &mut self.c1.0.0 }
    }

    #[inline]
    fn from_parts(part: impl Fn(usize) -> Limbs) -> Self {
        let element = |index| Fq::new_unchecked(BigInt(part(index)));
        Fq2::new(element(0), element(1))
    }
}

/// The two groups of the pairing.
pub trait Group: SWCurveConfig<BaseField: Coordinate, ScalarField = Fr> {
    const POINT_BYTES: usize = 2 * <Self::BaseField as Coordinate>::BYTES;
}

impl Group for g1::Config {}
impl Group for g2::Config {}

/// An affine point; infinity is (0, 0), which is on neither curve, as in snarkjs's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point<F> {
    pub x: F,
    pub y: F,
}

impl<F: Coordinate> Point<F> {
    pub const INFINITY: Self = Self { x: F::ZERO, y: F::ZERO };

    #[inline]
    pub fn is_infinity(&self) -> bool {
        self.y.is_zero() && self.x.is_zero()
    }

    #[inline]
    pub fn negated_if(self, condition: bool) -> Self {
        if condition { Self { x: self.x, y: -self.y } } else { self }
    }

    pub fn of<P: SWCurveConfig<BaseField = F>>(affine: &Affine<P>) -> Self {
        affine.xy().map_or(Self::INFINITY, |(x, y)| Self { x, y })
    }

    pub fn affine<P: SWCurveConfig<BaseField = F>>(&self) -> Affine<P> {
        if self.is_infinity() { Affine::identity() } else { Affine::new_unchecked(self.x, self.y) }
    }

    /// Affine coordinates in Montgomery form, as files hold them.
    pub fn write(&self, bytes: &mut [u8]) {
        let (x, y) = bytes.split_at_mut(F::BYTES);
        self.x.write(x);
        self.y.write(y);
    }

    /// Both coordinates, plain and big-endian; zeros at infinity.
    pub fn write_uncompressed(&self, bytes: &mut [u8]) {
        let (x, y) = bytes.split_at_mut(F::BYTES);
        self.x.write_big_endian(x);
        self.y.write_big_endian(y);
    }

    /// x, plain and big-endian; the uppermost bit says which y it is, the next one infinity.
    pub fn write_compressed(&self, bytes: &mut [u8]) {
        self.x.write_big_endian(bytes);
        if self.is_infinity() {
            bytes[0] |= 0x40;
        } else if self.y.is_negative() {
            bytes[0] |= 0x80;
        }
    }

    pub fn is_on_curve<P: SWCurveConfig<BaseField = F>>(&self) -> bool {
        // Both curves have a = 0.
        self.is_infinity() || self.y.square() == self.x.square() * self.x + P::COEFF_B
    }
}

/// Points that lie one after the other, in a file or in memory.
#[derive(Clone, Copy)]
pub struct Bases<'a> {
    bytes: &'a [u8],
    point_bytes: usize,
}

impl<'a> Bases<'a> {
    pub fn new<P: Group>(bytes: &'a [u8]) -> Self {
        Self { bytes, point_bytes: P::POINT_BYTES }
    }

    /// Some of the points.
    pub fn part<P: Group>(&self, range: std::ops::Range<usize>) -> Self {
        Self::new::<P>(&self.bytes[range.start * self.point_bytes..range.end * self.point_bytes])
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len() / self.point_bytes
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    #[inline]
    fn raw(&self, index: usize) -> &'a [u8] {
        &self.bytes[index * self.point_bytes..(index + 1) * self.point_bytes]
    }

    /// Asks for a point that will soon be read: scattered ones come from afar.
    #[inline]
    pub fn prefetch(&self, index: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let raw = self.raw(index);
            // SAFETY: nothing is read or written; the first and last bytes are inside the slice.
            unsafe {
                _mm_prefetch::<_MM_HINT_T0>(raw.as_ptr().cast());
                _mm_prefetch::<_MM_HINT_T0>(raw.as_ptr().add(raw.len() - 1).cast());
            }
        }
    }

    #[inline]
    pub fn is_infinity(&self, index: usize) -> bool {
        self.raw(index).chunks_exact(8).all(|part| long(part, 0) == 0)
    }

    #[inline]
    pub fn get<F: Coordinate>(&self, index: usize) -> Point<F> {
        let raw = self.raw(index);
        Point { x: F::read(raw), y: F::read(&raw[F::BYTES..]) }
    }

    /// Whether the coordinates are elements of the field, and the point is on the curve.
    pub fn is_valid<P: Group>(&self, index: usize) -> bool {
        let raw = self.raw(index);
        let (x, y) = raw.split_at(P::BaseField::BYTES);
        P::BaseField::is_element(x)
            && P::BaseField::is_element(y)
            && self.get::<P::BaseField>(index).is_on_curve::<P>()
    }
}

/// Refuses the first point that is none of its curve, by the name of the list and its place there.
pub fn require_valid<P: Group>(file: File, bases: &Bases<'_>, name: &str) -> Result<()> {
    let indices = (0..bases.len()).into_par_iter().with_min_len(1 << 9);
    match indices.find_first(|index| !bases.is_valid::<P>(*index)) {
        None => Ok(()),
        Some(index) => Err(ProverError::PointOffCurve { file, place: format!("{name} {index}") }),
    }
}

pub fn to_point<P: Group>(point: &Projective<P>) -> Point<P::BaseField> {
    Point::of(&Affine::from(*point))
}
