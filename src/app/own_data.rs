//! A person's own data (Ley 172-13): correcting them, and taking all of them along.

use futures::{Stream, stream::try_unfold};
use serde_json::Value;
use uuid::Uuid;

use super::{
    actor::Actor,
    error::{AppError, Result},
    sign_in::{Origin, prove_password},
    state::App,
};
use crate::{
    domain::{
        ids::UserId,
        user::{Email, PersonName},
    },
    store::{
        self,
        erasing::OwnNumber,
        own_data::{After, PieceRow},
    },
};

/// Rows in one query.
const CHUNK: i64 = 500;

/// What can be corrected.
pub struct OwnData {
    pub name: String,
    pub email: String,
}

pub async fn read_own_data(app: &App, actor: &Actor) -> Result<OwnData> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, actor.user_id).await?;
    let user = user.ok_or(AppError::SignedOut)?;
    Ok(OwnData { name: user.name, email: user.email })
}

/// # Errors
/// `Invalid`
pub async fn change_name(app: &App, actor: &Actor, typed: &str) -> Result<()> {
    let name = PersonName::parse(typed).map_err(|problem| AppError::invalid("name", "invalid", problem))?;
    let mut conn = app.pool.acquire().await?;
    Ok(store::own_data::update_name(&mut conn, actor.user_id, name.as_str()).await?)
}

/// # Errors
/// `Invalid` names the field; `Throttled`.
pub async fn change_email(
    app: &App,
    actor: &Actor,
    typed: &str,
    password: &str,
    origin: Origin<'_>,
) -> Result<()> {
    let email = Email::parse(typed).map_err(|problem| AppError::invalid("email", "invalid", problem))?;
    prove_password(app, actor, password, origin).await?;
    let mut conn = app.pool.acquire().await?;
    if !store::own_data::update_email(&mut conn, actor.user_id, email.as_str()).await? {
        let message = "Ya hay una cuenta con este correo. Use otro.";
        return Err(AppError::invalid("email", "taken", message));
    }
    Ok(())
}

/// The lists that may be long, in their order.
#[derive(Clone, Copy)]
enum List {
    Written,
    Received,
    Heard,
    Answered,
}

impl List {
    const ALL: [Self; 4] = [Self::Written, Self::Received, Self::Heard, Self::Answered];

    fn name(self) -> &'static str {
        match self {
            Self::Written => "mensajes_que_escribio",
            Self::Received => "mensajes_a_su_numero",
            Self::Heard => "mensajes_de_su_numero",
            Self::Answered => "respuestas_en_sus_conversaciones",
        }
    }
}

/// What is still to be written of the file.
struct Rest {
    app: App,
    user: UserId,
    /// If he proved it and no dealer has it.
    number: Option<OwnNumber>,
    /// The list under way and what of it is written; `None`: the beginning.
    list: Option<(usize, After)>,
}

/// All that is held about him as one JSON object, in pieces: however much there is, little of it is in memory.
///
/// # Errors
/// `SignedOut`: there is no such account.
pub async fn download(
    app: &App,
    actor: &Actor,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
    let mut conn = app.pool.acquire().await?;
    let numbers = store::erasing::list_own_numbers(&mut conn, actor.user_id).await?;
    let number = numbers.into_iter().find(|number| number.until.is_none());
    let account = store::own_data::get_account(&mut conn, actor.user_id).await?.ok_or(AppError::SignedOut)?;
    let mut account = Some(account);
    let rest = Rest { app: app.clone(), user: actor.user_id, number, list: None };
    Ok(try_unfold(rest, move |rest| {
        let account = account.take();
        async move { next(rest, account).await }
    }))
}

async fn next(mut rest: Rest, account: Option<Value>) -> Result<Option<(Vec<u8>, Rest)>> {
    let Some((place, after)) = rest.list else {
        let account = account.unwrap_or_default().to_string();
        let head = account.strip_suffix('}').unwrap_or_default();
        rest.list = Some((0, None));
        return Ok(Some((head.to_owned().into_bytes(), rest)));
    };
    let Some(list) = List::ALL.get(place) else { return Ok(None) };
    let rows = read(&rest, *list, after).await?;
    let pieces: Vec<String> = rows.iter().map(|row| row.piece.to_string()).collect();
    let mut text = match after {
        None => format!(",\n\"{}\":[", list.name()),
        Some(_) if pieces.is_empty() => String::new(),
        Some(_) => ",\n".to_owned(),
    };
    text.push_str(&pieces.join(",\n"));
    let is_last = i64::try_from(rows.len()).is_ok_and(|read| read < CHUNK);
    rest.list = Some(match rows.last() {
        Some(row) if !is_last => (place, Some((row.at, row.id))),
        _ => {
            text.push(']');
            if place + 1 == List::ALL.len() {
                text.push_str("}\n");
            }
            (place + 1, None)
        }
    });
    Ok(Some((text.into_bytes(), rest)))
}

async fn read(rest: &Rest, list: List, after: After) -> Result<Vec<PieceRow>> {
    let mut conn = rest.app.searches.acquire().await?;
    // What was said at it while another account had it is not his.
    let of_number = |number: &OwnNumber| after.or_else(|| Some((number.since?, Uuid::max())));
    Ok(match (list, &rest.number) {
        (List::Written, _) => store::own_data::list_written(&mut conn, rest.user, after, CHUNK).await?,
        (List::Answered, _) => store::own_data::list_answered(&mut conn, rest.user, after, CHUNK).await?,
        (List::Received, Some(number)) => {
            store::own_data::list_received(&mut conn, &number.phone, of_number(number), CHUNK).await?
        }
        (List::Heard, Some(number)) => {
            store::own_data::list_heard(&mut conn, &number.phone, of_number(number), CHUNK).await?
        }
        (List::Received | List::Heard, None) => Vec::new(),
    })
}
