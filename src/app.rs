//! Use cases, one file a verb: (state, actor, command) → domain values. Transactions begin and end here.

pub mod actor;
pub mod add_dealer;
pub mod check_readiness;
pub mod clock;
pub mod demo_data;
pub mod error;
pub mod gateway;
pub mod get_vehicle;
pub mod heartbeat;
pub mod import_vehicles;
pub mod list_vehicles;
pub mod notices;
pub mod state;
