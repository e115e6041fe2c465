//! Affine additions many at a time: one inversion serves them all.

use crate::element::{Coordinate, Point};

/// The places of two neighbouring points, by the first of them, and of their sum.
pub type Pair = (u32, u32);

/// Sums of groups of points.
pub struct Block<F: Coordinate> {
    pub points: Vec<Point<F>>,
    /// Where each group begins, and how many points it has left.
    pub groups: Vec<(u32, u32)>,
    next: Vec<Point<F>>,
    pairs: Vec<Pair>,
    unusual: Vec<Pair>,
    room: F::Room,
}

impl<F: Coordinate> Default for Block<F> {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            groups: Vec::new(),
            next: Vec::new(),
            pairs: Vec::new(),
            unusual: Vec::new(),
            room: F::Room::default(),
        }
    }
}

impl<F: Coordinate> Block<F> {
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
        let Self { points, groups, next, pairs, unusual, room } = self;
        pairs.clear();
        unusual.clear();
        next.resize(points.len(), Point::INFINITY);
        let mut place = 0;
        for (start, length) in groups.iter_mut() {
            let first = place;
            for pair in 0..*length / 2 {
                let at = *start + 2 * pair;
                let (left, right) = (&points[at as usize], &points[at as usize + 1]);
                match left.x == right.x || left.is_infinity() || right.is_infinity() {
                    false => pairs.push((at, place)),
                    true => unusual.push((at, place)),
                }
                place += 1;
            }
            if *length % 2 == 1 {
                next[place as usize] = points[(*start + *length - 1) as usize];
                place += 1;
            }
            (*start, *length) = (first, place - first);
        }
        F::add_pairs(points, pairs, next, room);
        add_pairs(points, unusual, next, &mut Vec::new());
        next.truncate(place as usize);
        std::mem::swap(points, next);
    }
}

/// Adds any pairs, one by one but for the inversion.
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
