//! The binding to Node. Work runs on threads of its own; every outcome, a panic too, is a value.

use crate::cache::KeyCache;
use crate::control::{Control, Phase};
use crate::error::{ProverError, Result};
use crate::prove::{Blinding, Options, Proven, needed_bytes, prove, table_layout};
use crate::self_test::self_test;
use crate::zkey::Zkey;
use ark_bn254::Fq;
use ark_ff::PrimeField;
use napi::Task;
use napi::bindgen_prelude::{AsyncTask, ToNapiValue, TypeName, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

const MOST_THREADS: u32 = 1024;

#[napi(object)]
pub struct NativeFailure {
    /// One of the stable codes of `ProverError`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// The file at fault: `zkey`, `wtns`, `r1cs` or `ptau`; none where it was no file.
    pub file: Option<String>,
}

#[napi(object)]
pub struct NativeOptions {
    /// Threads of one proof, 1 to 1024.
    pub threads: u32,
    /// Bytes of keys that stay in memory, mapped files counted in.
    pub cache_bytes: f64,
    /// Most bytes a proof may need beside its key; none is no limit.
    pub memory_limit_bytes: Option<f64>,
    /// Most bytes of all keys' tables together, which are part of `cacheBytes`; 0, the default, is
    /// none.
    pub table_bytes: Option<f64>,
    /// Goes without AVX-512 in the whole process, as on machines that lack it.
    pub is_portable: Option<bool>,
}

/// What a key says of its circuit; or why it could not be loaded.
#[napi(object)]
#[derive(Default)]
pub struct LoadReply {
    pub failure: Option<NativeFailure>,
    pub wires: u32,
    pub public_signals: u32,
    pub domain_size: u32,
    /// Bytes the key occupies, mapped ones counted in.
    pub key_bytes: f64,
    /// Bytes a proof will need beside it, about.
    pub proof_bytes: f64,
    pub load_ms: f64,
}

/// The table that a key now has; or why none could be made.
#[napi(object)]
#[derive(Default)]
pub struct TableReply {
    pub failure: Option<NativeFailure>,
    /// Bytes that it takes; 0 where there is no room for one that would gain anything.
    pub table_bytes: f64,
    /// What it took to make; 0 if it was there.
    pub table_ms: f64,
}

#[napi(object)]
pub struct PhaseTime {
    pub phase: String,
    pub ms: f64,
}

/// A verified proof, its numbers as hexadecimal digits; or why there is none.
#[napi(object)]
#[derive(Default)]
pub struct ProveReply {
    pub failure: Option<NativeFailure>,
    /// A.x, A.y, B.x (real, imaginary), B.y (real, imaginary), C.x, C.y; empty without a proof.
    pub coordinates: Vec<String>,
    pub public_signals: Vec<String>,
    /// In the order of the phases.
    pub phases: Vec<PhaseTime>,
}

#[napi(object)]
#[derive(Default)]
pub struct TestReply {
    pub failure: Option<NativeFailure>,
}

/// Replies can all be failures, so that nothing needs to be thrown.
pub(crate) trait Reply {
    fn failed(failure: NativeFailure) -> Self;
}

impl Reply for LoadReply {
    fn failed(failure: NativeFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

impl Reply for TableReply {
    fn failed(failure: NativeFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

impl Reply for ProveReply {
    fn failed(failure: NativeFailure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

impl Reply for TestReply {
    fn failed(failure: NativeFailure) -> Self {
        Self { failure: Some(failure) }
    }
}

/// Something to do outside Node's own thread.
pub struct Job<T>(Option<Box<dyn FnOnce() -> Result<T> + Send>>);

impl<T> Job<T> {
    pub(crate) fn new(act: impl FnOnce() -> Result<T> + Send + 'static) -> AsyncTask<Self>
    where
        T: Reply + ToNapiValue + TypeName + Send + 'static,
    {
        AsyncTask::new(Self(Some(Box::new(act))))
    }
}

impl<T: Reply + ToNapiValue + TypeName + Send + 'static> Task for Job<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<T> {
        let Some(act) = self.0.take() else {
            return Err(napi::Error::from_reason("a job runs once"));
        };
        Ok(guarded(act).unwrap_or_else(|error| T::failed(failure(&error))))
    }

    fn resolve(&mut self, _: napi::Env, output: T) -> napi::Result<T> {
        Ok(output)
    }
}

fn failure(error: &ProverError) -> NativeFailure {
    NativeFailure {
        code: error.code().to_owned(),
        message: error.to_string(),
        file: error.file().map(|file| file.extension().to_owned()),
    }
}

/// Makes an error of a panic: none may cross into Node.
pub(crate) fn guarded<T>(act: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves behind is dropped with it; the cache's lock forgives it.
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let reason = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(ProverError::Panicked { reason })
    })
}

/// Stops a proof or a setup that was started with it.
#[napi]
pub struct ProofControl {
    pub(crate) control: Arc<Control>,
}

#[napi]
impl ProofControl {
    /// `on_phase` hears the name of each phase as it begins.
    #[napi(constructor, ts_args_type = "onPhase?: ((phase: string) => void) | null")]
    pub fn new(
        on_phase: Option<ThreadsafeFunction<String, (), String, napi::Status, false, true>>,
    ) -> Self {
        let control = match on_phase {
            None => Control::default(),
            Some(listener) => Control::listening(move |phase| {
                listener.call(phase.to_owned(), ThreadsafeFunctionCallMode::NonBlocking);
            }),
        };
        Self { control: Arc::new(control) }
    }

    /// The work fails with `Cancelled` some milliseconds later.
    #[napi]
    pub fn cancel(&self) {
        self.control.cancel();
    }
}

pub(crate) fn thread_pool(threads: u32) -> Result<Arc<ThreadPool>> {
    let invalid = |value: String, range| {
        Err(ProverError::ParameterInvalid { parameter: "threads", value, range })
    };
    if !(1..=MOST_THREADS).contains(&threads) {
        return invalid(threads.to_string(), "1 to 1024");
    }
    let name = |index| format!("prover-{index}");
    match ThreadPoolBuilder::new().num_threads(threads as usize).thread_name(name).build() {
        Ok(pool) => Ok(Arc::new(pool)),
        Err(error) => invalid(error.to_string(), "what the system can start"),
    }
}

/// Holds keys and proves with them.
#[napi]
pub struct NativeProver {
    cache: Arc<KeyCache>,
    pool: Arc<ThreadPool>,
    memory_limit: Option<u64>,
    most_table_bytes: u64,
    /// Held while a table is made, so that two do not take the same room.
    table_turn: Arc<Mutex<()>>,
}

#[napi]
impl NativeProver {
    #[napi(constructor)]
    pub fn new(options: NativeOptions) -> napi::Result<Self> {
        guarded(|| Self::build(&options))
            .map_err(|error| napi::Error::from_reason(format!("{}: {error}", error.code())))
    }

    fn build(options: &NativeOptions) -> Result<Self> {
        if options.is_portable == Some(true) {
            crate::machine::keep_to(crate::machine::Instructions::Avx2);
        }
        let pool = thread_pool(options.threads)?;
        for (parameter, bytes) in [
            ("cacheBytes", options.cache_bytes),
            ("memoryLimitBytes", options.memory_limit_bytes.unwrap_or(0.0)),
            ("tableBytes", options.table_bytes.unwrap_or(0.0)),
        ] {
            if !bytes.is_finite() || bytes < 0.0 {
                let (value, range) = (bytes.to_string(), "a finite number, not negative");
                return Err(ProverError::ParameterInvalid { parameter, value, range });
            }
        }
        Ok(Self {
            cache: Arc::new(KeyCache::new(options.cache_bytes as u64)),
            pool,
            memory_limit: options.memory_limit_bytes.map(|bytes| bytes as u64),
            most_table_bytes: options.table_bytes.unwrap_or(0.0) as u64,
            table_turn: Arc::default(),
        })
    }

    /// Which code this machine runs: `avx512-ifma`, `avx2-fma` or `portable`.
    #[napi]
    pub fn instructions(&self) -> String {
        crate::machine::instructions().name().to_owned()
    }

    /// Makes a known proof and compares it.
    #[napi(ts_return_type = "Promise<TestReply>")]
    pub fn self_test(&self) -> AsyncTask<Job<TestReply>> {
        let pool = Arc::clone(&self.pool);
        Job::new(move || pool.install(self_test).map(|()| TestReply::default()))
    }

    /// Maps a key's file, which nobody may change while it is loaded, and checks all of it.
    #[napi(ts_return_type = "Promise<LoadReply>")]
    pub fn load_key_file(&self, name: String, path: String) -> AsyncTask<Job<LoadReply>> {
        self.load(name, move || Zkey::open(Path::new(&path)))
    }

    /// Copies a key and checks all of it.
    #[napi(ts_return_type = "Promise<LoadReply>")]
    pub fn load_key_bytes(&self, name: String, zkey: Uint8Array) -> AsyncTask<Job<LoadReply>> {
        let bytes = zkey.to_vec();
        self.load(name, move || Zkey::from_bytes(bytes))
    }

    fn load(
        &self,
        name: String,
        read: impl FnOnce() -> Result<Zkey> + Send + 'static,
    ) -> AsyncTask<Job<LoadReply>> {
        let (pool, cache) = (Arc::clone(&self.pool), Arc::clone(&self.cache));
        Job::new(move || {
            let start = Instant::now();
            let key = cache.insert(&name, pool.install(read)?);
            let threads = pool.current_num_threads() as u64;
            Ok(LoadReply {
                failure: None,
                wires: key.wires as u32,
                public_signals: key.public_signals as u32,
                domain_size: key.domain_size() as u32,
                key_bytes: key.bytes() as f64,
                proof_bytes: needed_bytes(&key, threads) as f64,
                load_ms: start.elapsed().as_secs_f64() * 1e3,
            })
        })
    }

    /// Makes multiples of a loaded key's points, so that its later proofs take fewer additions; as
    /// many as there is room for. It takes longer than a proof.
    #[napi(ts_return_type = "Promise<TableReply>")]
    pub fn make_table(
        &self,
        key: String,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<TableReply>> {
        let (pool, cache) = (Arc::clone(&self.pool), Arc::clone(&self.cache));
        let (most, limit, turn) =
            (self.most_table_bytes, self.memory_limit, Arc::clone(&self.table_turn));
        let control = control.map(|control| Arc::clone(&control.control)).unwrap_or_default();
        Job::new(move || {
            // Nothing is behind this lock that a panic could leave half done.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let (key, start) = (cache.get(&key)?, Instant::now());
            let threads = pool.current_num_threads() as u64;
            let layout = table_layout(&key, cache.room_for_table(most), limit, threads);
            if let Some(layout) = layout {
                pool.install(|| key.make_h_multiples(layout, &control))?;
            }
            let table_ms = layout.map_or(0.0, |_| start.elapsed().as_secs_f64() * 1e3);
            Ok(TableReply { failure: None, table_bytes: key.multiples_bytes() as f64, table_ms })
        })
    }

    #[napi]
    pub fn unload_key(&self, name: String) {
        self.cache.remove(&name);
    }

    /// Names of the keys in memory, the one used longest ago first.
    #[napi]
    pub fn loaded_keys(&self) -> Vec<String> {
        self.cache.names()
    }

    /// Proves with a loaded key from the bytes of a `.wtns` file, and verifies the proof.
    #[napi(ts_return_type = "Promise<ProveReply>")]
    pub fn prove(
        &self,
        key: String,
        wtns: Uint8Array,
        control: Option<&ProofControl>,
    ) -> AsyncTask<Job<ProveReply>> {
        let (pool, cache) = (Arc::clone(&self.pool), Arc::clone(&self.cache));
        let control = control.map(|control| Arc::clone(&control.control)).unwrap_or_default();
        let memory_limit = self.memory_limit;
        let bytes = wtns.to_vec();
        Job::new(move || {
            let key = cache.get(&key)?;
            let blinding = Blinding::random()?;
            let options = Options { blinding, control: &control, memory_limit };
            pool.install(|| prove(&key, &bytes, &options)).map(|proven| reply(&proven))
        })
    }
}

fn reply(Proven { proof, timings }: &Proven) -> ProveReply {
    let (a, b, c) = (&proof.a, &proof.b, &proof.c);
    let coordinates = [a.x, a.y, b.x.c0, b.x.c1, b.y.c0, b.y.c1, c.x, c.y];
    ProveReply {
        failure: None,
        coordinates: coordinates.iter().map(|value: &Fq| digits(&value.into_bigint().0)).collect(),
        public_signals: proof.public_signals.iter().map(digits).collect(),
        phases: Phase::ALL
            .iter()
            .map(|phase| PhaseTime { phase: phase.name().to_owned(), ms: timings.of(*phase) })
            .collect(),
    }
}

fn digits(limbs: &[u64; 4]) -> String {
    let [l0, l1, l2, l3] = limbs;
    format!("{l3:016x}{l2:016x}{l1:016x}{l0:016x}")
}
