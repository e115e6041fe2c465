use crate::error::{ProverError, Result};
use memmap2::MmapMut;

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

/// Zeros for a table that is read at random: in large pages, where the system has them, so that
/// finding a page does not cost more than reading from it.
pub fn zeroed_table(bytes: usize) -> Result<MmapMut> {
    let table =
        MmapMut::map_anon(bytes).map_err(|_| ProverError::OutOfMemory { bytes: bytes as u64 })?;
    // A refusal costs time, no more.
    #[cfg(target_os = "linux")]
    let _ = table.advise(memmap2::Advice::HugePage);
    Ok(table)
}
