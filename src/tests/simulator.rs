//! The simulator speaks Twilio, and misbehaves as ordered.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod callbacks;
mod clients;
mod content;
mod control;
mod messages;
mod numbers;
mod restart;
pub mod rig;
