//! Sending failed messages again, one or many: only what certainly did not arrive and may pass as it is, and each at most
//! once.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::{
    actor::Actor,
    deliver::Step,
    error::{AppError, Result},
    limits_now::{DealerBar, dealer_bar},
    read_panel::dealer_of,
    send_message::{Recipient, SendMessage, Sent, send_message},
    state::App,
};
use crate::{
    domain::{
        body::Body,
        bulk::{Fate, Progress},
        figures::Cause,
        ids::{BulkId, DealerId, MessageId},
        image_url::ImageUrl,
        phone::Phone,
        range::Range,
        rates::price_of,
        remedy::Remedy,
        user::Role,
    },
    store::{
        self,
        resends::{FailedRow, ItemRow, Traits},
    },
};

/// No more are sent again by one press.
const MOST: i64 = 2_000;
/// Jobs that a worker looks at, and items of each.
const JOBS: i64 = 10;
const OF_EACH: i64 = 10;
/// An item that fails so often with a fault of ours is given up.
const MOST_TRIES: i32 = 5;
/// Jobs that are shown, and for how long.
const SHOWN_JOBS: i64 = 3;
const SHOWN_FOR: TimeDelta = TimeDelta::days(2);

/// Why a failed message is not sent again as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skip {
    Remedy(Remedy),
    /// Not the dealer's to repeat.
    Buyers,
    Partly,
    WasResent,
    /// A job has it under way.
    Pending,
    WithoutWhatsapp,
    /// Made to many: another is made anew.
    Offer,
    /// OKLA's own words: nobody else says them, and a buyer's number is not the dealer's to write to.
    Notice,
    /// Its words are not kept any more.
    Erased,
}

impl Skip {
    const ALL: [Self; 11] = [
        Self::WasResent,
        Self::Pending,
        Self::Erased,
        Self::Buyers,
        Self::Offer,
        Self::Notice,
        Self::WithoutWhatsapp,
        Self::Partly,
        Self::Remedy(Remedy::Correct),
        Self::Remedy(Remedy::Rule),
        Self::Remedy(Remedy::Respect),
    ];

    /// What a person reads before their number.
    pub fn label(self) -> &'static str {
        match self {
            Self::WasResent => "Ya reenviados",
            Self::Pending => "Reenviándose ahora",
            Self::Erased => "Con el texto ya borrado",
            Self::Buyers => "Escritos por un comprador, que es quien puede repetirlos",
            Self::Offer | Self::Remedy(Remedy::Stopped) => "Ofertas (se repiten con una oferta nueva)",
            Self::Notice => "Avisos de OKLA (lo que avisan está en su panel)",
            Self::WithoutWhatsapp => "A números sin WhatsApp activo",
            Self::Partly => "Entregados solo en parte (repetirlos duplicaría lo que llegó)",
            Self::Remedy(Remedy::Correct) => "Con un dato por corregir",
            Self::Remedy(Remedy::Rule) => "Rechazados por una regla de WhatsApp",
            Self::Remedy(Remedy::Respect | Remedy::SendAgain) => "A personas que no quieren recibirlos",
        }
    }

    /// What a person reads who wanted to repeat one.
    fn why(self) -> &'static str {
        match self {
            Self::WasResent => "Este mensaje ya se reenvió.",
            Self::Pending => "Este mensaje ya se está reenviando.",
            Self::Erased => "Este mensaje no se reenvía: su texto ya se borró. Escriba uno nuevo.",
            Self::Buyers => {
                "Este mensaje no se reenvía: lo escribió un comprador, y solo él puede repetirlo."
            }
            Self::Offer | Self::Remedy(Remedy::Stopped) => {
                "Una oferta no se reenvía: haga una nueva en «Ofertas»."
            }
            Self::Notice => {
                "Un aviso de OKLA no se reenvía: lo que avisa está en su panel, y a un comprador se le responde en su conversación."
            }
            Self::WithoutWhatsapp => "Este mensaje no se reenvía: el número no tiene WhatsApp activo.",
            Self::Partly => {
                "Este mensaje no se reenvía: llegó en parte, y repetirlo duplicaría lo que llegó."
            }
            Self::Remedy(Remedy::Correct) => {
                "Este mensaje no se reenvía tal como está: tiene un dato por corregir. Escriba uno nuevo."
            }
            Self::Remedy(Remedy::Rule) => "Este mensaje no se reenvía: choca con una regla de WhatsApp.",
            Self::Remedy(Remedy::Respect | Remedy::SendAgain) => {
                "Este mensaje no se reenvía: la persona no quiere recibirlo."
            }
        }
    }
}

fn skip(traits: &Traits) -> Option<Skip> {
    let remedy = Remedy::of(Cause::from_word(&traits.cause));
    if traits.was_resent {
        Some(Skip::WasResent)
    } else if traits.by_buyer {
        Some(Skip::Buyers)
    } else if traits.is_offer {
        Some(Skip::Offer)
    } else if traits.is_notice {
        Some(Skip::Notice)
    } else if traits.is_pending {
        Some(Skip::Pending)
    } else if remedy != Remedy::SendAgain {
        Some(Skip::Remedy(remedy))
    } else if traits.without_whatsapp {
        Some(Skip::WithoutWhatsapp)
    } else if traits.partly {
        Some(Skip::Partly)
    } else if traits.is_erased {
        Some(Skip::Erased)
    } else {
        None
    }
}

/// What sending a range's failed messages again would do.
pub struct Preview {
    pub range: Range,
    pub messages: Vec<MessageId>,
    /// Parts of all of them.
    pub parts: i64,
    /// US$, estimated at today's rates.
    pub cost: Decimal,
    /// How many are left out, by why.
    pub skipped: Vec<(Skip, i64)>,
    /// How the dealer's limits stand before it.
    pub bar: DealerBar,
    /// How many more there are than one press sends.
    pub left_over: i64,
    /// The dealer's latest jobs, which go on whether somebody looks or not.
    pub jobs: Vec<Job>,
}

/// A press that sent many again.
pub struct Job {
    pub id: BulkId,
    pub begun_at: DateTime<Utc>,
    pub progress: Progress,
}

/// Says it, and does nothing.
pub async fn preview_resend(app: &App, actor: &Actor, range: Range) -> Result<Preview> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let bar = dealer_bar(app, actor).await?;
    let mut conn = app.searches.acquire().await?;
    let counted = store::resends::count_failed(&mut conn, dealer, range).await?;
    let passing = counted.iter().filter(|(traits, _)| skip(traits).is_none());
    let causes: Vec<String> = passing.clone().map(|(traits, _)| traits.cause.clone()).collect();
    let all: i64 = passing.map(|(_, messages)| messages).sum();
    let rows = store::resends::list_resendable(&mut conn, dealer, range, &causes, MOST).await?;
    let rates = store::rates::list_rates(&mut conn).await?;
    let jobs = list_jobs(&mut conn, dealer, now).await?;
    drop(conn);
    let mut skipped: HashMap<Skip, i64> = HashMap::new();
    for (why, messages) in counted.iter().filter_map(|(traits, messages)| Some((skip(traits)?, messages))) {
        *skipped.entry(why).or_default() += messages;
    }
    let mut preview = Preview {
        range,
        messages: Vec::with_capacity(rows.len()),
        parts: 0,
        cost: Decimal::ZERO,
        skipped: Skip::ALL.into_iter().filter_map(|why| Some((why, *skipped.get(&why)?))).collect(),
        bar,
        left_over: (all - MOST).max(0),
        jobs,
    };
    for row in &rows {
        let to = Phone::parse_api(&row.to_phone).map_err(|error| fault(row, &error.to_string()))?;
        let kind = row.kind.parse().map_err(|error| fault(row, error))?;
        let price = price_of(&rates, kind, kind.category(), &to, now).ok_or_else(super::accept::no_rate)?;
        preview.messages.push(row.id);
        preview.parts += i64::from(row.parts);
        preview.cost += price * Decimal::from(row.parts);
    }
    Ok(preview)
}

async fn list_jobs(conn: &mut PgConnection, dealer: DealerId, now: DateTime<Utc>) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for (id, begun_at) in store::resends::list_jobs(conn, dealer, now - SHOWN_FOR, SHOWN_JOBS).await? {
        if let Some(progress) = store::resends::get_progress(conn, dealer, id).await? {
            jobs.push(Job { id, begun_at, progress });
        }
    }
    Ok(jobs)
}

fn fault(row: &FailedRow, what: &str) -> AppError {
    AppError::Fault(format!("messages {}: {what}", row.id))
}

/// Whether the page of a message may offer to send it again.
pub async fn may_resend(app: &App, actor: &Actor, id: MessageId) -> Result<bool> {
    let dealer = dealer_of(actor)?;
    let row = store::resends::get_failed(&mut *app.pool.acquire().await?, dealer, id).await?;
    Ok(row.is_some_and(|row| skip(&row.traits).is_none()))
}

/// Sends one again.
///
/// # Errors
/// `NotFound`; `Invalid` where it is not safe; as for sending a message.
pub async fn resend(app: &App, actor: &Actor, id: MessageId) -> Result<MessageId> {
    let dealer = dealer_of(actor)?;
    let row = store::resends::get_failed(&mut *app.pool.acquire().await?, dealer, id).await?;
    let row = row.ok_or(AppError::NotFound)?;
    // A job that has it under way is who asks.
    if let Some(why) = skip(&Traits { is_pending: false, ..row.traits.clone() }) {
        return Err(not_resendable(why));
    }
    let command = SendMessage {
        to: Recipient::Number {
            phone: Phone::parse_api(&row.to_phone).map_err(|error| fault(&row, &error.to_string()))?,
            about: row.vehicle_id,
        },
        body: Body::parse(&row.body).map_err(|error| fault(&row, &error.sentence()))?,
        image_url: ImageUrl::parse(row.image_url.as_deref().unwrap_or_default())
            .map_err(|error| fault(&row, error))?,
        kind: row.kind.parse().map_err(|error| fault(&row, error))?,
        key: Some(format!("resend:{id}")),
        reason: None,
        template: None,
        resend_of: Some(id),
    };
    match send_message(app, actor, command).await {
        Ok(Sent::Accepted(fresh, _)) => Ok(fresh),
        Ok(Sent::Before(before)) => Ok(before.message),
        Err(AppError::Database(error)) if is_repeated(&error) => Err(not_resendable(Skip::WasResent)),
        Err(error) => Err(error),
    }
}

fn not_resendable(why: Skip) -> AppError {
    let code = if why == Skip::WasResent { "already_resent" } else { "not_resendable" };
    AppError::invalid("", code, why.why())
}

fn is_repeated(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("messages_resend_of_key")
}

/// Asks for all of a range's that may be sent again; the form's id makes a second press the same.
///
/// # Errors
/// `Invalid`: there are more of them than the `shown` ones by now.
pub async fn begin_bulk_resend(
    app: &App,
    actor: &Actor,
    id: BulkId,
    range: Range,
    shown: usize,
) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let preview = preview_resend(app, actor, range).await?;
    if preview.messages.len() > shown {
        let sentence = "Mientras miraba fallaron más mensajes. Revise cuántos son ahora y confirme de nuevo.";
        return Err(AppError::invalid("", "more_than_shown", sentence));
    }
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    Ok(store::resends::insert_bulk(&mut conn, id, actor.user_id, dealer, &preview.messages, now).await?)
}

/// How far a job of the actor's dealer is.
pub async fn read_bulk(app: &App, actor: &Actor, id: BulkId) -> Result<Progress> {
    let dealer = dealer_of(actor)?;
    let progress = store::resends::get_progress(&mut *app.pool.acquire().await?, dealer, id).await?;
    progress.ok_or(AppError::NotFound)
}

/// Sends again what is asked for and not yet done.
pub async fn resend_next(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let items = store::resends::list_to_do(&mut *app.pool.acquire().await?, JOBS, OF_EACH, now).await?;
    let mut step = Step::Nothing;
    for item in &items {
        let outcome = resend_item(app, item).await;
        let mut conn = app.pool.acquire().await?;
        match outcome {
            Ok(Some(fate)) => {
                store::resends::mark_done(&mut conn, item.bulk, item.message, fate).await?;
                step = Step::Worked;
            }
            // Its kind is paused: it waits.
            Ok(None) => {}
            Err(error) => {
                step = Step::Worked;
                tracing::error!(%error, message = %item.message, "a message could not be sent again; later");
                store::resends::mark_tried(&mut conn, item.bulk, item.message, MOST_TRIES).await?;
            }
        }
    }
    if step == Step::Worked {
        store::resends::close_done(&mut *app.pool.acquire().await?).await?;
    }
    Ok(step)
}

/// What became of it; `None`: sending is paused.
async fn resend_item(app: &App, item: &ItemRow) -> Result<Option<Fate>> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, item.user).await?;
    let Some(user) = user.filter(|user| user.dealer_id == Some(item.dealer) && user.disabled_at.is_none())
    else {
        return Ok(Some(Fate::NotSafe));
    };
    let actor =
        Actor { user_id: item.user, name: user.name, role: Role::Dealer, dealer_id: Some(item.dealer) };
    let fate = match resend(app, &actor, item.message).await {
        Ok(_) => Fate::Sent,
        Err(AppError::Paused(_)) => return Ok(None),
        Err(AppError::Limit(_)) => Fate::OverLimit,
        Err(AppError::OptedOut) => Fate::OptedOut,
        Err(AppError::NoTemplate(purpose)) => Fate::NoTemplate(purpose),
        // By another server, or before this one died.
        Err(AppError::Invalid(problems))
            if problems.iter().any(|problem| problem.code == "already_resent") =>
        {
            Fate::Sent
        }
        // What no other try changes.
        Err(
            AppError::Invalid(_)
            | AppError::NotFound
            | AppError::Forbidden { .. }
            | AppError::Withheld { .. }
            | AppError::KeyReused
            | AppError::SignedOut,
        ) => Fate::NotSafe,
        Err(error) => return Err(error),
    };
    Ok(Some(fate))
}
