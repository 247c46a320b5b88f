//! Where the web half keeps its sessions, and a person's open ones as he and an admin see them.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use tower_sessions::session::Id;

use super::{actor::Actor, error::Result, state::App};
use crate::{
    domain::ids::UserId,
    store::{
        self,
        sessions::{PostgresSessions, SessionRow},
    },
};

/// What a session holds: its user, by which the table is searched too, and of him since when, until when and with what.
pub const USER: &str = "user";
pub const SIGNED_IN: &str = "signed_in";
pub const SEEN: &str = "seen";
pub const DEVICE: &str = "device";

/// A session ends so long after it began, and so long after it was last used.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(30);
pub const IDLE: TimeDelta = TimeDelta::days(3);

/// The sessions of this installation, shared by all its servers.
pub fn sessions(app: &App) -> PostgresSessions {
    PostgresSessions::new(app.pool.clone())
}

/// Whether one of these times is still open.
pub fn is_alive(signed_in: DateTime<Utc>, seen: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - signed_in < ABSOLUTE && now - seen < IDLE
}

/// A browser in which somebody is signed in.
pub struct OpenSession {
    /// Names it where it is to be ended; opens nothing.
    pub name: String,
    pub since: DateTime<Utc>,
    /// To the quarter of an hour.
    pub seen: DateTime<Utc>,
    /// `Chrome en Android`; empty for one that began before it was noted.
    pub device: String,
    /// The one that asks.
    pub is_this: bool,
}

/// One's own, the last used first; `this` is the one that asks.
pub async fn list_own_sessions(app: &App, actor: &Actor, this: Option<Id>) -> Result<Vec<OpenSession>> {
    let mut conn = app.pool.acquire().await?;
    list_open(&mut conn, actor.user_id, this, app.clock.now()).await
}

/// Ends one's own but `this`; how many there were.
pub async fn end_other_sessions(app: &App, actor: &Actor, this: Option<Id>) -> Result<u64> {
    let kept = this.map(|id| store::sessions::hash(&id));
    let mut conn = app.pool.acquire().await?;
    Ok(store::sessions::delete_sessions(&mut conn, actor.user_id, kept.as_deref()).await?)
}

pub(super) async fn list_open(
    conn: &mut PgConnection,
    user: UserId,
    this: Option<Id>,
    now: DateTime<Utc>,
) -> Result<Vec<OpenSession>> {
    let this = this.map(|id| store::sessions::hash(&id));
    let rows = store::sessions::list_sessions(conn, user).await?;
    let mut open: Vec<OpenSession> = rows
        .into_iter()
        .filter_map(|row| shown(&row, this.as_deref()))
        .filter(|session| is_alive(session.since, session.seen, now))
        .collect();
    open.sort_by_key(|session| std::cmp::Reverse((session.is_this, session.seen)));
    Ok(open)
}

/// The hash that a session's name stands for.
pub(super) fn named(name: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(name).unwrap_or_default()
}

fn shown(row: &SessionRow, this: Option<&[u8]>) -> Option<OpenSession> {
    let text = |key: &str| row.data.get(key)?.as_str();
    Some(OpenSession {
        name: BASE64_URL_SAFE_NO_PAD.encode(&row.id_hash),
        since: text(SIGNED_IN)?.parse().ok()?,
        seen: text(SEEN)?.parse().ok()?,
        device: text(DEVICE).unwrap_or_default().to_owned(),
        is_this: this == Some(&row.id_hash),
    })
}
