//! A dealer's messages as a CSV file, however many: read in chunks, each a short query, so that a slow reader holds
//! neither a connection nor the memory of more than one.

use std::sync::Arc;

use futures::{Stream, stream};
use rust_decimal::Decimal;

use super::{actor::Actor, error::Result, read_panel::dealer_of, state::App};
use crate::{
    domain::{
        ids::{DealerId, MessageId},
        panel_filter::{Order, PanelFilter},
        time::day_in_santo_domingo,
    },
    store::{self, messages::MessageRow},
};

mod line;

/// Messages in one query.
const CHUNK: i64 = 5_000;
/// What tells Excel that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the file's last line says.
#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    messages: u64,
    parts: i64,
    /// US$.
    cost: Decimal,
}

struct Export {
    app: App,
    dealer: DealerId,
    filter: Arc<PanelFilter>,
    after: Option<MessageId>,
    totals: Totals,
    step: Step,
}

enum Step {
    Header,
    Rows,
    Done,
}

/// The file, piece by piece: a header, the messages that pass newest first, their totals. What is written while it is read
/// does not show in it; the totals are those of its own lines.
///
/// # Errors
/// `NotFound`: nobody's dealer. A piece that cannot be read ends the stream with an error, so that no half of a file looks
/// whole.
pub fn export_messages(
    app: &App,
    actor: &Actor,
    filter: &PanelFilter,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    let dealer = dealer_of(actor)?;
    let filter = Arc::new(PanelFilter { order: Order::Newest, ..filter.clone() });
    let step = Step::Header;
    let export = Export { app: app.clone(), dealer, filter, after: None, totals: Totals::default(), step };
    Ok(stream::try_unfold(export, |mut export| async move {
        let piece = export.next_piece().await?;
        Ok(piece.map(|piece| (piece, export)))
    }))
}

impl Export {
    async fn next_piece(&mut self) -> Result<Option<Vec<u8>>> {
        match self.step {
            Step::Header => {
                self.step = Step::Rows;
                let mut piece = BYTE_ORDER_MARK.to_vec();
                piece.extend(line::header()?);
                Ok(Some(piece))
            }
            Step::Rows => {
                let mut conn = self.app.searches.acquire().await?;
                let rows =
                    store::panel_list::list_passing(&mut conn, self.dealer, &self.filter, self.after, CHUNK)
                        .await?;
                drop(conn);
                self.after = rows.last().map(|row| row.id);
                if i64::try_from(rows.len()).unwrap_or(CHUNK) < CHUNK {
                    self.step = Step::Done;
                }
                rows.iter().for_each(|row| self.totals.add(row));
                let done = matches!(self.step, Step::Done).then_some(&self.totals);
                line::lines(&rows, done).map(Some)
            }
            Step::Done => Ok(None),
        }
    }
}

impl Totals {
    fn add(&mut self, row: &MessageRow) {
        self.messages += 1;
        self.parts += i64::from(row.parts);
        self.cost += row.cost;
    }
}

/// What the file is called.
pub fn file_name(app: &App) -> String {
    format!("okla-mensajes-{}.csv", day_in_santo_domingo(app.clock.now()))
}
