//! Who is signed in. The session holds the user's id and when he signed in and was last seen: it ends 30 days after the
//! first and 3 days after the second.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore, cookie::SameSite};
use tracing::Span;

use super::{cookie, state::AppState};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        sign_in::get_actor,
    },
    domain::ids::UserId,
};

const USER: &str = "user";
const SIGNED_IN: &str = "signed_in";
const SEEN: &str = "seen";

const ABSOLUTE: TimeDelta = TimeDelta::days(30);
const IDLE: TimeDelta = TimeDelta::days(3);
/// Being seen is written down no more often than this.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(15);

/// The session's cookie, of the kind that [`cookie`] describes.
pub fn layer<S: SessionStore + Clone>(state: &AppState, store: S) -> SessionManagerLayer<S> {
    let public_url = &state.config.public_url;
    SessionManagerLayer::new(store)
        .with_name(cookie::name(public_url, "okla_sesion"))
        .with_secure(cookie::is_secure(public_url))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(IDLE.num_days())))
}

/// Puts the [`Actor`] of a live session into the request.
pub async fn load_actor(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match signed_in(&state, &session).await {
        Ok(Some(actor)) => {
            // Other layers' spans lie between; this one is every line's.
            if let Some(span) = request.extensions().get::<Span>() {
                span.record("user", tracing::field::display(actor.user_id));
            }
            request.extensions_mut().insert(actor);
        }
        Ok(None) => {}
        // A page that anyone may see is shown all the same.
        Err(error) => tracing::error!(%error, "the session could not be read"),
    }
    next.run(request).await
}

async fn signed_in(state: &AppState, session: &Session) -> Result<Option<Actor>> {
    let Some(user) = session.get::<UserId>(USER).await.map_err(fault)? else {
        return Ok(None);
    };
    let now = state.clock.now();
    let signed_in: Option<DateTime<Utc>> = session.get(SIGNED_IN).await.map_err(fault)?;
    let seen: Option<DateTime<Utc>> = session.get(SEEN).await.map_err(fault)?;
    let alive = signed_in.is_some_and(|at| now - at < ABSOLUTE) && seen.is_some_and(|at| now - at < IDLE);
    let actor = if alive { get_actor(state, user).await? } else { None };
    if actor.is_none() {
        session.flush().await.map_err(fault)?;
    } else if seen.is_none_or(|at| now - at >= SEEN_EVERY) {
        session.insert(SEEN, now).await.map_err(fault)?;
    }
    Ok(actor)
}

/// Begins a signed-in session under a new id; what a visitor had typed stays.
pub async fn begin(state: &AppState, session: &Session, actor: &Actor) -> Result<()> {
    let now = state.clock.now();
    session.cycle_id().await.map_err(fault)?;
    session.insert(USER, actor.user_id).await.map_err(fault)?;
    session.insert(SIGNED_IN, now).await.map_err(fault)?;
    session.insert(SEEN, now).await.map_err(fault)
}

/// Ends the session and forgets it.
pub async fn end(session: &Session) -> Result<()> {
    session.flush().await.map_err(fault)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
pub(super) fn fault(error: tower_sessions::session::Error) -> AppError {
    AppError::Fault(format!("session: {error}"))
}
