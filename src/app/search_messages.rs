//! Paging through the messages one may see, narrowed by a filter: the API's list.

use std::cmp::Reverse;

use super::{
    actor::Actor,
    error::{AppError, Result},
    read_messages::parse,
    state::App,
};
use crate::{
    domain::{
        conversation::Message,
        message_filter::{Cursor, MessageFilter},
        user::Role,
    },
    store::{self, connection::took_too_long, messages::Scope},
};

/// A message and Twilio's id of its first part, once it has one.
pub struct Found {
    pub message: Message,
    pub sid: Option<String>,
}

/// A page of what was found and where the next begins.
pub struct FoundPage {
    pub messages: Vec<Found>,
    pub next: Option<Cursor>,
}

/// A page of at most `limit` messages, newest first, after `after`. A buyer sees what he wrote, a dealer's user also what
/// is charged to his dealer, an admin all.
pub async fn search_messages(
    app: &App,
    actor: &Actor,
    filter: &MessageFilter,
    after: Option<Cursor>,
    limit: u8,
) -> Result<FoundPage> {
    let mut conn = app.searches.acquire().await?;
    let wanted = i64::from(limit) + 1;
    let mut rows = Vec::new();
    for scope in scopes(actor) {
        let found = store::message_list::list_matching(&mut conn, scope, filter, after, wanted).await;
        rows.extend(found.map_err(|error| if took_too_long(&error) { too_slow() } else { error.into() })?);
    }
    // The first of both lists together are among the first of each.
    rows.sort_by_key(|row| Reverse((row.created_at, row.id)));
    rows.dedup_by_key(|row| row.id);
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut sids = store::message_list::list_first_sids(&mut conn, &ids).await?;
    let messages: Vec<Found> = rows
        .into_iter()
        .map(|row| Ok(Found { sid: sids.remove(&row.id), message: parse(row)? }))
        .collect::<Result<_>>()?;
    let last = messages
        .last()
        .map(|Found { message, .. }| Cursor { created_at: message.created_at, id: message.id });
    Ok(FoundPage { messages, next: last.filter(|_| more) })
}

fn too_slow() -> AppError {
    AppError::invalid(
        "q",
        "search_too_slow",
        "La búsqueda tardó demasiado. Acótela con from y to, o con un estado.",
    )
}

fn scopes(actor: &Actor) -> Vec<Scope> {
    let own = Scope::Sender(actor.user_id);
    match (actor.role, actor.dealer_id) {
        (Role::Admin, _) => vec![Scope::Everyone],
        (Role::Dealer, Some(dealer)) => vec![own, Scope::Dealer(dealer)],
        (Role::Buyer | Role::Dealer, _) => vec![own],
    }
}
