//! Erasing oneself (Ley 172-13). What has not left is withdrawn first, its money given back; then all goes in one transaction.
//! What is kept is nobody's: dates, states, costs, and the keyed hash of whoever asked to be left alone.

use std::time::Duration;

use chrono::TimeDelta;
use sqlx::PgConnection;
use tokio::time::sleep;
use uuid::Uuid;

use super::{
    actor::Actor,
    audit::{Change, record},
    deliver::withdraw,
    error::{AppError, Result},
    sign_in::{Origin, prove_password},
    state::App,
    test_drives,
};
use crate::{
    domain::{
        audit::Action,
        limits::{Limit, Subject},
        outcome::OwnReason,
        phone::Phone,
        test_drive::Side,
        user::Role,
    },
    store::{
        self,
        erasing::{OwnNumber, Person},
    },
};

/// What is to be typed.
const WORD: &str = "BORRAR";
/// How often what is under way is looked at, and how long.
const BREATH: Duration = Duration::from_millis(250);
const LOOKS: usize = 24;

/// Erases the actor.
///
/// # Errors
/// `Invalid`: the word or the password is another, he is the last admin, or something of his is under way; `Throttled`.
pub async fn erase_person(
    app: &App,
    actor: &Actor,
    (word, password): (&str, &str),
    origin: Origin<'_>,
) -> Result<()> {
    if word.trim().to_uppercase() != WORD {
        let problem = format!("Palabra: escriba {WORD} para confirmar.");
        return Err(AppError::invalid("palabra", "wrong", problem));
    }
    prove_password(app, actor, password, origin).await?;
    for _ in 0..LOOKS {
        if let Some(pairs) = erase_now(app, actor).await? {
            tracing::info!(user = %actor.user_id, "a person was erased");
            return forget_counters(app, &pairs).await;
        }
        sleep(BREATH).await;
    }
    let busy =
        "Un mensaje suyo está saliendo, o falta saber si salió. Espere unos minutos e inténtelo de nuevo.";
    Err(AppError::invalid("", "under_way", busy))
}

/// Who wrote to which number.
type Pairs = Vec<Subject>;

/// `None`: something is under way.
async fn erase_now(app: &App, actor: &Actor) -> Result<Option<Pairs>> {
    let (user, now) = (actor.user_id, app.clock.now());
    let mut tx = store::connection::begin(&app.pool).await?;
    let numbers = store::erasing::list_own_numbers(&mut tx, user).await?;
    store::erasing::delete_proofs(&mut tx, user, &numbers).await?;
    if actor.role == Role::Admin {
        let admins = store::erasing::lock_admins(&mut tx).await?;
        if !admins.iter().any(|admin| *admin != user.0) {
            let last = "Usted es el único administrador: dé antes ese rol a otra persona.";
            return Err(AppError::invalid("", "last_admin", last));
        }
    }
    let (role, email) = store::erasing::lock_person(&mut tx, user).await?.ok_or(AppError::SignedOut)?;
    let person = Person { user, is_buyer: role == Role::Buyer.as_str(), numbers: &numbers };
    let messages = store::erasing::lock_messages(&mut tx, person).await?;
    if is_busy(app, &mut tx, person, &messages).await? {
        tx.rollback().await?;
        withdraw_waiting(app, person).await?;
        return Ok(None);
    }
    let pairs = store::erasing::list_pairs(&mut tx, &messages).await?;
    let token = token(&numbers)?;
    store::erasing::empty_messages(&mut tx, &messages, &token).await?;
    store::erasing::empty_conversations(&mut tx, person, &messages, &token, now).await?;
    store::erasing::forget_numbers(&mut tx, person).await?;
    // Whoever waits for him with a vehicle is told that he will not come.
    for drive in store::test_drives::list_open_of_buyer(&mut tx, user).await? {
        test_drives::cancel_as(&mut tx, drive, Side::Buyer, now).await?;
    }
    store::erasing::delete_sessions(&mut tx, user, &typed(&email, &numbers)).await?;
    store::erasing::erase_person(&mut tx, user, now).await?;
    record(&mut tx, Change::new(Action::PersonErased, &user, Some(user), now)).await?;
    tx.commit().await?;
    Ok(Some(pairs.into_iter().map(|(sender, to)| Subject::Pair(sender, to)).collect()))
}

async fn is_busy(app: &App, conn: &mut PgConnection, person: Person<'_>, messages: &[Uuid]) -> Result<bool> {
    Ok(store::erasing::has_under_way(conn, messages).await?
        || store::erasing::has_handled_now(conn, person, app.clock.now()).await?)
}

/// Withdraws what waits, as a worker withdraws what came too late.
async fn withdraw_waiting(app: &App, person: Person<'_>) -> Result<()> {
    let until = app.clock.now() + TimeDelta::from_std(app.settings.lease).unwrap_or(TimeDelta::MAX);
    let mut tx = store::connection::begin(&app.pool).await?;
    let messages = store::erasing::lock_messages(&mut tx, person).await?;
    let parts = store::erasing::claim_waiting(&mut tx, &messages, until).await?;
    tx.commit().await?;
    for part in parts {
        withdraw(app, part, OwnReason::Expired).await?;
    }
    Ok(())
}

/// What stands for a number of his where something must: of the same country and area, or of ours if none is his own now.
fn token(numbers: &[OwnNumber]) -> Result<String> {
    let phone = Phone::parse_api(numbers.first().map_or("+18090000000", |number| &number.phone));
    let phone = phone.map_err(|error| AppError::Fault(format!("users.phone: {error}")))?;
    Ok(phone.erased(rand::random()).into())
}

/// His e-mail, and his numbers however they were spaced, as patterns of what was typed.
fn typed(email: &str, numbers: &[OwnNumber]) -> Vec<String> {
    let quoted = |c: char| if c.is_alphanumeric() { c.to_string() } else { format!("\\{c}") };
    let mut typed = vec![email.chars().map(quoted).collect()];
    for number in numbers {
        let digits = number.phone.trim_start_matches('+');
        let own = digits.get(digits.len().saturating_sub(10)..).unwrap_or(digits);
        let spaced: Vec<String> = own.chars().map(|digit| digit.to_string()).collect();
        typed.push(spaced.join("[^0-9]{0,3}"));
    }
    typed
}

/// Their names hold hashes of his number. Beside the erasing, for sends hold counters before messages; what is left over
/// for a crash goes two days later by itself.
async fn forget_counters(app: &App, pairs: &[Subject]) -> Result<()> {
    let subjects: Vec<Uuid> = pairs.iter().map(Subject::key).collect();
    let mut conn = app.pool.acquire().await?;
    Ok(store::limits::delete_counters_of(&mut conn, Limit::PairDay, &subjects).await?)
}
