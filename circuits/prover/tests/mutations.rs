//! Files damaged at random: every one is refused with a typed error, or still gives a proof that
//! was verified. Nothing panics, and nothing is allocated by a number that a file only claims.

use assay_prover::control::Control;
use assay_prover::error::ProverError;
use assay_prover::prove::{Blinding, Options, prove};
use assay_prover::wtns::Witness;
use assay_prover::zkey::Zkey;
use proptest::prelude::*;

const ZKEY: &[u8] = include_bytes!("../vectors/small.zkey");
const WTNS: &[u8] = include_bytes!("../vectors/small.wtns");

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Word(prop::sample::Index, u32),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        (place(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (place(), prop_oneof![Just(0), Just(u32::MAX), Just(1 << 31), any::<u32>()])
            .prop_map(|(at, word)| Damage::Word(at, word)),
        place().prop_map(Damage::Cut),
        (place(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (place(), 1usize..100).prop_map(|(at, count)| Damage::Remove(at, count)),
        (place(), 1usize..100).prop_map(|(at, count)| Damage::Repeat(at, count)),
    ]
}

/// Half of all damage goes to the first bytes, where the sizes stand.
fn damages() -> impl Strategy<Value = Vec<(bool, Damage)>> {
    prop::collection::vec((any::<bool>(), damage()), 1..4)
}

fn damaged(file: &[u8], damages: &[(bool, Damage)]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for (in_head, damage) in damages {
        if bytes.is_empty() {
            break;
        }
        let span = if *in_head { bytes.len().min(800) } else { bytes.len() };
        let (at, end) = match damage {
            Damage::Flip(at, _) | Damage::Word(at, _) | Damage::Cut(at) | Damage::Insert(at, _) => {
                (at.index(span), 0)
            }
            Damage::Remove(at, count) | Damage::Repeat(at, count) => {
                let at = at.index(span);
                (at, (at + count).min(bytes.len()))
            }
        };
        match damage {
            Damage::Flip(_, bit) => bytes[at] ^= 1 << bit,
            Damage::Word(_, word) => {
                bytes[at..].iter_mut().zip(word.to_le_bytes()).for_each(|(old, new)| *old = new);
            }
            Damage::Cut(_) => bytes.truncate(at),
            Damage::Insert(_, more) => drop(bytes.splice(at..at, more.iter().copied())),
            Damage::Remove(..) => drop(bytes.drain(at..end)),
            Damage::Repeat(..) => {
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
        }
    }
    bytes
}

fn attempt(key: &Zkey, wtns: &[u8]) -> Result<(), ProverError> {
    let control = Control::default();
    let blinding = Blinding::random()?;
    prove(key, wtns, &Options { blinding, control: &control, memory_limit: None }).map(drop)
}

fn is_typed(outcome: Result<(), ProverError>) -> bool {
    use ProverError::{CircuitMismatch, ProofRejected};
    matches!(outcome, Ok(()) | Err(ProofRejected | CircuitMismatch { .. }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_damaged_key_is_refused_or_harmless(damages in damages()) {
        if let Ok(key) = Zkey::from_bytes(damaged(ZKEY, &damages)) {
            prop_assert!(is_typed(attempt(&key, WTNS)));
        }
    }

    #[test]
    fn a_damaged_witness_is_refused_or_harmless(damages in damages()) {
        let bytes = damaged(WTNS, &damages);
        if Witness::read(&bytes).is_ok() {
            let key = Zkey::from_bytes(ZKEY.to_vec()).unwrap();
            prop_assert!(is_typed(attempt(&key, &bytes)));
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), is_headed: bool) {
        let headed = |magic: &[u8], version: u8| {
            let head = [magic, &[version, 0, 0, 0, 2, 0, 0, 0]].concat();
            if is_headed { [head, bytes.clone()].concat() } else { bytes.clone() }
        };
        prop_assert!(Zkey::from_bytes(headed(b"zkey", 1)).is_err());
        prop_assert!(Witness::read(&headed(b"wtns", 2)).is_err());
    }
}
