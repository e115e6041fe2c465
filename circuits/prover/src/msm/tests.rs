use super::layout::{Cut, Layout};
use super::multiples::Multiples;
use super::*;
use crate::element::{Coordinate, to_point};
use ark_bn254::{Fr, g1, g2};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{BigInt, Field, PrimeField, UniformRand, Zero};
use proptest::prelude::*;

/// Points that are `factors` times the generator, as a section of a file.
fn section<P: Group>(factors: &[Fr], write: impl Fn(&mut Vec<u8>, P::BaseField)) -> Vec<u8> {
    let mut bytes = Vec::new();
    for factor in factors {
        let point = to_point(&(Projective::<P>::generator() * factor));
        write(&mut bytes, point.x);
        write(&mut bytes, point.y);
    }
    bytes
}

fn write_element(bytes: &mut Vec<u8>, element: ark_bn254::Fq) {
    element.0.0.iter().for_each(|limb| bytes.extend(limb.to_le_bytes()));
}

/// One set of buckets for all windows, one for every second or seventh, and a last multiple that
/// has fewer windows than the others.
const LAYOUTS: [Layout; 4] = [
    Layout { cut: Cut { bits: 9, windows: 29 }, apart: 1 },
    Layout { cut: Cut { bits: 13, windows: 20 }, apart: 2 },
    Layout { cut: Cut { bits: 6, windows: 43 }, apart: 7 },
    Layout { cut: Cut { bits: 15, windows: 17 }, apart: 12 },
];

fn agrees(factors: &[Fr], scalars: &[Fr], threads: usize) {
    let plain: Vec<Limbs> = scalars.iter().map(|scalar| scalar.into_bigint().0).collect();
    let expected: Fr = factors.iter().zip(scalars).map(|(factor, scalar)| *factor * scalar).sum();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let control = Control::default();

    let bytes = section::<g1::Config>(factors, write_element);
    let bases = Bases::new::<g1::Config>(&bytes);
    let sum = pool.install(|| multi_exponentiation::<g1::Config>(bases, &plain, &control));
    let expected_sum = ark_bn254::G1Projective::generator() * expected;
    assert_eq!(sum.unwrap(), expected_sum);
    for layout in LAYOUTS {
        let sum = pool.install(|| {
            let multiples = Multiples::<g1::Config>::new(&bases, layout, &control)?;
            multi_exponentiation_with(&multiples, bases, &plain, &control)
        });
        assert_eq!(sum.unwrap(), expected_sum, "{layout:?}");
    }

    let bytes = section::<g2::Config>(factors, |bytes, element| {
        write_element(bytes, element.c0);
        write_element(bytes, element.c1);
    });
    let bases = Bases::new::<g2::Config>(&bytes);
    let sum = pool.install(|| multi_exponentiation::<g2::Config>(bases, &plain, &control));
    assert_eq!(sum.unwrap(), ark_bn254::G2Projective::generator() * expected);
}

fn limit(exponent: u32) -> Fr {
    Fr::from(2u64).pow([u64::from(exponent)])
}

/// Scalars at the edges of every class and window, and any others.
fn scalar() -> impl Strategy<Value = Fr> {
    let power = (0u32..254, -2i64..3).prop_map(|(bits, offset)| limit(bits) + Fr::from(offset));
    let any = any::<[u64; 4]>()
        .prop_map(|limbs| Fr::from_le_bytes_mod_order(&limbs.map(u64::to_le_bytes).concat()));
    let small = (-3i64..4).prop_map(Fr::from);
    let half = (-2i64..3)
        .prop_map(|offset| Fr::new(BigInt(Fr::MODULUS_MINUS_ONE_DIV_TWO.0)) + Fr::from(offset));
    prop_oneof![6 => small, 1 => power.clone(), 1 => power.prop_map(|value| -value), 1 => any, 1 => half]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn agrees_with_the_sum_in_the_exponent(
        // Few distinct bases, so that equal, opposite and infinite points meet.
        pairs in prop::collection::vec((-3i64..4, scalar()), 0..120),
        threads in 1usize..5,
    ) {
        let (factors, scalars): (Vec<Fr>, Vec<Fr>) =
            pairs.into_iter().map(|(factor, scalar)| (Fr::from(factor), scalar)).unzip();
        agrees(&factors, &scalars, threads);
    }
}

#[test]
fn agrees_for_many_points_of_each_kind() {
    let mut random = ark_std::test_rng();
    let factors: Vec<Fr> = (0..3000).map(|_| Fr::rand(&mut random)).collect();
    let dense: Vec<Fr> = (0..3000).map(|_| Fr::rand(&mut random)).collect();
    let bits: Vec<Fr> = (0..3000u64).map(|index| Fr::from(index % 3 % 2)).collect();
    let largest = vec![-Fr::from(1u64); 3000];
    for scalars in [dense, bits, largest, vec![Fr::zero(); 3000]] {
        agrees(&factors, &scalars, 3);
    }
}

#[test]
fn layouts_keep_to_their_room_and_need_more_for_fewer_additions() {
    const MIB: u64 = 1 << 20;
    let of = |count: usize, room| {
        Layout::best(count, |layout| layout.bytes::<g1::Config>(count) <= room)
    };
    assert_eq!(of(1 << 17, 0), None);
    assert_eq!(of(1 << 17, 15 * MIB), None);
    assert_eq!(of(0, MIB), None);
    let rooms = [16, 32, 64, 128, 1024].map(|mib| mib * MIB);
    let layouts = rooms.map(|room| of(1 << 17, room).unwrap());
    for (layout, room) in layouts.iter().zip(rooms) {
        assert_eq!(layout.cut, Cut::new(layout.cut.bits));
        assert!(u64::from(layout.multiples()) * (8 << 20) <= room, "{layout:?}");
    }
    assert!(layouts.windows(2).all(|pair| pair[1].cut.windows <= pair[0].cut.windows));
    assert_eq!(layouts[4], Layout { cut: Cut { bits: 17, windows: 15 }, apart: 1 });
}

#[test]
fn stops_when_cancelled() {
    let bytes = section::<g1::Config>(&[Fr::from(2u64); 10], write_element);
    let control = Control::default();
    control.cancel();
    let bases = Bases::new::<g1::Config>(&bytes);
    let sum = multi_exponentiation::<g1::Config>(bases, &[[1, 0, 0, 0]; 10], &control);
    assert_eq!(sum.unwrap_err().code(), "Cancelled");
    let multiples = Multiples::<g1::Config>::new(&bases, LAYOUTS[0], &control);
    assert_eq!(multiples.err().map(|error| error.code()), Some("Cancelled"));
}

#[test]
fn reads_back_what_is_written() {
    let point = (ark_bn254::G1Projective::generator() * Fr::from(7u64)).into_affine();
    let bytes = section::<g1::Config>(&[Fr::from(7u64)], write_element);
    assert_eq!(ark_bn254::Fq::read(&bytes), point.x);
    assert!(Bases::new::<g1::Config>(&bytes).is_valid::<g1::Config>(0));
}

/// Factors of some buckets' points; many are the same, the opposite or missing.
fn bucket_factors(buckets: usize, seed: u64) -> Vec<(u32, Fr)> {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state >> 40
    };
    let factor = |kind: u64, number: u64| match kind {
        0..3 => Fr::from(1u64),
        3..5 => -Fr::from(1u64),
        5 => Fr::from(number),
        _ => Fr::from(2u64),
    };
    let some = (0..buckets as u32).map(|bucket| (bucket, draw() % 9, draw()));
    let kept = some.filter(|(_, kind, _)| *kind != 8);
    kept.map(|(bucket, kind, number)| (bucket, factor(kind, number))).collect()
}

#[test]
fn chains_of_buckets_weigh_each_by_its_place() {
    for (buckets, windows) in [(1, 1), (4, 3), (255, 1), (1024, 2), (4096, 1), (256, 40)] {
        let factors: Vec<Vec<(u32, Fr)>> =
            (0..windows).map(|window| bucket_factors(buckets, window + 7)).collect();
        let sums: Vec<Vec<_>> = factors
            .iter()
            .map(|window| {
                let point =
                    |factor: &Fr| to_point(&(Projective::<g1::Config>::generator() * factor));
                window.iter().map(|(bucket, factor)| (0, *bucket, point(factor))).collect()
            })
            .collect();
        let slices: Vec<&[_]> = sums.iter().map(Vec::as_slice).collect();
        let found = reduce::weighted::<g1::Config>(&slices, buckets).unwrap();
        for (window, total) in factors.iter().zip(found) {
            let weight = |bucket: &u32| Fr::from(u64::from(*bucket) + 1);
            let expected: Fr = window.iter().map(|(bucket, factor)| weight(bucket) * factor).sum();
            assert_eq!(total.by_place, Projective::<g1::Config>::generator() * expected);
            let expected: Fr = window.iter().map(|(_, factor)| *factor).sum();
            assert_eq!(total.plain, Projective::<g1::Config>::generator() * expected);
        }
    }
}
