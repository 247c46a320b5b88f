//! What the platform costs: all dealers' messages of a period, and what a plan would come to. Reads figures only.

use chrono::{DateTime, Months, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    accept::no_rate, actor::Actor, error::Result, read_costs::month_of, read_panel::MonthSpend, state::App,
    take_limits::Rules,
};
use crate::{
    domain::{
        dop_rate::DopRate,
        figures::{ByState, Sums, Totals},
        kind::Kind,
        limits::{Limit, effective},
        market::Market,
        range::{Choice, Range},
        rates::rate_for,
        time::{day_in_santo_domingo, first_day_of_month},
    },
    store::{self, connection::begin_snapshot},
};

pub use crate::store::platform::{DealerOrder, DealerRow, MonthRow};

/// Dealers on a page.
pub const PER_PAGE: i64 = 50;
/// So many months are held against Twilio's usage records, the present one included.
const MONTHS: u32 = 13;

pub struct PlatformCosts {
    pub range: Range,
    pub totals: Totals,
    /// Every day of the range, in order.
    pub days: Vec<(NaiveDate, ByState)>,
    pub kinds: Vec<(Kind, Sums)>,
    pub dealers: Vec<DealerRow>,
    /// How many rows the whole list has.
    pub rows: i64,
    /// How many dealers had messages.
    pub dealer_count: i64,
    pub month: MonthSpend,
    /// The newest first.
    pub months: Vec<MonthRow>,
    pub allowance: Allowance,
    pub dop_rate: Option<DopRate>,
}

/// What today's limits let OKLA send, and what a message costs.
pub struct Allowance {
    /// Messages a day; `None`: any number.
    pub a_day: Option<i64>,
    /// The limit that makes it so.
    pub limit: Limit,
    /// US$ for a contact's part in the Dominican Republic, outside the recipient's window.
    pub price: Decimal,
}

/// All of it, of one instant; `page` is counted from 0.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn read_platform(
    app: &App,
    actor: &Actor,
    range: Range,
    order: DealerOrder,
    page: i64,
) -> Result<PlatformCosts> {
    actor.admin()?;
    let now = app.clock.now();
    let today = day_in_santo_domingo(now);
    let end = range.end(today);
    let mut snapshot = begin_snapshot(&app.searches).await?;
    let days = store::platform::list_totals(&mut snapshot, range.from, end).await?;
    let kinds = store::platform::list_kinds(&mut snapshot, range.from, end).await?;
    let skip = page.clamp(0, i64::from(u16::MAX)) * PER_PAGE;
    let dealers =
        store::platform::list_dealers(&mut snapshot, range.from, end, order, skip, PER_PAGE).await?;
    let (rows, dealer_count) = store::platform::count_dealers(&mut snapshot, range.from, end).await?;
    let month = read_month(&mut snapshot, now).await?;
    let first = first_day_of_month(today) - Months::new(MONTHS - 1);
    let months = store::platform::list_months(&mut snapshot, first, month_of(today).to).await?;
    let allowance = read_allowance(&mut snapshot, now).await?;
    let dop_rate = store::dop_rates::get_latest(&mut snapshot).await?;
    snapshot.commit().await?;
    let of = |from, to| Totals::of_all(days.range(from..=to).map(|(_, totals)| totals));
    let of_day = |day| of(day, if day == range.to { end } else { day }).states;
    Ok(PlatformCosts {
        range,
        totals: of(range.from, end),
        days: range.days().map(|day| (day, of_day(day))).collect(),
        kinds,
        dealers,
        rows,
        dealer_count,
        month,
        months,
        allowance,
        dop_rate,
    })
}

/// The running month of all dealers.
pub(super) async fn read_month(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<MonthSpend> {
    let range = Range::named(Choice::Month, day_in_santo_domingo(now));
    let totals = store::platform::list_totals(conn, range.from, range.to).await?;
    Ok(MonthSpend::of(&totals, range, now))
}

async fn read_allowance(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Allowance> {
    let rules = Rules::load(conn, std::iter::empty(), now).await?;
    let most = |limit| rules.most(limit, None);
    let (a_day, bound_by) = effective(Limit::PlatformDay, false, most(Limit::PlatformDay), most);
    let card = store::rates::list_rates(conn).await?;
    let (kind, market) = (Kind::Contact, Market::REST_OF_LATIN_AMERICA);
    let rate = rate_for(&card, kind, kind.category(), market, now).ok_or_else(no_rate)?;
    Ok(Allowance { a_day, limit: bound_by.unwrap_or(Limit::PlatformDay), price: rate.price })
}
