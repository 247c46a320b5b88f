//! A person's own data (Ley 172-13): correcting them, and taking all of them along.

use futures::{Stream, stream::try_unfold};
use serde_json::Value;
use sqlx::PgConnection;

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
/// Where a buyer opens the files of his conversations.
const FILES: &str = "/mensajes/adjuntos/";

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

/// A list, or what of it is of one number.
#[derive(Clone)]
struct Part {
    list: List,
    /// `None`: it is of the account, or he has no number.
    number: Option<OwnNumber>,
    is_first: bool,
    is_last: bool,
}

/// What is still to be written of the file.
struct Rest {
    app: App,
    user: UserId,
    /// Where his files are.
    files: String,
    parts: Vec<Part>,
    /// The part under way and what of it is written; `None`: the beginning.
    part: Option<(usize, After)>,
    /// Whether the list under way has an entry.
    has_entry: bool,
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
    let numbers = apart(&store::erasing::list_own_numbers(&mut conn, actor.user_id).await?);
    let addresses = with_whatsapp_ids(&mut conn, &numbers).await?;
    let account = store::own_data::get_account(&mut conn, actor.user_id).await?.ok_or(AppError::SignedOut)?;
    let mut account = Some(account);
    let rest = Rest {
        app: app.clone(),
        user: actor.user_id,
        files: app.settings.page(FILES),
        parts: parts(&numbers, &addresses),
        part: None,
        has_entry: false,
    };
    Ok(try_unfold(rest, move |rest| {
        let account = account.take();
        async move { next(rest, account).await }
    }))
}

/// The latest first, as they come; of a number that he had twice the times do not overlap.
fn apart(numbers: &[OwnNumber]) -> Vec<OwnNumber> {
    let own = numbers.iter().enumerate().map(|(place, number)| {
        let before = numbers.iter().skip(place + 1).find(|before| before.phone == number.phone);
        OwnNumber { since: number.since.max(before.and_then(|before| before.until)), ..number.clone() }
    });
    own.collect()
}

/// Numbers, and what WhatsApp gave in their place.
async fn with_whatsapp_ids(conn: &mut PgConnection, numbers: &[OwnNumber]) -> Result<Vec<OwnNumber>> {
    let phones: Vec<&str> = numbers.iter().map(|number| number.phone.as_str()).collect();
    let known = store::whatsapp_ids::list_of(conn, &phones).await?;
    let hidden = numbers.iter().flat_map(|number| {
        let its = known.iter().filter(|(_, phone)| *phone == number.phone);
        its.map(|(bsuid, _)| OwnNumber { phone: bsuid.clone(), ..number.clone() })
    });
    Ok(numbers.iter().cloned().chain(hidden).collect())
}

fn parts(numbers: &[OwnNumber], addresses: &[OwnNumber]) -> Vec<Part> {
    let of_list = |list: List| {
        let own = match list {
            List::Received => numbers,
            List::Heard => addresses,
            List::Written | List::Answered => &[],
        };
        let mut parts: Vec<Part> = own
            .iter()
            .map(|number| Part { list, number: Some(number.clone()), is_first: false, is_last: false })
            .collect();
        if parts.is_empty() {
            parts.push(Part { list, number: None, is_first: false, is_last: false });
        }
        if let Some(first) = parts.first_mut() {
            first.is_first = true;
        }
        if let Some(last) = parts.last_mut() {
            last.is_last = true;
        }
        parts
    };
    List::ALL.into_iter().flat_map(of_list).collect()
}

async fn next(mut rest: Rest, account: Option<Value>) -> Result<Option<(Vec<u8>, Rest)>> {
    let Some((place, after)) = rest.part else {
        let account = account.unwrap_or_default().to_string();
        let head = account.strip_suffix('}').unwrap_or_default();
        rest.part = Some((0, None));
        return Ok(Some((head.to_owned().into_bytes(), rest)));
    };
    let Some(part) = rest.parts.get(place).cloned() else { return Ok(None) };
    let rows = read(&rest, &part, after).await?;
    let mut text = String::new();
    if part.is_first && after.is_none() {
        text = format!(",\n\"{}\":[", part.list.name());
        rest.has_entry = false;
    }
    for row in &rows {
        text.push_str(if rest.has_entry { ",\n" } else { "" });
        text.push_str(&row.piece.to_string());
        rest.has_entry = true;
    }
    let is_read = i64::try_from(rows.len()).is_ok_and(|read| read < CHUNK);
    rest.part = Some(match rows.last() {
        Some(row) if !is_read => (place, Some((row.at, row.id))),
        _ => {
            text.push_str(if part.is_last { "]" } else { "\n" });
            if place + 1 == rest.parts.len() {
                text.push_str("}\n");
            }
            (place + 1, None)
        }
    });
    Ok(Some((text.into_bytes(), rest)))
}

async fn read(rest: &Rest, part: &Part, after: After) -> Result<Vec<PieceRow>> {
    let mut conn = rest.app.searches.acquire().await?;
    let his = (rest.user, rest.files.as_str());
    Ok(match (part.list, &part.number) {
        (List::Written, _) => store::own_data::list_written(&mut conn, rest.user, after, CHUNK).await?,
        (List::Answered, _) => store::own_data::list_answered(&mut conn, his, after, CHUNK).await?,
        (List::Received, Some(number)) => {
            store::own_data::list_received(&mut conn, number, after, CHUNK).await?
        }
        (List::Heard, Some(number)) => {
            store::own_data::list_heard(&mut conn, his, number, after, CHUNK).await?
        }
        (List::Received | List::Heard, None) => Vec::new(),
    })
}
