//! Pure rules: no async, no SQL, no HTTP, no Leptos. Both halves of the application compile it.

pub mod ids;
pub mod message;
pub mod money;
