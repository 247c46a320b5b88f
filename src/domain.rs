//! Pure rules: no async, no SQL, no HTTP, no Leptos. Both halves of the application compile it.

pub mod body;
pub mod conversation;
pub mod delivery;
pub mod ids;
pub mod image_url;
pub mod kind;
pub mod length;
pub mod limits;
pub mod market;
pub mod message;
pub mod message_filter;
pub mod money;
#[cfg(feature = "ssr")]
pub mod numbering_plan;
pub mod outcome;
pub mod pace;
pub mod parts;
pub mod phone;
pub mod rates;
pub mod report;
pub mod retry;
pub mod text;
pub mod time;
pub mod user;
pub mod vehicle;
