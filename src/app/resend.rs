//! Sending failed messages again, one or many: only what certainly did not arrive and may pass as it is, and each at most
//! once.

use rust_decimal::Decimal;

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
        bulk::Progress,
        figures::Cause,
        ids::{BulkId, MessageId},
        image_url::ImageUrl,
        phone::Phone,
        range::Range,
        rates::price_of,
        remedy::Remedy,
        user::Role,
    },
    store::{
        self,
        resends::{FailedRow, ItemRow},
    },
};

/// No more are sent again by one press.
const MOST: i64 = 2_000;
/// Items that a worker looks up at once.
const AT_ONCE: i64 = 50;

/// Why a failed message is not sent again as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Skip {
    Remedy(Remedy),
    /// Not the dealer's to repeat.
    Buyers,
    Partly,
    WasResent,
    WithoutWhatsapp,
}

impl Skip {
    const ALL: [Self; 7] = [
        Self::WasResent,
        Self::Buyers,
        Self::WithoutWhatsapp,
        Self::Partly,
        Self::Remedy(Remedy::Correct),
        Self::Remedy(Remedy::Rule),
        Self::Remedy(Remedy::Respect),
    ];

    /// What a person reads, after a number.
    pub fn words(self) -> &'static str {
        match self {
            Self::WasResent => "ya se reenviaron",
            Self::Buyers => "los escribió un comprador; solo él puede repetirlos",
            Self::WithoutWhatsapp => "van a números sin WhatsApp activo",
            Self::Partly => "llegaron en parte: repetirlos enteros duplicaría lo que llegó",
            Self::Remedy(Remedy::Correct) => "necesitan que corrija un dato",
            Self::Remedy(Remedy::Rule) => "chocan con una regla de WhatsApp",
            Self::Remedy(Remedy::Respect | Remedy::SendAgain) => "van a personas que no quieren recibirlos",
        }
    }
}

fn skip(row: &FailedRow) -> Option<Skip> {
    let remedy = Remedy::of(Cause::from_word(&row.cause));
    if row.was_resent {
        Some(Skip::WasResent)
    } else if row.by_buyer {
        Some(Skip::Buyers)
    } else if remedy != Remedy::SendAgain {
        Some(Skip::Remedy(remedy))
    } else if row.without_whatsapp {
        Some(Skip::WithoutWhatsapp)
    } else if row.partly {
        Some(Skip::Partly)
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
    pub skipped: Vec<(Skip, usize)>,
    /// How the dealer's limits stand before it.
    pub bar: DealerBar,
    /// There are more than one press sends.
    pub is_cut: bool,
}

/// Says it, and does nothing.
pub async fn preview_resend(app: &App, actor: &Actor, range: Range) -> Result<Preview> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.searches.acquire().await?;
    let rows = store::resends::list_failed(&mut conn, dealer, range, MOST + 1).await?;
    let rates = store::rates::list_rates(&mut conn).await?;
    drop(conn);
    let is_cut = i64::try_from(rows.len()).unwrap_or(MOST) > MOST;
    let mut preview = Preview {
        range,
        messages: Vec::new(),
        parts: 0,
        cost: Decimal::ZERO,
        skipped: Vec::new(),
        bar: dealer_bar(app, actor).await?,
        is_cut,
    };
    let now = app.clock.now();
    let mut skipped: Vec<Skip> = Vec::new();
    for row in &rows {
        if let Some(why) = skip(row) {
            skipped.push(why);
            continue;
        }
        let to = Phone::parse_api(&row.to_phone).map_err(|error| fault(row, &error.to_string()))?;
        let kind = row.kind.parse().map_err(|error| fault(row, error))?;
        let price = price_of(&rates, kind, &to, true, now).ok_or_else(super::accept::no_rate)?;
        preview.messages.push(row.id);
        preview.parts += i64::from(row.parts);
        preview.cost += price * Decimal::from(row.parts);
    }
    let count = |why| skipped.iter().filter(|skip| **skip == why).count();
    preview.skipped =
        Skip::ALL.map(|why| (why, count(why))).into_iter().filter(|(_, count)| *count > 0).collect();
    Ok(preview)
}

fn fault(row: &FailedRow, what: &str) -> AppError {
    AppError::Fault(format!("messages {}: {what}", row.id))
}

/// Whether the page of a message may offer to send it again.
pub async fn may_resend(app: &App, actor: &Actor, id: MessageId) -> Result<bool> {
    let dealer = dealer_of(actor)?;
    let row = store::resends::get_failed(&mut *app.pool.acquire().await?, dealer, id).await?;
    Ok(row.is_some_and(|row| skip(&row).is_none()))
}

/// Sends one again.
///
/// # Errors
/// `NotFound`; `Invalid` where it is not safe; as for sending a message.
pub async fn resend(app: &App, actor: &Actor, id: MessageId) -> Result<MessageId> {
    let dealer = dealer_of(actor)?;
    let row = store::resends::get_failed(&mut *app.pool.acquire().await?, dealer, id).await?;
    let row = row.ok_or(AppError::NotFound)?;
    if row.was_resent {
        return Err(already_resent());
    }
    if let Some(why) = skip(&row) {
        let sentence = format!("Este mensaje no se reenvía: los que son como él {}.", why.words());
        return Err(AppError::invalid("", "not_resendable", sentence));
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
        resend_of: Some(id),
    };
    match send_message(app, actor, command).await {
        Ok(Sent::Accepted(fresh, _)) => Ok(fresh),
        Ok(Sent::Before(before)) => Ok(before.message),
        Err(AppError::Database(error)) if is_repeated(&error) => Err(already_resent()),
        Err(error) => Err(error),
    }
}

fn already_resent() -> AppError {
    AppError::invalid("", "already_resent", "Este mensaje ya se reenvió.")
}

fn is_repeated(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.constraint()) == Some("messages_resend_of_key")
}

/// Asks for all of a range's that may be sent again; the form's id makes a second press the same.
pub async fn begin_bulk_resend(app: &App, actor: &Actor, id: BulkId, range: Range) -> Result<()> {
    let dealer = dealer_of(actor)?;
    let preview = preview_resend(app, actor, range).await?;
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
    let items = store::resends::list_to_do(&mut *app.pool.acquire().await?, AT_ONCE).await?;
    for item in &items {
        let outcome = resend_item(app, item).await?;
        store::resends::mark_done(&mut *app.pool.acquire().await?, item.bulk, item.message, outcome).await?;
    }
    Ok(if items.is_empty() { Step::Nothing } else { Step::Worked })
}

async fn resend_item(app: &App, item: &ItemRow) -> Result<&'static str> {
    let user = store::users::get_user(&mut *app.pool.acquire().await?, item.user).await?;
    let Some(user) = user.filter(|user| user.dealer_id == Some(item.dealer)) else { return Ok("unsafe") };
    let actor =
        Actor { user_id: item.user, name: user.name, role: Role::Dealer, dealer_id: Some(item.dealer) };
    match resend(app, &actor, item.message).await {
        Ok(_) => Ok("sent"),
        Err(AppError::Limit(_)) => Ok("limit"),
        // By another server, or before this one died.
        Err(AppError::Invalid(problems))
            if problems.iter().any(|problem| problem.code == "already_resent") =>
        {
            Ok("sent")
        }
        Err(AppError::Invalid(_) | AppError::NotFound | AppError::Forbidden { .. }) => Ok("unsafe"),
        Err(error @ AppError::Database(_)) => Err(error),
        Err(error) => {
            tracing::error!(%error, message = %item.message, "a message could not be sent again");
            Ok("error")
        }
    }
}
