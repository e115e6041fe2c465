//! Eight field elements at a time, with the 52-bit multiply-add of AVX-512. Used where the machine
//! has it, which is asked when the program runs: the library needs no such machine.
//!
//! An element is five limbs of 52 bits, so products are divided by 2^260. Memory holds elements
//! times 2^256 ("near"); times 2^260 they are "far". Far times near is near, far times far is far,
//! and four bits to the left lead from near to far. Limbs are always below 2^52; values are below
//! 2^260, and only `reduced` ones are below the modulus.

// Iterators' own functions may not use these instructions, and would call out of them.
#![allow(clippy::needless_range_loop)]

use std::arch::x86_64::*;

type V = __m512i;

/// A modulus of 254 bits.
pub trait Modulus {
    const LIMBS: [u64; 4];

    const P: [u64; 5] = split(Self::LIMBS);
    const TWICE: [u64; 5] = doubled(Self::P);
    /// −1/p modulo 2^52.
    const NEGATED_INVERSE: u64 = negated_inverse(Self::LIMBS[0]);
}

const MASK: u64 = (1 << 52) - 1;

pub const fn split(a: [u64; 4]) -> [u64; 5] {
    [
        a[0] & MASK,
        (a[0] >> 52 | a[1] << 12) & MASK,
        (a[1] >> 40 | a[2] << 24) & MASK,
        (a[2] >> 28 | a[3] << 36) & MASK,
        a[3] >> 16,
    ]
}

pub const fn doubled(a: [u64; 5]) -> [u64; 5] {
    let (mut result, mut carry, mut index) = ([0; 5], 0, 0);
    while index < 5 {
        let sum = 2 * a[index] + carry;
        result[index] = sum & MASK;
        carry = sum >> 52;
        index += 1;
    }
    result
}

const fn negated_inverse(low: u64) -> u64 {
    let (mut inverse, mut round) = (1u64, 0);
    while round < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(low.wrapping_mul(inverse)));
        round += 1;
    }
    inverse.wrapping_neg() & MASK
}

/// Eight elements, limb by limb.
#[derive(Clone, Copy)]
pub struct Lanes(pub [V; 5]);

/// Eight elements in memory, limb by limb.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Stored(pub [[u64; 8]; 5]);

impl Stored {
    pub const ZERO: Self = Self([[0; 8]; 5]);
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn load(from: &[u64; 8]) -> V {
    // SAFETY: the reference is valid for 64 bytes, and the load needs no alignment.
    unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn store(to: &mut [u64; 8], value: V) {
    // SAFETY: as above.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn all(value: u64) -> V {
    _mm512_set1_epi64(value as i64)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn read(from: &Stored) -> Lanes {
    let [a, b, c, d, e] = &from.0;
    Lanes([load(a), load(b), load(c), load(d), load(e)])
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn write(to: &mut Stored, value: Lanes) {
    for limb in 0..5 {
        store(&mut to.0[limb], value.0[limb]);
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn broadcast(value: [u64; 5]) -> Lanes {
    let [a, b, c, d, e] = value;
    Lanes([all(a), all(b), all(c), all(d), all(e)])
}

/// The product divided by 2^260. Operands below 2^5·p and 2·p give a result below 2·p.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn multiply<M: Modulus>(a: &Lanes, b: &Lanes) -> Lanes {
    let p = broadcast(M::P).0;
    let inverse = all(M::NEGATED_INVERSE);
    let zero = _mm512_setzero_si512();
    let mut t = [zero; 5];
    for round in 0..5 {
        let digit = b.0[round];
        for limb in 0..5 {
            t[limb] = _mm512_madd52lo_epu64(t[limb], a.0[limb], digit);
        }
        let m = _mm512_madd52lo_epu64(zero, t[0], inverse);
        for limb in 0..5 {
            t[limb] = _mm512_madd52lo_epu64(t[limb], p[limb], m);
        }
        let carry = _mm512_srli_epi64::<52>(t[0]);
        t = [_mm512_add_epi64(t[1], carry), t[2], t[3], t[4], zero];
        for limb in 0..5 {
            t[limb] = _mm512_madd52hi_epu64(t[limb], a.0[limb], digit);
            t[limb] = _mm512_madd52hi_epu64(t[limb], p[limb], m);
        }
    }
    carried(t)
}

/// Signed limbs brought below 2^52; the whole must be between 0 and 2^260.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn carried(mut t: [V; 5]) -> Lanes {
    let mask = all(MASK);
    for index in 0..4 {
        let carry = _mm512_srai_epi64::<52>(t[index]);
        t[index] = _mm512_and_si512(t[index], mask);
        t[index + 1] = _mm512_add_epi64(t[index + 1], carry);
    }
    Lanes(t)
}

/// a − b + c, where b must not be above c.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn subtract(a: &Lanes, b: &Lanes, c: [u64; 5]) -> Lanes {
    let c = broadcast(c).0;
    let mut t = a.0;
    for index in 0..5 {
        t[index] = _mm512_add_epi64(_mm512_sub_epi64(t[index], b.0[index]), c[index]);
    }
    carried(t)
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn add(a: &Lanes, b: &Lanes) -> Lanes {
    let mut t = a.0;
    for index in 0..5 {
        t[index] = _mm512_add_epi64(t[index], b.0[index]);
    }
    carried(t)
}

/// The value less `bound` where it is not below it.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn reduced_once(a: &Lanes, bound: [u64; 5]) -> Lanes {
    let bound = broadcast(bound).0;
    let mut t = a.0;
    for index in 0..5 {
        t[index] = _mm512_sub_epi64(t[index], bound[index]);
    }
    let less = carried(t);
    let is_negative = _mm512_movepi64_mask(less.0[4]);
    let mut result = less.0;
    for index in 0..5 {
        result[index] = _mm512_mask_mov_epi64(less.0[index], is_negative, a.0[index]);
    }
    Lanes(result)
}

/// From near to far.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn far(a: &Lanes) -> Lanes {
    let mask = all(MASK);
    let mut limbs = a.0;
    limbs[0] = _mm512_and_si512(_mm512_slli_epi64::<4>(a.0[0]), mask);
    for index in 1..5 {
        let high = _mm512_and_si512(_mm512_slli_epi64::<4>(a.0[index]), mask);
        limbs[index] = _mm512_or_si512(high, _mm512_srli_epi64::<48>(a.0[index - 1]));
    }
    Lanes(limbs)
}

/// Five limbs of 52 bits from four of 64.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn narrowed([a0, a1, a2, a3]: [V; 4]) -> Lanes {
    let mask = all(MASK);
    let b1 = _mm512_or_si512(_mm512_srli_epi64::<52>(a0), _mm512_slli_epi64::<12>(a1));
    let b2 = _mm512_or_si512(_mm512_srli_epi64::<40>(a1), _mm512_slli_epi64::<24>(a2));
    let b3 = _mm512_or_si512(_mm512_srli_epi64::<28>(a2), _mm512_slli_epi64::<36>(a3));
    Lanes([
        _mm512_and_si512(a0, mask),
        _mm512_and_si512(b1, mask),
        _mm512_and_si512(b2, mask),
        _mm512_and_si512(b3, mask),
        _mm512_srli_epi64::<16>(a3),
    ])
}

/// Four limbs of 64 bits from five of 52.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn widened(Lanes([a0, a1, a2, a3, a4]): &Lanes) -> [V; 4] {
    [
        _mm512_or_si512(*a0, _mm512_slli_epi64::<52>(*a1)),
        _mm512_or_si512(_mm512_srli_epi64::<12>(*a1), _mm512_slli_epi64::<40>(*a2)),
        _mm512_or_si512(_mm512_srli_epi64::<24>(*a2), _mm512_slli_epi64::<28>(*a3)),
        _mm512_or_si512(_mm512_srli_epi64::<36>(*a3), _mm512_slli_epi64::<16>(*a4)),
    ]
}

/// Each lane's value from the lane 2^step away.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn permuted(a: &Lanes, step: usize) -> Lanes {
    let from = load(&std::array::from_fn(|lane| (lane ^ (1 << step)) as u64));
    let mut limbs = a.0;
    for index in 0..5 {
        limbs[index] = _mm512_permutexvar_epi64(from, a.0[index]);
    }
    Lanes(limbs)
}

/// The second in lanes whose bit is set, else the first.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn selected(bits: u8, first: &Lanes, second: &Lanes) -> Lanes {
    let mut limbs = first.0;
    for index in 0..5 {
        limbs[index] = _mm512_mask_mov_epi64(first.0[index], bits, second.0[index]);
    }
    Lanes(limbs)
}

/// Two elements of 64-bit limbs side by side.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn row(left: &[u64; 4], right: &[u64; 4]) -> V {
    // SAFETY: both references are valid for 32 bytes, and the loads need no alignment.
    let (left, right) = unsafe {
        (_mm256_loadu_si256(left.as_ptr().cast()), _mm256_loadu_si256(right.as_ptr().cast()))
    };
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(left), right)
}

/// Writes what `row` reads.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn write_row(row: V, left: &mut [u64; 4], right: &mut [u64; 4]) {
    // SAFETY: both references are valid for 32 bytes, and the stores need no alignment.
    unsafe {
        _mm256_storeu_si256(left.as_mut_ptr().cast(), _mm512_castsi512_si256(row));
        _mm256_storeu_si256(right.as_mut_ptr().cast(), _mm512_extracti64x4_epi64::<1>(row));
    }
}

/// Rows to columns, and back.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub fn transposed(r: [V; 8]) -> [V; 8] {
    let even = columns([
        _mm512_unpacklo_epi64(r[0], r[1]),
        _mm512_unpacklo_epi64(r[2], r[3]),
        _mm512_unpacklo_epi64(r[4], r[5]),
        _mm512_unpacklo_epi64(r[6], r[7]),
    ]);
    let odd = columns([
        _mm512_unpackhi_epi64(r[0], r[1]),
        _mm512_unpackhi_epi64(r[2], r[3]),
        _mm512_unpackhi_epi64(r[4], r[5]),
        _mm512_unpackhi_epi64(r[6], r[7]),
    ]);
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}

/// A transposition of pairs of numbers.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn columns(t: [V; 4]) -> [V; 4] {
    let low0 = _mm512_shuffle_i64x2::<0x44>(t[0], t[1]);
    let low1 = _mm512_shuffle_i64x2::<0x44>(t[2], t[3]);
    let high0 = _mm512_shuffle_i64x2::<0xee>(t[0], t[1]);
    let high1 = _mm512_shuffle_i64x2::<0xee>(t[2], t[3]);
    [
        _mm512_shuffle_i64x2::<0x88>(low0, low1),
        _mm512_shuffle_i64x2::<0xdd>(low0, low1),
        _mm512_shuffle_i64x2::<0x88>(high0, high1),
        _mm512_shuffle_i64x2::<0xdd>(high0, high1),
    ]
}

/// One element of `Lanes` as limbs of 64 bits; the value must be below 2^256.
pub fn extracted(stored: &Stored, lane: usize) -> [u64; 4] {
    let [a0, a1, a2, a3, a4] = stored.0.map(|limb| limb[lane]);
    [a0 | a1 << 52, a1 >> 12 | a2 << 40, a2 >> 24 | a3 << 28, a3 >> 36 | a4 << 16]
}

pub fn inserted(stored: &mut Stored, lane: usize, value: [u64; 4]) {
    for (limb, part) in stored.0.iter_mut().zip(split(value)) {
        limb[lane] = part;
    }
}
