//! Keys: made from the published development secret or from a powers-of-tau file, and checked.

pub mod check;
pub mod circuit;
mod combine;
pub mod contribution;
pub mod development;
pub mod development_ptau;
pub mod from_ptau;
mod lagrange;
pub mod output;
mod parts;
pub mod ptau;
mod table;

use crate::control::Control;
use crate::error::Result;
use std::time::Instant;

/// Names and milliseconds of what was done, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    pub done: Vec<(&'static str, f64)>,
}

impl Steps {
    pub fn measure<T>(
        &mut self,
        name: &'static str,
        control: &Control,
        act: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        control.begin(name)?;
        let start = Instant::now();
        let outcome = act()?;
        self.done.push((name, start.elapsed().as_secs_f64() * 1e3));
        Ok(outcome)
    }
}
