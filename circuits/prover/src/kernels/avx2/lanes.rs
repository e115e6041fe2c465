//! Four field elements at a time, in the mantissas of doubles: a fused multiply-add gives the upper
//! half of a product of limbs, and a second one what the first has rounded away.
//!
//! An element is five limbs of 51 bits, so products are divided by 2^255. Limbs are whole numbers
//! around zero, at most 2^51 away from it, so that sums and differences need no carries; of two that
//! are multiplied one stays below 2^50 (but for the uppermost, whose products are smaller). Values
//! lie around zero too, a few times the modulus away from it at most.
//!
//! Memory holds elements times 2^256 ("near"); times 2^255 they are "far". Far times near is near,
//! far times far is far, and near is twice far.

// Iterators' own functions may not use these instructions, and would call out of them.
#![allow(clippy::needless_range_loop)]

use super::modulus::{BITS, HALF, MASK, Modulus, Starts, UPPER, WHOLE};
use crate::element::Limbs;
use std::arch::x86_64::*;

type D = __m256d;
type V = __m256i;

/// 2^52: its mantissa is empty.
const EMPTY: f64 = (1u64 << 52) as f64;
/// What a carry out of the bits of `WHOLE` brings along.
const WHOLE_CARRY: f64 = (WHOLE.to_bits() >> BITS) as f64;

/// Four elements, limb by limb.
#[derive(Clone, Copy)]
pub struct Lanes(pub [D; 5]);

/// Four elements in memory, limb by limb.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub struct Stored(pub [[f64; 4]; 5]);

impl Stored {
    pub const ZERO: Self = Self([[0.0; 4]; 5]);
}

/// Four values between 0 and 2^256 in limbs of 51 bits.
pub type Whole = [V; 5];

#[inline]
#[target_feature(enable = "avx2,fma")]
fn all(value: f64) -> D {
    _mm256_set1_pd(value)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn every(value: u64) -> V {
    _mm256_set1_epi64x(value as i64)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn read(from: &Stored) -> Lanes {
    let mut limbs = [all(0.0); 5];
    for limb in 0..5 {
        // SAFETY: the reference is valid for 32 bytes, and the load needs no alignment.
        limbs[limb] = unsafe { _mm256_loadu_pd(from.0[limb].as_ptr()) };
    }
    Lanes(limbs)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn write(to: &mut Stored, value: Lanes) {
    for limb in 0..5 {
        // SAFETY: the reference is valid for 32 bytes, and the store needs no alignment.
        unsafe { _mm256_storeu_pd(to.0[limb].as_mut_ptr(), value.0[limb]) };
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn broadcast(value: [f64; 5]) -> Lanes {
    let [a, b, c, d, e] = value;
    Lanes([all(a), all(b), all(c), all(d), all(e)])
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn add(a: &Lanes, b: &Lanes) -> Lanes {
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = _mm256_add_pd(a.0[index], b.0[index]);
    }
    Lanes(limbs)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn subtract(a: &Lanes, b: &Lanes) -> Lanes {
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = _mm256_sub_pd(a.0[index], b.0[index]);
    }
    Lanes(limbs)
}

/// Each limb negated in the lanes whose sign is set in `signs`.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn negated(a: &Lanes, signs: [f64; 4]) -> Lanes {
    let [a0, a1, a2, a3] = signs;
    let signs = _mm256_setr_pd(a0, a1, a2, a3);
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = _mm256_xor_pd(a.0[index], signs);
    }
    Lanes(limbs)
}

/// Adds a product of two limbs to a column, and its upper half to the next one.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn accumulate(columns: &mut [V; 10], column: usize, a: D, b: D) {
    let upper = _mm256_fmadd_pd(a, b, all(UPPER));
    let lower = _mm256_fmadd_pd(a, b, _mm256_sub_pd(all(UPPER + WHOLE), upper));
    columns[column] = _mm256_add_epi64(columns[column], _mm256_castpd_si256(lower));
    columns[column + 1] = _mm256_add_epi64(columns[column + 1], _mm256_castpd_si256(upper));
    keep_in_place(&mut columns[column]);
    keep_in_place(&mut columns[column + 1]);
}

/// Nothing, but it is not moved: of its own the compiler makes all products first and then has no
/// registers left to keep them in, which takes a sixth longer.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn keep_in_place(value: &mut V) {
    // SAFETY: there are no instructions in it.
    unsafe {
        std::arch::asm!(
            "/* {0} */",
            inout(ymm_reg) * value,
            options(nomem, nostack, preserves_flags)
        )
    };
}

/// The lower bits of a column, a number from 0 on, less `offset`.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn digit(column: V, offset: f64) -> D {
    let bits = _mm256_and_si256(column, every(MASK));
    let double = _mm256_or_si256(bits, every(EMPTY.to_bits()));
    _mm256_sub_pd(_mm256_castsi256_pd(double), all(EMPTY + offset))
}

/// The sum of the products divided by 2^255: at most 0.63·p from zero, and 0.38·p more for each
/// product of elements p away from it.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn sum_of_products<M: Modulus, const N: usize>(products: [(&Lanes, &Lanes); N]) -> Lanes {
    let mut columns = [every(0); 10];
    for column in 0..10 {
        columns[column] = every(Starts::<N>::COLUMNS[column]);
    }
    let mut digits = [all(0.0); 4];
    add_column::<M, N, 0>(&mut columns, &mut digits, &products);
    add_column::<M, N, 1>(&mut columns, &mut digits, &products);
    add_column::<M, N, 2>(&mut columns, &mut digits, &products);
    add_column::<M, N, 3>(&mut columns, &mut digits, &products);
    add_column::<M, N, 4>(&mut columns, &mut digits, &products);
    add_column::<M, N, 5>(&mut columns, &mut digits, &products);
    add_column::<M, N, 6>(&mut columns, &mut digits, &products);
    add_column::<M, N, 7>(&mut columns, &mut digits, &products);
    add_column::<M, N, 8>(&mut columns, &mut digits, &products);
    // As often the modulus as makes column 4 a multiple of 2^51.
    let (low, inverse) = (digit(columns[4], 0.0), all(M::NEGATED_INVERSE));
    let upper = _mm256_fmadd_pd(low, inverse, all(UPPER));
    let times = _mm256_fmadd_pd(low, inverse, _mm256_sub_pd(all(UPPER), upper));
    for limb in 0..5 {
        accumulate(&mut columns, 4 + limb, times, all(M::BALANCED[limb]));
    }
    carry(&mut columns, 4);
    let mut limbs = digits_above(&mut columns);
    limbs[4] = _mm256_sub_pd(_mm256_castsi256_pd(columns[9]), all(WHOLE));
    Lanes(limbs)
}

/// The products of one column. Of the first four it makes digits, which from the fifth on become
/// what they are worth there, all four without waiting for each other.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn add_column<M: Modulus, const N: usize, const COLUMN: usize>(
    columns: &mut [V; 10],
    digits: &mut [D; 4],
    products: &[(&Lanes, &Lanes); N],
) {
    for index in 0..N {
        let (a, b) = products[index];
        for limb in 0..5 {
            if limb <= COLUMN && COLUMN - limb < 5 {
                accumulate(columns, COLUMN, a.0[limb], b.0[COLUMN - limb]);
            }
        }
    }
    if COLUMN < 4 {
        digits[COLUMN] = digit(columns[COLUMN], HALF as f64);
        carry(columns, COLUMN);
    } else {
        for below in 0..4 {
            accumulate(columns, COLUMN, digits[below], all(M::FOLDS[below][COLUMN - 4]));
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn digits_above(columns: &mut [V; 10]) -> [D; 5] {
    let mut limbs = [all(0.0); 5];
    for limb in 0..4 {
        limbs[limb] = digit(columns[5 + limb], HALF as f64);
        carry(columns, 5 + limb);
    }
    limbs
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn carry(columns: &mut [V; 10], column: usize) {
    let carry = _mm256_srli_epi64::<{ BITS as i32 }>(columns[column]);
    columns[column + 1] = _mm256_add_epi64(columns[column + 1], carry);
}

/// The product divided by 2^255.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn multiply<M: Modulus>(a: &Lanes, b: &Lanes) -> Lanes {
    sum_of_products::<M, 1>([(a, b)])
}

/// a less `times` the modulus, with limbs close to 2^50 again.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn less<M: Modulus>(a: &Lanes, times: D) -> Lanes {
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = _mm256_fnmadd_pd(times, all(M::BALANCED[index]), a.0[index]);
    }
    let mut carries = [all(0.0); 4];
    for index in 0..4 {
        carries[index] = _mm256_sub_pd(_mm256_add_pd(limbs[index], all(UPPER)), all(UPPER));
        limbs[index] = _mm256_sub_pd(limbs[index], carries[index]);
    }
    for index in 0..4 {
        let unit = all(1.0 / (1u64 << BITS) as f64);
        limbs[index + 1] = _mm256_fmadd_pd(carries[index], unit, limbs[index + 1]);
    }
    Lanes(limbs)
}

/// The same element at most half the modulus away from zero, or hardly more.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn reduced<M: Modulus>(a: &Lanes) -> Lanes {
    let times = _mm256_fmadd_pd(a.0[4], all(M::SHARE), all(WHOLE));
    less::<M>(a, _mm256_sub_pd(times, all(WHOLE)))
}

/// The one value of an element that is neither negative nor above the modulus.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn canonical<M: Modulus>(a: &Lanes) -> Whole {
    // Rather once too little than once too much: what is left is below the modulus and a bit.
    const LITTLE: f64 = 1.0 / (1u64 << 40) as f64;
    let times = _mm256_fmsub_pd(a.0[4], all(M::SHARE), all(0.5 + LITTLE));
    let times = _mm256_sub_pd(_mm256_add_pd(times, all(WHOLE)), all(WHOLE));
    let positive = less::<M>(a, times);
    let (mut whole, mut carry) = ([every(0); 5], every(0));
    for index in 0..5 {
        let offset = if index == 0 { WHOLE } else { WHOLE - WHOLE_CARRY };
        let bits = _mm256_castpd_si256(_mm256_add_pd(positive.0[index], all(offset)));
        let limb = _mm256_add_epi64(bits, carry);
        whole[index] = _mm256_and_si256(limb, every(MASK));
        carry = _mm256_srli_epi64::<{ BITS as i32 }>(limb);
    }
    reduced_once(&whole, M::P)
}

/// The value less `bound` where it is not below it.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn reduced_once(a: &Whole, bound: [u64; 5]) -> Whole {
    let (mut rest, mut carry) = (*a, every(1));
    for index in 0..5 {
        let limb = _mm256_add_epi64(a[index], every(MASK - bound[index]));
        let limb = _mm256_add_epi64(limb, carry);
        rest[index] = _mm256_and_si256(limb, every(MASK));
        carry = _mm256_srli_epi64::<{ BITS as i32 }>(limb);
    }
    let is_above = _mm256_cmpeq_epi64(carry, every(1));
    for index in 0..5 {
        rest[index] = _mm256_blendv_epi8(a[index], rest[index], is_above);
    }
    rest
}

/// a − b as lanes.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn difference(a: &Whole, b: &Whole) -> Lanes {
    let mut limbs = [all(0.0); 5];
    for index in 0..5 {
        let bits = _mm256_add_epi64(_mm256_sub_epi64(a[index], b[index]), every(WHOLE.to_bits()));
        limbs[index] = _mm256_sub_pd(_mm256_castsi256_pd(bits), all(WHOLE));
    }
    Lanes(limbs)
}

#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn lanes(a: &Whole) -> Lanes {
    difference(a, &[every(0); 5])
}

/// Four elements of 64-bit limbs, one after the other.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn gathered(elements: [&Limbs; 4]) -> Whole {
    let mut rows = [every(0); 4];
    for lane in 0..4 {
        // SAFETY: the reference is valid for 32 bytes, and the load needs no alignment.
        rows[lane] = unsafe { _mm256_loadu_si256(elements[lane].as_ptr().cast()) };
    }
    let [a0, a1, a2, a3] = transposed(rows);
    let mask = every(MASK);
    let b1 = _mm256_or_si256(_mm256_srli_epi64::<51>(a0), _mm256_slli_epi64::<13>(a1));
    let b2 = _mm256_or_si256(_mm256_srli_epi64::<38>(a1), _mm256_slli_epi64::<26>(a2));
    let b3 = _mm256_or_si256(_mm256_srli_epi64::<25>(a2), _mm256_slli_epi64::<39>(a3));
    [
        _mm256_and_si256(a0, mask),
        _mm256_and_si256(b1, mask),
        _mm256_and_si256(b2, mask),
        _mm256_and_si256(b3, mask),
        _mm256_srli_epi64::<12>(a3),
    ]
}

/// What `gathered` takes.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn scattered(a: &Whole) -> [Limbs; 4] {
    let [a0, a1, a2, a3, a4] = *a;
    let rows = transposed([
        _mm256_or_si256(a0, _mm256_slli_epi64::<51>(a1)),
        _mm256_or_si256(_mm256_srli_epi64::<13>(a1), _mm256_slli_epi64::<38>(a2)),
        _mm256_or_si256(_mm256_srli_epi64::<26>(a2), _mm256_slli_epi64::<25>(a3)),
        _mm256_or_si256(_mm256_srli_epi64::<39>(a3), _mm256_slli_epi64::<12>(a4)),
    ]);
    let mut elements = [[0; 4]; 4];
    for lane in 0..4 {
        // SAFETY: the reference is valid for 32 bytes, and the store needs no alignment.
        unsafe { _mm256_storeu_si256(elements[lane].as_mut_ptr().cast(), rows[lane]) };
    }
    elements
}

/// Rows to columns, and back.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn transposed([r0, r1, r2, r3]: [V; 4]) -> [V; 4] {
    let (low0, high0) = (_mm256_unpacklo_epi64(r0, r1), _mm256_unpackhi_epi64(r0, r1));
    let (low1, high1) = (_mm256_unpacklo_epi64(r2, r3), _mm256_unpackhi_epi64(r2, r3));
    [
        _mm256_permute2x128_si256::<0x20>(low0, low1),
        _mm256_permute2x128_si256::<0x20>(high0, high1),
        _mm256_permute2x128_si256::<0x31>(low0, low1),
        _mm256_permute2x128_si256::<0x31>(high0, high1),
    ]
}

/// Each lane's value from its neighbour, or (`STEP` 1) from two lanes away.
#[inline]
#[target_feature(enable = "avx2,fma")]
pub fn permuted<const STEP: usize>(a: &Lanes) -> Lanes {
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = match STEP {
            0 => _mm256_permute_pd::<0b0101>(a.0[index]),
            _ => _mm256_permute2f128_pd::<0x01>(a.0[index], a.0[index]),
        };
    }
    Lanes(limbs)
}
