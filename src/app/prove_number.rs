//! Proving one's number: its owner sends a code from it. A code from the account's own number proves it at once; from another
//! it is asked first, with the password, for a lucky guess or a borrowed session must not bring a stranger's number in.

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    actor::Actor,
    error::{AppError, Result},
    opt_out::way_back,
    proofs::{self, Asked, asked},
    sign_in::{Origin, prove_password},
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{phone::Phone, proof::Proof},
    store::{self, proofs::ProofRow},
};

/// How an account's number stands.
#[derive(Clone, Debug)]
pub struct NumberState {
    pub phone: Option<Phone>,
    pub proved_at: Option<DateTime<Utc>>,
    /// It is proved and wants nothing of OKLA's: how that is taken back.
    pub way_back: Option<Url>,
    pub step: Step,
}

/// What is under way.
#[derive(Clone, Debug)]
pub enum Step {
    Nothing,
    /// A code is waited for.
    Waiting(Asked),
    /// It came from this number, which is not the account's.
    Other(Phone),
}

pub async fn read_number(app: &App, actor: &Actor) -> Result<NumberState> {
    let mut conn = app.pool.acquire().await?;
    let row = store::phones::get_phone(&mut conn, actor.user_id).await?.ok_or(AppError::SignedOut)?;
    let latest = store::proofs::get_latest(&mut conn, actor.user_id).await?;
    let step = match latest.filter(|latest| is_open(latest, app.clock.now())) {
        None => Step::Nothing,
        Some(latest) => match latest.came_from.as_deref().and_then(|from| Phone::parse_api(from).ok()) {
            Some(from) => Step::Other(from),
            None => Step::Waiting(asked(app, Proof::Phone, &latest)?),
        },
    };
    let phone = row.phone.and_then(|phone| Phone::parse_api(&phone).ok());
    // Of a number that nobody proved it is not said: it may be a stranger's.
    let way_back = match phone.as_ref().filter(|_| row.proved_at.is_some()) {
        Some(phone) => way_back(app, &mut conn, phone.as_str()).await?,
        None => None,
    };
    Ok(NumberState { phone, proved_at: row.proved_at, way_back, step })
}

fn is_open(row: &ProofRow, now: DateTime<Utc>) -> bool {
    row.proved_at.is_none() && row.expires_at > now
}

/// A new code; the one before is good no more.
///
/// # Errors
/// `Throttled`.
pub async fn ask_for_code(app: &App, actor: &Actor) -> Result<()> {
    throttle::knock(app, &mut *app.pool.acquire().await?, Door::CodesOf { user: actor.user_id }).await?;
    let mut tx = store::connection::begin(&app.pool).await?;
    store::proofs::delete_of(&mut tx, actor.user_id, Proof::Phone.as_str()).await?;
    proofs::begin(app, &mut tx, Some(actor.user_id), Proof::Phone).await?;
    Ok(tx.commit().await?)
}

/// Takes the number that the code came from for the account's.
///
/// # Errors
/// `Invalid`: the wrong password, or no code came; `Throttled`.
pub async fn take_number(app: &App, actor: &Actor, password: &str, origin: Origin<'_>) -> Result<()> {
    prove_password(app, actor, password, origin).await?;
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    let latest = store::proofs::get_latest(&mut tx, actor.user_id).await?;
    let latest = latest.filter(|latest| is_open(latest, now));
    let from = latest.and_then(|latest| Some((latest.id, latest.came_from?)));
    let late = || AppError::invalid("", "late", "El código venció. Pida otro y envíelo enseguida.");
    let (id, from) = from.ok_or_else(late)?;
    store::proofs::mark_proved(&mut tx, id, now).await?;
    store::phones::set_proved(&mut tx, actor.user_id, &from, now).await?;
    Ok(tx.commit().await?)
}

/// Gives the account another number, which is to be proved.
///
/// # Errors
/// `Invalid` names the field; `Throttled`.
pub async fn change_number(
    app: &App,
    actor: &Actor,
    typed: &str,
    password: &str,
    origin: Origin<'_>,
) -> Result<()> {
    let phone = Phone::parse_form(typed)
        .map_err(|problem| AppError::invalid("phone", "invalid", problem.sentence()))?;
    prove_password(app, actor, password, origin).await?;
    let mut tx = store::connection::begin(&app.pool).await?;
    let known = store::phones::get_phone(&mut tx, actor.user_id).await?.ok_or(AppError::SignedOut)?;
    if known.phone.as_deref() != Some(phone.as_str()) {
        // One that was on its way to prove the number before.
        store::proofs::delete_of(&mut tx, actor.user_id, Proof::Phone.as_str()).await?;
        store::proofs::delete_of(&mut tx, actor.user_id, Proof::Password.as_str()).await?;
        store::phones::set_phone(&mut tx, actor.user_id, phone.as_str(), app.clock.now()).await?;
    }
    Ok(tx.commit().await?)
}
