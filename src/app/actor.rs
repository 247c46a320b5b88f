//! Who asks. Every use case that is not open to all takes one and authorises first.

use super::error::{AppError, Result};
use crate::domain::{
    ids::{DealerId, UserId},
    user::Role,
};

/// A signed-in person or the owner of an API token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user_id: UserId,
    pub name: String,
    pub role: Role,
    /// The dealer a dealer's user belongs to.
    pub dealer_id: Option<DealerId>,
}

impl Actor {
    /// Authorises an admin.
    ///
    /// # Errors
    /// `NotFound`: he is none; what is an admin's is not even said to exist.
    pub fn admin(&self) -> Result<()> {
        if self.role == Role::Admin { Ok(()) } else { Err(AppError::NotFound) }
    }
}
