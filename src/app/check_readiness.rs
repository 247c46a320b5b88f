//! Whether this process can do its work now.

use super::state::App;
use crate::store;

#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    pub database: bool,
    pub migrations: bool,
    pub workers: bool,
}

impl Readiness {
    pub fn all(self) -> bool {
        self.database && self.migrations && self.workers
    }
}

/// Asks each dependency; never fails, a dependency that does not answer is down.
pub async fn check_readiness(app: &App) -> Readiness {
    let workers = app.heartbeat.is_alive(app.clock.now());
    let Ok(mut conn) = app.pool.acquire().await else {
        return Readiness { database: false, migrations: false, workers };
    };
    match store::migrations::pending(&mut conn).await {
        Ok(pending) => Readiness { database: true, migrations: pending.is_empty(), workers },
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            Readiness { database: false, migrations: false, workers }
        }
    }
}
