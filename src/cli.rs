//! Subcommands.

pub mod twilio_sim;
