//! The file as spreadsheets write it: with or without BOM, in UTF-8 or Windows-1252, separated by comma, semicolon or tab.

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::{
    app::error::{AppError, Result},
    domain::text::fold,
};

/// The columns we know: the documented name, whether it must be there, and other names people give it.
const COLUMNS: [(&str, bool, &[&str]); 15] = [
    ("referencia", true, &["ref", "stock", "codigo"]),
    ("marca", true, &[]),
    ("modelo", true, &[]),
    ("version", false, &["trim", "edicion"]),
    ("anio", true, &["ano"]),
    ("tipo", true, &["carroceria"]),
    ("color", true, &[]),
    ("kilometraje", true, &["km", "millaje"]),
    ("transmision", true, &[]),
    ("combustible", true, &[]),
    ("precio", true, &[]),
    ("moneda", false, &[]),
    ("ubicacion", false, &["ciudad"]),
    ("descripcion", false, &["detalle", "comentario"]),
    ("vence", false, &["vencimiento", "expira"]),
];

/// Where each known column stands in this file.
pub(super) struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    /// A line's value under a documented name; empty when the file has no such column.
    pub(super) fn value<'r>(&self, record: &'r StringRecord, name: &str) -> &'r str {
        COLUMNS
            .iter()
            .position(|(known, ..)| *known == name)
            .and_then(|index| self.0[index])
            .and_then(|place| record.get(place))
            .unwrap_or_default()
    }
}

/// A file whose header was understood.
pub(super) struct Table<'t> {
    text: &'t str,
    lines: LineCounter,
    reader: csv::Reader<&'t [u8]>,
    pub(super) columns: Columns,
    /// Header names that mean nothing to us.
    pub(super) ignored: Vec<String>,
}

impl<'t> Table<'t> {
    /// Reads the header; a missing column is an error that names it.
    pub(super) fn open(text: &'t str) -> Result<Self> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(text))
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| {
                AppError::invalid("file", "file_unreadable", format!("El archivo no es un CSV: {error}."))
            })?
            .clone();
        let mut columns = [None; COLUMNS.len()];
        let mut ignored = Vec::new();
        for (place, title) in header.iter().enumerate() {
            let folded = fold(title);
            let known = COLUMNS
                .iter()
                .position(|(name, _, others)| *name == folded || others.contains(&folded.as_str()));
            match known {
                Some(index) if columns[index].is_none() => columns[index] = Some(place),
                _ if title.is_empty() => {}
                _ => ignored.push(title.to_owned()),
            }
        }
        let missing: Vec<&str> = COLUMNS
            .iter()
            .zip(&columns)
            .filter(|((_, needed, _), place)| *needed && place.is_none())
            .map(|((name, ..), _)| *name)
            .collect();
        if missing.is_empty() {
            return Ok(Self {
                text,
                lines: LineCounter { line: 1, counted: 0 },
                reader,
                columns: Columns(columns),
                ignored,
            });
        }
        Err(AppError::invalid(
            "file",
            "columns_missing",
            format!(
                "A la primera línea le faltan columnas: {}. Vea docs/importar-vehiculos.md.",
                missing.join(", ")
            ),
        ))
    }

    /// The next line that is not empty, with its number; `None` at the end.
    pub(super) fn next_record(&mut self) -> Option<(u64, std::result::Result<StringRecord, String>)> {
        let mut record = StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(false) => return None,
                Ok(true) if record.iter().all(str::is_empty) => {}
                Ok(true) => return Some((self.line_of(record.position()), Ok(record))),
                Err(error) => {
                    let line = self.line_of(error.position());
                    return Some((line, Err(format!("La línea no se puede leer: {error}."))));
                }
            }
        }
    }

    fn line_of(&mut self, position: Option<&csv::Position>) -> u64 {
        let byte = position.and_then(|position| usize::try_from(position.byte()).ok());
        self.lines.line_at(self.text, byte.unwrap_or_default())
    }
}

/// Counts lines as an editor does: the reader's own count stands still at the empty lines that it skips.
struct LineCounter {
    line: u64,
    counted: usize,
}

impl LineCounter {
    fn line_at(&mut self, text: &str, byte: usize) -> u64 {
        let rest = text.get(byte..).unwrap_or_default();
        let begin = byte + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let passed = text.get(self.counted..begin).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').map(|_| 1).sum::<u64>();
        self.counted = begin;
        self.line
    }
}

/// The separator of the first line: whichever it has most of.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// The text of a file. What is not UTF-8 is taken for Windows-1252, as Excel writes it here; its letters are Latin-1's.
pub(super) fn decode(file: &[u8]) -> String {
    let text = match std::str::from_utf8(file) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => file.iter().copied().map(char::from).collect(),
    };
    // PostgreSQL's text holds no NUL.
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheets_habits_do_not_matter() {
        assert_eq!(decode("\u{feff}año".as_bytes()), "año");
        assert_eq!(decode(b"a\xf1o"), "año");
        assert_eq!(delimiter("referencia;marca;modelo\r\n1,5;x"), b';');
        assert_eq!(delimiter("referencia\tmarca"), b'\t');
        assert_eq!(delimiter("referencia"), b'\t', "one column: any separator will do");
    }

    #[test]
    fn a_header_without_a_needed_column_is_refused_by_name() {
        let Err(AppError::Invalid(errors)) =
            Table::open("referencia,marca,modelo,año,tipo,color,km,precio\n")
        else {
            panic!("the header must be refused");
        };
        assert_eq!(
            errors[0].message,
            "A la primera línea le faltan columnas: transmision, combustible. Vea docs/importar-vehiculos.md."
        );
    }
}
