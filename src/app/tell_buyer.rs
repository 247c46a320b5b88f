//! Telling a buyer on WhatsApp that a dealer has answered: if he agreed to that and proved his number, once until he looks or
//! writes, a moment after the answer, and not by night.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{error::Result, say::Notice, state::App};
use crate::{
    domain::{
        ids::ThreadId,
        phone::Phone,
        reminder::Errand,
        template::{Definition, Purpose},
    },
    store::{self, reminders::NewReminder},
};

/// Whoever has the page open sees the answer there, and a dealer mostly says more than one thing.
const PAUSE: TimeDelta = TimeDelta::minutes(2);
/// Afterwards an answer is no news.
const NEWS: TimeDelta = TimeDelta::days(3);

/// Something was said in a conversation. If it is an answer that its buyer is to be told of, that is written down.
pub(super) async fn expect(conn: &mut PgConnection, thread: ThreadId, now: DateTime<Utc>) -> Result<()> {
    if store::threads::get_untold(conn, thread).await?.is_none() {
        return Ok(());
    }
    let reminder = NewReminder {
        errand: Errand::NewAnswer,
        subject: thread.0,
        due_at: now + PAUSE,
        useful_until: now + NEWS,
    };
    Ok(store::reminders::ensure_reminder(conn, reminder).await?)
}

/// What he is told; `None`: he has looked or written meanwhile, or was told since he last did.
pub(super) async fn write_notice(app: &App, thread: Uuid) -> Result<Option<Notice>> {
    let mut conn = app.pool.acquire().await?;
    let Some(untold) = store::threads::get_untold(&mut conn, ThreadId(thread)).await? else {
        return Ok(None);
    };
    let told = store::reminders::get_last_sent(&mut conn, Errand::NewAnswer, thread).await?;
    if told.is_some_and(|told| untold.looked_at.is_none_or(|looked| told > looked)) {
        return Ok(None);
    }
    let (Ok(to), Some(message)) = (Phone::parse_api(&untold.phone), untold.message) else { return Ok(None) };
    let link = app.settings.page(&format!("/mensajes/{message}"));
    let values = BTreeMap::from([
        ("person", untold.person),
        ("dealer", untold.dealer_name),
        ("vehicle", untold.vehicle_name.unwrap_or_else(|| "sus vehículos".to_owned())),
        ("link", link.clone()),
    ]);
    let filled = Definition::of(Purpose::NewAnswer).fill(&values, &link);
    let thread = Some(ThreadId(thread));
    Ok(Some(Notice { dealer: untold.dealer, vehicle: untold.vehicle, thread, to, filled }))
}
