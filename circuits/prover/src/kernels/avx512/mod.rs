//! For machines with AVX-512's 52-bit products, eight values at a time.

pub mod fft;
mod lanes;
pub mod pairs;
