//! For every machine, one value after the other.

pub mod fft;
pub mod pairs;
