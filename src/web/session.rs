//! Who is signed in. The session holds the user's id and when he signed in and was last seen: it ends 30 days after the
//! first and 3 days after the second. One that waits for the code of a second factor holds whose: nobody is signed in.

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore, cookie::SameSite};
use tracing::Span;

use super::{cookie, request::Current, state::AppState};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        sessions::{DEVICE, IDLE, SEEN, SIGNED_IN, USER, is_alive},
        sign_in::{Known, get_known},
    },
    domain::{
        device::device_words,
        ids::{ProofId, UserId},
    },
};

const AWAITED: &str = "awaited";
/// Since when he had the second factor that was proved here.
const FACTOR: &str = "factor";
/// The secret of one that is being set up, sealed.
const FACTOR_BEGUN: &str = "factor_begun";
/// The code by which a forgotten password may be set anew here.
const RESET: &str = "reset";
/// How long a code may be waited for after the password.
const CODE_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Being seen is written down no more often than this.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(15);

/// Signed in, but before he may do anything he is to set up his second factor: to all else he is a visitor.
#[derive(Clone)]
pub struct Enrolling(pub Actor);

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

/// Puts the [`Actor`] of a live session into the request, or whoever is [`Enrolling`].
pub async fn load_actor(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match signed_in(&state, &session).await {
        Ok(Some(Known { actor, must_enrol: true })) => {
            request.extensions_mut().insert(Enrolling(actor));
        }
        Ok(Some(Known { actor, .. })) => {
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

async fn signed_in(state: &AppState, session: &Session) -> Result<Option<Known>> {
    let Some(user) = session.get::<UserId>(USER).await.map_err(fault)? else {
        return Ok(None);
    };
    let now = state.clock.now();
    let signed_in: Option<DateTime<Utc>> = session.get(SIGNED_IN).await.map_err(fault)?;
    let seen: Option<DateTime<Utc>> = session.get(SEEN).await.map_err(fault)?;
    let alive = signed_in.zip(seen).is_some_and(|(signed_in, seen)| is_alive(signed_in, seen, now));
    let factor: Option<Option<DateTime<Utc>>> = session.get(FACTOR).await.map_err(fault)?;
    let known = if alive { get_known(state, user, factor.flatten()).await? } else { None };
    if known.is_none() {
        session.flush().await.map_err(fault)?;
    } else if seen.is_none_or(|at| now - at >= SEEN_EVERY) {
        session.insert(SEEN, now).await.map_err(fault)?;
    }
    Ok(known)
}

/// Begins a signed-in session under a new id; what a visitor had typed stays. `factor` is the second one that he proved.
pub async fn begin(current: &Current, user: UserId, factor: Option<DateTime<Utc>>) -> Result<()> {
    let (session, now) = (&current.session, current.state.clock.now());
    let agent = current.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    session.cycle_id().await.map_err(fault)?;
    session.remove_value(AWAITED).await.map_err(fault)?;
    session.insert(DEVICE, device_words(agent.unwrap_or_default())).await.map_err(fault)?;
    session.insert(USER, user).await.map_err(fault)?;
    session.insert(FACTOR, factor).await.map_err(fault)?;
    session.insert(SIGNED_IN, now).await.map_err(fault)?;
    session.insert(SEEN, now).await.map_err(fault)
}

/// Keeps the sealed secret of a second factor that is being set up here.
pub async fn keep_begun(session: &Session, sealed: &str) -> Result<()> {
    session.insert(FACTOR_BEGUN, sealed).await.map_err(fault)
}

pub async fn begun(session: &Session) -> Result<Option<String>> {
    session.get(FACTOR_BEGUN).await.map_err(fault)
}

/// A second factor was proved here that is on since then: the session goes on under a new id.
pub async fn prove_factor(session: &Session, since: DateTime<Utc>) -> Result<()> {
    session.cycle_id().await.map_err(fault)?;
    session.remove_value(FACTOR_BEGUN).await.map_err(fault)?;
    session.insert(FACTOR, since).await.map_err(fault)
}

/// Whose code is waited for, and since when.
#[derive(Serialize, Deserialize)]
struct Awaited {
    user: UserId,
    since: DateTime<Utc>,
}

/// His password was right; his code is waited for, under a new id, and whoever was signed in here is so no more.
pub async fn await_code(current: &Current, user: UserId) -> Result<()> {
    let (session, since) = (&current.session, current.state.clock.now());
    session.cycle_id().await.map_err(fault)?;
    session.remove_value(USER).await.map_err(fault)?;
    session.insert(AWAITED, Awaited { user, since }).await.map_err(fault)
}

/// Whose code is waited for; `None`: nobody's, or it was waited for too long.
pub async fn awaited(current: &Current) -> Result<Option<UserId>> {
    let awaited: Option<Awaited> = current.session.get(AWAITED).await.map_err(fault)?;
    let now = current.state.clock.now();
    Ok(awaited.filter(|awaited| now - awaited.since < CODE_WITHIN).map(|awaited| awaited.user))
}

/// The forgotten password that was asked about here.
pub async fn keep_reset(session: &Session, id: ProofId) -> Result<()> {
    session.insert(RESET, id).await.map_err(fault)
}

pub async fn reset(session: &Session) -> Result<Option<ProofId>> {
    session.get(RESET).await.map_err(fault)
}

pub async fn forget_reset(session: &Session) -> Result<()> {
    session.remove_value(RESET).await.map_err(fault).map(|_| ())
}

/// Ends the session and forgets it.
pub async fn end(session: &Session) -> Result<()> {
    session.flush().await.map_err(fault)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
pub(super) fn fault(error: tower_sessions::session::Error) -> AppError {
    AppError::Fault(format!("session: {error}"))
}
