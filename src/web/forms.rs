//! The server functions that plain HTML forms post to. Success redirects; what the visitor can mend goes back with him
//! in a flash; each says in its first line who may call it.

mod account;
mod admin;
mod consent;
mod contact;
mod drives;
mod handset;
mod limits;
mod number;
mod offers;
mod own_data;
mod password;
mod preview;
mod quick_answers;
mod rates;
mod resend;
mod sign_in;
mod sign_up;
mod system;
mod threads;
mod unassigned;
mod users;
mod vehicle;
mod write;

pub use account::{ACCOUNT, CODE, FACTOR};
pub use admin::{LIMIT, LIMIT_FIELDS, PAUSE, Wanted, edit_path, read_wanted};
pub use contact::{FORM as CONTACT, Typed, contact};
pub use drives::{DRIVE, INTEREST, RENEWAL};
pub use handset::FORM as HANDSET;
pub use limits::{AUDIT, REQUEST};
pub use number::NUMBER;
pub use offers::{CAMPAIGN, HALT, OFFER};
pub use own_data::{DATA, ERASE};
pub use password::{FORGOTTEN, PASSWORD};
pub use preview::{contact_preview, number_preview, preview_to, show_preview, shown};
pub use quick_answers::QUICK;
pub use rates::{DOP_RATE, NEW_RATE, RATE, RATE_FIELDS, RATES, read_rate};
pub use resend::FORM as RESEND;
pub use system::{SYSTEM, millis};
pub use threads::{ANSWER, OWN_ANSWER, OWN_WORDS};
pub use unassigned::UNASSIGNED;
pub use users::{NUMBERS, USER, user_path};
pub use vehicle::{FIELDS as VEHICLE_FIELDS, FORM as VEHICLE};
pub use write::{FORM as WRITE, PAGE as WRITE_PAGE};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    error::WebError,
    flash::{self, Flash, Problem},
    guard::door,
    redirect,
    request::Current,
};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, OPTED_OUT, Result},
    },
    domain::reason::Reason,
};

/// Sends the visitor back to `path` with what he typed and what is wrong with it.
async fn back_with(
    current: &Current,
    form: &str,
    path: &str,
    values: &[(&str, &str)],
    error: AppError,
) -> Result<()> {
    flash::keep(&current.session, form, &Flash::new(values, problems(error))).await?;
    redirect::from_leptos(path);
    Ok(())
}

/// On to `path`, whose page says what was done.
async fn done(current: &Current, form: &str, path: &str, said: &str) -> Result<()> {
    flash::keep(&current.session, form, &Flash::new(&[("hecho", said)], Vec::new())).await?;
    redirect::from_leptos(path);
    Ok(())
}

/// Who presses; a visitor is sent to sign in and comes back to `page`, and there is nothing more to do.
fn signed_in(current: &Current, page: &str) -> Option<Actor> {
    if current.actor.is_none() {
        redirect::from_leptos(&door(current, page));
    }
    current.actor.clone()
}

/// Why somebody changes what concerns others, as he typed it into that field.
fn reason(field: &'static str, typed: &str) -> Result<Reason> {
    Reason::parse(typed).map_err(|error| AppError::invalid(field, "invalid_reason", error.to_string()))
}

/// What makes a second press the same sending: the form and all that is sent with it. A form that a browser kept and whose
/// text was changed since is another sending.
fn one_sending(form_key: &str, what: &[&str]) -> Option<String> {
    let form = Uuid::parse_str(form_key).ok()?;
    let digest = Sha256::digest(format!("{form}\n{}", what.join("\n")));
    Some(format!("form:{}", Uuid::from_slice(digest.get(..16)?).ok()?))
}

/// What is wrong, in words. A fault of ours is logged here, once; the visitor keeps what he typed.
pub fn problems(error: AppError) -> Vec<Problem> {
    let sentence = match error {
        AppError::Invalid(fields) => return fields.into_iter().map(Problem::from).collect(),
        AppError::BadCredentials => {
            "El correo o la contraseña no son correctos. Revíselos e inténtelo de nuevo.".to_owned()
        }
        AppError::Throttled { retry_after } => {
            let minutes = retry_after.as_secs().div_ceil(60);
            format!("Demasiados intentos seguidos. Espere {minutes} min e inténtelo de nuevo.")
        }
        AppError::Limit(refusal) => refusal.sentence(),
        AppError::Paused(paused) => paused.sentence(),
        AppError::NoTemplate(purpose) => purpose.unavailable(),
        AppError::OptedOut => OPTED_OUT.to_owned(),
        AppError::Withheld { why, .. } => why.sentence(),
        AppError::Forbidden { message, .. } => message.to_owned(),
        AppError::NotFound => "Lo que buscaba ya no está. Vuelva al inicio e inténtelo de nuevo.".to_owned(),
        AppError::KeyInProgress => {
            "Su mensaje se está enviando. Espere un momento y mire en «Mis mensajes».".to_owned()
        }
        AppError::SignedOut | AppError::KeyReused | AppError::Database(_) | AppError::Fault(_) => {
            tracing::error!(%error, "a form failed");
            WebError::Unexpected.to_string()
        }
    };
    vec![Problem { field: String::new(), message: sentence }]
}
