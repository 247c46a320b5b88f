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
const COLUMNS: i16 = 9;
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
    if columns != COLUMNS {
        return Err(broken("columns"));
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
    if !bytes.is_empty() {
        return Err(broken("what follows"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As PostgreSQL writes it: digits of base 10,000, the first of that weight.
    fn numeric(digits: &[i16], weight: i16, sign: i16) -> Vec<u8> {
        let head = [i16::try_from(digits.len()).unwrap(), weight, sign, 6];
        head.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect()
    }

    fn row(fields: &[Option<&[u8]>]) -> Vec<u8> {
        let mut bytes = i16::try_from(fields.len()).unwrap().to_be_bytes().to_vec();
        for field in fields {
            let length = field.map_or(-1, |field| i32::try_from(field.len()).unwrap());
            bytes.extend(length.to_be_bytes());
            bytes.extend(field.unwrap_or_default());
        }
        bytes
    }

    #[test]
    fn an_amount_is_read_in_millionths() {
        for (digits, weight, millionths_of_it) in [
            (&[][..], 0, 0),
            (&[150][..], -1, 15_000),
            (&[12, 3456, 7800], 0, 12_345_678),
            (&[9999, 9999], 1, 99_999_999_000_000),
            (&[100], -2, 1),
        ] {
            assert_eq!(millionths(&numeric(digits, weight, 0)).unwrap(), millionths_of_it);
            assert_eq!(millionths(&numeric(digits, weight, 0x4000)).unwrap(), -millionths_of_it);
        }
        let not_a_number = numeric(&[], 0, -0x4000);
        assert!(millionths(&not_a_number).is_err());
        assert!(millionths(&numeric(&[1], 9, 0)).is_err(), "more than fits");
    }

    #[test]
    fn a_row_is_read_whole_or_not_at_all() {
        let id = Uuid::from_u128(7);
        let (cost, at) = (numeric(&[150], -1, 0), 1_000_000_i64.to_be_bytes());
        let fields = [
            Some(&id.as_bytes()[..]),
            Some(&at),
            Some(id.as_bytes()),
            Some(b"buyer"),
            None,
            Some(b"+18095550100"),
            Some(&[0, 2]),
            Some(&cost),
            Some(&[1]),
        ];
        let whole = row(&fields);
        let read = read_row(&whole).unwrap().unwrap();
        assert_eq!((read.id, read.dealer, read.to_phone), (MessageId(id), None, "+18095550100"));
        assert_eq!((read.places, read.cost, read.outside_window), (2, 15_000, true));
        assert_eq!(read.at, "2000-01-01T00:00:01Z".parse::<DateTime<Utc>>().unwrap());

        for cut in 0..whole.len() {
            assert!(read_row(&whole[..cut]).is_err(), "{cut} bytes");
        }
        assert!(read_row(&[&whole[..], &[0]].concat()).is_err());
        assert!(read_row(&row(&fields[..8])).is_err());
        assert!(read_row(&(-1_i16).to_be_bytes()).unwrap().is_none());
    }
}
