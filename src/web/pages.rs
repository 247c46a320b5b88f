//! One file a page; each one `Suspend` around one use case.

mod account;
mod admin;
mod api_docs;
mod code;
mod contact;
mod costs;
mod drives;
mod erase;
mod failures;
mod fault;
mod forgotten;
mod handset;
mod home;
mod interests;
mod message;
mod messages;
mod not_found;
mod number;
mod offers;
mod own_data;
mod own_limits;
mod own_thread;
mod own_unassigned;
mod panel;
mod panel_messages;
mod password;
mod quick_answers;
mod reading;
mod resend;
mod second_factor;
mod sign_in;
mod sign_up;
mod stock;
mod thread;
mod threads;
mod vehicle;
mod write;

pub use account::AccountPage;
pub use admin::{
    AdminOfferPage, AdminOffersPage, AttemptsPage, AuditPage, DealersPage, EditLimitPage, LimitsPage,
    NewRatePage, PlatformCostsPage, RatesPage, SystemPage, UnassignedPage, UnassignedWordsPage, UserPage,
    UsersPage,
};
pub use api_docs::ApiDocsPage;
pub use code::CodePage;
pub use contact::ContactPage;
pub use costs::{CostsPage, parse_month};
pub use drives::{DrivePage, DrivesPage, OwnDrivePage, OwnDrivesPage};
pub use erase::ErasePage;
pub use failures::FailuresPage;
pub use fault::failed;
pub use forgotten::ForgottenPage;
pub use handset::HandsetPage;
pub use home::HomePage;
pub use interests::InterestsPage;
pub use message::{DealerMessagePage, OwnMessagePage};
pub use messages::OwnMessagesPage;
pub use not_found::NotFoundPage;
pub use number::NumberPage;
pub use offers::{
    ADMINS as ADMINS_OFFERS, Asked as WhoseNames, AskedNames, Audience, NameList, NewOfferPage, OfferPage,
    OfferProgress, OffersPage, StateWord, cost, first_line,
};
pub use own_data::OwnDataPage;
pub use own_limits::OwnLimitsPage;
pub use own_unassigned::OwnUnassignedPage;
pub use panel::{Asked, LiveFigures, PanelPage};
pub use panel_messages::{DealerMessagesPage, NewMessages};
pub use password::PasswordPage;
pub use quick_answers::QuickAnswersPage;
pub use reading::ReadingPage;
pub use resend::{ResendPage, ResendProgress};
pub use second_factor::SecondFactorPage;
pub use sign_in::SignInPage;
pub use sign_up::SignUpPage;
pub use stock::{EditVehiclePage, ImportPage, NewVehiclePage, RenewPage, UploadPage, VehiclesPage};
pub use thread::{LiveThread, ThreadPage};
pub use threads::{ThreadRows, ThreadsPage};
pub use vehicle::VehiclePage;
pub use write::WritePage;
