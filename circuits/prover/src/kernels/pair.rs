/// The places of two neighbouring points, by the first of them, and of their sum.
pub type Pair = (u32, u32);
