//! The integration crate: one file a feature.
// Says to clippy what Cargo.toml says to Cargo, so that helpers of tests may unwrap as tests may.
#![cfg(test)]

mod accounts;
mod admin;
mod api_answers;
mod api_document;
mod api_errors;
mod api_messages;
mod api_tokens;
mod app;
mod architecture;
mod binary;
mod contact;
mod delivery;
mod delivery_truth;
mod figures;
mod forms;
mod handset;
mod hostile_text;
mod idempotency;
mod limit_requests;
mod limits;
mod lost_answers;
mod magic_numbers;
mod metrics;
mod money;
mod owner;
mod platform_costs;
mod rates_admin;
mod recipients;
mod resend;
mod search;
mod second_factor;
mod security;
mod seed_load;
mod sessions;
mod simulator;
mod soak;
mod stock;
mod system;
mod tenants;
mod transactions;
mod twilio_client;
mod users_admin;
mod vehicles;
mod webhooks;
