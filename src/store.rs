//! All SQL: free functions over a connection, `query!` macros, private row structs, rows affected checked.

pub mod limits;
pub mod migrations;
pub mod notices;
