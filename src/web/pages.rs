//! One file a page; each one `Suspend` around one use case.

mod fault;
mod home;
mod not_found;
mod vehicle;

pub use fault::failed;
pub use home::HomePage;
pub use not_found::NotFoundPage;
pub use vehicle::VehiclePage;
