//! What the browser gets: one file an island with its server function. Everything else is rendered on the server.

mod contact;
mod live;

pub use contact::{Contact, ContactAnswer, Refused};
pub use live::Live;
