//! All SQL: free functions over a connection, `query!` macros, private row structs, rows affected checked.

pub mod dealers;
pub mod events;
pub mod gauges;
mod ids;
pub mod ledger;
pub mod limits;
pub mod message_list;
pub mod messages;
pub mod migrations;
pub mod notices;
pub mod parts;
pub mod sessions;
pub mod throttles;
pub mod users;
pub mod vehicles;

/// Turns a stored word that the domain does not know into an error that names its column.
fn corrupt<E: std::error::Error + Send + Sync + 'static>(column: &'static str) -> impl Fn(E) -> sqlx::Error {
    move |source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) }
}
