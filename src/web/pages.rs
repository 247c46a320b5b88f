//! One file a page; each one `Suspend` around one use case.

mod home;
mod not_found;

pub use home::HomePage;
pub use not_found::NotFoundPage;
