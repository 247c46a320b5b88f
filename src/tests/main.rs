//! The integration crate: one file a feature.

mod vehicles;
