//! How the limits stand for a sender and a recipient, for whoever shows it: the same decision that a send is held to.

use chrono::{DateTime, Utc};

use super::{
    accept::no_rate,
    actor::Actor,
    error::Result,
    hold_line::get_hold,
    send_message::{Recipient, find_addressee},
    state::App,
    take_limits::{Demand, WINDOW, read_limits},
};
use crate::{
    domain::{
        kind::Kind,
        limits::{Decision, Sender},
        rates::price_of,
    },
    store,
};

/// What a sender should know before he writes.
#[derive(Clone, Debug)]
pub struct Outlook {
    pub decision: Decision,
    /// When WhatsApp last said that it does not know the recipient's number, and nothing has arrived there since.
    pub without_whatsapp: Option<DateTime<Utc>>,
    /// Nothing leaves at the moment: what is written waits.
    pub is_held: bool,
}

/// What sending so many parts now would meet; nothing is taken.
///
/// # Errors
/// As for sending it, but for the limits.
pub async fn limits_now(app: &App, actor: &Actor, to: &Recipient, kind: Kind, parts: i16) -> Result<Outlook> {
    let addressee = find_addressee(app, actor, to).await?;
    let phone = addressee.phone.as_str();
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: actor.dealer_id,
        payer: addressee.payer,
        to: phone,
    };
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    let wrote = store::events::list_writers_since(&mut conn, &[phone.to_owned()], now - WINDOW).await?;
    let outside_window = wrote.is_empty();
    let rates = store::rates::list_rates(&mut conn).await?;
    let unit_price = price_of(&rates, kind, &addressee.phone, outside_window, now).ok_or_else(no_rate)?;
    let demand = Demand { parts, unit_price, outside_window };
    let decision = read_limits(&mut conn, &sender, demand, now).await?;
    let without_whatsapp = store::numbers::get_without_whatsapp(&mut conn, phone).await?;
    drop(conn);
    let is_held = get_hold(app).await?.is_some();
    Ok(Outlook { decision, without_whatsapp, is_held })
}
