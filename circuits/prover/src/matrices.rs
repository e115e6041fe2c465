use crate::element::Limbs;
use crate::error::Result;
use crate::memory::filled;
use crate::zkey::{Terms, Zkey};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, BigInt};

/// A·w and B·w, one value per row of the domain.
pub struct Products {
    pub a: Vec<Fr>,
    pub b: Vec<Fr>,
}

pub fn products(key: &Zkey, witness: &[Limbs]) -> Result<Products> {
    let size = key.domain_size();
    let (mut a, mut b) = (filled(size, Fr::ZERO)?, filled(size, Fr::ZERO)?);
    let terms = key.terms();
    let job = Job { terms, first: 0, last: terms.len(), row: 0 };
    let pieces = if key.has_ordered_terms { rayon::current_num_threads() * 4 } else { 1 };
    accumulate(job, (&mut a, &mut b), witness, pieces);
    Ok(Products { a, b })
}

/// Terms `first` up to `last`, whose rows begin at `row`.
#[derive(Clone, Copy)]
struct Job<'a> {
    terms: Terms<'a>,
    first: usize,
    last: usize,
    row: usize,
}

fn accumulate(job: Job<'_>, (a, b): (&mut [Fr], &mut [Fr]), witness: &[Limbs], pieces: usize) {
    let Job { terms, first, last, row } = job;
    if pieces < 2 || last - first < 1 << 10 {
        for index in first..last {
            let term = terms.get(index);
            let value = &witness[term.wire as usize];
            if *value == [0; 4] {
                continue;
            }
            let target = if term.matrix == 0 { &mut *a } else { &mut *b };
            // Twice Montgomery times plain is once Montgomery.
            target[term.row as usize - row] += term.value * Fr::new_unchecked(BigInt(*value));
        }
        return;
    }
    let mut cut = first + (last - first) / 2;
    while cut < last && terms.row(cut) == terms.row(cut - 1) {
        cut += 1;
    }
    let cut_row = if cut < last { terms.row(cut) as usize } else { row + a.len() };
    let (low_a, high_a) = a.split_at_mut(cut_row - row);
    let (low_b, high_b) = b.split_at_mut(cut_row - row);
    rayon::join(
        || accumulate(Job { last: cut, ..job }, (low_a, low_b), witness, pieces / 2),
        || {
            let job = Job { first: cut, row: cut_row, ..job };
            accumulate(job, (high_a, high_b), witness, pieces - pieces / 2)
        },
    );
}
