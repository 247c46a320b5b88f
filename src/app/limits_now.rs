//! How the limits stand for a sender and a recipient, for whoever shows it: the same decision that a send is held to.

use super::{
    accept::no_rate,
    actor::Actor,
    error::Result,
    send_message::{SendMessage, find_addressee},
    state::App,
    take_limits::{Demand, WINDOW, read_limits},
};
use crate::{
    domain::{
        limits::{Decision, Sender},
        parts::split,
        rates::price_of,
    },
    store,
};

/// What sending this now would meet; nothing is taken.
///
/// # Errors
/// As for sending it, but for the limits.
pub async fn limits_now(app: &App, actor: &Actor, message: &SendMessage) -> Result<Decision> {
    let addressee = find_addressee(app, actor, &message.to).await?;
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: actor.dealer_id,
        payer: addressee.payer,
        to: addressee.phone.as_str(),
    };
    let parts = i16::try_from(split(message.body.as_str()).len()).unwrap_or(i16::MAX);
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    let to = [addressee.phone.as_str().to_owned()];
    let outside_window = store::events::list_writers_since(&mut conn, &to, now - WINDOW).await?.is_empty();
    let rates = store::rates::list_rates(&mut conn).await?;
    let unit_price =
        price_of(&rates, message.kind, &addressee.phone, outside_window, now).ok_or_else(no_rate)?;
    read_limits(&mut conn, &sender, Demand { parts, unit_price, outside_window }, now).await
}
