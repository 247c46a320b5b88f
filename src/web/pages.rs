//! One file a page; each one `Suspend` around one use case.

mod api_docs;
mod contact;
mod costs;
mod failures;
mod fault;
mod handset;
mod home;
mod message;
mod messages;
mod not_found;
mod panel;
mod panel_messages;
mod resend;
mod sign_in;
mod sign_up;
mod stock;
mod vehicle;
mod write;

pub use api_docs::ApiDocsPage;
pub use contact::ContactPage;
pub use costs::{CostsPage, parse_month};
pub use failures::FailuresPage;
pub use fault::failed;
pub use handset::HandsetPage;
pub use home::HomePage;
pub use message::{DealerMessagePage, OwnMessagePage};
pub use messages::OwnMessagesPage;
pub use not_found::NotFoundPage;
pub use panel::{LiveFigures, PanelPage};
pub use panel_messages::{DealerMessagesPage, NewMessages};
pub use resend::{ResendPage, ResendProgress};
pub use sign_in::SignInPage;
pub use sign_up::SignUpPage;
pub use stock::{EditVehiclePage, ImportPage, NewVehiclePage, UploadPage, VehiclesPage};
pub use vehicle::VehiclePage;
pub use write::WritePage;
