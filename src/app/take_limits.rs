//! Taking a message's places under every limit that concerns its sender, in the message's own transaction.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use sqlx::PgConnection;

use super::error::{AppError, Result};
use crate::{
    domain::{
        ids::{DealerId, MessageId},
        limits::{Limit, Refusal, Sender, Window},
        time::{day_in_santo_domingo, next_midnight},
    },
    store,
};

/// Takes all places or fails; the caller rolls back on an error, which gives back what was taken before it. Limits are
/// taken in one fixed order, the platform's busy counter last, so that senders never wait for each other in a ring.
///
/// # Errors
/// `Limit` with the limit that refused and when it has room again.
pub async fn take_limits(
    conn: &mut PgConnection,
    message: MessageId,
    sender: &Sender<'_>,
    places: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let values = effective_values(conn, sender.dealer_id).await?;
    for limit in Limit::ALL {
        let Some(subject) = limit.subject(sender) else {
            continue;
        };
        let name = limit.name();
        let value = values.get(name).copied().unwrap_or_else(|| limit.default_value());
        let day = match limit.window() {
            Window::Day => {
                let day = day_in_santo_domingo(now);
                let most = value.unwrap_or(i32::MAX);
                if !store::limits::take_day_places(conn, name, &subject, day, places, most).await? {
                    return Err(AppError::Limit(Refusal::new(limit, next_midnight(now), now)));
                }
                Some(day)
            }
            Window::RollingMinutes(minutes) => {
                if let Some(value) = value {
                    let window = (now, Duration::minutes(i64::from(minutes)));
                    take_rolling(conn, limit, &subject, window, places, value).await?;
                }
                None
            }
        };
        store::limits::insert_places(conn, message, (name, &subject, places), day, now).await?;
    }
    Ok(())
}

async fn take_rolling(
    conn: &mut PgConnection,
    limit: Limit,
    subject: &str,
    window: (DateTime<Utc>, Duration),
    places: i32,
    value: i32,
) -> Result<()> {
    let (now, length) = window;
    store::limits::lock_subject(conn, limit.name(), subject).await?;
    if places > value {
        return Err(AppError::Limit(Refusal::new(limit, now + length, now)));
    }
    let blocking =
        store::limits::get_blocking_place(conn, limit.name(), subject, window, places, value).await?;
    match blocking {
        None => Ok(()),
        Some(taken_at) => Err(AppError::Limit(Refusal::new(limit, taken_at + length, now))),
    }
}

/// What holds for a sender of this dealer: the dealer's own value before the rule for all. A stored «none» is no limit;
/// a limit nobody set is absent, and its default holds.
async fn effective_values(
    conn: &mut PgConnection,
    dealer: Option<DealerId>,
) -> Result<HashMap<String, Option<i32>>> {
    let mut set = store::limits::list_limits(conn, dealer).await?;
    set.sort_by_key(|limit| limit.for_dealer);
    Ok(set.into_iter().map(|limit| (limit.name, limit.value)).collect())
}
