//! Small building blocks of pages. All but the document's title compile for the browser too, so that an island can draw
//! the same state the server drew.

mod form;
pub mod icons;
mod logo;
mod notice;
mod status;
#[cfg(feature = "ssr")]
mod title;
mod vehicle;

pub use form::{FieldError, TextArea};
pub use icons::Icon;
pub use logo::Logo;
pub use notice::{Empty, Notice, Tone};
pub use status::{Progress, StatusPill, Ticks};
#[cfg(feature = "ssr")]
pub use title::PageTitle;
pub use vehicle::{Picture, Price, VehicleStrip};
