//! A month by Twilio's own usage records against what we wrote down: what is confirmed, and the drift between the two.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use sqlx::PgPool;

use super::{
    deliver::Step,
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::time::first_day_of_month,
    store::{
        self,
        usage::{MonthRow, NewRecord},
    },
};

/// A month of UTC, which is how Twilio bills. Amounts are US$.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Its first day.
    pub month: NaiveDate,
    /// What dealers owe OKLA for the month's messages: the ledger, estimated.
    pub ledger: Decimal,
    /// What Twilio told of single messages: probably without Meta's share (fact sheet §8).
    pub told: Decimal,
    /// Parts of which it told nothing (yet).
    pub untold: i64,
    /// What its usage records come to; `None`: never asked.
    pub confirmed: Option<Decimal>,
    pub asked_at: Option<DateTime<Utc>>,
}

impl Comparison {
    /// As it was stored.
    pub fn of(month: NaiveDate, row: &MonthRow) -> Self {
        Self {
            month,
            ledger: row.ledger.normalize(),
            told: row.told.normalize(),
            untold: row.untold,
            confirmed: row.confirmed.map(|sum| sum.normalize()),
            asked_at: row.asked_at,
        }
    }

    /// By how much the ledger is above what is confirmed.
    pub fn drift(&self) -> Option<Decimal> {
        self.confirmed.map(|confirmed| self.ledger - confirmed)
    }
}

/// Asks Twilio about a month and keeps its answer.
///
/// # Errors
/// A fault when Twilio cannot be asked; what it said before stays.
pub async fn ask_usage(app: &App, month: NaiveDate) -> Result<()> {
    let last = month + Months::new(1) - Days::new(1);
    let records = app
        .gateway
        .usage(month, last)
        .await
        .map_err(|error| AppError::Fault(format!("Twilio's usage records: {error}")))?;
    let records: Vec<NewRecord<'_>> = records
        .iter()
        .map(|record| NewRecord {
            category: &record.category,
            count: record.count,
            price: record.price,
            currency: &record.price_unit,
        })
        .collect();
    let mut tx = store::connection::begin(&app.pool).await?;
    let now = app.clock.now();
    store::usage::upsert_month(&mut tx, month, &records, now).await?;
    let (begins, ends) = bounds(month);
    let row = store::usage::get_month(&mut tx, month, begins, ends).await?;
    store::usage::upsert_comparison(&mut tx, month, &row, now).await?;
    Ok(tx.commit().await?)
}

/// The present month, and for its first week the one before, whose last prices come late.
pub async fn ask_usage_of_late(app: &App) -> Result<Step> {
    let now = app.clock.now();
    ask_usage(app, first_of(now)).await?;
    let week_ago = first_of(now - TimeDelta::days(7));
    if week_ago != first_of(now) {
        ask_usage(app, week_ago).await?;
    }
    Ok(Step::Nothing)
}

/// What is known of a month.
pub async fn compare_usage(pool: &PgPool, month: NaiveDate) -> Result<Comparison> {
    let (begins, ends) = bounds(month);
    let row = store::usage::get_month(&mut *pool.acquire().await?, month, begins, ends).await?;
    Ok(Comparison::of(month, &row))
}

/// A month's first instant and the next one's, UTC.
fn bounds(month: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let begins = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    (begins(month), begins(month + Months::new(1)))
}

/// The first day of an instant's month, UTC.
pub fn first_of(at: DateTime<Utc>) -> NaiveDate {
    first_day_of_month(at.date_naive())
}
