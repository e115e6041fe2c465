//! A known answer, as a check of the machine that the prover runs on.

use crate::control::Control;
use crate::error::{ProverError, Result};
use crate::prove::{Blinding, Options, prove};
use crate::verify::Proof;
use crate::zkey::Zkey;
use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;

const ZKEY: &[u8] = include_bytes!("../vectors/small.zkey");
const WTNS: &[u8] = include_bytes!("../vectors/small.wtns");
/// A.x, A.y, B.x (real, imaginary), B.y, C.x, C.y as hexadecimal lines; made by snarkjs with both
/// blinding scalars 2 (test/prover/makeVector.ts).
const PROOF: &str = include_str!("../vectors/small.proof.txt");

/// Makes the known proof anew and compares it, in the current rayon pool.
pub fn self_test() -> Result<()> {
    let failed = |reason: String| ProverError::SelfTestFailed { reason };
    let key = Zkey::from_bytes(ZKEY.to_vec()).map_err(|error| failed(error.to_string()))?;
    let blinding = Blinding { r: Fr::from(2u64), s: Fr::from(2u64) };
    let control = Control::default();
    let options = Options { blinding, control: &control, memory_limit: None };
    let proven = prove(&key, WTNS, &options).map_err(|error| failed(error.to_string()))?;
    match lines(&proven.proof) == PROOF {
        true => Ok(()),
        false => Err(failed("it gave another proof than snarkjs".into())),
    }
}

fn lines(Proof { a, b, c, .. }: &Proof) -> String {
    [a.x, a.y, b.x.c0, b.x.c1, b.y.c0, b.y.c1, c.x, c.y].iter().map(line).collect()
}

fn line(number: &Fq) -> String {
    let [l0, l1, l2, l3] = number.into_bigint().0;
    format!("{l3:016x}{l2:016x}{l1:016x}{l0:016x}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_proof_that_snarkjs_gives() {
        for threads in 1..6 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(self_test).unwrap();
        }
    }
}
