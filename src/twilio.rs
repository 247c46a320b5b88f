//! The provider: its client, its wire format, its webhook signatures.

pub mod client;
pub mod signature;
mod wire;
