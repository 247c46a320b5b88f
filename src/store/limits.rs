//! Limits: their values, and the counters that messages take from. All of it runs inside the messages' own transaction.

mod counters;
pub mod marks;
pub mod past;
pub mod peaks;
pub mod requests;
mod shown;

pub use counters::{
    Counter, delete_counters, delete_counters_of, delete_rolling_counters_before, insert_counters,
    list_counters, lock_counters, update_counters,
};
pub use shown::{ShownLimit, UseRow, list_shown, list_uses};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{DealerId, MessageId, UserId},
    limits::{Limit, Subject},
};

/// Which of these nobody has ever set for all: neither a value of theirs is there nor a change of it.
pub async fn list_never_set(conn: &mut PgConnection, limits: &[Limit]) -> sqlx::Result<Vec<String>> {
    let names: Vec<String> = limits.iter().map(|limit| limit.name().to_owned()).collect();
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest($1::text[]) as asked (name)
           where not exists (select from limits where limits.name = asked.name and dealer_id is null)
             and not exists (select from audit where subject = asked.name and dealer_id is null)"#,
        &names
    )
    .fetch_all(conn)
    .await
}

/// A limit's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRow {
    /// `None`: no limit.
    pub value: Option<Decimal>,
    /// A dealer's: when what lies beneath, or the rule for all, holds for him again.
    pub expires_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// Whether one that stays is set: this one, or one beneath it; and its value.
    pub has_lasting: bool,
    pub lasting: Option<Decimal>,
}

/// What is set for all (`dealer` none) or for one dealer; what has ended is not.
pub async fn get_limit(
    conn: &mut PgConnection,
    limit: Limit,
    dealer: Option<DealerId>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<LimitRow>> {
    sqlx::query_as!(
        LimitRow,
        r#"select l.value, l.expires_at, l.version as "version!", s.name is not null as "has_lasting!", s.value as "lasting?"
           from okla_limits($3) as l
             left join limits as s on not s.is_temporary and s.name = l.name and s.dealer_id is not distinct from l.dealer_id
           where l.name = $1 and l.dealer_id is not distinct from $2"#,
        limit.name(),
        dealer.map(|id| id.0),
        now
    )
    .fetch_optional(conn)
    .await
}

/// A value to set.
pub struct NewLimit<'a> {
    pub limit: Limit,
    /// `None`: for all.
    pub dealer: Option<DealerId>,
    /// `None`: no limit.
    pub value: Option<Decimal>,
    pub expires_at: Option<DateTime<Utc>>,
    pub reason: &'a str,
    pub set_by: Option<UserId>,
}

/// Sets it; the version it has now, which no other had before. What ends lies over what stays; what stays ends what was to
/// end.
pub async fn upsert_limit(
    conn: &mut PgConnection,
    new: &NewLimit<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "with ended as (
           delete from limits
           where $5::timestamptz is null and is_temporary and name = $1 and dealer_id is not distinct from $2
         )
         insert into limits (name, dealer_id, value, updated_at, expires_at, reason, set_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (name, dealer_id, is_temporary) do update set value = excluded.value, updated_at = excluded.updated_at,
           expires_at = excluded.expires_at, reason = excluded.reason, set_by = excluded.set_by,
           version = excluded.version
         returning version",
        new.limit.name(),
        new.dealer.map(|id| id.0),
        new.value,
        now,
        new.expires_at,
        new.reason,
        new.set_by.map(|user| user.0)
    )
    .fetch_one(conn)
    .await
}

/// Puts a dealer's own value that stays under the one that ends, or takes it away from there.
pub async fn set_beneath(
    conn: &mut PgConnection,
    (limit, dealer): (Limit, Option<DealerId>),
    is_set: bool,
    value: Option<Decimal>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with gone as (
           delete from limits
           where not $3 and not is_temporary and name = $1 and dealer_id is not distinct from $2
         )
         insert into limits (name, dealer_id, value, updated_at) select $1, $2, $4, $5 where $3
         on conflict (name, dealer_id, is_temporary) do update set value = excluded.value",
        limit.name(),
        dealer.map(|id| id.0),
        is_set,
        value,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes away what was set for all or for one dealer.
pub async fn delete_limit(
    conn: &mut PgConnection,
    limit: Limit,
    dealer: Option<DealerId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from limits where name = $1 and dealer_id is not distinct from $2",
        limit.name(),
        dealer.map(|id| id.0)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A limit as somebody set it.
pub struct SetLimit {
    pub name: String,
    /// Set for one dealer: it wins over the rule for all.
    pub dealer: Option<DealerId>,
    pub value: Option<Decimal>,
}

/// All that is set for everyone, and for these dealers.
pub async fn list_limits(
    conn: &mut PgConnection,
    dealers: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<SetLimit>> {
    sqlx::query_as!(
        SetLimit,
        r#"select name as "name!", dealer_id as "dealer: DealerId", value from okla_limits($2)
           where dealer_id is null or dealer_id = any($1)"#,
        dealers,
        now
    )
    .fetch_all(conn)
    .await
}

/// Key of the advisory lock that keeps the limits' values as they are while places are taken.
const VALUES: i64 = 0x6f6b_6c61_6c69_6d73;

/// Until the transaction ends nobody changes a limit; takers do not hinder each other.
pub async fn hold_values(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", VALUES).execute(conn).await.map(|_| ())
}

/// Waits until nobody takes places, and keeps takers out until the transaction ends.
pub async fn lock_values(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", VALUES).execute(conn).await.map(|_| ())
}

/// What a counter counts, in a form that a query can take.
pub struct Counted {
    pub limit: Limit,
    pub subject: Subject,
    pub after: DateTime<Utc>,
    /// `None`: until now and beyond.
    pub until: Option<DateTime<Utc>>,
}

impl Counted {
    fn family(&self) -> &'static str {
        match (&self.subject, self.limit) {
            (Subject::Everyone, _) => "all",
            (Subject::Recipients, _) => "recipients",
            (Subject::Sender(_), _) => "sender",
            (Subject::DealersOwn(_), _) => "dealer",
            (Subject::ChargedTo(_), _) => "charged",
            (Subject::Pair(..), _) => "pair",
        }
    }

    fn id(&self) -> Uuid {
        match &self.subject {
            Subject::Everyone | Subject::Recipients => Uuid::nil(),
            Subject::Sender(user) | Subject::Pair(user, _) => user.0,
            Subject::DealersOwn(dealer) | Subject::ChargedTo(dealer) => dealer.0,
        }
    }

    fn phone(&self) -> &str {
        match &self.subject {
            Subject::Pair(_, phone) => phone,
            _ => "",
        }
    }
}

/// Counts from the messages themselves what each of these counters counts between two instants, in their order. Each
/// message is so counted twice in its life: when it is taken, and when it expires. A recipient's later messages are looked
/// up one by one (`limit 1`): as «not exists» they were all read, the whole window for each that expired.
pub async fn count_taken(conn: &mut PgConnection, counted: &[Counted]) -> sqlx::Result<Vec<i64>> {
    let families: Vec<String> = counted.iter().map(|one| one.family().to_owned()).collect();
    let ids: Vec<Uuid> = counted.iter().map(Counted::id).collect();
    let phones: Vec<String> = counted.iter().map(|one| one.phone().to_owned()).collect();
    let after: Vec<DateTime<Utc>> = counted.iter().map(|one| one.after).collect();
    let until: Vec<Option<DateTime<Utc>>> = counted.iter().map(|one| one.until).collect();
    sqlx::query_scalar!(
        r#"select coalesce(case family
             when 'sender' then (select sum(places) from messages
               where sender_id = whose and created_at > after and created_at <= coalesce(until, 'infinity'))
             when 'pair' then (select sum(places) from messages
               where to_phone = number and sender_id = whose and created_at > after and created_at <= coalesce(until, 'infinity'))
             when 'dealer' then (select sum(places) from messages where dealer_id = whose and sender_role = 'dealer'
               and created_at > after and created_at <= coalesce(until, 'infinity'))
             when 'charged' then (select (sum(cost) * 1000000)::bigint from messages
               where dealer_id = whose and created_at > after and created_at <= coalesce(until, 'infinity'))
             when 'all' then (select sum(places) from messages
               where created_at > after and created_at <= coalesce(until, 'infinity'))
             when 'recipients' then (select count(distinct to_phone) from messages where outside_window and places > 0
               and created_at > after and created_at <= coalesce(until, 'infinity')
               and (select true from messages as later where later.to_phone = messages.to_phone and later.outside_window
                 and later.places > 0 and later.created_at > coalesce(until, 'infinity') limit 1) is null)
             end, 0) as "taken!"
           from unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
             with ordinality as wanted (family, whose, number, after, until, place) order by place"#,
        &families,
        &ids,
        &phones,
        &after,
        &until as &[Option<DateTime<Utc>>]
    )
    .fetch_all(conn)
    .await
}

/// When the place was taken with whose expiry `lacking` places are free. Reads at most so many rows.
pub async fn get_freeing(
    conn: &mut PgConnection,
    counted: &Counted,
    lacking: i64,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        r#"select created_at as "created_at!" from (
             select created_at, sum(places) over (order by created_at, id) as freed from (
               (select id, created_at, places from messages where $1 = 'sender' and sender_id = $2 and created_at > $4
                  and places > 0 order by created_at, id limit $5)
               union all
               (select id, created_at, places from messages where $1 = 'dealer' and dealer_id = $2
                  and sender_role = 'dealer' and created_at > $4 and places > 0 order by created_at, id limit $5)
               union all
               (select id, created_at, places from messages where $1 = 'pair' and to_phone = $3 and sender_id = $2
                  and created_at > $4 and places > 0 order by created_at, id limit $5)
               union all
               (select null, max(created_at), 1 from messages where $1 = 'recipients' and outside_window
                  and created_at > $4 and places > 0 group by to_phone order by max(created_at) limit $5)
             ) as oldest
           ) as counted where freed >= $5 order by created_at limit 1"#,
        counted.family(),
        counted.id(),
        counted.phone(),
        counted.after,
        lacking
    )
    .fetch_optional(conn)
    .await
}

/// Which of these numbers count among the distinct recipients already.
pub async fn list_counted_recipients(
    conn: &mut PgConnection,
    phones: &[String],
    after: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select phone as "phone!" from unnest($1::text[]) as asked (phone)
           where exists (select from messages where to_phone = phone and outside_window and places > 0 and created_at > $2)"#,
        phones,
        after
    )
    .fetch_all(conn)
    .await
}

/// Whether a message other than these makes the recipient count.
pub async fn has_other_counted(
    conn: &mut PgConnection,
    phone: &str,
    messages: &[MessageId],
    after: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let messages: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"select exists (select from messages where to_phone = $1 and outside_window and places > 0
             and created_at > $3 and id <> all($2)) as "other!""#,
        phone,
        &messages,
        after
    )
    .fetch_one(conn)
    .await
}
