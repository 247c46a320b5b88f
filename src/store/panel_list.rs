//! A dealer's list of messages, narrowed by whatever a person may ask.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    figures::Wanted,
    messages::{MessageRow, message_rows},
    words,
};
use crate::domain::{
    ids::{DealerId, MessageId, VehicleId},
    kind::Kind,
    message::Status,
    panel_filter::{About, Order, PanelFilter, SHORTEST_TEXT, Writer},
    phone::digits_of,
    text,
    time::{day_begins, day_ends},
};

/// Words that more of a dealer's messages hold are frequent enough to be found by walking his list.
const MOST_HOLDING: i64 = 2_000;

/// A filter as the queries take it, its words already looked up.
pub struct Asked {
    order: Order,
    from: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
    statuses: Vec<String>,
    cause: Option<String>,
    kind: Option<&'static str>,
    /// Any of these.
    vehicles: Option<Vec<Uuid>>,
    no_vehicle: bool,
    by_buyer: Option<bool>,
    cost_over: Option<Decimal>,
    words: Words,
}

/// What a person may have meant by the words he searched for; any of it will do.
#[derive(Default)]
struct Words {
    is_asked: bool,
    /// Messages that hold them in their text or number; if there are too many for a list, the two patterns instead,
    /// which then soon find enough.
    messages: Vec<Uuid>,
    text: Option<String>,
    digits: Option<String>,
    senders: Vec<Uuid>,
    vehicles: Vec<Uuid>,
    /// References that begin so.
    ids: Option<(Uuid, Uuid)>,
}

impl Asked {
    pub async fn look_up(
        conn: &mut PgConnection,
        dealer: DealerId,
        filter: &PanelFilter,
    ) -> sqlx::Result<Self> {
        let vehicles = match &filter.about {
            Some(About::Vehicle(id)) => Some(vec![id.0]),
            Some(About::Words(text)) => Some(list_vehicles_named(conn, dealer, text).await?),
            Some(About::NoVehicle) | None => None,
        };
        Ok(Self {
            order: filter.order,
            from: filter.range.map(|range| day_begins(range.from)),
            before: filter.range.map(|range| day_ends(range.to)),
            statuses: filter
                .groups
                .iter()
                .flat_map(|group| group.statuses())
                .map(|s| s.to_string())
                .collect(),
            cause: filter.cause.map(|cause| cause.to_string()),
            kind: filter.kind.map(Kind::as_str),
            vehicles,
            no_vehicle: filter.about == Some(About::NoVehicle),
            by_buyer: filter.writer.map(|writer| writer == Writer::Buyers),
            cost_over: filter.cost_over,
            words: Words::look_up(conn, dealer, &filter.words).await?,
        })
    }

    /// Whether it is known that more than so many messages hold the words.
    pub fn words_are_in_more_than(&self, messages: i64) -> bool {
        let are_frequent = self.words.text.is_some() || self.words.digits.is_some();
        are_frequent && messages <= MOST_HOLDING
    }
}

impl Words {
    /// Finds whom and which vehicles they name. Text shorter than the index knows is looked for in vehicles only.
    async fn look_up(conn: &mut PgConnection, dealer: DealerId, typed: &str) -> sqlx::Result<Self> {
        let folded = text::fold(typed);
        if folded.is_empty() {
            return Ok(Self::default());
        }
        let pattern =
            |text: &str| format!("%{}%", text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"));
        let long_enough = |text: &String| text.chars().count() >= SHORTEST_TEXT;
        let text = Some(&folded).filter(|text| long_enough(text)).map(|text| pattern(text));
        let digits = digits_of(&folded).filter(long_enough).map(|digits| pattern(&digits));
        let senders = list_people_named(conn, text.as_deref(), digits.as_deref()).await?;
        let vehicles = list_vehicles_named(conn, dealer, typed).await?;
        let found =
            words::list_holding(conn, dealer, text.as_deref(), digits.as_deref(), MOST_HOLDING + 1).await?;
        let ids = ids_beginning(&folded);
        let is_rare = i64::try_from(found.len()).is_ok_and(|found| found <= MOST_HOLDING);
        let (messages, text, digits) = if is_rare { (found, None, None) } else { (Vec::new(), text, digits) };
        Ok(Self { is_asked: true, messages, text, digits, senders, vehicles, ids })
    }
}

/// The references that begin with what looks like the beginning of one.
fn ids_beginning(text: &str) -> Option<(Uuid, Uuid)> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let filled = |with: &str| {
        Uuid::parse_str(&format!("{digits}{}", with.repeat(32_usize.saturating_sub(digits.len()))))
    };
    if digits.len() < 8 { None } else { filled("0").ok().zip(filled("f").ok()) }
}

async fn list_people_named(
    conn: &mut PgConnection,
    text: Option<&str>,
    digits: Option<&str>,
) -> sqlx::Result<Vec<Uuid>> {
    // By a number only whoever shows it: else it could be guessed digit by digit.
    sqlx::query_scalar!(
        "select id from users where okla_fold(name) like $1 or (phone like $2 and shows_phone_since is not null and phone_proved_at is not null)",
        text,
        digits
    )
    .fetch_all(conn)
    .await
}

async fn list_vehicles_named(
    conn: &mut PgConnection,
    dealer: DealerId,
    text: &str,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from vehicles where dealer_id = $1 and search @@ to_tsquery('simple', $2)",
        dealer.0,
        by_prefix(text)
    )
    .fetch_all(conn)
    .await
}

/// A text query for all of these words, each perhaps not finished.
fn by_prefix(text: &str) -> String {
    text::words(text).iter().map(|word| format!("{word}:*")).collect::<Vec<_>>().join(" & ")
}

/// What all queries of the list ask in common: $1 to $18.
macro_rules! matching {
    ($query:ident, $dealer:expr, $asked:expr, $($ending:literal)+ $(, $argument:expr)* $(,)?) => {
        $query!(
            "where m.dealer_id = $1
               and m.created_at >= coalesce($2::timestamptz, '-infinity') and m.created_at < coalesce($3::timestamptz, 'infinity')
               and (cardinality($4::text[]) = 0 or m.status = any($4))
               and ($5::text is null or (m.status in ('failed', 'undelivered', 'canceled')
                 and coalesce(m.own_reason, m.error_code::text, 'unknown') = $5))
               and ($6::text is null or m.kind = $6)
               and ($7::uuid[] is null or m.vehicle_id = any($7))
               and (not $8::boolean or m.vehicle_id is null)
               and ($9::boolean is null or (m.sender_role = 'buyer') = $9)
               and ($10::numeric is null or m.cost > $10)
               and (not $11::boolean
                 or okla_fold(m.body) like $12
                 or (m.to_phone like $13 and m.kind <> 'offer' and not is_notice_to_buyer(m))
                 or m.sender_id = any($14::uuid[])
                 or m.vehicle_id = any($15::uuid[])
                 or m.id between $16 and $17
                 or m.id = any($18::uuid[])) " $($ending)+,
            $dealer.0,
            $asked.from,
            $asked.before,
            &$asked.statuses,
            $asked.cause,
            $asked.kind,
            $asked.vehicles.as_deref(),
            $asked.no_vehicle,
            $asked.by_buyer,
            $asked.cost_over,
            $asked.words.is_asked,
            $asked.words.text,
            $asked.words.digits,
            &$asked.words.senders,
            &$asked.words.vehicles,
            $asked.words.ids.map(|(first, _)| first),
            $asked.words.ids.map(|(_, last)| last),
            &$asked.words.messages,
            $($argument,)*
        )
    };
}

/// The first `limit` messages after `after` that pass, in the filter's order.
pub async fn list_passing(
    conn: &mut PgConnection,
    dealer: DealerId,
    asked: &Asked,
    after: Option<MessageId>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    let after = after.map(|id| id.0);
    match asked.order {
        Order::Newest => {
            matching!(
                message_rows, dealer, asked,
                "and ($19::uuid is null or (m.created_at, m.id) < (select created_at, id from messages where id = $19 and dealer_id = $1))
                 order by m.created_at desc, m.id desc limit $20",
                after, limit
            )
            .fetch_all(conn)
            .await
        }
        Order::Dearest => {
            matching!(
                message_rows, dealer, asked,
                "and ($19::uuid is null or (m.cost, m.created_at, m.id) < (select cost, created_at, id from messages where id = $19 and dealer_id = $1))
                 order by m.cost desc, m.created_at desc, m.id desc limit $20",
                after, limit
            )
            .fetch_all(conn)
            .await
        }
    }
}

/// When a dealer's message was written.
pub async fn get_moment(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: MessageId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select created_at from messages where id = $1 and dealer_id = $2", id.0, dealer.0)
        .fetch_optional(conn)
        .await
}

/// As [`list_passing`], the newest first, for a filter whose days are known: no other day is looked at.
pub async fn list_on_days(
    conn: &mut PgConnection,
    dealer: DealerId,
    wanted: &Wanted,
    days: &[NaiveDate],
    after: Option<MessageId>,
    limit: i64,
) -> sqlx::Result<Vec<MessageRow>> {
    let begins: Vec<DateTime<Utc>> = days.iter().map(|day| day_begins(*day)).collect();
    let ends: Vec<DateTime<Utc>> = days.iter().map(|day| day_ends(*day)).collect();
    let ids = sqlx::query_scalar!(
        // `offset 0` keeps each day a range of the dealer's history: flattened, all days would be walked.
        "select m.id from unnest($2::timestamptz[], $3::timestamptz[]) as span (begins, ends)
         cross join lateral (
           select id, created_at from messages
           where dealer_id = $1 and created_at >= span.begins and created_at < span.ends
             and status = any($4) and ($5::text is null or kind = $5)
             and ($6::boolean is null or (sender_role = 'buyer') = $6)
             and ($7::text is null or (status in ('failed', 'undelivered', 'canceled')
               and coalesce(own_reason, error_code::text, 'unknown') = $7))
           offset 0
         ) as m
         where $8::uuid is null or (m.created_at, m.id) < (select created_at, id from messages where id = $8 and dealer_id = $1)
         order by m.created_at desc, m.id desc limit $9",
        dealer.0,
        &begins,
        &ends,
        &wanted.statuses,
        wanted.kind,
        wanted.by_buyer,
        wanted.cause,
        after.map(|id| id.0),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    message_rows!("where m.id = any($1) order by m.created_at desc, m.id desc", &ids).fetch_all(conn).await
}

macro_rules! count_rows {
    ($($condition:literal)+, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select status as "status!", count(*) as "count!" from (
               select m.status from messages m "# $(+ $condition)+,
            $($argument),+
        )
    };
}

/// How many pass in each state, whatever states the filter names; at most `most` are looked at.
pub async fn count_passing(
    conn: &mut PgConnection,
    dealer: DealerId,
    asked: Asked,
    most: i64,
) -> sqlx::Result<HashMap<Status, i64>> {
    let asked = Asked { statuses: Vec::new(), ..asked };
    let rows = matching!(count_rows, dealer, asked, "limit $19) as passing group by status", most)
        .fetch_all(conn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.status.parse().map_err(super::corrupt("status"))?, row.count)))
        .collect()
}

/// How many of a dealer's messages are newer than `newest`; at most `most` are looked at.
pub async fn count_newer(
    conn: &mut PgConnection,
    dealer: DealerId,
    newest: Option<MessageId>,
    most: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from messages where dealer_id = $1
               and ($2::uuid is null or (created_at, id) > (select created_at, id from messages where id = $2 and dealer_id = $1))
             limit $3) as newer"#,
        dealer.0,
        newest.map(|id| id.0),
        most
    )
    .fetch_one(conn)
    .await
}
