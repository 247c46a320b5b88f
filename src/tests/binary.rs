//! The built program as an operator runs it: what it needs to start, and how it ends.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod process;
mod start_up;
mod stopping;
