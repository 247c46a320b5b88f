//! The provider: its client, its wire format, its webhook signatures; and the telephones of its simulator.

pub mod callback_test;
pub mod client;
pub mod handset;
pub mod signature;
mod wire;
