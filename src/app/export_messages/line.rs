//! A message as a line of the file.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};

use super::Totals;
use crate::{
    app::error::{AppError, Result},
    domain::{kind::Kind, message::Status, time::sortable_stamp},
    store::messages::MessageRow,
};

const COLUMNS: [&str; 13] = [
    "Fecha (Santo Domingo)",
    "Referencia",
    "De",
    "Para",
    "Vehículo",
    "Tipo",
    "Mensaje",
    "Estado",
    "Código",
    "Partes",
    "Costo US$ (estimado)",
    "Entregado",
    "Leído",
];

pub fn header() -> Result<Vec<u8>> {
    let mut writer = writer(128);
    writer.write_record(COLUMNS).map_err(fault)?;
    into_bytes(writer)
}

/// The messages' lines, and after the last of all the totals'.
pub fn lines(rows: &[MessageRow], totals: Option<&Totals>) -> Result<Vec<u8>> {
    let mut writer = writer(rows.len() * 320 + 128);
    for row in rows {
        let stamp = |at: Option<_>| at.map(sortable_stamp).unwrap_or_default();
        let kind = row.kind.parse().map_or("", Kind::label);
        let status = row.status.parse().map_or("", Status::label);
        writer
            .write_record([
                sortable_stamp(row.created_at).as_bytes(),
                row.id.to_string().as_bytes(),
                harmless(&row.sender_name).as_bytes(),
                harmless(&row.to_phone).as_bytes(),
                harmless(row.vehicle.as_deref().unwrap_or_default()).as_bytes(),
                kind.as_bytes(),
                harmless(&row.body).as_bytes(),
                status.as_bytes(),
                row.error_code.map(|code| code.to_string()).unwrap_or_default().as_bytes(),
                row.parts.to_string().as_bytes(),
                row.cost.normalize().to_string().as_bytes(),
                stamp(row.delivered_at).as_bytes(),
                stamp(row.read_at).as_bytes(),
            ])
            .map_err(fault)?;
    }
    if let Some(totals) = totals {
        let (messages, parts) = (format!("{} mensajes", totals.messages), totals.parts.to_string());
        let cost = totals.cost.normalize().to_string();
        let cells = ["Total", &messages, "", "", "", "", "", "", "", &parts, &cost, "", ""];
        writer.write_record(cells).map_err(fault)?;
    }
    into_bytes(writer)
}

/// A cell that a spreadsheet would run as a formula is made text (OWASP, «CSV Injection»).
fn harmless(cell: &str) -> Cow<'_, str> {
    if cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) || cell.starts_with(['\t', '\r', '\n'])
    {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn writer(capacity: usize) -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::with_capacity(capacity))
}

fn into_bytes(writer: Writer<Vec<u8>>) -> Result<Vec<u8>> {
    writer.into_inner().map_err(|error| AppError::Fault(format!("csv: {error}")))
}

fn fault(error: csv::Error) -> AppError {
    AppError::Fault(format!("csv: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_run_are_made_text() {
        for cell in ["=1+1", "+18095551234", "-1", "@x", "\t=1", "  =1"] {
            assert_eq!(harmless(cell), format!("'{cell}"), "{cell}");
        }
        for cell in ["Ana", "1-1", ""] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
