//! OKLA Contacto: a buyer writes from a vehicle's page, OKLA's WhatsApp number carries it to the seller, the dealer sees
//! what was sent, what arrived and what it cost.
//!
//! The map. Layers outside, the same feature names inside; `tests/architecture.rs` holds the arrows:
//! `domain ← store ← app ← twilio, web, worker ← main`.
//!
//! | module | what is in it |
//! |---|---|
//! | [`domain`] | pure rules: statuses, phones, bodies, limits, money, what a Twilio code means. Compiles for the browser too |
//! | `app` | use cases, one file a verb; transactions begin and end here; ports to the clock and the provider |
//! | `store` | all SQL: free functions over a connection |
//! | `twilio` | the provider's client, wire format and webhook signatures |
//! | `simulator` | a Twilio of our own, with faults to order; knows nothing of the app |
//! | `worker` | loops only: claim, call `app`, repeat |
//! | [`web`] | router, pages, forms, islands, API, webhooks |
//! | `kill_point` | where a test lets the process die |
//! | `cli`, `config`, `telemetry`, `metrics` | the binary's subcommands, its environment, its logs, what it counts |
#![recursion_limit = "256"]

pub mod domain;
pub mod web;

#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod cli;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod kill_point;
#[cfg(feature = "ssr")]
pub mod metrics;
#[cfg(feature = "ssr")]
pub mod simulator;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod telemetry;
#[cfg(feature = "ssr")]
pub mod twilio;
#[cfg(feature = "ssr")]
pub mod worker;

/// The browser's entry: wakes the islands on the page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
