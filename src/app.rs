//! Use cases, one file a verb: (state, actor, command) → domain values. Transactions begin and end here.

pub mod actor;
pub mod check_readiness;
pub mod clock;
pub mod error;
pub mod gateway;
pub mod heartbeat;
pub mod notices;
pub mod state;
