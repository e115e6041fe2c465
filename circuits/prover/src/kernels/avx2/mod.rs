//! For machines with AVX2 and FMA but without AVX-512's 52-bit products, four values at a time.

pub mod fft;
mod lanes;
mod modulus;
pub mod pairs;
