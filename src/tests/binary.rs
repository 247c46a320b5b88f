//! The built program as an operator runs it: what it needs to start, and how it ends.

mod check;
pub mod process;
mod start_up;
mod stopping;
