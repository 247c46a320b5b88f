//! The long proofs: what must hold under fire, after a kill, and whatever Twilio does. `make test` holds a short, seeded
//! form of each; `make soak` the long one.

pub mod audit;
mod database_restart;
mod dry_run;
mod faults;
mod fleet;
mod kills;
mod limits_under_fire;
mod offers;
mod one_key;
mod one_rule;
mod permutations;
mod reminders;
mod scale;
mod schedules;
