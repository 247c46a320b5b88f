//! The simulator speaks Twilio, and misbehaves as ordered.

mod account;
mod callbacks;
mod clients;
mod content;
mod control;
mod messages;
mod numbers;
mod restart;
pub mod rig;
mod senders;
mod usage;
