//! People as an admin sees them, and what he changes of their accounts.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::{
    ids::{DealerId, OKLA, UserId},
    text::fold,
};

pub struct ShownUser {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: String,
    pub dealer: Option<String>,
    pub dealer_slug: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_signed_in_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub has_second_factor: bool,
}

/// What of all there is is listed.
pub struct Narrowed<'a> {
    pub role: Option<&'a str>,
    pub dealer: Option<DealerId>,
    /// A piece of a name or of an e-mail.
    pub piece: Option<&'a str>,
    /// Those who came before this one.
    pub before: Option<UserId>,
}

/// The newest first, at most `limit`.
pub async fn list_users(
    conn: &mut PgConnection,
    narrowed: &Narrowed<'_>,
    limit: i64,
) -> sqlx::Result<Vec<ShownUser>> {
    let (name, email) = (
        narrowed.piece.map(|piece| any(&fold(piece))),
        narrowed.piece.map(|piece| any(&piece.to_lowercase())),
    );
    sqlx::query_as!(
        ShownUser,
        r#"select u.id as "id: UserId", u.name, u.email, u.role, d.name as "dealer?", d.slug as "dealer_slug?",
             u.created_at, u.last_signed_in_at, u.disabled_at,
             exists (select from second_factors f where f.user_id = u.id)
               as "has_second_factor!"
           from users u left join dealers d on d.id = u.dealer_id
           where u.id <> $7 and ($1::text is null or u.role = $1) and ($2::uuid is null or u.dealer_id = $2)
             and ($3::uuid is null or u.id < $3)
             and ($4::text is null or okla_fold(u.name) like $4 or u.email like $5)
           order by u.id desc limit $6"#,
        narrowed.role,
        narrowed.dealer.map(|dealer| dealer.0),
        narrowed.before.map(|user| user.0),
        name,
        email,
        limit,
        OKLA.0
    )
    .fetch_all(conn)
    .await
}

/// One of them, with his number.
pub async fn get_shown_user(
    conn: &mut PgConnection,
    id: UserId,
) -> sqlx::Result<Option<(ShownUser, Option<String>)>> {
    let row = sqlx::query!(
        r#"select u.name, u.email, u.phone, u.role, d.name as "dealer?", d.slug as "dealer_slug?", u.created_at,
             u.last_signed_in_at, u.disabled_at,
             exists (select from second_factors f where f.user_id = u.id)
               as "has_second_factor!"
           from users u left join dealers d on d.id = u.dealer_id where u.id = $1 and u.id <> $2"#,
        id.0,
        OKLA.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let shown = ShownUser {
            id,
            name: row.name,
            email: row.email,
            role: row.role,
            dealer: row.dealer,
            dealer_slug: row.dealer_slug,
            created_at: row.created_at,
            last_signed_in_at: row.last_signed_in_at,
            disabled_at: row.disabled_at,
            has_second_factor: row.has_second_factor,
        };
        (shown, row.phone)
    }))
}

/// A dealer and who works there.
pub struct ShownDealer {
    pub id: DealerId,
    pub slug: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    /// Accounts that can sign in, and the names of the first of them.
    pub staff: i64,
    pub names: Vec<String>,
    /// Of the API, not revoked.
    pub tokens: i64,
    pub last_signed_in_at: Option<DateTime<Utc>>,
}

/// The dealers whose name or short name holds that piece, after a short name, in that order; at most `limit`. `named` names
/// of each one's people are told.
pub async fn list_staff(
    conn: &mut PgConnection,
    piece: Option<&str>,
    after: &str,
    named: i32,
    limit: i64,
) -> sqlx::Result<Vec<ShownDealer>> {
    sqlx::query_as!(
        ShownDealer,
        r#"select d.id as "id: DealerId", d.slug, d.name, d.created_at, coalesce(people.staff, 0) as "staff!",
             coalesce(people.names, '{}') as "names!", people.last_signed_in_at,
             (select count(*) from users u join api_tokens t on t.user_id = u.id
              where u.dealer_id = d.id and t.revoked_at is null) as "tokens!"
           from dealers d, lateral (
             select count(*) as staff, max(u.last_signed_in_at) as last_signed_in_at,
               (array_agg(u.name order by u.id))[1:$4::int] as names
             from users u where u.dealer_id = d.id and u.disabled_at is null) as people
           where d.slug > $1 and ($2::text is null or okla_fold(d.name) like $2 or d.slug like $2)
           order by d.slug limit $3"#,
        after,
        piece.map(|piece| any(&fold(piece))),
        limit,
        named
    )
    .fetch_all(conn)
    .await
}

/// A user whose row nobody else changes until the transaction ends.
pub struct LockedUser {
    pub id: UserId,
    pub role: String,
    pub dealer_id: Option<DealerId>,
    pub disabled_at: Option<DateTime<Utc>>,
}

/// In the order of their ids, so that two who lock each other do not wait for ever.
pub async fn lock_users(conn: &mut PgConnection, ids: [UserId; 2]) -> sqlx::Result<Vec<LockedUser>> {
    sqlx::query_as!(
        LockedUser,
        r#"select id as "id: UserId", role, dealer_id as "dealer_id: DealerId", disabled_at
           from users where id = any($1) order by id for no key update"#,
        &ids.map(|id| id.0)[..]
    )
    .fetch_all(conn)
    .await
}

/// Disabled since then, or with `None` enabled.
pub async fn set_disabled(
    conn: &mut PgConnection,
    id: UserId,
    since: Option<DateTime<Utc>>,
) -> sqlx::Result<()> {
    sqlx::query!("update users set disabled_at = $2 where id = $1", id.0, since)
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn set_role(
    conn: &mut PgConnection,
    id: UserId,
    role: &str,
    dealer: Option<DealerId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set role = $2, dealer_id = $3 where id = $1",
        id.0,
        role,
        dealer.map(|dealer| dealer.0)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A pattern for texts that hold this one, whatever it is made of.
fn any(piece: &str) -> String {
    let escaped = piece.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
