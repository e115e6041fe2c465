use crate::error::{ProverError, Result};

/// An empty vector with room for `count`; a refusal by the system is an error, not the end.
pub fn reserved<T>(count: usize) -> Result<Vec<T>> {
    let mut vector = Vec::new();
    let bytes = (count as u64).saturating_mul(size_of::<T>() as u64);
    match vector.try_reserve_exact(count) {
        Ok(()) => Ok(vector),
        Err(_) => Err(ProverError::OutOfMemory { bytes }),
    }
}

pub fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>> {
    let mut vector = reserved(count)?;
    vector.resize(count, value);
    Ok(vector)
}
