//! Keys made two ways, from the secret and from its powers, agree; keys and files that were changed
//! are refused.

use ark_bn254::Fr;
use ark_ff::{BigInteger, Field, PrimeField};
use assay_prover::control::Control;
use assay_prover::error::{ProverError, Result};
use assay_prover::setup::check::{Report, check_key};
use assay_prover::setup::circuit::Circuit;
use assay_prover::setup::contribution::Beacon;
use assay_prover::setup::development::{Published, write_development_key};
use assay_prover::setup::development_ptau::write_development_ptau;
use assay_prover::setup::from_ptau::write_key_from_ptau;
use assay_prover::setup::ptau::Ptau;
use assay_prover::zkey::Zkey;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const R1CS: &[u8] = include_bytes!("../vectors/small.r1cs");
/// Made by the TypeScript setup (test/prover/makeVector.ts).
const ZKEY: &[u8] = include_bytes!("../vectors/small.zkey");
const SENTENCE: &str =
    "Assay development keys: this sentence is public, so these keys protect nothing.";
const NAME: &str = "assay development, not secure";
const POWER: u32 = 13;

fn published() -> Published {
    let beacon = |subject: &str| {
        let hash = Sha256::digest(format!("{SENTENCE} {subject}")).to_vec();
        Beacon { hash, exponent: 10 }
    };
    Published { powers: beacon("powers of tau"), delta: beacon("delta"), name: NAME.to_owned() }
}

/// A folder that goes when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("assay-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn is_empty(&self) -> bool {
        std::fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

static PTAU: LazyLock<Vec<u8>> = LazyLock::new(|| ptau_of(POWER));

fn ptau_of(power: u32) -> Vec<u8> {
    written(&format!("ptau-{power}"), |path| {
        let control = Control::default();
        write_development_ptau(&published().powers, NAME, power, path, &control).unwrap();
    })
}

fn ptau() -> Ptau {
    Ptau::from_bytes(PTAU.clone()).unwrap()
}

fn written(name: &str, write: impl FnOnce(&Path)) -> Vec<u8> {
    let folder = Folder::new(name);
    let path = folder.0.join("written");
    write(&path);
    std::fs::read(&path).unwrap()
}

fn development_key(r1cs: &[u8], name: &str) -> Vec<u8> {
    let circuit = Circuit::from_bytes(r1cs.to_vec()).unwrap();
    let control = Control::default();
    written(name, |path| {
        write_development_key(&circuit, &published(), path, &control).unwrap();
    })
}

fn check(r1cs: &[u8], zkey: Vec<u8>, is_production: bool) -> Result<Report> {
    let circuit = Circuit::from_bytes(r1cs.to_vec())?;
    check_key(&circuit, &ptau(), &Zkey::from_bytes(zkey)?, is_production, &Control::default())
}

fn is_rejected(outcome: Result<Report>) -> bool {
    matches!(outcome, Err(ProverError::KeyRejected { .. }))
}

type Terms = Vec<(u32, Fr)>;

fn r1cs_of(rows: &[[Terms; 3]], wires: u32) -> Vec<u8> {
    let mut body = Vec::new();
    for terms in rows.iter().flatten() {
        body.extend((terms.len() as u32).to_le_bytes());
        for (wire, coefficient) in terms {
            body.extend(wire.to_le_bytes());
            body.extend(coefficient.into_bigint().to_bytes_le());
        }
    }
    let mut file = b"r1cs\x01\0\0\0\x02\0\0\0\x01\0\0\0\x40\0\0\0\0\0\0\0\x20\0\0\0".to_vec();
    file.extend(Fr::MODULUS.to_bytes_le());
    for word in [wires, 2, 1, 0, wires, 0, rows.len() as u32, 2] {
        file.extend(word.to_le_bytes());
    }
    file.extend((body.len() as u64).to_le_bytes());
    file.extend(body);
    // Bytes, as the range of wires is checked against the file's length.
    file
}

#[test]
fn makes_the_key_that_the_typescript_setup_makes() {
    assert!(development_key(R1CS, "same") == ZKEY);
}

#[test]
fn accepts_keys_from_the_secret_and_from_its_powers() {
    let report = check(R1CS, ZKEY.to_vec(), false).unwrap();
    assert_eq!(report.contributions.len(), 1);
    assert!(report.contributions[0].is_beacon);
    let circuit = Circuit::from_bytes(R1CS.to_vec()).unwrap();
    let key = written("from-ptau", |path| {
        write_key_from_ptau(&circuit, &ptau(), path, &Control::default()).unwrap();
    });
    assert!(check(R1CS, key, false).unwrap().contributions.is_empty());
}

#[test]
fn takes_powers_of_exactly_the_size_of_the_circuit() {
    let control = Control::default();
    let circuit = Circuit::from_bytes(R1CS.to_vec()).unwrap();
    let ptau = Ptau::from_bytes(ptau_of(circuit.power())).unwrap();
    let check =
        |zkey: Vec<u8>| check_key(&circuit, &ptau, &Zkey::from_bytes(zkey)?, false, &control);
    let key = written("exact", |path| {
        write_key_from_ptau(&circuit, &ptau, path, &control).unwrap();
    });
    for key in [ZKEY.to_vec(), key] {
        check(key).unwrap();
    }
    let (start, length) = section(9);
    for place in (start..start + length - 64).step_by(64) {
        let mut forged = ZKEY.to_vec();
        forged.copy_within(place + 64..place + 128, place);
        assert!(is_rejected(check(forged)), "H at {place}");
    }
}

#[test]
fn refuses_for_production_what_no_person_contributed_to() {
    assert!(is_rejected(check(R1CS, ZKEY.to_vec(), true)));
}

/// Where a section's bytes begin in the small key, and how long it is.
fn section(id: u32) -> (usize, usize) {
    let word = |at: usize| u32::from_le_bytes(ZKEY[at..at + 4].try_into().unwrap());
    let mut at = 12;
    loop {
        let length = word(at + 4) as usize;
        if word(at) == id {
            return (at + 12, length);
        }
        at += 12 + length;
    }
}

#[test]
fn refuses_a_point_that_stands_in_for_another() {
    for (id, width) in [(3, 64), (5, 64), (6, 64), (7, 128), (8, 64), (9, 64)] {
        let (start, length) = section(id);
        for index in 0..length / width {
            let place = start + index * width;
            let other = start + (index + 1) % (length / width) * width;
            if ZKEY[place..place + width] == ZKEY[other..other + width] {
                continue;
            }
            let mut forged = ZKEY.to_vec();
            forged[place..place + width].copy_from_slice(&ZKEY[other..other + width]);
            assert!(is_rejected(check(R1CS, forged, false)), "section {id}, point {index}");
        }
    }
}

#[test]
fn refuses_points_that_only_sum_up() {
    // Two points changed places, so that any sum without coefficients stays the same.
    for id in [8, 9] {
        let (start, _) = section(id);
        let mut forged = ZKEY.to_vec();
        forged[start..start + 64].copy_from_slice(&ZKEY[start + 64..start + 128]);
        forged[start + 64..start + 128].copy_from_slice(&ZKEY[start..start + 64]);
        assert!(is_rejected(check(R1CS, forged, false)), "section {id}");
    }
}

#[test]
fn refuses_a_header_of_another_secret() {
    // alpha, beta and delta in G1, then beta, gamma and delta in G2.
    let g1 = [84, 148, 468];
    let g2 = [212, 340, 532];
    for (places, width) in [(g1, 64), (g2, 128)] {
        for index in 0..3 {
            let (start, _) = section(2);
            let (to, from) = (start + places[index], start + places[(index + 1) % 3]);
            let mut forged = ZKEY.to_vec();
            forged[to..to + width].copy_from_slice(&ZKEY[from..from + width]);
            assert!(is_rejected(check(R1CS, forged, false)), "{width} bytes, point {index}");
        }
    }
}

#[test]
fn refuses_another_circuit() {
    let one = Fr::from(1u64);
    let rows = vec![[vec![(1, one)], vec![(3, one)], vec![(2, one)]]; 22];
    assert!(is_rejected(check(&r1cs_of(&rows, 24), ZKEY.to_vec(), false)));
}

#[test]
fn refuses_a_circuit_larger_than_the_powers() {
    let rows = vec![[vec![], vec![], vec![(1, Fr::from(1u64))]]; 1 << POWER];
    let circuit = Circuit::from_bytes(r1cs_of(&rows, 4)).unwrap();
    let folder = Folder::new("large");
    let outcome =
        write_key_from_ptau(&circuit, &ptau(), &folder.0.join("key.zkey"), &Control::default());
    let expected = ProverError::PtauTooSmall { needed: POWER + 1, power: POWER };
    assert_eq!(outcome.unwrap_err(), expected);
    assert!(folder.is_empty());
}

#[test]
fn leaves_nothing_behind_when_cancelled() {
    for phase in ["rows", "A", "coefficients", "finish"] {
        let control = std::sync::Arc::new(std::sync::OnceLock::<std::sync::Weak<Control>>::new());
        let known = std::sync::Arc::clone(&control);
        let listening = std::sync::Arc::new(Control::listening(move |begun| {
            if begun == phase {
                known.get().unwrap().upgrade().unwrap().cancel();
            }
        }));
        control.set(std::sync::Arc::downgrade(&listening)).unwrap();
        let folder = Folder::new(phase);
        let circuit = Circuit::from_bytes(R1CS.to_vec()).unwrap();
        let path = folder.0.join("key.zkey");
        let outcome = write_development_key(&circuit, &published(), &path, &listening);
        // What has only the file's name left to change may still do that.
        if phase != "finish" {
            assert_eq!(outcome.unwrap_err(), ProverError::Cancelled, "{phase}");
            assert!(folder.is_empty(), "{phase}");
        }
    }
}

/// Both ways of making a key meet in the check of the one against the powers of the other.
fn both_ways_agree(r1cs: &[u8], name: &str) {
    let report = check(r1cs, development_key(r1cs, name), false);
    assert!(report.is_ok(), "{:?}", report.err());
}

#[test]
fn adds_up_many_points_for_one_wire() {
    let large = |index: u64| Fr::from(3u64).pow([1000 + index]);
    let row = |index| {
        let shared = vec![(0, large(index)), (4, -large(2 * index))];
        [shared.clone(), vec![(0, large(index + 1)), (5, Fr::from(1u64))], shared]
    };
    // More terms of all sizes than are taken at once, most of them of two wires.
    let rows: Vec<[Terms; 3]> = (0..1600).map(row).collect();
    both_ways_agree(&r1cs_of(&rows, 6), "many");
}

fn coefficient() -> impl Strategy<Value = Fr> {
    let power = |bits: u64| Fr::from(2u64).pow([bits]);
    prop_oneof![
        (0u64..254, -1i64..2).prop_map(move |(bits, offset)| power(bits) + Fr::from(offset)),
        (0u64..254).prop_map(move |bits| -power(bits)),
        any::<[u64; 4]>().prop_map(|limbs| {
            Fr::from_le_bytes_mod_order(&limbs.map(u64::to_le_bytes).concat())
        }),
        (-300i64..300).prop_map(Fr::from),
        Just(Fr::from(-1i64) / Fr::from(2u64)),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    prop::collection::vec((0u32..12, coefficient()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_circuit_has_the_same_key_both_ways(rows in prop::collection::vec([terms(), terms(), terms()], 1..30)) {
        both_ways_agree(&r1cs_of(&rows, 12), "any");
    }

    #[test]
    fn a_changed_bit_of_a_key_is_found(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        // Nothing hashes the name of a contribution.
        let (start, length) = section(10);
        let name = ZKEY.windows(NAME.len()).position(|part| part == NAME.as_bytes()).unwrap();
        prop_assert!(name > start && name < start + length);
        let place = at.index(ZKEY.len() - NAME.len());
        let place = if place < name { place } else { place + NAME.len() };
        let mut changed = ZKEY.to_vec();
        changed[place] ^= 1 << bit;
        prop_assert!(check(R1CS, changed, false).is_err(), "byte {}", place);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_damaged_circuit_is_refused_or_another(at in any::<prop::sample::Index>(), bit in 0u8..8, cut: bool) {
        let place = at.index(R1CS.len());
        let mut bytes = R1CS.to_vec();
        if cut { bytes.truncate(place) } else { bytes[place] ^= 1 << bit }
        if let Ok(circuit) = Circuit::from_bytes(bytes) {
            prop_assert!(!cut);
            prop_assert!(circuit.rows().count() == circuit.rows);
        }
    }

    #[test]
    fn any_bytes_are_no_circuit_and_no_powers(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for magic in [b"r1cs", b"ptau"] {
            let file = [&magic[..], &[1, 0, 0, 0, 2, 0, 0, 0], &bytes[..]].concat();
            prop_assert!(Circuit::from_bytes(file.clone()).is_err());
            prop_assert!(Ptau::from_bytes(file).is_err());
        }
    }

    #[test]
    fn cut_powers_are_refused(at in any::<prop::sample::Index>()) {
        let cut = PTAU[..at.index(PTAU.len())].to_vec();
        prop_assert!(Ptau::from_bytes(cut).is_err());
    }
}

#[test]
fn refuses_powers_with_a_changed_point() {
    let circuit = Circuit::from_bytes(R1CS.to_vec()).unwrap();
    let domain = 1usize << circuit.power();
    // Where the Lagrange basis of the circuit's domain stands in section 12.
    let size = 1usize << POWER;
    let g1_before = (2 * size - 1) + 2 * size;
    let sections = 12 + 12 + 44 + 5 * 12 + 64 * g1_before + 128 * (size + 1);
    let contributions = PTAU[sections + 4..sections + 12].try_into().unwrap();
    let twelve = sections + 12 + u64::from_le_bytes(contributions) as usize + 12;
    let mut changed = PTAU.clone();
    changed[twelve + 64 * domain] ^= 1;
    let ptau = Ptau::from_bytes(changed).unwrap();
    let folder = Folder::new("changed");
    let path = folder.0.join("key.zkey");
    let outcome = write_key_from_ptau(&circuit, &ptau, &path, &Control::default());
    assert!(matches!(outcome, Err(ProverError::PointOffCurve { .. })), "{outcome:?}");
    assert!(folder.is_empty());
}
