//! The binding to Node for keys.

use crate::control::Control;
use crate::error::Result;
use crate::node::{Job, NativeFailure, PhaseTime, ProofControl, Reply, guarded, thread_pool};
use crate::setup::Steps;
use crate::setup::check::{Report, check_key};
use crate::setup::circuit::Circuit;
use crate::setup::contribution::Beacon;
use crate::setup::development::{Published, write_development_key};
use crate::setup::development_ptau::write_development_ptau;
use crate::setup::from_ptau::write_key_from_ptau;
use crate::setup::ptau::Ptau;
use crate::zkey::Zkey;
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use rayon::ThreadPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[napi(object)]
pub struct NativeBeacon {
    pub hash: Uint8Array,
    /// It is hashed 2^exponent times; at most 32.
    pub exponent: u32,
    /// Name of the contribution.
    pub name: String,
}

#[napi(object)]
pub struct DevelopmentKeyInput {
    /// Path or bytes of its r1cs file.
    pub circuit: napi::Either<String, Uint8Array>,
    pub zkey_path: String,
    pub powers: NativeBeacon,
    pub delta: NativeBeacon,
}

#[napi(object)]
pub struct KeyFromPtauInput {
    /// Path or bytes of its r1cs file.
    pub circuit: napi::Either<String, Uint8Array>,
    pub ptau_path: String,
    pub zkey_path: String,
}

#[napi(object)]
pub struct DevelopmentPtauInput {
    /// 1 to 27.
    pub power: u32,
    pub ptau_path: String,
    pub powers: NativeBeacon,
}

#[napi(object)]
pub struct CheckKeyInput {
    /// Path or bytes of its r1cs file.
    pub circuit: napi::Either<String, Uint8Array>,
    pub ptau_path: String,
    /// Path or bytes of the key.
    pub zkey: napi::Either<String, Uint8Array>,
    /// Wants a contribution of a person, and a gamma that is not delta.
    pub is_production: bool,
}

#[napi(object)]
#[derive(Clone)]
pub struct NativeContribution {
    pub name: String,
    /// Whether it came from a public beacon, not from a person.
    pub is_beacon: bool,
    /// What its author signs, as hexadecimal digits.
    pub hash: String,
}

/// What was made or checked; or why not.
#[napi(object)]
#[derive(Default)]
pub struct SetupReply {
    pub failure: Option<NativeFailure>,
    /// In the order of the phases.
    pub phases: Vec<PhaseTime>,
    /// Of a checked key: hexadecimal digits, else empty.
    pub circuit_hash: String,
    pub contributions: Vec<NativeContribution>,
}

impl Reply for SetupReply {
    fn failed(failure: NativeFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

/// Makes keys and checks them. Files are mapped: nobody may shorten them meanwhile.
#[napi]
pub struct NativeSetup {
    pool: Arc<ThreadPool>,
}

#[napi]
impl NativeSetup {
    /// Threads: 1 to 1024.
    #[napi(constructor)]
    pub fn new(threads: u32) -> napi::Result<Self> {
        guarded(|| Ok(Self { pool: thread_pool(threads)? }))
            .map_err(|error| napi::Error::from_reason(format!("{}: {error}", error.code())))
    }

    /// Writes the key of a circuit under the published secret.
    #[napi(ts_return_type = "Promise<SetupReply>")]
    pub fn development_key(
        &self,
        input: DevelopmentKeyInput,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<SetupReply>> {
        let DevelopmentKeyInput { circuit, zkey_path, powers, delta } = input;
        let r1cs = Source::from(circuit);
        let (powers, name) = (beacon(&powers), delta.name.clone());
        let published = Published { powers, delta: beacon(&delta), name };
        self.job(control, move |control| {
            let path = Path::new(&zkey_path);
            write_development_key(&r1cs.circuit()?, &published, path, control).map(SetupReply::from)
        })
    }

    /// Writes a key that has no contribution yet.
    #[napi(ts_return_type = "Promise<SetupReply>")]
    pub fn key_from_ptau(
        &self,
        input: KeyFromPtauInput,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<SetupReply>> {
        let KeyFromPtauInput { circuit, ptau_path, zkey_path } = input;
        let r1cs = Source::from(circuit);
        self.job(control, move |control| {
            let circuit = r1cs.circuit()?;
            let ptau = Ptau::open(Path::new(&ptau_path))?;
            write_key_from_ptau(&circuit, &ptau, Path::new(&zkey_path), control)
                .map(SetupReply::from)
        })
    }

    /// Writes the powers of tau of the published secret, for circuits of up to 2^power rows.
    #[napi(ts_return_type = "Promise<SetupReply>")]
    pub fn development_ptau(
        &self,
        input: DevelopmentPtauInput,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<SetupReply>> {
        let DevelopmentPtauInput { power, ptau_path, powers } = input;
        let (beacon, name) = (beacon(&powers), powers.name);
        self.job(control, move |control| {
            write_development_ptau(&beacon, &name, power, Path::new(&ptau_path), control)
                .map(SetupReply::from)
        })
    }

    /// Checks a key against its circuit and powers of tau.
    #[napi(ts_return_type = "Promise<SetupReply>")]
    pub fn check_key(
        &self,
        input: CheckKeyInput,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<SetupReply>> {
        let CheckKeyInput { circuit, ptau_path, zkey, is_production } = input;
        let (r1cs, zkey) = (Source::from(circuit), Source::from(zkey));
        self.job(control, move |control| {
            let circuit = r1cs.circuit()?;
            let ptau = Ptau::open(Path::new(&ptau_path))?;
            let key = zkey.key()?;
            check_key(&circuit, &ptau, &key, is_production, control).map(SetupReply::from)
        })
    }

    fn job(
        &self,
        control: Option<&ProofControl>,
        act: impl FnOnce(&Control) -> Result<SetupReply> + Send + 'static,
    ) -> AsyncTask<Job<SetupReply>> {
        let pool = Arc::clone(&self.pool);
        let control = control.map(|control| Arc::clone(&control.control)).unwrap_or_default();
        Job::new(move || pool.install(|| act(&control)))
    }
}

enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl From<napi::Either<String, Uint8Array>> for Source {
    fn from(source: napi::Either<String, Uint8Array>) -> Self {
        match source {
            napi::Either::A(path) => Self::File(path.into()),
            napi::Either::B(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

impl Source {
    fn circuit(self) -> Result<Circuit> {
        match self {
            Self::File(path) => Circuit::open(&path),
            Self::Bytes(bytes) => Circuit::from_bytes(bytes),
        }
    }

    fn key(self) -> Result<Zkey> {
        match self {
            Self::File(path) => Zkey::open(&path),
            Self::Bytes(bytes) => Zkey::from_bytes(bytes),
        }
    }
}

fn beacon(beacon: &NativeBeacon) -> Beacon {
    Beacon { hash: beacon.hash.to_vec(), exponent: beacon.exponent }
}

impl From<Steps> for SetupReply {
    fn from(steps: Steps) -> Self {
        let time = |(phase, ms): (&str, f64)| PhaseTime { phase: phase.to_owned(), ms };
        Self { phases: steps.done.into_iter().map(time).collect(), ..Self::default() }
    }
}

impl From<Report> for SetupReply {
    fn from(report: Report) -> Self {
        let contributions = report.contributions.iter().map(|checked| NativeContribution {
            name: checked.name.clone(),
            is_beacon: checked.is_beacon,
            hash: hex(&checked.hash),
        });
        let contributions = contributions.collect();
        let circuit_hash = hex(&report.circuit_hash);
        Self { circuit_hash, contributions, ..Self::from(report.steps) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
