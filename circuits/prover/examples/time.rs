//! Phase times of one witness: cargo run --release --example time -- ZKEY WTNS THREADS TIMES [MOST [MULTIPLES]]
//! MOST names the best instructions to use, as `Instructions::name` does; MULTIPLES is how many
//! bytes multiples of the key's points may take.

use assay_prover::control::{Control, Phase};
use assay_prover::machine::{Instructions, instructions, keep_to};
use assay_prover::prove::{Blinding, Options, prove, table_layout};
use assay_prover::zkey::Zkey;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [zkey, wtns, threads, times, rest @ ..] = &arguments[..] else {
        return Err("usage: time ZKEY WTNS THREADS TIMES [MOST [MULTIPLES]]".into());
    };
    if let Some(most) = Instructions::ALL
        .into_iter()
        .find(|most| rest.first().is_some_and(|name| name == most.name()))
    {
        keep_to(most);
    }
    println!("{}", instructions().name());
    let threads = threads.parse()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let start = Instant::now();
    let key = pool.install(|| Zkey::open(zkey.as_ref()))?;
    println!("load {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let room = rest.get(1).map_or(Ok(0), |room| room.parse())?;
    let layout = table_layout(&key, room, None, threads as u64);
    if let Some(layout) = layout {
        pool.install(|| key.make_h_multiples(layout, &Control::default()))?;
    }
    let megabytes = key.multiples_bytes() as f64 / 1e6;
    println!("multiples {:.1} ms, {megabytes} MB, {layout:?}", start.elapsed().as_secs_f64() * 1e3);
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
