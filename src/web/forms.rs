//! The server functions that plain HTML forms post to. Success redirects; what the visitor can mend goes back with him
//! in a flash; each says in its first line who may call it.

mod sign_in;
mod sign_up;

use super::{
    flash::{self, Flash, Problem},
    redirect,
    request::Current,
};
use crate::app::error::{AppError, Result};

/// Sends the visitor back to `path` with what he typed and what is wrong with it. Other errors pass.
pub async fn back_with(
    current: &Current,
    form: &str,
    path: &str,
    values: &[(&str, &str)],
    error: AppError,
) -> Result<()> {
    let problems = match error {
        AppError::Invalid(fields) => fields.into_iter().map(Problem::from).collect(),
        AppError::BadCredentials => vec![whole(
            "El correo o la contraseña no son correctos. Revíselos e inténtelo de nuevo.".to_owned(),
        )],
        AppError::Throttled { retry_after } => {
            let minutes = retry_after.as_secs().div_ceil(60);
            vec![whole(format!(
                "Demasiados intentos seguidos. Espere {minutes} min e inténtelo de nuevo."
            ))]
        }
        AppError::Limit(refusal) => vec![whole(refusal.sentence())],
        AppError::Forbidden { message, .. } => vec![whole(message.to_owned())],
        error @ (AppError::NotFound | AppError::Database(_) | AppError::Fault(_)) => return Err(error),
    };
    flash::keep(&current.session, form, &Flash::new(values, problems)).await?;
    redirect::from_leptos(path);
    Ok(())
}

fn whole(message: String) -> Problem {
    Problem {
        field: String::new(),
        message,
    }
}
