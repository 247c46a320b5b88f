//! Small building blocks of pages.

mod contact;
mod dealer_bar;
mod form;
mod handset;
pub mod icons;
mod logo;
mod message;
mod message_row;
mod next;
mod notice;
mod outlook;
mod reveal_number;
mod second_factor;
mod sessions;
mod status;
mod thread;
mod title;
mod vehicle;

pub use contact::ContactForm;
pub use dealer_bar::{Fill, LimitBar};
pub use form::{Choice, ErrorSummary, Field, FieldError, PressProblems, TextArea};
pub use handset::{Conversation, Telephones, handset_path, number_in_query};
pub use icons::Icon;
pub use logo::Logo;
pub use message::{MessageProgress, Moment, Strip};
pub use message_row::{StateCell, TextCell, VehicleCell};
pub use next::Next;
pub use notice::{Empty, Notice, Tone};
pub use outlook::{BeforeWriting, Writer};
pub use reveal_number::RevealNumber;
pub use second_factor::{CodeField, QrCode};
pub use sessions::{LastSignIn, OpenSessions};
pub use status::{Progress, StatusPill, Ticks};
pub use thread::ThreadLines;
pub use title::PageTitle;
pub use vehicle::{Picture, Price, VehicleStrip};
