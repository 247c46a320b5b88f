//! The audit: rows are added, never changed; the database refuses anything else.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    audit::{Entry, Seal},
    ids::{DealerId, UserId},
};

/// Key of the advisory lock under which entries are added one after the other.
const CHAIN: i64 = 0x6f6b_6c61_6175_6469;

/// The newest entry's number and seal, while nobody else adds any until the transaction ends; of an empty chain zeros.
pub async fn lock_end(conn: &mut PgConnection) -> sqlx::Result<(i64, Seal)> {
    sqlx::query!("select pg_advisory_xact_lock($1)", CHAIN).execute(&mut *conn).await?;
    let end =
        sqlx::query!("select id, seal from audit order by id desc limit 1").fetch_optional(conn).await?;
    end.map_or(Ok((0, Seal::default())), |row| Ok((row.id, seal(row.seal)?)))
}

pub async fn insert_entry(conn: &mut PgConnection, entry: &Entry, seal: &Seal) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit (id, at, actor_id, action, dealer_id, subject, before, after, reason, seal)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        entry.id,
        entry.at,
        entry.actor.map(|user| user.0),
        entry.action,
        entry.dealer.map(|dealer| dealer.0),
        entry.subject,
        entry.before,
        entry.after,
        entry.reason,
        &seal[..]
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Entries as the chain holds them, after `after`, at most `limit`.
pub async fn list_chain(
    conn: &mut PgConnection,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<(Entry, Option<Seal>)>> {
    let rows = sqlx::query!(
        r#"select id, at, actor_id as "actor: UserId", action, dealer_id as "dealer: DealerId", subject, before, after,
             reason, seal from audit where id > $1 order by id limit $2"#,
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    let entries = rows.into_iter().map(|row| {
        let entry = Entry {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            dealer: row.dealer,
            subject: row.subject,
            before: row.before,
            after: row.after,
            reason: row.reason,
        };
        (entry, row.seal.try_into().ok())
    });
    Ok(entries.collect())
}

/// An entry as a page shows it: with today's names.
pub struct ShownRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub action: String,
    pub actor_id: Option<Uuid>,
    pub actor: Option<String>,
    pub dealer_id: Option<DealerId>,
    pub dealer: Option<String>,
    pub subject: String,
    /// Of a change of role: where he worked before.
    pub dealer_before: Option<String>,
    /// The name of the user who was changed, or whose the token is.
    pub user: Option<String>,
    pub before: String,
    pub after: String,
    pub reason: String,
    /// Nothing was done since to the same thing: to what bears that id, or to a limit of the same dealer. Of a user only what
    /// changes the same of him counts: whether he is let in, or his role.
    pub is_newest: bool,
}

/// One shape for all that show entries; each adds which.
macro_rules! entries {
    ($which:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            ShownRow,
            r#"select a.id, a.at, a.action, a.actor_id, u.name as "actor?", a.dealer_id as "dealer_id: DealerId",
                 d.name as "dealer?", a.subject, s.name as "user?", a.before, a.after, a.reason,
                 not exists (select from audit later where later.subject = a.subject and later.id > a.id
                   and (a.subject like '%-%' or later.dealer_id is not distinct from a.dealer_id)
                   and case a.action when 'role_changed' then later.action = 'role_changed'
                     when 'user_disabled' then later.action in ('user_disabled', 'user_enabled')
                     when 'user_enabled' then later.action in ('user_disabled', 'user_enabled')
                     else true end) as "is_newest!",
                 w.name as "dealer_before?"
               from audit a left join dealers w on a.action = 'role_changed'
                   and w.id = substring(a.before from '"dealer": ?"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')::uuid left join users u on u.id = a.actor_id left join dealers d on d.id = a.dealer_id
                 left join users s on s.id = case
                   when a.action = 'token_created' then substring(
                     a.after from '"user": ?"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')::uuid
                   when a.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then a.subject::uuid end "#
                + $which,
            $($argument),*
        )
    };
}

/// The newest entries before `before`, of these actions and of this actor, at most `limit`. `by_itself`: of what nobody did
/// who has an account, what OKLA did by itself, or else what was done at the command line.
pub async fn list_entries(
    conn: &mut PgConnection,
    actions: &[String],
    actor: Option<UserId>,
    by_itself: Option<bool>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<ShownRow>> {
    entries!(
        "where (cardinality($1::text[]) = 0 or a.action = any($1)) and ($2::bigint is null or a.id < $2)
           and ($4::uuid is null or a.actor_id = $4)
           and ($5::boolean is null or (a.actor_id is null and (a.action = 'limit_followed') = $5))
         order by a.id desc limit $3",
        actions,
        before,
        limit,
        actor.map(|user| user.0),
        by_itself
    )
    .fetch_all(conn)
    .await
}

/// Everybody who changed something: id and name, by name; nobody's name is left of who is gone.
pub async fn list_actors(conn: &mut PgConnection) -> sqlx::Result<Vec<(UserId, Option<String>)>> {
    let rows = sqlx::query!(
        r#"with recursive actors (id) as (
             (select actor_id from audit where actor_id is not null order by actor_id limit 1)
             union all
             select (select actor_id from audit where actor_id > actors.id order by actor_id limit 1) from actors
               where actors.id is not null
           )
           select actors.id as "id!: UserId", u.name as "name?" from actors left join users u on u.id = actors.id
           where actors.id is not null order by u.name, actors.id"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

pub async fn get_entry(conn: &mut PgConnection, id: i64) -> sqlx::Result<Option<ShownRow>> {
    entries!("where a.id = $1", id).fetch_optional(conn).await
}

fn seal(bytes: Vec<u8>) -> sqlx::Result<Seal> {
    bytes.try_into().map_err(|_| corrupt("seal")("not 32 bytes"))
}
