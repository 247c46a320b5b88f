//! A dealer's ready answers: his people make, change and drop them.

use super::{
    actor::Actor,
    error::{AppError, FieldError, Result},
    read_panel::dealer_of,
    state::App,
};
use crate::{
    domain::{
        body::{Body, InvalidBody},
        ids::QuickId,
        quick_answer::{FIRST, MOST, title_problem, words_problem},
    },
    store::{self, quick_answers::QuickRow},
};

/// A ready answer as it is pressed.
pub struct Ready {
    /// What a form names it by.
    pub word: String,
    pub title: String,
    pub words: String,
}

/// A dealer's, in the order in which they were made.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_quick_answers(app: &App, actor: &Actor) -> Result<Vec<QuickRow>> {
    let dealer = dealer_of(actor)?;
    Ok(store::quick_answers::list_of_dealer(&mut *app.pool.acquire().await?, dealer).await?)
}

/// Those that a dealer's people press, each with the word that names it: his own or, until he makes some, the first ones.
///
/// # Errors
/// `NotFound` for whoever is no dealer's.
pub async fn list_ready(app: &App, actor: &Actor) -> Result<Vec<Ready>> {
    let own = list_quick_answers(app, actor).await?;
    if own.is_empty() {
        let first = FIRST.iter().zip(1..).map(|((title, words), place)| Ready {
            word: place.to_string(),
            title: (*title).to_owned(),
            words: (*words).to_owned(),
        });
        return Ok(first.collect());
    }
    let own =
        own.into_iter().map(|row| Ready { word: row.id.to_string(), title: row.title, words: row.words });
    Ok(own.collect())
}

/// Makes one, or changes one that is there.
///
/// # Errors
/// `Invalid` says what is wrong by its field; `NotFound` for another dealer's.
pub async fn save_quick_answer(
    app: &App,
    actor: &Actor,
    id: Option<QuickId>,
    title: &str,
    words: &str,
) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut problems = Vec::new();
    problems.extend(title_problem(&title).map(|why| FieldError::new("titulo", "invalid", why)));
    let words = match (words_problem(words.trim()), Body::parse(words.trim())) {
        (Some(why), _) => Err(why),
        (None, parsed) => parsed.map_err(InvalidBody::sentence),
    };
    let (words, problem) = match words {
        Ok(words) => (words.as_str().to_owned(), None),
        Err(why) => (String::new(), Some(FieldError::new("texto", "invalid", why))),
    };
    problems.extend(problem);
    if !problems.is_empty() {
        return Err(AppError::Invalid(problems));
    }
    let mut tx = store::connection::begin(&app.pool).await?;
    store::dealers::lock_dealer(&mut tx, dealer).await?;
    let others = store::quick_answers::list_of_dealer(&mut tx, dealer).await?;
    if others.iter().any(|other| Some(other.id) != id && other.title == title) {
        return Err(AppError::invalid("titulo", "taken", "Ya hay una con ese título: póngale otro."));
    }
    let row = QuickRow { id: id.unwrap_or_else(QuickId::fresh), title, words };
    if id.is_some() {
        if !store::quick_answers::update(&mut tx, dealer, &row).await? {
            return Err(AppError::NotFound);
        }
    } else if !store::quick_answers::insert(&mut tx, dealer, &row, MOST, app.clock.now()).await? {
        let words =
            format!("Ya tiene {MOST} respuestas rápidas, que es lo más que caben. Borre una primero.");
        return Err(AppError::invalid("titulo", "too_many", words));
    }
    tx.commit().await?;
    Ok(())
}

/// Drops one.
///
/// # Errors
/// `NotFound` for another dealer's, and for one that is gone.
pub async fn drop_quick_answer(app: &App, actor: &Actor, id: QuickId) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    if store::quick_answers::delete(&mut conn, dealer, id).await? { Ok(()) } else { Err(AppError::NotFound) }
}
