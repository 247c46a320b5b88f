//! Pure rules: no async, no SQL, no HTTP, no Leptos. Both halves of the application compile it.

pub mod body;
pub mod ids;
pub mod message;
pub mod money;
#[cfg(feature = "ssr")]
pub mod numbering_plan;
pub mod outcome;
pub mod phone;
