//! Phase times of one witness: cargo run --release --example time -- ZKEY WTNS THREADS TIMES [MOST]
//! MOST names the best instructions to use, as `Instructions::name` does.

use assay_prover::control::{Control, Phase};
use assay_prover::machine::{Instructions, instructions, keep_to};
use assay_prover::prove::{Blinding, Options, prove};
use assay_prover::zkey::Zkey;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [zkey, wtns, threads, times, rest @ ..] = &arguments[..] else {
        return Err("usage: time ZKEY WTNS THREADS TIMES [MOST]".into());
    };
    if let Some(most) = Instructions::ALL.into_iter().find(|most| rest == [most.name()]) {
        keep_to(most);
    }
    println!("{}", instructions().name());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
    let start = Instant::now();
    let key = pool.install(|| Zkey::open(zkey.as_ref()))?;
    println!("load {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let witness = std::fs::read(wtns)?;
    for _ in 0..times.parse()? {
        let control = Control::default();
        let blinding = Blinding::random()?;
        let options = Options { blinding, control: &control, memory_limit: None };
        let proven = pool.install(|| prove(&key, &witness, &options))?;
        let phases =
            Phase::ALL.map(|phase| format!("{} {:.1}", phase.name(), proven.timings.of(phase)));
        println!("{:.1} ms: {}", proven.timings.total(), phases.join(", "));
    }
    Ok(())
}
