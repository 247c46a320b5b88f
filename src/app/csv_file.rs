//! A CSV file, however long, piece by piece: UTF-8 with a byte order mark (for Excel), CRLF (RFC 4180), cells that no
//! spreadsheet runs, a header, and a last line with the totals.

use std::{borrow::Cow, future::Future};

use csv::{Terminator, Writer, WriterBuilder};
use futures::{Stream, stream};

use super::error::{AppError, Result};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Lines in the making.
pub type Lines = Writer<Vec<u8>>;

/// Where a file's lines come from.
pub trait Source: Send + 'static {
    const COLUMNS: &'static [&'static str];

    /// Writes the next lines; `false`: there are no more after them.
    fn write_next(&mut self, lines: &mut Lines) -> impl Future<Output = Result<bool>> + Send;

    /// What the lines written so far come to; as many cells as columns.
    fn totals(&self) -> Vec<String>;
}

/// The file of a source. A piece that cannot be read ends it with an error, so that no half of a file looks whole.
pub fn pieces<S: Source>(source: S) -> impl Stream<Item = Result<Vec<u8>>> + Send {
    enum Next {
        Header,
        Lines,
        Nothing,
    }
    stream::try_unfold((source, Next::Header), |(mut source, next)| async move {
        let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        let next = match next {
            Next::Nothing => return Ok(None),
            Next::Header => {
                write_line(&mut lines, S::COLUMNS)?;
                let bytes = [BYTE_ORDER_MARK, &into_bytes(lines)?].concat();
                return Ok(Some((bytes, (source, Next::Lines))));
            }
            Next::Lines if source.write_next(&mut lines).await? => Next::Lines,
            Next::Lines => {
                write_line(&mut lines, &source.totals())?;
                Next::Nothing
            }
        };
        Ok(Some((into_bytes(lines)?, (source, next))))
    })
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
