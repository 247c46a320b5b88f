//! `POST /panel/vehiculos/importar`: a dealer's file, kept until he has looked at what it would do.

use axum::{
    Extension,
    extract::{Multipart, State, multipart::MultipartError},
    response::{IntoResponse, Redirect, Response},
};
use tower_sessions::Session;

use super::{
    flash::{self, Flash, Problem},
    forms,
    guard::sign_in_path,
    redirect,
    state::AppState,
};
use crate::app::{
    actor::Actor,
    error::{AppError, Result},
    import_vehicles::keep_upload,
};

const PAGE: &str = "/panel/vehiculos/importar";
/// Of a file: ten thousand vehicles and their descriptions.
const MOST_FILE_BYTES: usize = 2 * 1024 * 1024;
/// Of a request: what is too large is still read so far, so that it is refused in words.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;

pub async fn vehicles(
    State(state): State<AppState>,
    session: Session,
    actor: Option<Extension<Actor>>,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return Redirect::to(&sign_in_path(PAGE)).into_response();
    };
    let kept = async {
        let (name, content) = read(form).await?;
        keep_upload(&state, &actor, &name, &content).await
    };
    match kept.await {
        Ok(id) => redirect::see_other(&format!("{PAGE}/{id}")),
        Err(error) => {
            let problems = forms::problems(error)
                .into_iter()
                .map(|Problem { message, .. }| Problem { field: "archivo".to_owned(), message });
            match flash::keep(&session, forms::VEHICLE, &Flash::new(&[], problems.collect())).await {
                Ok(()) => redirect::see_other(PAGE),
                Err(error) => {
                    tracing::error!(%error, "a refused file could not be explained");
                    axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
                }
            }
        }
    }
}

/// The file's name and content; what is over is read and dropped.
async fn read(mut form: Multipart) -> Result<(String, Vec<u8>)> {
    let (mut name, mut content, mut size) = (String::new(), Vec::new(), 0);
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        if field.name() != Some("archivo") {
            continue;
        }
        name = field.file_name().unwrap_or_default().to_owned();
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            size += chunk.len();
            if size <= MOST_FILE_BYTES {
                content.extend_from_slice(&chunk);
            }
        }
    }
    if size > MOST_FILE_BYTES {
        let sentence = "Archivo: pesa más de 2 MB. Divídalo en varios e impórtelos uno tras otro.";
        return Err(AppError::invalid("archivo", "file_too_large", sentence));
    }
    Ok((name, content))
}

fn broken(error: &MultipartError) -> AppError {
    tracing::info!(%error, "a file did not arrive whole");
    AppError::invalid("archivo", "file_broken", "Archivo: no llegó entero. Elíjalo otra vez y envíelo.")
}
