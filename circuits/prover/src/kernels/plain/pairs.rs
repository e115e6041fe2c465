//! Additions of points one by one but for the inversion.

use crate::element::{Coordinate, Point};
use crate::kernels::pair::Pair;

/// Adds any pairs, also of equal, opposite and infinite points.
pub fn add_pairs<F: Coordinate>(
    points: &[Point<F>],
    pairs: &[Pair],
    sums: &mut [Point<F>],
    products: &mut Vec<F>,
) {
    if pairs.is_empty() {
        return;
    }
    products.clear();
    let mut product = F::ONE;
    for (at, _) in pairs {
        products.push(product);
        product *= denominator(&points[*at as usize], &points[*at as usize + 1]);
    }
    // No denominator is zero.
    let mut inverse = product.inverse().unwrap_or(F::ONE);
    for ((at, place), before) in pairs.iter().zip(products).rev() {
        let (left, right) = (&points[*at as usize], &points[*at as usize + 1]);
        sums[*place as usize] = sum(left, right, *before * inverse);
        inverse *= denominator(left, right);
    }
}

/// What the slope of the line through both points is divided by; 1 where there is no such line.
#[inline]
fn denominator<F: Coordinate>(left: &Point<F>, right: &Point<F>) -> F {
    if left.is_infinity() || right.is_infinity() {
        return F::ONE;
    }
    let difference = right.x - left.x;
    if !difference.is_zero() {
        return difference;
    }
    // A point with y = 0 would be its own negative: then there is nothing to divide by.
    if left.y == right.y && !left.y.is_zero() { left.y.double() } else { F::ONE }
}

#[inline]
fn sum<F: Coordinate>(left: &Point<F>, right: &Point<F>, inverse: F) -> Point<F> {
    if left.is_infinity() {
        return *right;
    }
    if right.is_infinity() {
        return *left;
    }
    let slope = if left.x != right.x {
        (right.y - left.y) * inverse
    } else if left.y == right.y && !left.y.is_zero() {
        let square = left.x.square();
        (square.double() + square) * inverse
    } else {
        return Point::INFINITY;
    };
    let x = slope.square() - left.x - right.x;
    Point { x, y: slope * (left.x - x) - left.y }
}
