//! A dealer's statement of a month as a CSV file: every entry of the ledger, and their sum.

use chrono::{DateTime, Utc};
use futures::Stream;
use rust_decimal::Decimal;

use super::{
    actor::Actor,
    csv_file::{Lines, Source, Table, harmless, pieces, write_line},
    error::Result,
    read_panel::dealer_of,
    state::App,
};
use crate::{
    domain::{
        ids::DealerId,
        kind::Kind,
        range::Range,
        time::{day_begins, day_ends, sortable_stamp},
    },
    store::{
        self,
        ledger::{EntryRow, Place},
    },
};

/// Entries in one query.
const CHUNK: i64 = 5_000;

/// The entries of the messages that were written in these days, in the messages' order.
///
/// # Errors
/// `NotFound`: nobody's dealer.
pub fn export_statement(
    app: &App,
    actor: &Actor,
    range: Range,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    let dealer = dealer_of(actor)?;
    let (from, before) = (day_begins(range.from), day_ends(range.to));
    Ok(pieces(Reader { app: app.clone(), dealer, from, before, after: None }, Statement::default()))
}

struct Reader {
    app: App,
    dealer: DealerId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
    after: Option<Place>,
}

impl Source for Reader {
    type Row = EntryRow;

    async fn read_next(&mut self) -> Result<Vec<EntryRow>> {
        let mut conn = self.app.searches.acquire().await?;
        let Self { dealer, from, before, after, .. } = self;
        let rows = store::ledger::list_entries(&mut conn, *dealer, *from, *before, *after, CHUNK).await?;
        self.after = rows.last().map(EntryRow::place);
        Ok(rows)
    }
}

/// What was written so far.
#[derive(Default)]
struct Statement {
    /// US$.
    sum: Decimal,
}

impl Table for Statement {
    type Row = EntryRow;
    const COLUMNS: &'static [&'static str] =
        &["Fecha (Santo Domingo)", "Referencia", "Concepto", "Tipo", "Vehículo", "Monto US$ (estimado)"];

    fn write(&mut self, row: &EntryRow, lines: &mut Lines) -> Result<()> {
        self.sum += row.amount;
        write_entry(lines, row)
    }

    fn totals(&self) -> Vec<String> {
        let sum = self.sum.normalize().to_string();
        ["Total", "", "", "", "", &sum].map(str::to_owned).to_vec()
    }
}

fn write_entry(lines: &mut Lines, row: &EntryRow) -> Result<()> {
    let reason = match row.reason.as_str() {
        "charge" => "Cobro",
        "release" => "Devolución",
        _ => "Ajuste",
    };
    write_line(
        lines,
        &[
            sortable_stamp(row.created_at).as_str(),
            &row.message_id.to_string(),
            reason,
            row.kind.parse().map_or("", Kind::label),
            &harmless(row.vehicle.as_deref().unwrap_or_default()),
            &row.amount.normalize().to_string(),
        ],
    )
}
