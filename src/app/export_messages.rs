//! A dealer's messages as a CSV file, however many: read in chunks, each a short query, so that a slow reader holds
//! neither a connection nor the memory of more than a few.

use futures::Stream;
use rust_decimal::Decimal;

use super::{
    actor::Actor,
    csv_file::{Lines, Source, Table, harmless, pieces, write_line},
    error::Result,
    list_panel::list_rows,
    read_panel::dealer_of,
    state::App,
};
use crate::{
    domain::{
        ids::{DealerId, MessageId},
        kind::Kind,
        message::Status,
        panel_filter::{Order, PanelFilter},
        time::{day_in_santo_domingo, sortable_stamp},
    },
    store::{connection::begin_snapshot, messages::MessageRow},
};

/// Messages in one query.
const CHUNK: usize = 5_000;

/// The messages that pass, newest first. What is written while it is read does not show in it; the totals are those of
/// its own lines.
///
/// # Errors
/// `NotFound`: nobody's dealer.
pub fn export_messages(
    app: &App,
    actor: &Actor,
    filter: &PanelFilter,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    let dealer = dealer_of(actor)?;
    let filter = PanelFilter { order: Order::Newest, ..filter.clone() };
    Ok(pieces(Reader { app: app.clone(), dealer, filter, after: None, is_done: false }, Lister::default()))
}

struct Reader {
    app: App,
    dealer: DealerId,
    filter: PanelFilter,
    after: Option<MessageId>,
    /// The last lot was not a full one.
    is_done: bool,
}

impl Source for Reader {
    type Row = MessageRow;

    async fn read_next(&mut self) -> Result<Vec<MessageRow>> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let mut conn = begin_snapshot(&self.app.searches).await?;
        let today = day_in_santo_domingo(self.app.clock.now());
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let rows = list_rows(&mut conn, self.dealer, &self.filter, self.after, limit, today).await?;
        conn.commit().await?;
        self.after = rows.last().map(|row| row.id);
        self.is_done = rows.len() < CHUNK;
        Ok(rows)
    }
}

/// What was written so far.
#[derive(Default)]
struct Lister {
    messages: u64,
    parts: i64,
    /// US$.
    cost: Decimal,
}

impl Table for Lister {
    type Row = MessageRow;
    const COLUMNS: &'static [&'static str] = &[
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

    fn write(&mut self, row: &MessageRow, lines: &mut Lines) -> Result<()> {
        self.messages += 1;
        self.parts += i64::from(row.parts);
        self.cost += row.cost;
        write_message(lines, row)
    }

    fn totals(&self) -> Vec<String> {
        let mut cells = vec![String::new(); Self::COLUMNS.len()];
        let said = [(0, "Total".to_owned()), (1, format!("{} mensajes", self.messages))];
        let sums = [(9, self.parts.to_string()), (10, self.cost.normalize().to_string())];
        for (column, cell) in said.into_iter().chain(sums) {
            cells[column] = cell;
        }
        cells
    }
}

fn write_message(lines: &mut Lines, row: &MessageRow) -> Result<()> {
    let stamp = |at: Option<_>| at.map(sortable_stamp).unwrap_or_default();
    write_line(
        lines,
        &[
            sortable_stamp(row.created_at).as_str(),
            &row.id.to_string(),
            &harmless(&row.sender_name),
            &harmless(row.told_as.as_ref().unwrap_or(&row.to_phone)),
            &harmless(row.vehicle.as_deref().unwrap_or_default()),
            row.kind.parse().map_or("", Kind::label),
            &harmless(&row.body),
            row.status.parse().map_or("", Status::label),
            &row.error_code.map(|code| code.to_string()).unwrap_or_default(),
            &row.parts.to_string(),
            &row.cost.normalize().to_string(),
            &stamp(row.delivered_at),
            &stamp(row.read_at),
        ],
    )
}
