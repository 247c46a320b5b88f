//! The integration crate: one file a feature.
// Says to clippy what Cargo.toml says to Cargo, so that helpers of tests may unwrap as tests may.
#![cfg(test)]

mod simulator;
mod twilio_client;
mod vehicles;
