//! Limits as an admin's page shows them: with names, and how much of each is used.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::DealerId,
    limits::Limit,
    time::{day_in_santo_domingo, first_day_of_month, midnight},
};

/// A row as a page shows it, with names.
pub struct ShownLimit {
    pub name: String,
    pub dealer: Option<DealerId>,
    pub slug: Option<String>,
    pub dealer_name: Option<String>,
    pub value: Option<Decimal>,
    pub updated_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub reason: String,
    pub set_by: Option<String>,
    pub version: i64,
    /// Whether one that stays is set: this one, or one beneath it; and its value.
    pub has_lasting: bool,
    pub lasting: Option<Decimal>,
}

/// All that is set and in force, for all and for every dealer.
pub async fn list_shown(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<ShownLimit>> {
    sqlx::query_as!(
        ShownLimit,
        r#"select l.name as "name!", l.dealer_id as "dealer: DealerId", d.slug as "slug?", d.name as "dealer_name?", l.value,
             l.updated_at as "updated_at!", l.expires_at, l.reason as "reason!", u.name as "set_by?", l.version as "version!",
             s.name is not null as "has_lasting!", s.value as "lasting?"
           from okla_limits($1) l left join dealers d on d.id = l.dealer_id left join users u on u.id = l.set_by
             left join limits as s on not s.is_temporary and s.name = l.name and s.dealer_id is not distinct from l.dealer_id
           order by d.name nulls first, l.name"#,
        now
    )
    .fetch_all(conn)
    .await
}

/// How much somebody has taken of a limit.
pub struct UseRow {
    /// The limit's.
    pub name: String,
    /// A user, a dealer, or zeros for all of OKLA.
    pub subject: Uuid,
    pub whose: Option<String>,
    /// The dealer whose own value would hold for it.
    pub dealer: Option<DealerId>,
    pub slug: Option<String>,
    pub dealer_name: Option<String>,
    /// In the limit's units.
    pub used: i64,
}

/// What is taken of these limits now, by everybody who has taken something; of `buyer_day` and `pair_day` only the
/// greatest. Reads the messages of a day, and a month's figures.
pub async fn list_uses(
    conn: &mut PgConnection,
    limits: &[Limit],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<UseRow>> {
    let names: Vec<String> = limits.iter().map(|limit| limit.name().to_owned()).collect();
    sqlx::query_as!(
        UseRow,
        r#"with recent as (
             select sender_id, sender_role, dealer_id, to_phone, places, outside_window, created_at from messages
             where created_at > least($1::timestamptz - interval '24 hours', $2::timestamptz) and places > 0
           ), last_day as (select * from recent where created_at > $1::timestamptz - interval '24 hours'),
           last_hour as (select * from recent where created_at > $1::timestamptz - interval '1 hour'),
           of_today as (select * from recent where created_at > $2::timestamptz),
           uses (name, subject, dealer, used) as (
             select 'platform_day', '00000000-0000-0000-0000-000000000000'::uuid, null::uuid, sum(places)::bigint
               from of_today where 'platform_day' = any($4::text[])
             union all select 'meta_tier', '00000000-0000-0000-0000-000000000000', null, count(distinct to_phone)
               from last_day where outside_window and 'meta_tier' = any($4)
             union all select 'dealer_day', dealer_id, dealer_id, sum(places)
               from of_today where sender_role = 'dealer' and 'dealer_day' = any($4) group by dealer_id
             union all select 'dealer_hour', dealer_id, dealer_id, sum(places)
               from last_hour where sender_role = 'dealer' and 'dealer_hour' = any($4) group by dealer_id
             union all select 'user_hour', sender_id, max(dealer_id::text) filter (where sender_role = 'dealer')::uuid, sum(places)
               from last_hour where 'user_hour' = any($4) group by sender_id
             union all (select 'buyer_day', sender_id, null, sum(places)
               from last_day where sender_role = 'buyer' and 'buyer_day' = any($4) group by sender_id
               order by sum(places) desc limit 1)
             union all (select 'pair_day', sender_id, null, sum(places)
               from last_day where 'pair_day' = any($4) group by sender_id, to_phone order by sum(places) desc limit 1)
             union all select 'dealer_budget', dealer_id, dealer_id, (sum(cost) * 1000000)::bigint
               from day_totals where day >= $3 and dealer_id <> '00000000-0000-0000-0000-000000000000'
                 and 'dealer_budget' = any($4) group by dealer_id
           )
           select uses.name as "name!", uses.subject as "subject!", coalesce(of_dealer.name, u.name) as "whose?",
             uses.dealer as "dealer: DealerId", d.slug as "slug?", d.name as "dealer_name?", uses.used as "used!"
           from uses left join dealers of_dealer on of_dealer.id = uses.subject left join users u on u.id = uses.subject
             left join dealers d on d.id = uses.dealer
           where uses.used > 0"#,
        now,
        midnight(now),
        first_day_of_month(day_in_santo_domingo(now)),
        &names
    )
    .fetch_all(conn)
    .await
}
