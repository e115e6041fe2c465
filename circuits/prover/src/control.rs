use crate::error::{ProverError, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The steps of a proof, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Read,
    Matrices,
    Fft,
    MsmA,
    MsmB1,
    MsmB2,
    MsmC,
    MsmH,
    Verify,
}

impl Phase {
    pub const ALL: [Phase; 9] = [
        Phase::Read,
        Phase::Matrices,
        Phase::Fft,
        Phase::MsmA,
        Phase::MsmB1,
        Phase::MsmB2,
        Phase::MsmC,
        Phase::MsmH,
        Phase::Verify,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Phase::Read => "read",
            Phase::Matrices => "matrices",
            Phase::Fft => "fft",
            Phase::MsmA => "msmA",
            Phase::MsmB1 => "msmB1",
            Phase::MsmB2 => "msmB2",
            Phase::MsmC => "msmC",
            Phase::MsmH => "msmH",
            Phase::Verify => "verify",
        }
    }
}

type Listener = dyn Fn(&'static str) + Send + Sync;

/// How the caller of a proof or a setup may stop it, and hears how far it is.
#[derive(Default)]
pub struct Control {
    cancelled: AtomicBool,
    on_phase: Option<Box<Listener>>,
}

impl Control {
    /// `on_phase` is called with the name of each phase as it begins, on the thread that works.
    pub fn listening(on_phase: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self { cancelled: AtomicBool::new(false), on_phase: Some(Box::new(on_phase)) }
    }

    /// The work ends with `Cancelled` at its next check, some milliseconds later.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn check(&self) -> Result<()> {
        match self.cancelled.load(Ordering::Relaxed) {
            true => Err(ProverError::Cancelled),
            false => Ok(()),
        }
    }

    pub fn begin(&self, phase: &'static str) -> Result<()> {
        self.check()?;
        if let Some(listener) = &self.on_phase {
            listener(phase);
        }
        Ok(())
    }
}

/// Milliseconds spent in each phase.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timings {
    milliseconds: [f64; Phase::ALL.len()],
}

impl Timings {
    pub fn of(&self, phase: Phase) -> f64 {
        self.milliseconds[phase as usize]
    }

    pub fn total(&self) -> f64 {
        self.milliseconds.iter().sum()
    }

    pub fn measure<T>(
        &mut self,
        phase: Phase,
        control: &Control,
        act: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        control.begin(phase.name())?;
        let start = Instant::now();
        let outcome = act();
        self.milliseconds[phase as usize] += start.elapsed().as_secs_f64() * 1e3;
        outcome
    }
}
