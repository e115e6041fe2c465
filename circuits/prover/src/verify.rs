use crate::element::{Limbs, Point};
use crate::error::{ProverError, Result};
use crate::zkey::Zkey;
use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine, g1, g2};
use ark_ec::pairing::Pairing;
use ark_ff::{BigInt, One, PrimeField};

/// A proof with its public signals; none of its points is at infinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub a: Point<Fq>,
    pub b: Point<Fq2>,
    pub c: Point<Fq>,
    pub public_signals: Vec<Limbs>,
}

/// e(A, B) = e(α, β)·e(IC·signals, γ)·e(C, δ), with every point on its curve and in its subgroup.
pub fn verify(key: &Zkey, proof: &Proof) -> Result<()> {
    let a: G1Affine = proof.a.affine();
    let b: G2Affine = proof.b.affine();
    let c: G1Affine = proof.c.affine();
    let is_sound = proof.a.is_on_curve::<g1::Config>()
        && proof.b.is_on_curve::<g2::Config>()
        && proof.c.is_on_curve::<g1::Config>()
        && b.is_in_correct_subgroup_assuming_on_curve();
    if !is_sound {
        return Err(ProverError::ProofRejected);
    }
    let ic = key.ic();
    let mut input: G1Projective = ic.get::<Fq>(0).affine::<g1::Config>().into();
    for (index, signal) in proof.public_signals.iter().enumerate() {
        let Some(scalar) = Fr::from_bigint(BigInt(*signal)) else {
            return Err(ProverError::ProofRejected);
        };
        input += ic.get::<Fq>(index + 1).affine::<g1::Config>() * scalar;
    }
    let alpha: G1Affine = key.fixed.alpha1.affine();
    let beta: G2Affine = key.fixed.beta2.affine();
    let gamma: G2Affine = key.fixed.gamma2.affine();
    let delta: G2Affine = key.fixed.delta2.affine();
    let product = Bn254::multi_pairing([-a, alpha, input.into(), c], [b, beta, gamma, delta]);
    match product.0.is_one() {
        true => Ok(()),
        false => Err(ProverError::ProofRejected),
    }
}
