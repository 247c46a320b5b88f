//! All SQL: free functions over a connection, `query!` macros, private row structs, rows affected checked.

pub mod answers;
pub mod audiences;
pub mod audit;
pub mod campaign_results;
pub mod campaign_work;
pub mod campaigns;
pub mod connection;
pub mod consents;
pub mod copy;
pub mod dealers;
pub mod deliveries;
pub mod dop_rates;
pub mod doubts;
pub mod erasing;
pub mod events;
pub mod figures;
pub mod gauges;
pub mod idempotency;
mod ids;
pub mod inbound;
pub mod inbound_media;
pub mod interests;
pub mod ledger;
pub mod limits;
pub mod line_words;
pub mod lines;
pub mod listings;
pub mod message_list;
pub mod messages;
pub mod migrations;
pub mod names;
pub mod notices;
pub mod numbers;
pub mod offers;
pub mod opt_outs;
pub mod outbox;
pub mod own_data;
pub mod panel_list;
pub mod parts;
pub mod pauses;
pub mod phones;
pub mod platform;
pub mod proofs;
pub mod questions;
pub mod quick_answers;
pub mod rates;
pub mod reminders;
pub mod resends;
pub mod restored;
pub mod rests;
pub mod retention;
pub mod second_factors;
pub mod senders;
pub mod servers;
pub mod sessions;
pub mod sign_in_failures;
pub mod templates;
pub mod test_drives;
pub mod thread_lines;
pub mod thread_pages;
pub mod threads;
pub mod throttles;
pub mod unassigned;
pub mod usage;
pub mod user_list;
pub mod users;
pub mod vehicles;
pub mod whatsapp_ids;
pub mod words;

/// Turns a stored word that the domain does not know into an error that names its column.
fn corrupt<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    column: &'static str,
) -> impl Fn(E) -> sqlx::Error {
    move |source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: source.into() }
}
