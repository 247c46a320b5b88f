//! Reading messages: one, a sender's, a dealer's. What the reader may not see is not found.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    actor::Actor,
    check_next::refresh,
    error::{AppError, Result},
    record_status::TOLD_AT,
    state::App,
};
use crate::{
    domain::{
        conversation::{Consent, Event, Message, Part, Rest, RestStands},
        ids::{MessageId, ThreadId, VehicleId},
        phone::Phone,
        user::{Role, UnknownRole},
    },
    store::{
        self,
        messages::{After, MessageRow, Scope},
    },
};

/// Through whose eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What the actor wrote himself.
    Own,
    /// What concerns the actor's dealer; an admin looks at every dealer's.
    Dealer,
    /// Whatever the actor may see at all: the API's view.
    Any,
}

/// A message with its parts and its history.
pub struct MessageDetail {
    pub message: Message,
    pub parts: Vec<Part>,
    pub events: Vec<Event>,
    /// A buyer's.
    pub consent: Option<Consent>,
    /// The conversation it belongs to.
    pub thread: Option<ThreadId>,
}

impl MessageDetail {
    /// Twilio's id of the first part that it took.
    pub fn first_sid(&self) -> Option<String> {
        self.parts.iter().find_map(|part| part.sid.clone())
    }
}

/// A page of a list and where the next begins.
pub struct MessagePage {
    pub messages: Vec<Message>,
    /// Those in whose conversation the other side has said something that their writer has not seen.
    pub answered: HashSet<MessageId>,
    pub next: Option<MessageId>,
}

/// One message.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn get_message(app: &App, actor: &Actor, view: View, id: MessageId) -> Result<MessageDetail> {
    let mut conn = app.pool.acquire().await?;
    let row = match scope(actor, view)? {
        Some(scope) => store::messages::get_message(&mut conn, scope, id).await?,
        // A dealer's token sees what he wrote and what was written to him.
        None => find_in_any(&mut conn, actor, id).await?,
    };
    let message = parse(row.ok_or(AppError::NotFound)?)?;
    let parts = store::parts::list_parts(&mut conn, id).await?;
    let parts = parts
        .into_iter()
        .map(|part| Part {
            number: part.number,
            status: part.status,
            sid: part.sid,
            error_code: part.error_code,
            attempt_count: part.attempt_count,
            template_text: part.template_text,
            superseded: part.superseded,
            price: part.price,
        })
        .collect();
    let events = store::events::list_events(&mut conn, id).await?;
    let events = events
        .into_iter()
        .map(|event| Event {
            part: event.part,
            source: event.source,
            status: event.status,
            error_code: event.error_code,
            received_at: event.received_at,
            told_at: told_at(&event.fields),
            payload: format!("{:#}", event.fields),
        })
        .collect();
    let consent =
        if message.is_from_buyer() { store::consents::get_consent_to(&mut conn, id).await? } else { None };
    let thread = store::thread_pages::get_thread_of(&mut conn, id).await?;
    Ok(MessageDetail { message, parts, events, consent, thread })
}

/// Twilio's own time among the fields that came with an event; whatever else stands there is not a time.
fn told_at(fields: &serde_json::Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(fields.get(TOLD_AT)?.as_str()?).ok().map(|at| at.to_utc())
}

/// One message, after asking Twilio if its last word is older than `stale_after` and not the last there can be. While
/// Twilio does not answer, what is known.
pub async fn get_fresh_message(
    app: &App,
    actor: &Actor,
    view: View,
    id: MessageId,
    stale_after: TimeDelta,
) -> Result<MessageDetail> {
    let known = get_message(app, actor, view, id).await?;
    let asked = known.message.checked_at.is_none_or(|at| app.clock.now() - at >= stale_after);
    let has_sid = known.parts.iter().any(|part| part.sid.is_some());
    // Of several parts one may have failed while the others still move.
    let is_final = known.parts.iter().all(|part| part.status.is_final());
    if is_final || !asked || !has_sid {
        return Ok(known);
    }
    let Ok(_place) = app.views.try_acquire() else { return Ok(known) };
    let patience = std::time::Duration::from_secs(8);
    match tokio::time::timeout(patience, refresh(app, id)).await {
        Ok(Ok(())) => get_message(app, actor, view, id).await,
        Ok(Err(error)) if error.is_fault() => {
            tracing::warn!(%error, message = %id, "could not refresh");
            Ok(known)
        }
        Ok(Err(_)) | Err(_) => Ok(known),
    }
}

/// The message Twilio knows by this sid, if the actor may see it.
pub async fn find_by_sid(app: &App, sid: &str) -> Result<MessageId> {
    if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(AppError::NotFound);
    }
    let mut conn = app.pool.acquire().await?;
    store::messages::get_message_id_by_sid(&mut conn, sid).await?.ok_or(AppError::NotFound)
}

/// A page of what the actor wrote, newest first, after the message `after`.
pub async fn list_messages(
    app: &App,
    actor: &Actor,
    after: Option<MessageId>,
    limit: u8,
) -> Result<MessagePage> {
    let mut conn = app.pool.acquire().await?;
    let scope = Scope::Sender(actor.user_id);
    let after = match after {
        Some(id) => store::messages::get_message(&mut conn, scope, id)
            .await?
            .map(|row| After { created_at: row.created_at, id: row.id }),
        None => None,
    };
    let wanted = i64::from(limit) + 1;
    let mut rows = store::messages::list_sent_by(&mut conn, actor.user_id, after, wanted).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let messages: Vec<Message> = rows.into_iter().map(parse).collect::<Result<_>>()?;
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    let answered = store::thread_pages::list_newly_answered(&mut conn, actor.user_id, &ids).await?;
    let next = ids.last().copied().filter(|_| more);
    Ok(MessagePage { messages, answered: answered.into_iter().collect(), next })
}

fn scope(actor: &Actor, view: View) -> Result<Option<Scope>> {
    match (view, actor.role, actor.dealer_id) {
        (View::Own, ..) | (View::Any, Role::Buyer, _) => Ok(Some(Scope::Sender(actor.user_id))),
        (View::Dealer, Role::Dealer, Some(dealer)) => Ok(Some(Scope::Dealer(dealer))),
        (View::Dealer | View::Any, Role::Admin, _) => Ok(Some(Scope::Everyone)),
        (View::Dealer, ..) => Err(AppError::NotFound),
        (View::Any, Role::Dealer, _) => Ok(None),
    }
}

async fn find_in_any(
    conn: &mut sqlx::PgConnection,
    actor: &Actor,
    id: MessageId,
) -> Result<Option<MessageRow>> {
    let own = store::messages::get_message(conn, Scope::Sender(actor.user_id), id).await?;
    match (own, actor.dealer_id) {
        (None, Some(dealer)) => Ok(store::messages::get_message(conn, Scope::Dealer(dealer), id).await?),
        (own, _) => Ok(own),
    }
}

pub(super) fn parse(row: MessageRow) -> Result<Message> {
    let id = row.id;
    let fault = |column: &str, error: String| AppError::Fault(format!("messages {id}: {column}: {error}"));
    Ok(Message {
        id,
        sender_name: row.sender_name,
        sender_shows_phone: row.sender_shows_phone,
        sender_phone: row.sender_phone.and_then(|phone| Phone::parse_api(&phone).ok()),
        sender_role: row
            .sender_role
            .parse()
            .map_err(|error: UnknownRole| fault("sender_role", error.to_string()))?,
        dealer_name: row.dealer_name,
        vehicle: row.vehicle_id.zip(row.vehicle).map(|(id, name): (VehicleId, String)| (id, name)),
        kind: row.kind.parse().map_err(|error: &str| fault("kind", error.to_owned()))?,
        reason: row.reason.and_then(|word| word.parse().ok()),
        to: Phone::parse_api(&row.to_phone).map_err(|error| fault("to_phone", error.to_string()))?,
        told_as: row.told_as,
        body: row.body,
        image_url: row.image_url,
        status: row
            .status
            .parse()
            .map_err(|error: crate::domain::message::UnknownStatus| fault("status", error.to_string()))?,
        error_code: row.error_code,
        not_sent: row.not_sent,
        own_reason: row
            .own_reason
            .map(|word| word.parse())
            .transpose()
            .map_err(|error: crate::domain::outcome::UnknownReason| fault("own_reason", error.to_string()))?,
        parts: row.parts,
        rest: row.waiting.map(|characters| Rest {
            characters,
            stands: match row.rest_stands.as_deref() {
                Some("due") => RestStands::Due,
                Some("waits") => RestStands::Waits,
                _ => RestStands::GivenUp,
            },
        }),
        continues: row.continues,
        continued_by: row.continued_by,
        cost: row.cost.normalize(),
        created_at: row.created_at,
        sent_at: row.sent_at,
        delivered_at: row.delivered_at,
        read_at: row.read_at,
        checked_at: row.checked_at,
    })
}
