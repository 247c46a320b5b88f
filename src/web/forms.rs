//! The server functions that plain HTML forms post to. Success redirects; what the visitor can mend goes back with him
//! in a flash; each says in its first line who may call it.

mod contact;
mod handset;
mod sign_in;
mod sign_up;

pub use contact::{FORM as CONTACT, contact};
pub use handset::FORM as HANDSET;

use super::{
    flash::{self, Flash, Problem},
    redirect,
    request::Current,
};
use crate::app::error::{AppError, Result};

/// Sends the visitor back to `path` with what he typed and what is wrong with it. Other errors pass.
async fn back_with(
    current: &Current,
    form: &str,
    path: &str,
    values: &[(&str, &str)],
    error: AppError,
) -> Result<()> {
    flash::keep(&current.session, form, &Flash::new(values, problems(error)?)).await?;
    redirect::from_leptos(path);
    Ok(())
}

/// What the visitor can mend, in words; a fault passes.
fn problems(error: AppError) -> Result<Vec<Problem>> {
    let whole = |message: String| {
        Ok(vec![Problem {
            field: String::new(),
            message,
        }])
    };
    match error {
        AppError::Invalid(fields) => Ok(fields.into_iter().map(Problem::from).collect()),
        AppError::BadCredentials => {
            whole("El correo o la contraseña no son correctos. Revíselos e inténtelo de nuevo.".to_owned())
        }
        AppError::Throttled { retry_after } => {
            let minutes = retry_after.as_secs().div_ceil(60);
            whole(format!(
                "Demasiados intentos seguidos. Espere {minutes} min e inténtelo de nuevo."
            ))
        }
        AppError::Limit(refusal) => whole(refusal.sentence()),
        AppError::Forbidden { message, .. } => whole(message.to_owned()),
        fault @ (AppError::NotFound | AppError::SignedOut | AppError::Database(_) | AppError::Fault(_)) => {
            Err(fault)
        }
    }
}
