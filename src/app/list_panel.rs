//! A dealer's list: a page of it, and how many there are in each state.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_messages::parse,
    read_panel::dealer_of,
    state::App,
};
use crate::{
    domain::{
        conversation::Message,
        ids::{DealerId, MessageId},
        kind::Kind,
        message::Status,
        panel_filter::{Order, PanelFilter, Writer},
        range::Range,
        state_group::StateGroup,
        time::day_in_santo_domingo,
    },
    store::{
        self,
        connection::{begin_snapshot, took_too_long},
        figures::Wanted,
        messages::MessageRow,
        panel_list::{Asked, count_passing, list_passing},
    },
};

/// With other filters on, no more are counted.
const MOST_COUNTED: i64 = 1_000;
/// No more new ones are counted.
pub const MOST_NEW: i64 = 100;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Exactly(i64),
    /// And perhaps more.
    AtLeast(i64),
    /// Too many pass for each state to be counted.
    Unknown,
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
    // What the roll-ups say and what is listed are of one instant: else a message that moves on meanwhile would be missing,
    // and a list look as if it ended.
    let mut conn = begin_snapshot(&app.searches).await?;
    let today = day_in_santo_domingo(app.clock.now());
    let one_more = i64::from(limit) + 1;
    let (mut rows, all, groups) = if filter.is_counted() {
        let counted = store::figures::count_states(&mut conn, dealer, &wanted(filter, today)).await?;
        let rows = list_rows(&mut conn, dealer, filter, after, one_more, today).await?;
        (rows, Count::Exactly(counted.values().sum()), by_group(&counted, Count::Exactly))
    } else {
        let (rows, counted) = search(&mut conn, dealer, filter, after, one_more).await.map_err(in_words)?;
        let all = counted.as_ref().map(|counted| counted.values().sum());
        match (counted, all) {
            (Some(counted), Some(all)) if all <= MOST_COUNTED => {
                (rows, Count::Exactly(all), by_group(&counted, Count::Exactly))
            }
            _ => (rows, Count::AtLeast(MOST_COUNTED), by_group(&HashMap::new(), |_| Count::Unknown)),
        }
    };
    conn.commit().await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let messages: Vec<Message> = rows.into_iter().map(parse).collect::<Result<_>>()?;
    let next = messages.last().map(|message| message.id).filter(|_| more);
    Ok(PanelList { messages, next, all, groups })
}

/// The first `limit` that pass, and how many there are in each state; `None`: certainly too many to be counted.
async fn search(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &PanelFilter,
    after: Option<MessageId>,
    limit: i64,
) -> sqlx::Result<(Vec<MessageRow>, Option<HashMap<Status, i64>>)> {
    let asked = Asked::look_up(conn, dealer, filter).await?;
    let rows = list_passing(conn, dealer, &asked, after, limit).await?;
    if filter.is_words_alone() && asked.words_are_in_more_than(MOST_COUNTED) {
        return Ok((rows, None));
    }
    Ok((rows, Some(count_passing(conn, dealer, asked, MOST_COUNTED + 1).await?)))
}

/// The first `limit` messages after `after` that pass. Where the roll-ups know their days, no other day is looked at.
///
/// # Errors
/// `Invalid`: the search took too long.
pub(super) async fn list_rows(
    conn: &mut PgConnection,
    dealer: DealerId,
    filter: &PanelFilter,
    after: Option<MessageId>,
    limit: i64,
    today: NaiveDate,
) -> Result<Vec<MessageRow>> {
    if !filter.is_counted() || !filter.is_within_days() || filter.order != Order::Newest {
        let asked = Asked::look_up(conn, dealer, filter).await.map_err(in_words)?;
        return list_passing(conn, dealer, &asked, after, limit).await.map_err(in_words);
    }
    let mut wanted = wanted(filter, today);
    let begun = match after {
        Some(id) => store::panel_list::get_moment(conn, dealer, id).await?.map(day_in_santo_domingo),
        None => None,
    };
    wanted.to = begun.map_or(wanted.to, |day| wanted.to.min(day));
    // Of the day on which the page begins an unknown part is before it.
    let known = store::figures::list_days_with(conn, dealer, &wanted, limit + 1).await?;
    let mut left = limit;
    let mut days = Vec::new();
    for (day, messages) in known {
        if left <= 0 {
            break;
        }
        days.push(day);
        if Some(day) != begun {
            left -= messages;
        }
    }
    Ok(store::panel_list::list_on_days(conn, dealer, &wanted, &days, after, limit).await?)
}

fn wanted(filter: &PanelFilter, today: NaiveDate) -> Wanted {
    let range = filter.range.unwrap_or_else(|| Range::all(today));
    let groups = if filter.groups.is_empty() { &StateGroup::ALL[..] } else { &filter.groups };
    Wanted {
        statuses: groups.iter().flat_map(|group| group.statuses()).map(|status| status.to_string()).collect(),
        kind: filter.kind.map(Kind::as_str),
        by_buyer: filter.writer.map(|writer| writer == Writer::Buyers),
        cause: filter.cause.map(|cause| cause.to_string()),
        from: range.from,
        to: range.end(today),
    }
}

fn by_group(counted: &HashMap<Status, i64>, said: fn(i64) -> Count) -> Vec<(StateGroup, Count)> {
    let groups = StateGroup::ALL.map(|group| {
        let of_group = group.statuses().filter_map(|status| counted.get(&status)).sum();
        (group, said(of_group))
    });
    groups.to_vec()
}

/// How many messages are newer than this one, or than none; at most [`MOST_NEW`].
pub async fn count_newer(app: &App, actor: &Actor, newest: Option<MessageId>) -> Result<i64> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::panel_list::count_newer(&mut conn, dealer, newest, MOST_NEW).await?)
}

fn in_words(error: sqlx::Error) -> AppError {
    if took_too_long(&error) {
        let sentence = "La búsqueda tardó demasiado. Acótela con fechas o con un estado.";
        AppError::invalid("q", "search_too_slow", sentence)
    } else {
        error.into()
    }
}
