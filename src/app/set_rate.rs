//! The rate card's changes. What begins, begins for every server with the same message; what was charged stays.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    actor::Actor,
    audit::{Change, record},
    error::{AppError, Result},
    state::App,
};
use crate::{
    domain::{
        audit::Action,
        ids::RateId,
        kind::Kind,
        market::Market,
        money::dollars,
        rates::{Category, Rate, Scope},
        reason::Reason,
        time::{day_begins, day_in_santo_domingo, spoken},
    },
    store::{self, rates::ShownRate},
};

/// When a rate begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    Now,
    /// With that day in Santo Domingo.
    With(NaiveDate),
}

/// A rate as an admin wants it.
#[derive(Clone, Debug)]
pub struct NewRate {
    pub scope: Scope,
    /// US$ a part.
    pub price: Decimal,
    pub begins: Begins,
    pub reason: Reason,
}

impl NewRate {
    /// The row it becomes if it is saved at `now`.
    ///
    /// # Errors
    /// `Invalid`: a day that has begun.
    pub fn row(&self, now: DateTime<Utc>) -> Result<Rate> {
        let effective_from = match self.begins {
            Begins::Now => now,
            Begins::With(day) if day > day_in_santo_domingo(now) => day_begins(day),
            Begins::With(_) => {
                let problem = "Día: elija uno que todavía no haya empezado; lo que ya se cobró no cambia.";
                return Err(AppError::invalid("dia", "past", problem));
            }
        };
        let Scope { kind, category, market } = self.scope;
        Ok(Rate { kind, category, market, effective_from, price: self.price })
    }
}

/// The row of exactly this scope that is in force.
pub fn in_force(rows: &[ShownRate], scope: Scope, now: DateTime<Utc>) -> Option<&ShownRate> {
    let begun = rows.iter().filter(|row| row.rate.scope() == scope && row.rate.effective_from <= now);
    begun.max_by_key(|row| row.rate.effective_from)
}

/// Puts it on the card. `seen` is what the form showed as in force for the same.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: a day that has begun, another that begins at the same moment, or somebody else
/// changed it since the form was shown.
pub async fn set_rate(app: &App, actor: &Actor, new: NewRate, seen: Option<RateId>) -> Result<()> {
    actor.admin()?;
    let mut tx = store::connection::begin(&app.pool).await?;
    // Whoever takes places now pays by the card as it is; whoever comes next sees the new row.
    store::limits::lock_values(&mut tx).await?;
    let now = app.clock.now();
    let row = new.row(now)?;
    let rows = store::rates::list_shown(&mut tx).await?;
    let before = in_force(&rows, new.scope, now);
    if before.map(|row| row.id) != seen {
        let theirs = before.map_or_else(|| "ninguna".to_owned(), |row| dollars(row.rate.price));
        let yours = dollars(new.price);
        let problem = format!(
            "Otra persona la cambió mientras usted escribía: ahora rige {theirs}; usted puso {yours}. Revise el efecto y guarde de nuevo."
        );
        return Err(AppError::invalid("precio", "changed_meanwhile", problem));
    }
    let id = RateId::fresh();
    if !store::rates::insert_rate(&mut tx, id, &row, new.reason.as_str(), actor.user_id, now).await? {
        let same = |shown: &&ShownRate| {
            shown.rate.scope() == new.scope && shown.rate.effective_from == row.effective_from
        };
        let other = rows.iter().find(same);
        let theirs = other.map_or_else(String::new, |other| {
            let by = other.set_by.as_deref().unwrap_or("alguien que ya no está");
            format!(" de {}, puesta por {by}", dollars(other.rate.price))
        });
        let problem = format!(
            "Día: ya hay una tarifa para lo mismo que empieza el {}{theirs}. Retírela primero o elija otro día.",
            spoken(row.effective_from, now)
        );
        return Err(AppError::invalid("dia", "taken", problem));
    }
    let change = Change {
        before: before.map_or(Value::Null, |row| told(&row.rate)),
        after: told(&row),
        reason: new.reason.into(),
        ..Change::new(Action::RateSet, &id, Some(actor.user_id), now)
    };
    record(&mut tx, change).await?;
    Ok(tx.commit().await?)
}

/// Takes back a rate that has not begun.
///
/// # Errors
/// `NotFound`: not an admin's. `Invalid`: it has begun, or somebody else took it back.
pub async fn withdraw_rate(app: &App, actor: &Actor, id: RateId) -> Result<()> {
    actor.admin()?;
    let mut tx = store::connection::begin(&app.pool).await?;
    // Nobody reads it as begun while it goes.
    store::limits::lock_values(&mut tx).await?;
    withdraw_held(&mut tx, actor, id, String::new(), app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// The same where the values are locked.
pub(super) async fn withdraw_held(
    conn: &mut PgConnection,
    actor: &Actor,
    id: RateId,
    reason: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let problem = "Esa tarifa ya empezó o ya fue retirada. Para cambiarla ponga una nueva desde ahora.";
    let gone = store::rates::delete_coming(conn, id, now).await?;
    let gone = gone.ok_or_else(|| AppError::invalid("", "begun", problem))?;
    let withdrawn = Change::new(Action::RateWithdrawn, &id, Some(actor.user_id), now);
    record(conn, Change { before: told(&gone), reason, ..withdrawn }).await
}

fn told(rate: &Rate) -> Value {
    json!({
        "kind": rate.kind.map(Kind::as_str),
        "category": rate.category.map(Category::as_str),
        "market": rate.market.map(Market::as_str),
        "from": rate.effective_from,
        "price": rate.price.normalize().to_string(),
    })
}
