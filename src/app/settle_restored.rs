//! After a copy of the database was restored. The danger is not what it has lost but what it believes to be pending: what
//! waited when it was made has gone out since, and would go out again.

use super::{
    beat::SILENT_AFTER,
    error::{AppError, Result},
    state::Tools,
};
use crate::store;

/// What was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Parts whose outcome is unknown now: each is looked for at Twilio, and sent only if it is not there.
    pub doubtful: u64,
    /// Notices that will not be said.
    pub late: u64,
    /// Messages of group resends that were not sent again.
    pub resends: u64,
    /// Offers that end.
    pub offers: i64,
    /// People who do not get them any more.
    pub people: i64,
}

/// Declares in doubt, or gives up, whatever may have gone out since the copy was made. May be repeated.
///
/// # Errors
/// [`AppError::Invalid`] while a server that delivers is running, or was until a moment before the copy was made.
pub async fn settle_restored(tools: &Tools) -> Result<Settled> {
    let now = tools.clock.now();
    let mut tx = store::connection::begin(&tools.pool).await?;
    let servers = store::servers::list_servers(&mut tx).await?;
    if servers.iter().any(|server| server.has_workers && now - server.beat_at < SILENT_AFTER) {
        return Err(AppError::invalid(
            "servers",
            "running",
            format!(
                "Hay repartidores en marcha, o los había hace menos de {} s: detenga todos los servidores \
                 («systemctl stop 'okla@*'»), espere ese tiempo y repita.",
                SILENT_AFTER.num_seconds()
            ),
        ));
    }
    let doubtful = store::restored::doubt_outbox(&mut tx, now).await?;
    let late = store::restored::give_up_due(&mut tx, now).await?;
    store::restored::forget_due_rests(&mut tx).await?;
    let resends = store::restored::end_resends(&mut tx).await?;
    let (offers, people) = store::restored::stop_offers(&mut tx, now).await?;
    tx.commit().await?;
    Ok(Settled { doubtful, late, resends, offers, people })
}
