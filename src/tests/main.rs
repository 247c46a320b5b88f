//! The integration tests: a file a feature.

mod simulator;
