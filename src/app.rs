//! Use cases, one file a verb: (state, actor, command) → domain values. Transactions begin and end here.

pub mod actor;
pub mod add_user;
pub mod check_next;
pub mod check_readiness;
pub mod clock;
pub mod deliver_next;
pub mod error;
pub mod gateway;
pub mod heartbeat;
pub mod notices;
pub mod passwords;
pub mod read_messages;
pub mod record_callback;
pub mod record_status;
pub mod send_message;
pub mod sign_in;
pub mod sign_up;
pub mod state;
pub mod take_limits;
pub mod throttle;
pub mod tidy_up;
pub mod tokens;
