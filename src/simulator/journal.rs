//! The truth on disk: JSON lines, appended before anything is answered, read back at the start.
//!
//! What was asked for reaches the kernel before its request is answered, so a killed simulator forgets nothing; a power cut
//! is not its business. What happens by itself may wait a moment and be written together with other lines: lost, it happens
//! again.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::Path,
};

use super::{SimulatorError, books::Entry};

/// Noted lines are written when there are this many bytes of them.
const BATCH: usize = 64 * 1024;

pub struct Journal {
    file: File,
    /// Noted and not yet written.
    waiting: Vec<u8>,
}

impl Journal {
    /// Opens or makes the file; passes the entries it holds to `apply`, one by one. A last line without its end was cut off
    /// by a kill before its request was answered: it is dropped.
    pub fn open(path: &Path, mut apply: impl FnMut(Entry)) -> Result<Self, SimulatorError> {
        let broken = |source| SimulatorError::State { path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(broken)?;
        }
        let file = OpenOptions::new().create(true).read(true).append(true).open(path).map_err(broken)?;
        let mut lines = BufReader::new(&file);
        let (mut line, mut number, mut whole) = (Vec::new(), 0, 0);
        while lines.read_until(b'\n', &mut line).map_err(broken)? > 0 && line.ends_with(b"\n") {
            number += 1;
            whole += line.len() as u64;
            apply(serde_json::from_slice(&line).map_err(|source| SimulatorError::Entry {
                path: path.to_owned(),
                line: number,
                source,
            })?);
            line.clear();
        }
        file.set_len(whole).map_err(broken)?;
        Ok(Self { file, waiting: Vec::new() })
    }

    /// Writes the entry, after those that were only noted.
    pub fn append(&mut self, entry: &Entry) -> io::Result<()> {
        self.hold(entry)?;
        self.flush()
    }

    /// Lets the entry wait for the next [`Self::append`] or [`Self::flush`].
    pub fn note(&mut self, entry: &Entry) -> io::Result<()> {
        self.hold(entry)?;
        if self.waiting.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    /// Writes what waits.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(&self.waiting);
        self.waiting.clear();
        written
    }

    pub fn clear(&mut self) -> io::Result<()> {
        self.waiting.clear();
        self.file.set_len(0)
    }

    fn hold(&mut self, entry: &Entry) -> io::Result<()> {
        serde_json::to_writer(&mut self.waiting, entry)?;
        self.waiting.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled(to: &str) -> Entry {
        Entry::Throttled { to: to.to_owned() }
    }

    /// Whose throttling the file tells of, in its order.
    fn written(path: &Path) -> Vec<String> {
        let mut told = Vec::new();
        Journal::open(path, |entry| {
            if let Entry::Throttled { to } = entry {
                told.push(to);
            }
        })
        .unwrap();
        told
    }

    #[test]
    fn noted_entries_wait_for_the_next_written_one_and_keep_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.jsonl");
        let mut journal = Journal::open(&path, |_| {}).unwrap();
        journal.note(&throttled("1")).unwrap();
        journal.note(&throttled("2")).unwrap();
        assert!(written(&path).is_empty());
        journal.append(&throttled("3")).unwrap();
        assert_eq!(written(&path), ["1", "2", "3"]);
        journal.note(&throttled("4")).unwrap();
        journal.flush().unwrap();
        assert_eq!(written(&path), ["1", "2", "3", "4"]);
    }

    #[test]
    fn many_noted_entries_are_written_without_being_asked_and_forgotten_ones_never() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.jsonl");
        let mut journal = Journal::open(&path, |_| {}).unwrap();
        let long = "9".repeat(BATCH);
        journal.note(&throttled(&long)).unwrap();
        assert_eq!(written(&path).len(), 1);
        journal.note(&throttled("1")).unwrap();
        journal.clear().unwrap();
        journal.flush().unwrap();
        assert!(written(&path).is_empty());
    }

    #[test]
    fn line_that_is_no_entry_is_named_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.jsonl");
        std::fs::write(&path, "{\"throttled\":{\"to\":\"1\"}}\nnonsense\n").unwrap();
        let error = Journal::open(&path, |_| {}).err().unwrap();
        assert!(matches!(error, SimulatorError::Entry { line: 2, .. }), "{error}");
    }
}
