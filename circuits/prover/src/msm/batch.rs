//! Affine additions many at a time: one inversion serves them all.

use crate::element::{Coordinate, Point};

/// Sums of neighbouring groups of points, made in place.
pub struct Block<F> {
    pub points: Vec<Point<F>>,
    /// Where each group begins, and how many points it has left.
    pub groups: Vec<(u32, u32)>,
    /// Room for the denominators' running products.
    products: Vec<F>,
}

impl<F: Coordinate> Block<F> {
    pub fn with_capacity(points: usize) -> Self {
        Self {
            points: Vec::with_capacity(points),
            groups: Vec::new(),
            products: Vec::with_capacity(points / 2),
        }
    }

    pub fn clear(&mut self) {
        self.points.clear();
        self.groups.clear();
    }

    /// Adds up each group; its sum is then at the place where it begins.
    pub fn add_up(&mut self) {
        while self.groups.iter().any(|(_, length)| *length > 1) {
            self.halve();
        }
    }

    /// Replaces the points of each group by the sums of pairs of them.
    fn halve(&mut self) {
        let Self { points, groups, products } = self;
        products.clear();
        let mut product = F::ONE;
        for (start, length) in groups.iter() {
            for pair in 0..length / 2 {
                let at = (start + 2 * pair) as usize;
                products.push(product);
                product *= denominator(&points[at], &points[at + 1]);
            }
        }
        // No denominator is zero.
        let mut inverse = product.inverse().unwrap_or(F::ONE);
        let mut slot = products.len();
        for (start, length) in groups.iter().rev() {
            for pair in (0..length / 2).rev() {
                let at = (start + 2 * pair) as usize;
                slot -= 1;
                products[slot] *= inverse;
                inverse *= denominator(&points[at], &points[at + 1]);
            }
        }
        for (start, length) in groups.iter_mut() {
            let pairs = *length / 2;
            for pair in 0..pairs {
                let at = (*start + 2 * pair) as usize;
                points[(*start + pair) as usize] =
                    sum(&points[at], &points[at + 1], products[slot]);
                slot += 1;
            }
            if *length % 2 == 1 {
                points[(*start + pairs) as usize] = points[(*start + 2 * pairs) as usize];
            }
            *length = length.div_ceil(2);
        }
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
