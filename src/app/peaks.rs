//! The most that anybody had used of each limit on a day: what an admin looks at before he lowers one.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::PgConnection;

use super::{deliver::Step, error::Result, state::App, take_limits::read_past};
use crate::{
    domain::{
        limits::{Limit, Window},
        time::{day_begins, day_ends, day_in_santo_domingo},
    },
    store::{
        self,
        connection::{Apart, is_alone},
    },
};

/// Days of which it is kept.
pub const DAYS: u64 = 30;

/// Counts one day that is over and was not counted to its end; of none today's anew. One server at a time.
pub async fn keep_peaks(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let today = day_in_santo_domingo(now);
    let from = today - Days::new(DAYS - 1);
    let mut apart = Apart::connect(&app.searches).await?;
    let mut tx = apart.transaction().await?;
    if !is_alone(&mut tx, "okla_peaks").await? {
        return Ok(Step::Nothing);
    }
    let counted = store::limits::peaks::list_counted(&mut tx, from).await?;
    let is_whole =
        |day: &NaiveDate| counted.iter().any(|(known, until)| known == day && *until >= day_ends(*day));
    let open = from.iter_days().take_while(|day| *day < today).find(|day| !is_whole(day));
    let (day, until) = open.map_or((today, now), |day| (day, day_ends(day)));
    let peaks = peaks_of(&mut tx, day, until).await?;
    store::limits::peaks::upsert_peaks(&mut tx, day, &peaks, until).await?;
    store::limits::peaks::delete_before(&mut tx, from).await?;
    tx.commit().await?;
    Ok(if open.is_some() { Step::Worked } else { Step::Nothing })
}

async fn peaks_of(
    conn: &mut PgConnection,
    day: NaiveDate,
    until: DateTime<Utc>,
) -> Result<Vec<(Limit, i64)>> {
    let none: Vec<_> = Limit::ALL.into_iter().map(|limit| (limit, 0)).collect();
    read_past(conn, Window::Day.since(day_begins(day)), until, none, |peaks, history, past| {
        for ((_, most), (_, used)) in peaks.iter_mut().zip(history.live(past)) {
            *most = used.max(*most);
        }
    })
    .await
}
