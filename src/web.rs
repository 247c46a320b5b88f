//! The web half.
