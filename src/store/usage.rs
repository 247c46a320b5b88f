//! What Twilio's own usage records say of a month, and what we say of it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

pub struct NewRecord<'a> {
    /// Twilio's word.
    pub category: &'a str,
    pub count: i64,
    pub price: Decimal,
    /// ISO 4217.
    pub currency: &'a str,
}

/// Keeps what Twilio says of a month (its first day; UTC) in place of what it said before.
pub async fn upsert_month(
    conn: &mut PgConnection,
    month: NaiveDate,
    records: &[NewRecord<'_>],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for record in records {
        sqlx::query!(
            "insert into usage_records (month, category, count, price, currency, asked_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (month, category) do update set count = excluded.count, price = excluded.price,
               currency = excluded.currency, asked_at = excluded.asked_at",
            month,
            record.category,
            record.count,
            record.price,
            record.currency,
            now
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// What a month comes to, US$.
pub struct MonthRow {
    /// What dealers owe OKLA: the ledger.
    pub ledger: Decimal,
    /// What Twilio told of single messages.
    pub told: Decimal,
    /// Parts that cost and of which Twilio told nothing yet.
    pub untold: i64,
    /// What Twilio's usage records say.
    pub confirmed: Option<Decimal>,
    pub asked_at: Option<DateTime<Utc>>,
}

/// Keeps how the two compare now.
pub async fn upsert_comparison(
    conn: &mut PgConnection,
    month: NaiveDate,
    row: &MonthRow,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into usage_months (month, ledger, told, untold, confirmed, asked_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (month) do update set ledger = excluded.ledger, told = excluded.told, untold = excluded.untold,
           confirmed = excluded.confirmed, asked_at = excluded.asked_at",
        month,
        row.ledger,
        row.told,
        row.untold,
        row.confirmed,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// How the newest months compared when Twilio was last asked about them, the newest first.
pub async fn list_comparisons(
    conn: &mut PgConnection,
    most: i64,
) -> sqlx::Result<Vec<(NaiveDate, MonthRow)>> {
    let rows =
        sqlx::query!("select * from usage_months order by month desc limit $1", most).fetch_all(conn).await?;
    let compared = rows.into_iter().map(|row| {
        let (ledger, told, untold, confirmed) = (row.ledger, row.told, row.untold, row.confirmed);
        (row.month, MonthRow { ledger, told, untold, confirmed, asked_at: Some(row.asked_at) })
    });
    Ok(compared.collect())
}

/// The month whose first instant is `from` and whose last lies before `until`, both of UTC days.
pub async fn get_month(
    conn: &mut PgConnection,
    month: NaiveDate,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<MonthRow> {
    sqlx::query_as!(
        MonthRow,
        r#"select
             (select coalesce(sum(cost), 0) from messages where created_at >= $2 and created_at < $3) as "ledger!",
             (select coalesce(sum(p.provider_price), 0) from messages m join message_parts p on p.message_id = m.id
              where p.provider_price_currency = 'USD' and m.created_at >= $2 and m.created_at < $3) as "told!",
             (select count(*) from messages m join message_parts p on p.message_id = m.id
              where m.created_at >= $2 and m.created_at < $3 and p.provider_price is null and not p.not_sent) as "untold!",
             (select sum(price) from usage_records where month = $1 and currency = 'USD') as confirmed,
             (select max(asked_at) from usage_records where month = $1) as asked_at"#,
        month,
        from,
        until
    )
    .fetch_one(conn)
    .await
}
