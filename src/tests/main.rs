//! The integration crate: one file a feature.
// Says to clippy what Cargo.toml says to Cargo, so that helpers of tests may unwrap as tests may.
#![cfg(test)]

mod accounts;
mod api_answers;
mod api_errors;
mod app;
mod architecture;
mod binary;
mod contact;
mod delivery_truth;
mod forms;
mod handset;
mod limits;
mod lost_answers;
mod magic_numbers;
mod owner;
mod recipients;
mod seed_load;
mod sessions;
mod simulator;
mod twilio_client;
mod vehicles;
mod webhooks;
