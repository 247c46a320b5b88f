//! The admin's room.

mod attempts;
mod audit;
mod costs;
mod dealers;
mod edit_limit;
mod limits;
mod offers;
mod rates;
mod system;
mod unassigned;
mod user;
mod users;

pub use attempts::AttemptsPage;
pub use audit::AuditPage;
pub use costs::PlatformCostsPage;
pub use dealers::DealersPage;
pub use edit_limit::EditLimitPage;
pub use limits::LimitsPage;
pub use offers::{AdminOfferPage, AdminOffersPage};
pub use rates::{NewRatePage, RatesPage};
pub use system::SystemPage;
pub use unassigned::{UnassignedPage, UnassignedWordsPage};
pub use user::UserPage;
pub use users::UsersPage;

use crate::domain::{
    limits::Limit,
    money::{dollars, grouped},
};
use rust_decimal::Decimal;

/// So much of a limit, in words: `1,000`, `US$ 250.00`, `sin límite`.
fn amount(limit: Limit, units: Option<i64>) -> String {
    match (limit, units) {
        (_, None) => "sin límite".to_owned(),
        (Limit::DealerBudget, Some(units)) => dollars(Decimal::new(units, 6)),
        (_, Some(units)) => grouped(units.into()),
    }
}
