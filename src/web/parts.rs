//! Small building blocks of pages.

mod contact;
mod form;
mod handset;
pub mod icons;
mod logo;
mod message;
mod notice;
mod outlook;
mod status;
mod title;
mod vehicle;

pub use contact::ContactForm;
pub use form::{ErrorSummary, Field, FieldError, TextArea};
pub use handset::{Conversation, Telephones, handset_path, number_in_query};
pub use icons::Icon;
pub use logo::Logo;
pub use message::{MessageProgress, Moment, Strip};
pub use notice::{Empty, Notice, Tone};
pub use outlook::Writer;
pub use status::{Progress, StatusPill, Ticks};
pub use title::PageTitle;
pub use vehicle::{Picture, Price, VehicleStrip};
