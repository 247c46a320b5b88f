//! What became of an offer, as a CSV file: a line for everybody whom it was for. Who got nothing for a reason of his own is
//! not named.

use futures::Stream;
use rust_decimal::Decimal;

use crate::{
    app::{
        actor::Actor,
        csv_file::{Lines, Source, Table, harmless, pieces, write_line},
        error::{AppError, Result},
        read_panel::dealer_of,
        state::App,
    },
    domain::{ids::CampaignId, message::Status, offer::Skip, time::sortable_stamp},
    store::{self, campaign_results::ItemRow},
};

const CHUNK: i64 = 2_000;

/// # Errors
/// `NotFound`, also for another's.
pub async fn export_campaign(
    app: &App,
    actor: &Actor,
    id: CampaignId,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    store::campaigns::get_campaign(&mut conn, Some(dealer), id).await?.ok_or(AppError::NotFound)?;
    Ok(pieces(Reader { app: app.clone(), campaign: id, after: 0 }, Lister::default()))
}

struct Reader {
    app: App,
    campaign: CampaignId,
    after: i32,
}

impl Source for Reader {
    type Row = ItemRow;

    async fn read_next(&mut self) -> Result<Vec<ItemRow>> {
        let mut conn = self.app.searches.acquire().await?;
        let rows = store::campaign_results::list_items(&mut conn, self.campaign, self.after, CHUNK).await?;
        self.after = rows.last().map_or(self.after, |row| row.place);
        Ok(rows)
    }
}

#[derive(Default)]
struct Lister {
    people: u64,
    /// US$.
    cost: Decimal,
}

impl Table for Lister {
    type Row = ItemRow;
    const COLUMNS: &'static [&'static str] =
        &["Persona", "Resultado", "Fecha (Santo Domingo)", "Referencia", "Costo US$ (estimado)"];

    fn write(&mut self, row: &ItemRow, lines: &mut Lines) -> Result<()> {
        self.people += 1;
        let cost = row.cost.unwrap_or_default();
        self.cost += cost;
        let skip: Option<Skip> = row.reason.as_deref().and_then(|word| word.parse().ok());
        let name =
            if skip.is_some_and(|skip| !skip.names_people()) { "(sin nombre)" } else { row.name.as_str() };
        let status: Option<Status> = row.status.as_deref().and_then(|word| word.parse().ok());
        let result = match (status, skip) {
            (Some(status), _) => status.label(),
            (None, Some(skip)) => skip.label(),
            (None, None) => "Por enviar",
        };
        write_line(
            lines,
            &[
                harmless(name).as_ref(),
                result,
                &row.sent_at.map(sortable_stamp).unwrap_or_default(),
                &row.message.map(|id| id.to_string()).unwrap_or_default(),
                &cost.normalize().to_string(),
            ],
        )
    }

    fn totals(&self) -> Vec<String> {
        let people = format!("{} personas", self.people);
        let cost = self.cost.normalize().to_string();
        vec!["Total".to_owned(), people, String::new(), String::new(), cost]
    }
}
