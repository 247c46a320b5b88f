//! Where the web half keeps its sessions.

use super::state::App;
use crate::store::sessions::PostgresSessions;

/// The sessions of this installation, shared by all its servers.
pub fn sessions(app: &App) -> PostgresSessions {
    PostgresSessions::new(app.pool.clone())
}
