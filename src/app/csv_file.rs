//! A CSV file, however long, piece by piece: UTF-8 with a byte order mark (for Excel), CRLF (RFC 4180), cells that no
//! spreadsheet runs, a header, and a last line with the totals.

use std::{borrow::Cow, future::Future};

use csv::{Terminator, Writer, WriterBuilder};
use futures::{Stream, stream};
use tokio::sync::mpsc;

use super::error::{AppError, Result};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines in the making.
pub type Lines = Writer<Vec<u8>>;

/// Where a file's rows come from.
pub trait Source: Send + 'static {
    type Row: Send + 'static;

    /// The next rows; none: there are no more.
    fn read_next(&mut self) -> impl Future<Output = Result<Vec<Self::Row>>> + Send;
}

/// What the rows say, and what they come to.
pub trait Table: Send + 'static {
    type Row: Send + 'static;
    const COLUMNS: &'static [&'static str];

    fn write(&mut self, row: &Self::Row, lines: &mut Lines) -> Result<()>;

    /// Of the rows written so far; as many cells as columns.
    fn totals(&self) -> Vec<String>;
}

/// The file of a table. A piece that cannot be read ends it with an error, so that no half of a file looks whole.
pub fn pieces<S, T>(source: S, table: T) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<S, T>
where
    S: Source,
    T: Table<Row = S::Row>,
{
    enum Next<S: Source> {
        Header(S),
        Lines(mpsc::Receiver<Result<Vec<S::Row>>>),
        Nothing,
    }
    stream::try_unfold((table, Next::Header(source)), |(mut table, next)| async move {
        let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        let next = match next {
            Next::Nothing => return Ok(None),
            Next::Header(source) => {
                // Rows are read while those before them are written: PostgreSQL and we work at once, and no more than three
                // lots are ever held.
                let (sender, rows) = mpsc::channel(1);
                tokio::spawn(read(source, sender));
                write_line(&mut lines, T::COLUMNS)?;
                let bytes = [BYTE_ORDER_MARK, &into_bytes(lines)?].concat();
                return Ok(Some((bytes, (table, Next::Lines(rows)))));
            }
            Next::Lines(mut rows) => {
                let read = rows.recv().await;
                let read = read.ok_or_else(|| AppError::Fault("csv: nobody reads any more".to_owned()))??;
                for row in &read {
                    table.write(row, &mut lines)?;
                }
                if read.is_empty() {
                    write_line(&mut lines, &table.totals())?;
                    Next::Nothing
                } else {
                    Next::Lines(rows)
                }
            }
        };
        Ok(Some((into_bytes(lines)?, (table, next))))
    })
}

/// Reads until nothing is left, or nobody wants more.
async fn read<S: Source>(mut source: S, sender: mpsc::Sender<Result<Vec<S::Row>>>) {
    loop {
        let rows = source.read_next().await;
        let is_last = rows.as_ref().map_or(true, Vec::is_empty);
        if sender.send(rows).await.is_err() || is_last {
            return;
        }
    }
}

/// Writes a line.
pub fn write_line<T: AsRef<[u8]>>(lines: &mut Lines, cells: &[T]) -> Result<()> {
    lines.write_record(cells).map_err(|error| AppError::Fault(format!("csv: {error}")))
}

/// A cell of what people wrote: one that a spreadsheet would run as a formula is made text (OWASP, «CSV Injection»).
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn into_bytes(lines: Lines) -> Result<Vec<u8>> {
    lines.into_inner().map_err(|error| AppError::Fault(format!("csv: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lots of rows, one after the other; `None` cannot be read.
    struct Lots(std::vec::IntoIter<Option<Vec<u8>>>);

    impl Source for Lots {
        type Row = u8;

        async fn read_next(&mut self) -> Result<Vec<u8>> {
            let lot = self.0.next().expect("nobody reads on after the end");
            lot.ok_or_else(|| AppError::Fault("unreadable".to_owned()))
        }
    }

    struct Sum(u8);

    impl Table for Sum {
        type Row = u8;
        const COLUMNS: &'static [&'static str] = &["n"];

        fn write(&mut self, row: &u8, lines: &mut Lines) -> Result<()> {
            self.0 += row;
            write_line(lines, &[row.to_string()])
        }

        fn totals(&self) -> Vec<String> {
            vec![format!("total {}", self.0)]
        }
    }

    async fn file(lots: Vec<Option<Vec<u8>>>) -> (String, bool) {
        use futures::StreamExt;

        let pieces: Vec<_> = pieces(Lots(lots.into_iter()), Sum(0)).collect().await;
        let is_whole = pieces.iter().all(Result::is_ok);
        (String::from_utf8(pieces.into_iter().flatten().flatten().collect()).unwrap(), is_whole)
    }

    #[tokio::test]
    async fn all_lots_are_in_the_file_once_and_its_last_line_is_their_sum() {
        let lots = vec![Some(vec![1, 2]), Some(vec![3]), Some(vec![])];
        let whole = "\u{feff}n\r\n1\r\n2\r\n3\r\ntotal 6\r\n";
        assert_eq!(file(lots).await, (whole.to_owned(), true));
    }

    #[tokio::test]
    async fn file_that_could_not_be_read_to_its_end_has_no_total() {
        for broken in [vec![Some(vec![1]), None], vec![Some(vec![1])]] {
            let (text, is_whole) = file(broken).await;
            assert!(!is_whole && text.contains('1') && !text.contains("total"), "{text}");
        }
    }

    #[test]
    fn cells_that_a_spreadsheet_would_run_are_made_text() {
        for cell in ["=1+1", "+18095551234", "-1", "@x", "\t=1", "  =1", "\r\n"] {
            assert_eq!(harmless(cell), format!("'{cell}"), "{cell}");
        }
        for cell in ["Ana", "1-1", ""] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
