//! Codes that a person sends to OKLA's number from his own. A code is drawn from its id with the installation's secret, so
//! the database alone tells none; it is good once, for half an hour.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use url::Url;

use super::{
    error::{AppError, Result},
    opt_out::write_to_okla,
    say::{Saying, say},
    state::App,
    throttle::{self, Door, keyed_hash},
};
use crate::{
    domain::{
        ids::{ProofId, UserId},
        phone::Phone,
        proof::{Proof, Typed, code_of, read},
    },
    store::{
        self,
        inbound::{Owner, Unhandled},
        proofs::ProofRow,
    },
};

const VALID: TimeDelta = TimeDelta::minutes(30);
/// How often a code that is taken already is drawn anew.
const TRIES: usize = 5;

const PROVED: &str = "Listo: este número quedó comprobado en su cuenta de OKLA.";
const OTHER_NUMBER: &str = "Recibimos su código, pero su cuenta tiene otro número, o ninguno. Para usar este, confírmelo \
                            en la página donde pidió el código.";
const MAY_RESET: &str = "Listo: en la página donde lo pidió ya puede poner su contraseña nueva. Si otra persona le dijo \
                         que enviara este código, no fue OKLA: entre en su cuenta y cambie la contraseña ahora.";
const WRONG: &str = "Ese código no vale, o ya venció. Pida otro en la página de OKLA y envíelo enseguida desde el mismo WhatsApp.";

/// A code as its owner sees it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: ProofId,
    pub code: String,
    /// All that he sends.
    pub words: String,
    /// Opens WhatsApp with the words written.
    pub link: Url,
    /// OKLA's number.
    pub number: Phone,
    pub expires_at: DateTime<Utc>,
}

/// A new code. Of a forgotten password `user` may be nobody: then nothing will come of it.
pub(super) async fn begin(
    app: &App,
    conn: &mut PgConnection,
    user: Option<UserId>,
    purpose: Proof,
) -> Result<ProofId> {
    let now = app.clock.now();
    for _ in 0..TRIES {
        let id = ProofId::fresh();
        let hash = hash(app, &code(app, id)?)?;
        if store::proofs::insert_proof(conn, id, user, purpose.as_str(), &hash, (now, now + VALID)).await? {
            return Ok(id);
        }
    }
    Err(AppError::Fault("no code is free".to_owned()))
}

/// How its owner sees it.
pub(super) fn asked(app: &App, purpose: Proof, row: &ProofRow) -> Result<Asked> {
    let code = code(app, row.id)?;
    let words = purpose.words(&code);
    let (link, number) = (write_to_okla(&app.settings, &words)?, app.settings.number.clone());
    Ok(Asked { id: row.id, code, words, link, number, expires_at: row.expires_at })
}

/// Takes what came in if it is a code; `None`: it is something else. Whatever is wrong with one, its sender is told the
/// same: not even whether somebody asked for it.
pub(super) async fn take_code(app: &App, inbound: &Unhandled) -> Result<Option<Owner>> {
    let Some(typed) = read(&inbound.body) else { return Ok(None) };
    let Ok(from) = Phone::parse_api(&inbound.from_address) else { return Ok(None) };
    let door = Door::ProofFrom { number: from.as_str() };
    let mut conn = app.pool.acquire().await?;
    if let Err(error) = throttle::knock(app, &mut conn, door).await {
        let AppError::Throttled { .. } = error else { return Err(error) };
        tracing::warn!(from = from.masked(), "too many codes from one number");
        return Ok(Some(Owner::Okla));
    }
    drop(conn);
    let answer = match take(app, &typed, &from, inbound.received_at).await? {
        Taken::Said(answer) => {
            throttle::take_back(app, &mut *app.pool.acquire().await?, door).await?;
            answer
        }
        // Perhaps somebody answers so.
        Taken::Unknown if !typed.is_marked => return Ok(None),
        Taken::Unknown => {
            tracing::info!(from = from.masked(), "a code that is none came in");
            WRONG
        }
    };
    say(app, from.as_str(), Saying::Text(answer.to_owned()), format!("proof:{}", inbound.id)).await?;
    Ok(Some(Owner::Okla))
}

enum Taken {
    Said(&'static str),
    Unknown,
}

async fn take(app: &App, typed: &Typed, from: &Phone, now: DateTime<Utc>) -> Result<Taken> {
    let mut tx = store::connection::begin(&app.pool).await?;
    let Some(row) = store::proofs::lock_by_code(&mut tx, &hash(app, &typed.code)?).await? else {
        return Ok(Taken::Unknown);
    };
    let Some(user) = row.user.filter(|_| row.expires_at > now) else { return Ok(Taken::Unknown) };
    // Once; the same message may be dealt with twice.
    if row.came_from.as_ref().is_some_and(|known| known != from.as_str()) {
        return Ok(Taken::Unknown);
    }
    let account = store::phones::get_phone(&mut tx, user).await?;
    let is_its = account.as_ref().is_some_and(|account| account.phone.as_deref() == Some(from.as_str()));
    let is_proved = account.is_some_and(|account| account.proved_at.is_some());
    let answer = if row.purpose == Proof::Password.as_str() {
        if !(is_its && is_proved) {
            return Ok(Taken::Unknown);
        }
        store::proofs::mark_proved(&mut tx, row.id, now).await?;
        MAY_RESET
    } else if is_its {
        if row.proved_at.is_none() {
            store::phones::set_proved(&mut tx, user, from.as_str(), now).await?;
        }
        store::proofs::mark_proved(&mut tx, row.id, now).await?;
        PROVED
    } else {
        OTHER_NUMBER
    };
    store::proofs::mark_came(&mut tx, row.id, from.as_str()).await?;
    tx.commit().await?;
    tracing::info!(%user, purpose = row.purpose, from = from.masked(), "a code came in");
    Ok(Taken::Said(answer))
}

fn code(app: &App, id: ProofId) -> Result<String> {
    let drawn = keyed_hash(app, &format!("proof of {id}"))?;
    let bits = drawn.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
    Ok(code_of(bits.unwrap_or_default()))
}

fn hash(app: &App, code: &str) -> Result<Vec<u8>> {
    keyed_hash(app, &format!("proof {code}"))
}
