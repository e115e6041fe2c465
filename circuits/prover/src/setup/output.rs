use crate::element::{Coordinate, Point};
use crate::error::{File, ProverError, Result};
use rayon::prelude::*;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Points that are encoded at once.
const CHUNK: usize = 1 << 14;

/// A file that gets its name when it is whole: until then it lies beside it under another, and
/// goes if the work is given up.
pub struct NewFile {
    writer: BufWriter<std::fs::File>,
    kind: File,
    path: PathBuf,
    temporary: PathBuf,
    is_finished: bool,
}

impl NewFile {
    pub fn create(kind: File, path: &Path) -> Result<Self> {
        let unwritable = |reason: String| ProverError::FileUnwritable { file: kind, reason };
        let Some(name) = path.file_name() else {
            return Err(unwritable(format!("{} is no name of a file", path.display())));
        };
        let mut salt = [0; 8];
        getrandom::fill(&mut salt).map_err(|error| unwritable(error.to_string()))?;
        let mut temporary_name = name.to_owned();
        temporary_name.push(format!(".{:016x}.tmp", u64::from_le_bytes(salt)));
        let temporary = path.with_file_name(temporary_name);
        let created = std::fs::File::create_new(&temporary);
        let created = created.map_err(|error| unwritable(error.to_string()))?;
        let writer = BufWriter::with_capacity(1 << 20, created);
        Ok(Self { writer, kind, path: path.to_owned(), temporary, is_finished: false })
    }

    /// Four letters, version 1, and how many sections will follow.
    pub fn begin(&mut self, magic: &[u8; 4], sections: u32) -> Result<()> {
        self.write(magic)?;
        self.word(1)?;
        self.word(sections)
    }

    pub fn section(&mut self, id: u32, length: u64) -> Result<()> {
        self.word(id)?;
        self.write(&length.to_le_bytes())
    }

    pub fn word(&mut self, word: u32) -> Result<()> {
        self.write(&word.to_le_bytes())
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let outcome = self.writer.write_all(bytes);
        outcome.map_err(|error| self.unwritable(&error))
    }

    pub fn points<F: Coordinate>(&mut self, points: &[Point<F>]) -> Result<()> {
        encoded(points, 2 * F::BYTES, Point::write, |bytes| self.write(bytes))
    }

    pub fn section_of_points<F: Coordinate>(&mut self, id: u32, points: &[Point<F>]) -> Result<()> {
        self.section(id, (points.len() * 2 * F::BYTES) as u64)?;
        self.points(points)
    }

    /// Once all bytes are on the disk, the file takes its name and replaces what had it.
    pub fn finish(mut self) -> Result<()> {
        let outcome = self
            .writer
            .flush()
            .and_then(|()| self.writer.get_ref().sync_all())
            .and_then(|()| std::fs::rename(&self.temporary, &self.path));
        outcome.map_err(|error| self.unwritable(&error))?;
        self.is_finished = true;
        Ok(())
    }

    fn unwritable(&self, error: &std::io::Error) -> ProverError {
        ProverError::FileUnwritable { file: self.kind, reason: error.to_string() }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // The error that led here is the one to tell.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Hands out the points' bytes, many at a time, in their order.
pub fn encoded<F: Coordinate>(
    points: &[Point<F>],
    width: usize,
    encode: impl Fn(&Point<F>, &mut [u8]) + Sync,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut bytes = vec![0; width * points.len().min(CHUNK)];
    for chunk in points.chunks(CHUNK) {
        let bytes = &mut bytes[..width * chunk.len()];
        let places = bytes.par_chunks_exact_mut(width).with_min_len(1 << 10);
        places.zip(chunk).for_each(|(place, point)| encode(point, place));
        take(bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn appears_whole_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("assay-output-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("key.zkey");
        let mut given_up = NewFile::create(File::Zkey, &path).unwrap();
        given_up.begin(b"zkey", 0).unwrap();
        assert_eq!(names(&folder).len(), 1);
        drop(given_up);
        assert!(names(&folder).is_empty());
        let mut whole = NewFile::create(File::Zkey, &path).unwrap();
        whole.begin(b"zkey", 0).unwrap();
        whole.finish().unwrap();
        assert_eq!(names(&folder), ["key.zkey"]);
        assert_eq!(std::fs::read(&path).unwrap(), b"zkey\x01\0\0\0\0\0\0\0");
        let nowhere = NewFile::create(File::Zkey, &folder.join("absent/key.zkey"));
        assert!(matches!(nowhere, Err(ProverError::FileUnwritable { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
