use crate::error::{File, ProverError, Result};
use memmap2::Mmap;
use std::ops::Deref;
use std::path::Path;

/// The bytes of a file, mapped or in memory.
pub enum Storage {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Storage {
    /// Maps a file: pages come when they are read and may go again. Nobody may shorten the file
    /// while it is in use.
    pub fn open(file: File, path: &Path) -> Result<Self> {
        let opened =
            std::fs::File::open(path).map_err(|error| ProverError::unreadable(file, &error))?;
        // SAFETY: the map is read only. That nobody writes to the file is the caller's promise;
        // a copy would cost as much memory as the file, and no call checks it for us.
        let map = unsafe { Mmap::map(&opened) };
        map.map(Self::Mapped).map_err(|error| ProverError::unreadable(file, &error))
    }
}

impl From<Vec<u8>> for Storage {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Owned(bytes)
    }
}

impl Deref for Storage {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}
