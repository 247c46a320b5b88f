//! Limits as an admin's page shows them: with names, and how much of each is used.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::DealerId,
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
}

/// All that is set and in force, for all and for every dealer.
pub async fn list_shown(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<ShownLimit>> {
    sqlx::query_as!(
        ShownLimit,
        r#"select l.name, l.dealer_id as "dealer: DealerId", d.slug as "slug?", d.name as "dealer_name?", l.value, l.updated_at,
             l.expires_at, l.reason, u.name as "set_by?", l.version
           from limits l left join dealers d on d.id = l.dealer_id left join users u on u.id = l.set_by
           where l.expires_at is null or l.expires_at > $1
           order by d.name nulls first, l.name"#,
        now
    )
    .fetch_all(conn)
    .await
}

/// The most that anybody has taken of each limit now, by the limit's name, in its units; what nobody takes is missing.
/// Reads the messages of a day, and a month's figures.
pub async fn list_greatest_uses(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(String, i64)>> {
    let today = midnight(now);
    let rows = sqlx::query!(
        r#"with recent as (
             select sender_id, sender_role, dealer_id, to_phone, places, outside_window, created_at from messages
             where created_at > least($1::timestamptz - interval '24 hours', $2::timestamptz) and places > 0
           ), last_day as (select * from recent where created_at > $1::timestamptz - interval '24 hours'),
           last_hour as (select * from recent where created_at > $1::timestamptz - interval '1 hour'),
           of_today as (select * from recent where created_at > $2::timestamptz)
           select 'platform_day' as "name!", coalesce(sum(places), 0)::bigint as "used!" from of_today
           union all select 'dealer_day', max(used) from (select sum(places)::bigint as used from of_today
             where sender_role = 'dealer' group by dealer_id) as a having max(used) > 0
           union all select 'dealer_hour', max(used) from (select sum(places)::bigint as used from last_hour
             where sender_role = 'dealer' group by dealer_id) as a having max(used) > 0
           union all select 'user_hour', max(used) from (select sum(places)::bigint as used from last_hour
             group by sender_id) as a having max(used) > 0
           union all select 'buyer_day', max(used) from (select sum(places)::bigint as used from last_day
             where sender_role = 'buyer' group by sender_id) as a having max(used) > 0
           union all select 'pair_day', max(used) from (select sum(places)::bigint as used from last_day
             group by sender_id, to_phone) as a having max(used) > 0
           union all select 'meta_tier', count(distinct to_phone) from last_day where outside_window
           union all select 'dealer_budget', max(used) from (select (sum(cost) * 1000000)::bigint as used from day_totals
             where day >= $3 and dealer_id <> '00000000-0000-0000-0000-000000000000' group by dealer_id) as a
             having max(used) > 0"#,
        now,
        today,
        first_day_of_month(day_in_santo_domingo(now))
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.used)).collect())
}

/// The most that any one user of each of these dealers has written within an hour.
pub async fn list_greatest_of_users(
    conn: &mut PgConnection,
    dealers: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(DealerId, i64)>> {
    let rows = sqlx::query!(
        r#"select dealer_id as "dealer!: DealerId", max(used) as "used!" from (
             select dealer_id, sum(places)::bigint as used from messages
             where dealer_id = any($1) and sender_role = 'dealer' and places > 0
               and created_at > $2::timestamptz - interval '1 hour'
             group by dealer_id, sender_id
           ) as of_users group by dealer_id"#,
        dealers,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dealer, row.used)).collect())
}
