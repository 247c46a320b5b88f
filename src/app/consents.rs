//! Giving and withdrawing consent: each thing by itself, each time a row that stays, with the words that were read.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::{consent::Consent, ids::UserId},
    store::{self, consents::NewConsent},
};

pub use crate::store::consents::ConsentRow;

/// Where a person who answers BAJA says so.
const WHATSAPP: &str = "WhatsApp";
pub(super) const CHANGED: &str =
    "El texto cambió mientras usted lo leía. Léalo de nuevo y márquelo si está de acuerdo.";
/// Of the history.
const SHOWN: i64 = 100;

/// What is in force, and how it came about.
pub struct Consents {
    /// What one may leave, and since when it is given.
    pub free: Vec<(Consent, Option<DateTime<Utc>>)>,
    /// The newest first.
    pub history: Vec<ConsentRow>,
}

pub async fn read_consents(app: &App, actor: &Actor) -> Result<Consents> {
    let mut conn = app.pool.acquire().await?;
    let row = store::consents::get_in_force(&mut conn, actor.user_id).await?.ok_or(AppError::SignedOut)?;
    let history = store::consents::list_consents(&mut conn, actor.user_id, SHOWN).await?;
    let since = |consent| match consent {
        Consent::Answers => row.answers_since,
        Consent::Offers => row.offers_since,
        Consent::Phone => row.shows_phone_since,
        Consent::Contact => None,
    };
    let free = Consent::FREE.map(|consent| (consent, since(consent))).to_vec();
    Ok(Consents { free, history })
}

/// Gives what was shown under that version, or withdraws it (`version` none), on a page.
///
/// # Errors
/// `NotFound`: there is no such consent that one may leave. `Invalid`: the words were others.
pub async fn change_consent(
    app: &App,
    actor: &Actor,
    purpose: &str,
    version: Option<&str>,
    place: &str,
) -> Result<()> {
    let consent = purpose.parse().ok().filter(|consent| Consent::FREE.contains(consent));
    let consent: Consent = consent.ok_or(AppError::NotFound)?;
    if version.is_some_and(|version| version != consent.version()) {
        return Err(AppError::invalid("", "changed", CHANGED));
    }
    let now = app.clock.now();
    let mut tx = store::connection::begin(&app.pool).await?;
    note(&mut tx, actor.user_id, consent, version.is_some(), place, now).await?;
    Ok(tx.commit().await?)
}

/// Notes it unless it is so already.
pub(super) async fn note(
    conn: &mut PgConnection,
    user: UserId,
    consent: Consent,
    given: bool,
    place: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let changed = consent == Consent::Contact
        || store::consents::set_in_force(conn, user, consent.as_str(), given.then_some(now)).await?;
    if changed {
        let row = NewConsent {
            user,
            purpose: consent.as_str(),
            version: consent.version(),
            body: consent.text(),
            withdrawn: !given,
            place,
            at: now,
        };
        store::consents::insert_consent(conn, &row).await?;
    }
    Ok(())
}

/// Whoever answers BAJA from his proved number wants neither offers nor notices any more, also if he comes back.
pub(super) async fn withdraw_all(conn: &mut PgConnection, address: &str, now: DateTime<Utc>) -> Result<()> {
    if let Some(user) = store::phones::get_prover(conn, address).await? {
        for consent in [Consent::Answers, Consent::Offers] {
            note(conn, user, consent, false, WHATSAPP, now).await?;
        }
    }
    Ok(())
}
