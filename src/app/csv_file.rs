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
    enum Next {
        Header,
        Lines,
        Nothing,
    }
    // Rows are read while those before them are written: PostgreSQL and we work at once, and no more than three lots are
    // ever held.
    let (sender, rows) = mpsc::channel(1);
    tokio::spawn(read(source, sender));
    stream::try_unfold((rows, table, Next::Header), |(mut rows, mut table, next)| async move {
        let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        let next = match next {
            Next::Nothing => return Ok(None),
            Next::Header => {
                write_line(&mut lines, T::COLUMNS)?;
                let bytes = [BYTE_ORDER_MARK, &into_bytes(lines)?].concat();
                return Ok(Some((bytes, (rows, table, Next::Lines))));
            }
            Next::Lines => {
                let read = rows.recv().await;
                let read = read.ok_or_else(|| AppError::Fault("csv: nobody reads any more".to_owned()))??;
                for row in &read {
                    table.write(row, &mut lines)?;
                }
                if read.is_empty() {
                    write_line(&mut lines, &table.totals())?;
                    Next::Nothing
                } else {
                    Next::Lines
                }
            }
        };
        Ok(Some((into_bytes(lines)?, (rows, table, next))))
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
