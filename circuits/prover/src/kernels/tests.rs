use super::*;
use ark_ff::UniformRand;

#[test]
fn quotients_are_the_same_in_every_way() {
    let mut random = ark_std::test_rng();
    for power in 0..15 {
        let mut values = || (0..1 << power).map(|_| Fr::rand(&mut random)).collect();
        let (a, b): (Vec<Fr>, Vec<Fr>) = (values(), values());
        let control = Control::default();
        let slow = Roots::Plain(PlainRoots::new(power).unwrap());
        let slow = slow.quotient(a.clone(), b.clone(), &control);
        let fast = Roots::new(power).unwrap().quotient(a, b, &control);
        assert_eq!(slow, fast);
    }
}
