//! The rate card as an admin sees it: what is in force, what comes, what was; what a new rate would do; and what rates
//! charge against what Twilio and Meta turn out to charge.

use chrono::{DateTime, Days, TimeDelta, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::Result,
    read_platform::read_month,
    set_rate::{NewRate, in_force},
    state::App,
};
use crate::{
    domain::{
        kind::Kind,
        rates::{Category, Drift, Effect, Rate, Traffic, drifts, effect},
        time::{day_begins, day_in_santo_domingo, first_day_of_month, next_month},
    },
    store::{self, connection::begin_snapshot},
};

pub use crate::store::{dop_rates::ShownDopRate, rates::ShownRate};

/// Messages looked at to tell by what shares kinds, categories and markets are sent: the newest.
pub const SAMPLE: i64 = 10_000;
/// Days whose pace is taken for the days to come.
pub const PACE_DAYS: u64 = 7;
const DOP_RATES: i64 = 50;

pub struct RateCard {
    /// The one for all first.
    pub in_force: Vec<ShownRate>,
    /// The next first.
    pub coming: Vec<ShownRate>,
    /// The latest first.
    pub past: Vec<ShownRate>,
    pub drifts: Vec<Drift>,
    /// The one that holds first.
    pub dop_rates: Vec<ShownDopRate>,
}

/// The whole card; differences are those of the last `days`.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn read_rates(app: &App, actor: &Actor, days: u64) -> Result<RateCard> {
    actor.admin()?;
    let now = app.clock.now();
    let since = now - Days::new(days);
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let rows = store::rates::list_shown(&mut snapshot).await?;
    let measured = store::rates::list_measured(&mut snapshot, since, SAMPLE).await?;
    let first = first_day_of_month(day_in_santo_domingo(since));
    let shares = store::rates::list_shares(&mut snapshot, first).await?;
    let dop_rates = store::dop_rates::list_latest(&mut snapshot, DOP_RATES).await?;
    snapshot.commit().await?;

    let card: Vec<Rate> = rows.iter().map(|row| row.rate.clone()).collect();
    let meta =
        |category| shares.iter().find(|(name, _)| name == usage_category(category)).map(|(_, each)| *each);
    let mut drifts = drifts(&card, &measured, meta, now);
    drifts.sort_by_key(|drift| std::cmp::Reverse(drift.parts));

    let (mut coming, begun): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.rate.effective_from > now);
    coming.reverse();
    let holds = |row: &ShownRate| in_force(&begun, row.rate.scope(), now).is_some_and(|one| one.id == row.id);
    let holding: Vec<bool> = begun.iter().map(holds).collect();
    let (mut holding, past): (Vec<_>, Vec<_>) = begun.into_iter().zip(holding).partition(|(_, holds)| *holds);
    holding.sort_by_key(|(row, _)| {
        let scope = row.rate.scope();
        (scope.kind.is_some(), scope.category.is_some(), scope.market.is_some(), scope.label())
    });
    let rows = |list: Vec<(ShownRate, bool)>| list.into_iter().map(|(row, _)| row).collect();
    Ok(RateCard { in_force: rows(holding), coming, past: rows(past), drifts, dop_rates })
}

/// Under what Twilio's usage records count Meta's share (its table of usage categories).
fn usage_category(category: Category) -> &'static str {
    match category {
        Category::Utility => "channels-whatsapp-template-utility",
        Category::Marketing => "channels-whatsapp-template-marketing",
        Category::Authentication => "channels-whatsapp-template-authentication",
        Category::Service => "channels-whatsapp-service",
    }
}

/// What a rate would do, before it is saved.
pub struct Preview {
    pub row: Rate,
    /// What it takes the place of: the rate in force for exactly the same.
    pub before: Option<ShownRate>,
    /// Until the running month ends.
    pub month: Effect,
    /// What the running month comes to without it, US$.
    pub projected: Decimal,
    /// In thirty whole days from its beginning.
    pub thirty_days: Effect,
}

/// What it would do if everything went on as in the last days.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: a day that has begun.
pub async fn preview_rate(app: &App, actor: &Actor, new: &NewRate) -> Result<Preview> {
    actor.admin()?;
    let now = app.clock.now();
    let row = new.row(now)?;
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let rows = store::rates::list_shown(&mut snapshot).await?;
    let traffic = read_traffic(&mut snapshot, now).await?;
    let month = read_month(&mut snapshot, now).await?;
    snapshot.commit().await?;
    let card: Vec<Rate> = rows.iter().map(|row| row.rate.clone()).collect();
    let begins = row.effective_from;
    Ok(Preview {
        before: in_force(&rows, new.scope, now).cloned(),
        month: effect(&card, &row, &traffic, now, next_month(now)),
        projected: month.projected,
        thirty_days: effect(&card, &row, &traffic, begins, begins + TimeDelta::days(30)),
        row,
    })
}

/// What leaves in a day: the kinds' own figures, split by category and market as the newest messages are.
async fn read_traffic(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Traffic>> {
    let today = day_in_santo_domingo(now);
    let first = today - Days::new(PACE_DAYS - 1);
    let kinds = store::platform::list_kinds(conn, first, today).await?;
    let sample = store::rates::list_lately(conn, day_begins(first), SAMPLE).await?;
    let days = Decimal::from((now - day_begins(first)).num_seconds().max(1)) / Decimal::from(86_400);
    let all = |kind: Kind| kinds.iter().find(|(own, _)| *own == kind).map_or(0, |(_, sums)| sums.parts);
    let seen =
        |kind: Kind| sample.iter().filter(|line| line.kind == kind).map(|line| line.parts).sum::<i64>();
    let lines = sample.iter().filter(|line| line.parts > 0).map(|line| {
        let share = Decimal::from(line.parts) / Decimal::from(seen(line.kind).max(1));
        let pace = Decimal::from(all(line.kind)) * share / days;
        Traffic { kind: line.kind, category: line.category, market: line.market, pace }
    });
    Ok(lines.collect())
}
