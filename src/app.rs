//! Use cases, one file a verb: (state, actor, command) → domain values. Transactions begin and end here.

pub mod gateway;
