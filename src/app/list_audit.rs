//! The audit as an admin reads it: sentences, the newest first.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{actor::Actor, error::Result, state::App, undo::can_be_undone};
use crate::{
    domain::{
        audit::Action,
        ids::UserId,
        kind::Kind,
        limits::Limit,
        money::{dollars, grouped},
        rates::Scope,
        time::{clock_in_santo_domingo, day_in_santo_domingo, last_day, spoken_coming, spoken_date},
        user::Role,
    },
    store::{self, audit::ShownRow},
};

const GONE: &str = "Alguien que ya no está";

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    User(UserId),
    /// Somebody at the command line.
    Console,
    /// Nobody: OKLA by itself.
    Okla,
}

/// One change, told.
pub struct Told {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub sentence: String,
    pub reason: String,
    /// It can be taken back: nothing newer was done to the same thing.
    pub can_be_undone: bool,
}

pub struct Page {
    pub entries: Vec<Told>,
    /// The next page begins before it.
    pub next: Option<i64>,
}

/// A page of at most `limit` changes of these actions before `before`.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_audit(
    app: &App,
    actor: &Actor,
    actions: &[Action],
    by: Option<By>,
    before: Option<i64>,
    limit: u8,
) -> Result<Page> {
    actor.admin()?;
    let now = app.clock.now();
    let words: Vec<String> = actions.iter().map(ToString::to_string).collect();
    let mut conn = app.searches.acquire().await?;
    let (actor, by_itself) = match by {
        None => (None, None),
        Some(By::User(user)) => (Some(user), None),
        Some(By::Okla) => (None, Some(true)),
        Some(By::Console) => (None, Some(false)),
    };
    let fetched = i64::from(limit) + 1;
    let mut rows = store::audit::list_entries(&mut conn, &words, actor, by_itself, before, fetched).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next = rows.last().map(|row| row.id).filter(|_| more);
    Ok(Page { entries: rows.into_iter().map(|row| told(row, now)).collect(), next })
}

/// Everybody who ever changed something and has or had an account: id and name.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_actors(app: &App, actor: &Actor) -> Result<Vec<(UserId, String)>> {
    actor.admin()?;
    let actors = store::audit::list_actors(&mut *app.searches.acquire().await?).await?;
    Ok(actors.into_iter().map(|(id, name)| (id, name.unwrap_or_else(|| format!("{GONE} ({id})")))).collect())
}

fn told(row: ShownRow, now: DateTime<Utc>) -> Told {
    let action = row.action.parse();
    let actor = match (&row.actor, row.actor_id) {
        _ if action == Ok(Action::LimitFollowed) => "OKLA".to_owned(),
        (Some(name), _) => name.clone(),
        (None, Some(_)) => GONE.to_owned(),
        (None, None) => "La consola".to_owned(),
    };
    let of_dealer = row.dealer.as_ref().map(|dealer| format!(" de {dealer}")).unwrap_or_default();
    let user = row.user.as_deref().unwrap_or("alguien que ya no está");
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (before, after) = (value(&row.before), value(&row.after));
    let what = match action {
        Ok(Action::LimitSet | Action::LimitFollowed) => limit_set(&row.subject, &of_dealer, &before, &after),
        Ok(Action::PauseBegun) => {
            format!("pausó los envíos{of_dealer}{}{}", of_kind(&after), until(&after, row.at))
        }
        Ok(Action::PauseEnded) => format!("reanudó los envíos{of_dealer}{}", of_kind(&before)),
        Ok(Action::DealerAdded) => format!("añadió el concesionario{of_dealer}"),
        Ok(Action::UserAdded) => format!("añadió a {user}{}{of_dealer}", as_role(&after)),
        Ok(Action::TokenCreated) => format!("creó un token de la API de {user}"),
        Ok(Action::RequestDenied) => format!("negó una solicitud{of_dealer}{}", asked_for(&after)),
        Ok(Action::RateSet) => rate_set(row.at, &before, &after),
        Ok(Action::RateWithdrawn) => {
            format!(
                "retiró la tarifa «{}» de {} que empezaba {}",
                scope(&before),
                price(&before),
                begins(&before)
            )
        }
        Ok(Action::DopRateSet) => dop_rate_set(&before, &after),
        Ok(Action::UserDisabled) => format!("desactivó la cuenta de {user}"),
        Ok(Action::UserEnabled) => format!("activó de nuevo la cuenta de {user}"),
        Ok(Action::RoleChanged) => {
            role_changed(user, &of_dealer, row.dealer_before.as_deref(), &before, &after)
        }
        Ok(Action::NumberRevealed) => format!("vio el número de {user}"),
        Ok(Action::MessageRevealed) => {
            let short: String = row.subject.chars().take(8).collect();
            format!("vio los números del mensaje {short}")
        }
        Ok(Action::SessionsEnded) => sessions_ended(user, &before),
        Ok(Action::TokenRevoked) => format!("revocó un token de la API de {user}"),
        Ok(Action::SecondFactorOn) => "activó su segundo factor".to_owned(),
        Ok(Action::SecondFactorOff) => "quitó su segundo factor".to_owned(),
        Ok(Action::SecondFactorReset) => format!("quitó el segundo factor de {user}"),
        Ok(Action::PasswordChanged) => "cambió su contraseña".to_owned(),
        Ok(Action::PasswordReset) => "puso otra contraseña desde su número comprobado".to_owned(),
        Ok(Action::PersonErased) => "borró su cuenta y sus datos".to_owned(),
        Ok(Action::WordsAssigned) => format!("dio una respuesta sin asignar a una conversación{of_dealer}"),
        Ok(Action::OfferStopped) => offer_stopped(&of_dealer, &after),
        Ok(Action::WordsClosed) => "dijo que una respuesta sin asignar no es de nadie".to_owned(),
        Err(_) => format!("hizo «{}»", row.action),
    };
    let can_be_undone =
        row.is_newest && action.is_ok_and(|action| can_be_undone(action, &before, &after, now));
    let sentence = format!("{actor} {what}.");
    Told { id: row.id, at: row.at, sentence, reason: row.reason, can_be_undone }
}

fn offer_stopped(of_dealer: &str, after: &Value) -> String {
    let without = match after["left_out"].as_i64() {
        None | Some(0) => String::new(),
        Some(1) => ": 1 persona no la recibe".to_owned(),
        Some(people) => format!(": {} personas no la reciben", grouped(people.into())),
    };
    format!("detuvo una oferta{of_dealer}{without}")
}

fn limit_set(subject: &str, of_dealer: &str, before: &Value, after: &Value) -> String {
    let Ok(limit) = subject.parse::<Limit>() else { return format!("cambió {subject}{of_dealer}") };
    let number = |entry: &Value| entry["value"].as_str().and_then(|text| text.parse::<Decimal>().ok());
    let words = |entry: &Value| match (entry.is_null(), number(entry)) {
        (true, _) if of_dealer.is_empty() => "«por defecto»".to_owned(),
        (true, _) => "lo de todos".to_owned(),
        (false, None) => "sin límite".to_owned(),
        (false, Some(value)) if limit == Limit::DealerBudget => dollars(value),
        (false, Some(value)) => grouped(value),
    };
    let verb = match (number(before), number(after)) {
        (Some(before), Some(after)) if after > before => "subió",
        (Some(before), Some(after)) if after < before => "bajó",
        _ => "cambió",
    };
    let ends = after["expires_at"].as_str().and_then(|text| text.parse().ok());
    let until = ends.map(|end| format!(" hasta el {}", last_day(end))).unwrap_or_default();
    let then = after.get("then").map(|then| format!(", y después {}", words(then))).unwrap_or_default();
    format!(
        "{verb} el límite «{}»{of_dealer} de {} a {}{until}{then}",
        limit.label(),
        words(before),
        words(after)
    )
}

fn asked_for(entry: &Value) -> String {
    let limit = entry["limit"].as_str().and_then(|name| name.parse::<Limit>().ok());
    limit.map(|limit| format!(" de otro «{}»", limit.label())).unwrap_or_default()
}

fn rate_set(at: DateTime<Utc>, before: &Value, after: &Value) -> String {
    let from = moment(after).filter(|from| *from > at);
    let from = from.map_or_else(|| "desde ese momento".to_owned(), |_| format!("desde {}", begins(after)));
    let number = |rate: &Value| rate["price"].as_str().and_then(|text| text.parse::<Decimal>().ok());
    let verb = match (number(before), number(after)) {
        (Some(before), Some(after)) if after > before => "subió",
        (Some(before), Some(after)) if after < before => "bajó",
        (None, _) => return format!("puso la tarifa «{}» en {} {from}", scope(after), price(after)),
        _ => "renovó",
    };
    format!("{verb} la tarifa «{}» de {} a {} {from}", scope(after), price(before), price(after))
}

fn scope(rate: &Value) -> String {
    let word = |name: &str| rate[name].as_str();
    let scope = Scope {
        kind: word("kind").and_then(|word| word.parse().ok()),
        category: word("category").and_then(|word| word.parse().ok()),
        market: word("market").and_then(|word| word.parse().ok()),
    };
    scope.label()
}

fn price(rate: &Value) -> String {
    rate["price"].as_str().and_then(|text| text.parse().ok()).map_or_else(|| "—".to_owned(), dollars)
}

fn moment(rate: &Value) -> Option<DateTime<Utc>> {
    rate["from"].as_str().and_then(|text| text.parse().ok())
}

fn begins(rate: &Value) -> String {
    moment(rate).map_or_else(|| "sin fecha".to_owned(), |from| format!("el {}", spoken_coming(from)))
}

fn dop_rate_set(before: &Value, after: &Value) -> String {
    let told = |rate: &Value| {
        let day = rate["day"].as_str().and_then(|text| text.parse().ok()).map(spoken_date);
        let word = |name: &str| rate[name].as_str().unwrap_or_default().to_owned();
        format!("RD$ {} del {}, {}", word("pesos"), day.unwrap_or_default(), word("source"))
    };
    let instead = if before.is_null() { String::new() } else { format!("; antes {}", told(before)) };
    format!("puso el dólar a {}{instead}", told(after))
}

fn role_changed(
    user: &str,
    of_dealer: &str,
    dealer_before: Option<&str>,
    before: &Value,
    after: &Value,
) -> String {
    let word = |entry: &Value| role(entry).unwrap_or_default();
    let from = dealer_before.map(|dealer| format!(" de {dealer}")).unwrap_or_default();
    format!("cambió el rol de {user} de {}{from} a {}{of_dealer}", word(before), word(after))
}

fn as_role(entry: &Value) -> String {
    role(entry).map(|role| format!(" como {role}")).unwrap_or_default()
}

fn role(entry: &Value) -> Option<String> {
    let role: Role = entry["role"].as_str()?.parse().ok()?;
    Some(role.label().to_lowercase())
}

fn until(pause: &Value, at: DateTime<Utc>) -> String {
    let until = pause["until"].as_str().and_then(|text| text.parse().ok());
    let told = |until: DateTime<Utc>| {
        let clock = clock_in_santo_domingo(until);
        if day_in_santo_domingo(until) == day_in_santo_domingo(at) {
            format!(" hasta las {clock}")
        } else {
            format!(" hasta el {} a las {clock}", spoken_coming(until))
        }
    };
    until.map(told).unwrap_or_default()
}

fn sessions_ended(user: &str, before: &Value) -> String {
    match before["sessions"].as_u64() {
        Some(1) => format!("cerró una sesión de {user}"),
        Some(many) => format!("cerró {many} sesiones de {user}"),
        None => format!("cerró sesiones de {user}"),
    }
}

fn of_kind(entry: &Value) -> String {
    let kind = entry["kind"].as_str().and_then(|word| word.parse().ok()).map(Kind::label);
    kind.map(|label| format!(" de tipo «{label}»")).unwrap_or_default()
}
