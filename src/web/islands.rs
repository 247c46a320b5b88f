//! What the browser gets: one file an island with its server function. Everything else is rendered on the server.

mod contact;
mod keys;
mod live;
mod preview;

pub use contact::{Contact, ContactAnswer, Refused};
pub use keys::Keys;
pub use live::Live;
pub use preview::PreviewOf;
