//! What each dealer's messages of a period cost, as a CSV file.

use futures::Stream;
use rust_decimal::Decimal;

use super::{
    actor::Actor,
    csv_file::{Lines, Source, Table, harmless, pieces, write_line},
    error::Result,
    read_platform::{DealerOrder, DealerRow},
    state::App,
};
use crate::{
    domain::{range::Range, time::day_in_santo_domingo},
    store,
};

/// Dealers in one query.
const CHUNK: i64 = 5_000;

/// The dealers who had messages in these days, by name.
///
/// # Errors
/// `NotFound`: not an admin's.
pub fn export_dealers(
    app: &App,
    actor: &Actor,
    range: Range,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    actor.admin()?;
    Ok(pieces(Reader { app: app.clone(), range, read: 0 }, Dealers::default()))
}

struct Reader {
    app: App,
    range: Range,
    read: i64,
}

impl Source for Reader {
    type Row = DealerRow;

    async fn read_next(&mut self) -> Result<Vec<DealerRow>> {
        let Range { from, .. } = self.range;
        let to = self.range.end(day_in_santo_domingo(self.app.clock.now()));
        let mut conn = self.app.searches.acquire().await?;
        let rows =
            store::platform::list_dealers(&mut conn, from, to, DealerOrder::Name, self.read, CHUNK).await?;
        self.read += CHUNK;
        Ok(rows)
    }
}

/// What was written so far.
#[derive(Default)]
struct Dealers {
    messages: i64,
    parts: i64,
    /// US$.
    cost: Decimal,
    confirmed: Decimal,
}

impl Table for Dealers {
    type Row = DealerRow;
    const COLUMNS: &'static [&'static str] = &[
        "Concesionario",
        "Nombre corto",
        "Mensajes",
        "Partes",
        "Gasto US$",
        "Confirmado US$",
        "Estimado US$",
        "Parte de Twilio US$",
    ];

    fn write(&mut self, row: &DealerRow, lines: &mut Lines) -> Result<()> {
        let sums = &row.sums;
        self.messages += sums.messages;
        self.parts += sums.parts;
        self.cost += sums.cost;
        self.confirmed += sums.confirmed;
        let amount = |amount: Decimal| amount.normalize().to_string();
        write_line(
            lines,
            &[
                harmless(row.name.as_deref().unwrap_or("Sin concesionario")).as_ref(),
                &harmless(row.slug.as_deref().unwrap_or_default()),
                &sums.messages.to_string(),
                &sums.parts.to_string(),
                &amount(sums.cost),
                &amount(sums.confirmed),
                &amount(sums.cost - sums.confirmed),
                &amount(sums.told),
            ],
        )
    }

    fn totals(&self) -> Vec<String> {
        let (cost, confirmed) = (self.cost.normalize(), self.confirmed.normalize());
        let estimated = (self.cost - self.confirmed).normalize();
        vec![
            "Total".to_owned(),
            String::new(),
            self.messages.to_string(),
            self.parts.to_string(),
            cost.to_string(),
            confirmed.to_string(),
            estimated.to_string(),
            String::new(),
        ]
    }
}
