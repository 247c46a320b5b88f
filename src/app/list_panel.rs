//! A dealer's list: a page of it, and how many there are in each state.

use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_messages::parse,
    read_panel::{dealer_of, read_totals},
    state::App,
};
use crate::{
    domain::{
        conversation::Message,
        ids::{DealerId, MessageId},
        panel_filter::PanelFilter,
        range::Range,
        state_group::StateGroup,
        time::day_in_santo_domingo,
    },
    store::{self, connection::took_too_long},
};

/// With other filters on, no more are counted.
const MOST_COUNTED: i64 = 1_000;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Exactly(i64),
    /// And perhaps more.
    AtLeast(i64),
}

pub struct PanelList {
    pub messages: Vec<Message>,
    /// The next page begins after it.
    pub next: Option<MessageId>,
    pub all: Count,
    pub groups: Vec<(StateGroup, Count)>,
}

/// A page of at most `limit` messages after `after`.
///
/// # Errors
/// `NotFound`: nobody's dealer. `Invalid`: the search took too long.
pub async fn list_panel(
    app: &App,
    actor: &Actor,
    filter: &PanelFilter,
    after: Option<MessageId>,
    limit: u8,
) -> Result<PanelList> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.searches.acquire().await?;
    let wanted = i64::from(limit) + 1;
    let found = store::panel_list::list_passing(&mut conn, dealer, filter, after, wanted).await;
    let mut rows = found.map_err(|error| if took_too_long(&error) { too_slow() } else { error.into() })?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let messages: Vec<Message> = rows.into_iter().map(parse).collect::<Result<_>>()?;
    let next = messages.last().map(|message| message.id).filter(|_| more);

    let (all, groups) = if filter.is_counted() {
        let today = day_in_santo_domingo(app.clock.now());
        let range = filter.range.unwrap_or_else(|| Range::kept(today));
        let totals = read_totals(&mut conn, dealer, &range).await?;
        let groups = StateGroup::ALL.map(|group| (group, Count::Exactly(totals.of(group))));
        (Count::Exactly(totals.sums.messages), groups.to_vec())
    } else {
        count(&mut conn, dealer, filter).await?
    };
    Ok(PanelList { messages, next, all, groups })
}

async fn count(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &PanelFilter,
) -> Result<(Count, Vec<(StateGroup, Count)>)> {
    let counted = store::panel_list::count_passing(conn, dealer, filter, MOST_COUNTED + 1).await;
    let counted = counted.map_err(|error| if took_too_long(&error) { too_slow() } else { error.into() })?;
    let all: i64 = counted.values().sum();
    let said = |count: i64| if all > MOST_COUNTED { Count::AtLeast(count) } else { Count::Exactly(count) };
    let groups = StateGroup::ALL.map(|group| {
        let of_group = group.statuses().filter_map(|status| counted.get(&status)).sum();
        (group, said(of_group))
    });
    Ok((said(all.min(MOST_COUNTED)), groups.to_vec()))
}

/// How many messages are newer than this one, or than none; at most a hundred are counted.
pub async fn count_newer(app: &App, actor: &Actor, newest: Option<MessageId>) -> Result<i64> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::panel_list::count_newer(&mut conn, dealer, newest, 100).await?)
}

fn too_slow() -> AppError {
    AppError::invalid(
        "q",
        "search_too_slow",
        "La búsqueda tardó demasiado. Acótela con fechas o con un estado.",
    )
}
