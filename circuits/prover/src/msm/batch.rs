//! Affine additions many at a time: one inversion serves them all.

use crate::element::{Coordinate, Point};
use crate::kernels::{Pair, Room, add_any_pairs, add_pairs};

/// Sums of groups of points.
pub struct Block<F: Coordinate> {
    pub points: Vec<Point<F>>,
    /// Where each group begins, and how many points it has left.
    pub groups: Vec<(u32, u32)>,
    next: Vec<Point<F>>,
    pairs: Vec<Pair>,
    unusual: Vec<Pair>,
    room: Room<F>,
}

impl<F: Coordinate> Default for Block<F> {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            groups: Vec::new(),
            next: Vec::new(),
            pairs: Vec::new(),
            unusual: Vec::new(),
            room: Room::default(),
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
        add_pairs(points, pairs, next, room);
        add_any_pairs(points, unusual, next);
        next.truncate(place as usize);
        std::mem::swap(points, next);
    }
}
