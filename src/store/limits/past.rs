//! What was sent, as the limits see it.

use chrono::{DateTime, NaiveDate, Utc};
use futures::stream::BoxStream;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use tokio_util::bytes::Bytes;
use uuid::Uuid;

use crate::{
    domain::{
        ids::{DealerId, MessageId, UserId},
        user::Role,
    },
    store::corrupt,
};

/// A message that holds its places.
#[derive(Debug, PartialEq)]
pub struct PastRow<'a> {
    pub id: MessageId,
    pub at: DateTime<Utc>,
    pub sender: UserId,
    pub role: Role,
    /// The dealer it is charged to.
    pub dealer: Option<DealerId>,
    /// E.164.
    pub to_phone: &'a str,
    pub places: i16,
    /// Millionths of a US$ for all its parts.
    pub cost: i64,
    pub outside_window: bool,
}

/// COPY takes no parameters: they are settings of the transaction. It is given as long as it takes.
const SETTINGS: &str = "select set_config('okla.after', $1, true), set_config('okla.until', $2, true),
    set_config('statement_timeout', '60s', true)";
const PAST: &str = "copy (
    select id, created_at, sender_id, sender_role, dealer_id, to_phone, places, cost, outside_window
    from messages
    where created_at > current_setting('okla.after')::timestamptz
      and created_at <= current_setting('okla.until')::timestamptz and places > 0
    order by created_at, id) to stdout (format binary)";

/// The messages after `after` until `until`, the oldest first, each as COPY writes it: a million are read in the time that
/// the database takes to give them out. [`read_row`] reads one.
pub async fn copy_past(
    conn: &mut PgConnection,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<BoxStream<'_, sqlx::Result<Bytes>>> {
    sqlx::query(SETTINGS).bind(after.to_rfc3339()).bind(until.to_rfc3339()).execute(&mut *conn).await?;
    conn.copy_out_raw(PAST).await
}

/// Reads what the stream brought: `None` of its end.
///
/// # Errors
/// A column that cannot be what it says.
pub fn read_row(mut bytes: &[u8]) -> sqlx::Result<Option<PastRow<'_>>> {
    // The stream begins with what tells the format, and that nothing else comes before the first row.
    bytes = bytes.strip_prefix(b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0").unwrap_or(bytes);
    let columns = i16::from_be_bytes(taken(&mut bytes)?);
    if columns < 0 {
        return Ok(None);
    }
    let row = PastRow {
        id: MessageId(uuid(&mut bytes)?),
        at: instant(i64::from_be_bytes(cell(&mut bytes)?)).ok_or_else(|| broken("created_at"))?,
        sender: UserId(uuid(&mut bytes)?),
        role: text(&mut bytes)?.parse().map_err(corrupt("sender_role"))?,
        dealer: field(&mut bytes)?
            .map(|id| Uuid::from_slice(id).map_err(corrupt("dealer_id")))
            .transpose()?
            .map(DealerId),
        to_phone: text(&mut bytes)?,
        places: i16::from_be_bytes(cell(&mut bytes)?),
        cost: millionths(field(&mut bytes)?.ok_or_else(|| broken("cost"))?)?,
        outside_window: cell(&mut bytes)? == [1],
    };
    Ok(Some(row))
}

/// Microseconds since the year 2000, which is how PostgreSQL counts.
fn instant(micros: i64) -> Option<DateTime<Utc>> {
    const YEAR_2000: i64 = 946_684_800_000_000;
    DateTime::from_timestamp_micros(micros.checked_add(YEAR_2000)?)
}

/// Of a numeric with six decimals at most: how many digits, the power of 10,000 of the first, its sign, its scale, and the
/// digits of base 10,000.
fn millionths(mut bytes: &[u8]) -> sqlx::Result<i64> {
    let mut next = || taken(&mut bytes).map(i16::from_be_bytes);
    let (digits, weight, sign, _scale) = (next()?, next()?, next()?, next()?);
    let mut sum: i64 = 0;
    for place in 0..digits {
        let (digit, power) = (i64::from(next()?), 4 * (i32::from(weight) - i32::from(place)) + 6);
        let tens = 10_i64.checked_pow(power.unsigned_abs());
        let amount =
            tens.and_then(|tens| if power < 0 { digit.checked_div(tens) } else { digit.checked_mul(tens) });
        sum = amount.and_then(|amount| sum.checked_add(amount)).ok_or_else(|| broken("cost"))?;
    }
    match sign {
        0 => Ok(sum),
        0x4000 => Ok(-sum),
        _ => Err(broken("cost")),
    }
}

fn uuid(bytes: &mut &[u8]) -> sqlx::Result<Uuid> {
    cell(bytes).map(Uuid::from_bytes)
}

fn text<'a>(bytes: &mut &'a [u8]) -> sqlx::Result<&'a str> {
    let field = field(bytes)?.ok_or_else(|| broken("null"))?;
    std::str::from_utf8(field).map_err(corrupt("text"))
}

/// A field of that length that is never null.
fn cell<const N: usize>(bytes: &mut &[u8]) -> sqlx::Result<[u8; N]> {
    field(bytes)?.and_then(|field| field.try_into().ok()).ok_or_else(|| broken("length"))
}

/// Its length, or -1 for null, and its bytes.
fn field<'a>(bytes: &mut &'a [u8]) -> sqlx::Result<Option<&'a [u8]>> {
    let Ok(length) = usize::try_from(i32::from_be_bytes(taken(bytes)?)) else { return Ok(None) };
    let (field, rest) = bytes.split_at_checked(length).ok_or_else(|| broken("length"))?;
    *bytes = rest;
    Ok(Some(field))
}

fn taken<const N: usize>(bytes: &mut &[u8]) -> sqlx::Result<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk().ok_or_else(|| broken("length"))?;
    *bytes = rest;
    Ok(*taken)
}

fn broken(what: &str) -> sqlx::Error {
    sqlx::Error::Protocol(format!("COPY of the past: {what}"))
}

/// US$ charged to each dealer on the days from `from` until before `to`.
pub async fn list_spent(
    conn: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> sqlx::Result<Vec<(DealerId, Decimal)>> {
    let rows = sqlx::query!(
        r#"select dealer_id as "dealer!: DealerId", sum(cost) as "cost!" from day_totals
           where day >= $1 and day < $2 and dealer_id <> '00000000-0000-0000-0000-000000000000' group by dealer_id"#,
        from,
        to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dealer, row.cost)).collect())
}
