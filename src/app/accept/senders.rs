//! What is decided by who sends.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::Draft;
use crate::{app::error::Result, domain::ids::UserId, store};

/// The senders of a group.
#[derive(Default)]
pub(super) struct Senders {
    unproved: HashSet<Uuid>,
    erased: HashSet<Uuid>,
}

impl Senders {
    /// Nobody is erased meanwhile: who erases waits until this transaction has ended, and the other way round.
    pub async fn load(conn: &mut PgConnection, drafts: &[&Draft]) -> Result<Self> {
        let ids: HashSet<Uuid> = drafts.iter().map(|draft| draft.sender.0).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let rows = store::phones::lock_senders(conn, &ids).await?;
        let those = |is: fn(&store::phones::SenderRow) -> bool| {
            rows.iter().filter(|row| is(row)).map(|row| row.id).collect()
        };
        Ok(Self { unproved: those(|row| row.unproved), erased: those(|row| row.erased) })
    }

    /// A buyer whose number nobody proved.
    pub fn is_unproved(&self, user: UserId) -> bool {
        self.unproved.contains(&user.0)
    }

    /// He had himself erased since he was let in.
    pub fn is_erased(&self, user: UserId) -> bool {
        self.erased.contains(&user.0)
    }
}
