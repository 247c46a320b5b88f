//! The truth on disk: JSON lines, appended before anything is answered, read back at the start.
//!
//! A line reaches the kernel before its request is answered, so a killed simulator forgets nothing; a power cut is not its
//! business.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use serde_json::Error as JsonError;

use super::{SimulatorError, books::Entry};

pub struct Journal {
    file: File,
}

impl Journal {
    /// Opens or makes the file; returns the entries it holds. A last line without its end was cut off by a kill before its
    /// request was answered: it is dropped.
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), SimulatorError> {
        let broken = |source| SimulatorError::State { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(broken)?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(broken)?;
        let text = std::fs::read_to_string(path).map_err(broken)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(broken)?;
        let entries = text[..whole]
            .lines()
            .enumerate()
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|source: JsonError| SimulatorError::Entry {
                    path: path.to_owned(),
                    line: at + 1,
                    source,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok((Self { file }, entries))
    }

    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    pub fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)
    }
}
