//! What people agreed to: `consents` keeps how it came about, each giving and each withdrawing a row; `users` what is in
//! force.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::{
    conversation,
    ids::{MessageId, UserId},
};

pub struct NewConsent<'a> {
    pub user: UserId,
    pub purpose: &'a str,
    pub version: &'a str,
    /// The words as he read them.
    pub body: &'a str,
    pub withdrawn: bool,
    /// On which page.
    pub place: &'a str,
    pub at: DateTime<Utc>,
}

pub async fn insert_consent(conn: &mut PgConnection, consent: &NewConsent<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consents (user_id, purpose, text_version, body, withdrawn, place, accepted_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        consent.user.0,
        consent.purpose,
        consent.version,
        consent.body,
        consent.withdrawn,
        consent.place,
        consent.at
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// In force since then, or with `None` no more; `false`: so it was already.
pub async fn set_in_force(
    conn: &mut PgConnection,
    user: UserId,
    purpose: &str,
    since: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set
           answers_since = case when $2 = 'answers' then $3 else answers_since end,
           offers_since = case when $2 = 'offers' then $3 else offers_since end,
           shows_phone_since = case when $2 = 'phone' then $3 else shows_phone_since end
         where id = $1 and erased_at is null and ($3::timestamptz is null) <> (
           case $2 when 'answers' then answers_since when 'offers' then offers_since when 'phone' then shows_phone_since end
           is null)",
        user.0,
        purpose,
        since
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Since when each is in force.
pub struct InForceRow {
    pub answers_since: Option<DateTime<Utc>>,
    pub offers_since: Option<DateTime<Utc>>,
    pub shows_phone_since: Option<DateTime<Utc>>,
}

pub async fn get_in_force(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<InForceRow>> {
    sqlx::query_as!(
        InForceRow,
        "select answers_since, offers_since, shows_phone_since from users where id = $1",
        user.0
    )
    .fetch_optional(conn)
    .await
}

/// How it came about.
pub struct ConsentRow {
    pub purpose: String,
    pub version: String,
    pub body: String,
    pub withdrawn: bool,
    pub place: String,
    pub at: DateTime<Utc>,
}

/// A person's, the newest first.
pub async fn list_consents(
    conn: &mut PgConnection,
    user: UserId,
    limit: i64,
) -> sqlx::Result<Vec<ConsentRow>> {
    sqlx::query_as!(
        ConsentRow,
        "select purpose, text_version as version, body, withdrawn, place, accepted_at as at from consents
         where user_id = $1 order by accepted_at desc, id desc limit $2",
        user.0,
        limit
    )
    .fetch_all(conn)
    .await
}

/// The consent under which a message's sender wrote it.
pub async fn get_consent_to(
    conn: &mut PgConnection,
    message: MessageId,
) -> sqlx::Result<Option<conversation::Consent>> {
    sqlx::query_as!(
        conversation::Consent,
        "select c.text_version, c.accepted_at from messages m join consents c on c.user_id = m.sender_id
         where m.id = $1 and c.purpose = 'contact' and c.accepted_at <= m.created_at
         order by c.accepted_at desc limit 1",
        message.0
    )
    .fetch_optional(conn)
    .await
}
