//! Whose number is whose, and who proved it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::UserId;

/// What is known of an account's number.
pub struct PhoneRow {
    pub phone: Option<String>,
    pub proved_at: Option<DateTime<Utc>>,
}

pub async fn get_phone(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<PhoneRow>> {
    sqlx::query_as!(PhoneRow, "select phone, phone_proved_at as proved_at from users where id = $1", user.0)
        .fetch_optional(conn)
        .await
}

/// The number is this account's, which proved it; who had proved it before has it unproved.
pub async fn set_proved(
    conn: &mut PgConnection,
    user: UserId,
    phone: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    // Two who prove one number at once: the one after the other, in the order of their ids.
    let held = sqlx::query_scalar!(
        "select id from users where id = $1 or phone = $2 order by id for no key update",
        user.0,
        phone
    )
    .fetch_all(&mut *conn)
    .await?;
    note_lost(conn, &held, (user, phone), now).await?;
    sqlx::query!(
        "update users set phone_proved_at = null where phone = $2 and id <> $1 and phone_proved_at is not null",
        user.0,
        phone
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update users set phone = $2, phone_proved_at = $3 where id = $1 and erased_at is null",
        user.0,
        phone,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Remembers what these accounts had proved until `now`, but for the one that goes on with its number.
async fn note_lost(
    conn: &mut PgConnection,
    accounts: &[Uuid],
    (user, phone): (UserId, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into former_numbers (user_id, phone, lost_at)
         select id, phone, $4 from users
         where id = any($1) and phone_proved_at is not null and phone is not null and not (id = $2 and phone = $3)
         on conflict do nothing",
        accounts,
        user.0,
        phone,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Another number, which nobody proved.
pub async fn set_phone(
    conn: &mut PgConnection,
    user: UserId,
    phone: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    note_lost(conn, &[user.0], (user, phone), now).await?;
    sqlx::query!(
        "update users set phone = $2, phone_proved_at = null where id = $1 and erased_at is null",
        user.0,
        phone
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Who sends.
pub struct SenderRow {
    pub id: Uuid,
    /// A buyer whose number nobody proved. Who was added without a number is none.
    pub unproved: bool,
    pub erased: bool,
}

/// These, none of whom is erased before the transaction ends.
pub async fn lock_senders(conn: &mut PgConnection, users: &[Uuid]) -> sqlx::Result<Vec<SenderRow>> {
    sqlx::query_as!(
        SenderRow,
        r#"select id, role = 'buyer' and phone is not null and phone_proved_at is null as "unproved!",
             erased_at is not null as "erased!"
           from users where id = any($1) order by id for key share"#,
        users
    )
    .fetch_all(conn)
    .await
}

/// Whether he is a buyer whose number nobody proved.
pub async fn is_unproved(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users
             where id = $1 and role = 'buyer' and phone is not null and phone_proved_at is null) as "unproved!""#,
        user.0
    )
    .fetch_one(conn)
    .await
}

/// All buyers whose number nobody proved.
pub async fn list_all_unproved(conn: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from users where role = 'buyer' and phone is not null and phone_proved_at is null"
    )
    .fetch_all(conn)
    .await
}

/// Who proved that number.
pub async fn get_prover(conn: &mut PgConnection, phone: &str) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where phone = $1 and phone_proved_at is not null"#,
        phone
    )
    .fetch_optional(conn)
    .await
}

/// Whether a number is only what some buyer typed: nobody proved it, no dealer has it, and nothing came from it since.
pub async fn is_hearsay(
    conn: &mut PgConnection,
    phone: &str,
    heard_since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where phone = $1 and role = 'buyer')
             and not exists (select from users where phone = $1 and phone_proved_at is not null)
             and not exists (select from dealers where phone = $1)
             and not exists (select from inbound_messages where from_address = $1 and received_at > $2) as "hearsay!""#,
        phone,
        heard_since
    )
    .fetch_one(conn)
    .await
}
