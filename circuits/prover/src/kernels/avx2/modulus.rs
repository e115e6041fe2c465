//! What the arithmetic of `lanes` knows of a modulus, worked out by the compiler.

/// Bits of a limb.
pub const BITS: u32 = 51;
pub const MASK: u64 = (1 << BITS) - 1;
/// 1.5·2^103: added to a product it leaves the product's upper half in the mantissa.
pub const UPPER: f64 = 1.5 * (1u128 << 103) as f64;
/// 1.5·2^52: added to a whole number it leaves that number in the mantissa.
pub const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;
/// Keeps columns above zero, so that they can be shifted without their signs.
const LIFT: u64 = 1 << 62;
/// Half a limb, by which columns are lifted so that their digits lie around zero.
pub const HALF: u64 = 1 << (BITS - 1);

/// A modulus of 254 bits.
pub trait Modulus {
    const LIMBS: [u64; 4];

    const P: [u64; 5] = split(Self::LIMBS);
    /// The same with limbs around zero.
    const BALANCED: [f64; 5] = floats(balanced(signed(Self::P)));
    /// How often the modulus goes into a value, by its uppermost limb.
    const SHARE: f64 = 1.0 / (Self::P[4] as f64 + Self::P[3] as f64 / (1u64 << BITS) as f64);
    /// −1/p modulo 2^51, around zero.
    const NEGATED_INVERSE: f64 = negated_inverse(Self::LIMBS[0]);
    /// 2^(51·(k − 4)) modulo p: what a digit in column k is worth in column 4.
    const FOLDS: [[f64; 5]; 4] =
        [fold(Self::P, 4), fold(Self::P, 3), fold(Self::P, 2), fold(Self::P, 1)];
}

pub const fn split(a: [u64; 4]) -> [u64; 5] {
    [
        a[0] & MASK,
        (a[0] >> 51 | a[1] << 13) & MASK,
        (a[1] >> 38 | a[2] << 26) & MASK,
        (a[2] >> 25 | a[3] << 39) & MASK,
        a[3] >> 12,
    ]
}

const fn signed(a: [u64; 5]) -> [i64; 5] {
    [a[0] as i64, a[1] as i64, a[2] as i64, a[3] as i64, a[4] as i64]
}

pub const fn floats(a: [i64; 5]) -> [f64; 5] {
    [a[0] as f64, a[1] as f64, a[2] as f64, a[3] as f64, a[4] as f64]
}

/// The same value with all limbs but the uppermost between −2^50 and 2^50.
pub const fn balanced(mut a: [i64; 5]) -> [i64; 5] {
    let mut index = 0;
    while index < 4 {
        let carry = (a[index] + HALF as i64) >> BITS;
        a[index] -= carry << BITS;
        a[index + 1] += carry;
        index += 1;
    }
    a
}

/// Limbs as doubles, between −2^50 and 2^50.
pub const fn doubles(a: [u64; 4]) -> [f64; 5] {
    floats(balanced(signed(split(a))))
}

/// 2^(−51·limbs) modulo p.
const fn fold(p: [u64; 5], limbs: u32) -> [f64; 5] {
    let (p, mut value, mut step) = (signed(p), [1, 0, 0, 0, 0], 0);
    while step < limbs * BITS {
        if value[0] & 1 == 1 {
            let mut index = 0;
            while index < 5 {
                value[index] += p[index];
                index += 1;
            }
        }
        value = halved(value);
        step += 1;
    }
    floats(balanced(around_zero(value, p)))
}

/// Half of an even value.
const fn halved(value: [i64; 5]) -> [i64; 5] {
    let (mut result, mut carry, mut index) = ([0; 5], 0, 5);
    while index > 0 {
        index -= 1;
        let limb = value[index] + (carry << BITS);
        result[index] = limb >> 1;
        carry = limb & 1;
    }
    result
}

/// Of a value between 0 and p the one nearer to zero, or nearly so.
const fn around_zero(mut value: [i64; 5], p: [i64; 5]) -> [i64; 5] {
    if value[4] > p[4] / 2 {
        let mut index = 0;
        while index < 5 {
            value[index] -= p[index];
            index += 1;
        }
    }
    value
}

const fn negated_inverse(low: u64) -> f64 {
    let (mut inverse, mut round) = (1u64, 0);
    while round < 6 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(low.wrapping_mul(inverse)));
        round += 1;
    }
    let value = (inverse.wrapping_neg() & MASK) as i64;
    (if value < HALF as i64 { value } else { value - (1 << BITS) }) as f64
}

/// What the ten columns of a sum of N products begin with, so that the bits of `UPPER` and `WHOLE`
/// that come with each term cancel, and the lifts of the columns below as well.
pub struct Starts<const N: usize>;

impl<const N: usize> Starts<N> {
    pub const COLUMNS: [u64; 10] = starts(N as u64);
}

const fn starts(products: u64) -> [u64; 10] {
    let (mut columns, mut column) = ([0u64; 10], 0);
    while column < 10 {
        // The products themselves begin in columns 0 to 4; four folds and the modulus in column 4.
        let (mut lower, mut upper, mut first) = (0, 0, 0);
        while first < 5 {
            let times = products + if first == 4 { 5 } else { 0 };
            if column >= first && column - first < 5 {
                lower += times;
            }
            if column > first && column - first < 6 {
                upper += times;
            }
            first += 1;
        }
        let mut start = 0u64
            .wrapping_sub(WHOLE.to_bits().wrapping_mul(lower))
            .wrapping_sub(UPPER.to_bits().wrapping_mul(upper));
        if column > 0 {
            start = start.wrapping_sub(LIFT >> BITS);
        }
        // The last column is made a double as it is, all others are digits and carries.
        start = start.wrapping_add(if column < 9 { LIFT } else { WHOLE.to_bits() });
        if column != 4 && column != 9 {
            start = start.wrapping_add(HALF);
        }
        columns[column] = start;
        column += 1;
    }
    columns
}
