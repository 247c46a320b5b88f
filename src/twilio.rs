//! The provider: its client, its wire format, its webhook signatures.

pub mod signature;
