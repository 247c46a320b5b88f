//! Whether this process can do its work now.

use super::{
    hold_line::{Hold, get_hold},
    state::App,
};
use crate::store;

#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    pub database: bool,
    pub migrations: bool,
    pub workers: bool,
    /// Why nothing is sent although all of the above is well; it gets well by itself and other servers share it, so it
    /// is shown and takes no server out of service.
    pub hold: Option<Hold>,
}

impl Readiness {
    pub fn all(self) -> bool {
        self.database && self.migrations && self.workers
    }
}

/// Asks each dependency; never fails, a dependency that does not answer is down.
pub async fn check_readiness(app: &App) -> Readiness {
    let workers = app.heartbeat.is_alive(app.clock.now());
    let down = Readiness { database: false, migrations: false, workers, hold: None };
    let Ok(mut conn) = app.pool.acquire().await else { return down };
    let pending = match store::migrations::pending(&mut conn).await {
        Ok(pending) => pending,
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            return down;
        }
    };
    drop(conn);
    if !pending.is_empty() {
        return Readiness { database: true, ..down };
    }
    match get_hold(app).await {
        Ok(hold) => Readiness { database: true, migrations: true, workers, hold },
        Err(error) => {
            tracing::warn!(%error, "the line could not be read");
            down
        }
    }
}
