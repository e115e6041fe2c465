use super::*;
use crate::element::to_point;
use ark_bn254::{Fq, Fq2, g1, g2};
use ark_ec::PrimeGroup;
use ark_ec::short_weierstrass::Projective;
use ark_ff::{AdditiveGroup, Field, UniformRand};

fn ways() -> impl Iterator<Item = Instructions> {
    Instructions::ALL.into_iter().filter(|way| way.are_available())
}

fn quotient(way: Instructions, a: &[Fr], b: &[Fr]) -> Vec<Limbs> {
    let power = a.len().trailing_zeros();
    let roots = Roots::for_way(way, power).unwrap();
    roots.quotient(a.to_vec(), b.to_vec(), &Control::default()).unwrap()
}

#[test]
fn quotients_are_the_same_in_every_way() {
    let mut random = ark_std::test_rng();
    for power in LEAST_POWER..15 {
        let mut values = || (0..1 << power).map(|_| Fr::rand(&mut random)).collect();
        let (a, b): (Vec<Fr>, Vec<Fr>) = (values(), values());
        let expected = quotient(Instructions::Portable, &a, &b);
        for way in ways() {
            assert_eq!(quotient(way, &a, &b), expected, "{way:?} 2^{power}");
        }
    }
}

#[test]
fn quotients_of_extreme_values_are_the_same_in_every_way() {
    let one = Fr::ONE;
    // As integers, Montgomery form and all, these are near 0, half the order and the order.
    let raw = |value: Fr| Fr::new_unchecked(ark_ff::PrimeField::into_bigint(value));
    let edges = [Fr::ZERO, one, -one, raw(one), raw(-one), raw(one.double().inverse().unwrap())];
    for a in edges {
        for b in edges {
            let a: Vec<Fr> = (0..256).map(|index| if index % 3 == 0 { a } else { b }).collect();
            let b = vec![b; 256];
            let expected = quotient(Instructions::Portable, &a, &b);
            for way in ways() {
                assert_eq!(quotient(way, &a, &b), expected, "{way:?}");
            }
        }
    }
}

/// Adds neighbours; places of sums are out of order.
fn sums<F: Coordinate>(way: Instructions, points: &[Point<F>]) -> Vec<Point<F>> {
    let count = points.len() as u32 / 2;
    let pairs: Vec<Pair> = (0..count).map(|index| (2 * index, count - 1 - index)).collect();
    let mut sums = vec![Point::INFINITY; count as usize];
    add_pairs_with(way, points, &pairs, &mut sums, &mut Room::default());
    sums
}

fn agree<P: crate::element::Group>() {
    let mut random = ark_std::test_rng();
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 400] {
        let points: Vec<Point<P::BaseField>> = (0..2 * count)
            .map(|_| to_point(&(Projective::<P>::generator() * Fr::rand(&mut random))))
            .collect();
        let expected: Vec<Point<P::BaseField>> = points
            .chunks(2)
            .rev()
            .map(|two| to_point(&(two[0].affine::<P>() + two[1].affine::<P>())))
            .collect();
        for way in ways() {
            assert_eq!(sums(way, &points), expected, "{way:?}, {count} pairs");
        }
    }
}

#[test]
fn sums_of_points_are_the_librarys_in_every_way() {
    agree::<g1::Config>();
    agree::<g2::Config>();
}

/// The law of addition for any coordinates, on a curve or not: edges are where limbs overflow.
fn sum_of<F: Coordinate>(left: &Point<F>, right: &Point<F>) -> Point<F> {
    let slope = (right.y - left.y) / (right.x - left.x);
    let x = slope.square() - left.x - right.x;
    Point { x, y: slope * (left.x - x) - left.y }
}

fn agree_at_edges<F: Coordinate>(edges: &[F]) {
    let mut points = Vec::new();
    for x1 in edges {
        for x2 in edges.iter().filter(|x2| *x2 != x1) {
            for y1 in edges {
                let two = |y2: &F| [Point { x: *x1, y: *y1 }, Point { x: *x2, y: *y2 }];
                let finite = |two: &[Point<F>; 2]| two.iter().all(|point| !point.is_infinity());
                points.extend(edges.iter().map(two).filter(finite).flatten());
            }
        }
    }
    let expected: Vec<Point<F>> =
        points.chunks(2).rev().map(|two| sum_of(&two[0], &two[1])).collect();
    for way in ways() {
        let differing =
            sums(way, &points).iter().zip(&expected).position(|(sum, right)| sum != right);
        let two = differing.map(|place| &points[points.len() - 2 * place - 2..][..2]);
        assert_eq!(two, None, "{way:?}");
    }
}

/// Elements whose limbs in memory are at the edges: zeros, ones, the order less one.
fn edges() -> Vec<Fq> {
    let modulus = <Fq as ark_ff::PrimeField>::MODULUS.0;
    let limbs = [
        [0; 4],
        [1, 0, 0, 0],
        [modulus[0] - 1, modulus[1], modulus[2], modulus[3]],
        [u64::MAX, u64::MAX, u64::MAX, modulus[3] - 1],
        [0, 0, 0, modulus[3]],
        [(1 << 51) - 1, 0, 1 << 50, 0],
        [modulus[0] / 2, modulus[1] / 2, modulus[2] / 2, modulus[3] / 2],
    ];
    limbs.map(|limbs| Fq::from_parts(|_| limbs)).to_vec()
}

#[test]
fn sums_at_the_edges_of_the_field_are_the_same_in_every_way() {
    let edges = edges();
    agree_at_edges(&edges);
    let pairs = [(0, 1), (1, 0), (2, 2), (3, 4), (2, 0), (5, 6), (3, 3)];
    agree_at_edges(&pairs.map(|(c0, c1)| Fq2::new(edges[c0], edges[c1])));
}
