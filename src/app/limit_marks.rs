//! Who is told that a limit is nearly or wholly used: the dealer on his pages, the admin on his.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{actor::Actor, error::Result, read_panel::dealer_of, state::App, take_limits::Rules};
use crate::{
    domain::{
        ids::{DealerId, UserId},
        limits::{Limit, Mark, Subject},
        time::first_of_month,
    },
    store::{self, limits::UseRow},
};

pub use crate::store::limits::marks::{MarkRow, ShownMark};

/// How many an admin sees.
const SHOWN: i64 = 20;

fn subjects(actor: &Actor) -> Result<[Uuid; 2]> {
    Ok([dealer_of(actor)?.0, actor.user_id.0])
}

/// What a dealer's user has not been told yet of the period that is under way, one line a limit.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn list_own_marks(app: &App, actor: &Actor) -> Result<Vec<MarkRow>> {
    let now = app.clock.now();
    let subjects = subjects(actor)?;
    let mut conn = app.pool.acquire().await?;
    let mut marks = store::limits::marks::list_unread(&mut conn, &subjects, first_of_month(now)).await?;
    marks.retain(|mark| mark.name.parse::<Limit>().is_ok_and(|limit| limit.period(now) == mark.period));
    marks.sort_by(|one, other| (&one.name, other.percent).cmp(&(&other.name, one.percent)));
    marks.dedup_by(|later, first| later.name == first.name);
    Ok(marks)
}

/// He has read it; a greater one of the same period is told again.
///
/// # Errors
/// `NotFound`: not a dealer's user.
pub async fn read_mark(app: &App, actor: &Actor, limit: Limit, percent: i16) -> Result<()> {
    let subjects = subjects(actor)?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::limits::marks::mark_read(&mut conn, limit, &subjects, percent, app.clock.now()).await?)
}

/// Those of the periods that are under way, what is wholly used first.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_marks(app: &App, actor: &Actor) -> Result<Vec<ShownMark>> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::limits::marks::list_shown(&mut conn, app.clock.now(), SHOWN).await?)
}

/// Notes what these rules, of which that one was lowered, make nearly or wholly used: no send to come would cross it.
pub(super) async fn mark_crossed(
    conn: &mut PgConnection,
    limit: Limit,
    dealer: Option<DealerId>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut uses: Vec<_> = store::limits::list_uses(conn, &[limit], now)
        .await?
        .into_iter()
        .filter(|row| match dealer {
            Some(dealer) => row.dealer == Some(dealer),
            None => row.dealer.is_none_or(|dealer| !rules.has_own(limit, dealer)),
        })
        .filter_map(|row| Some((subject(limit, &row)?, row.dealer, row.used)))
        .collect();
    // Of nothing nobody has used a part; a dealer of whom nothing comes through is told nevertheless.
    if let (Some(own), true) = (dealer, uses.is_empty()) {
        uses.extend(of_dealer(limit, own).map(|subject| (subject, dealer, 0)));
    }
    let marks = uses.into_iter().filter_map(|(subject, dealer, used)| {
        let most = rules.most(limit, dealer)?;
        Mark::at(limit, subject, used, most)
    });
    Ok(store::limits::marks::insert_marks(conn, &marks.collect::<Vec<_>>(), now).await?)
}

fn subject(limit: Limit, row: &UseRow) -> Option<Subject> {
    match limit {
        Limit::PlatformDay => Some(Subject::Everyone),
        Limit::MetaTier => Some(Subject::Recipients),
        Limit::UserHour | Limit::BuyerDay => Some(Subject::Sender(UserId(row.subject))),
        Limit::PairDay => None,
        Limit::DealerHour | Limit::DealerDay | Limit::DealerBudget => {
            row.dealer.and_then(|dealer| of_dealer(limit, dealer))
        }
    }
}

fn of_dealer(limit: Limit, dealer: DealerId) -> Option<Subject> {
    match limit {
        Limit::DealerHour | Limit::DealerDay => Some(Subject::DealersOwn(dealer)),
        Limit::DealerBudget => Some(Subject::ChargedTo(dealer)),
        _ => None,
    }
}
