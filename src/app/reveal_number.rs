//! Whole numbers, which an admin sees for a reason only, and never without a line in the audit.

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    read_messages::{View, get_message},
    state::App,
};
use crate::{
    domain::{
        audit::Action,
        ids::{MessageId, UserId},
        phone::Phone,
        reason::Reason,
    },
    store,
};

/// A user's.
///
/// # Errors
/// `NotFound`: not an admin's, or nobody's, or he has none.
pub async fn reveal_number(app: &App, actor: &Actor, id: UserId, reason: Reason) -> Result<String> {
    actor.admin()?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let found = store::user_list::get_shown_user(&mut tx, id).await?;
    let phone = found.and_then(|(_, phone)| phone).ok_or(AppError::NotFound)?;
    let change = Change::new(Action::NumberRevealed, &id, Some(actor.user_id), app.clock.now());
    record(&mut tx, Change { reason: reason.into(), ..change }).await?;
    tx.commit().await?;
    Ok(Phone::try_from(phone.clone()).map_or(phone, |phone| phone.national()))
}

/// The numbers of a message.
pub struct Numbers {
    pub recipient: String,
    pub sender: Option<String>,
}

/// A message's.
///
/// # Errors
/// `NotFound`: not an admin's, or there is none.
pub async fn reveal_message(app: &App, actor: &Actor, id: MessageId, reason: Reason) -> Result<Numbers> {
    actor.admin()?;
    let message = get_message(app, actor, View::Any, id).await?.message;
    let mut tx = store::connection::begin(&app.pool).await?;
    let change = Change::new(Action::MessageRevealed, &id, Some(actor.user_id), app.clock.now());
    record(&mut tx, Change { reason: reason.into(), ..change }).await?;
    tx.commit().await?;
    let sender = message.sender_phone.as_ref().map(Phone::national);
    Ok(Numbers { recipient: message.to.national(), sender })
}
