use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::notice::{Notice, Tone};
use crate::{
    app::{
        actor::Actor,
        error::{AppError, Result},
        limits_now::{Outlook, limits_now},
        preview::Preview,
        send_message::Recipient,
    },
    domain::{
        ids::VehicleId, kind::Kind, limits::Standing, phone::Phone, time::spoken_day, user::Role,
        vehicle::Vehicle,
    },
    web::{
        flash::Flash,
        forms::{Typed, contact_preview, number_preview},
        request::Current,
    },
};

/// From here on down it is worth saying how many messages are left.
const FEW: i64 = 3;

/// Who is about to write, and what he would meet.
pub struct Writer {
    pub outlook: Outlook,
    /// What arrives of the words that stand in the form; `None`: they cannot be sent.
    pub preview: Option<Preview>,
    pub role: Role,
    pub now: DateTime<Utc>,
}

impl Writer {
    /// What whoever is signed in would meet if he wrote to the seller now; nobody, nothing.
    ///
    /// # Errors
    /// The vehicle is not for sale any more.
    pub async fn to_seller_of(current: &Current, vehicle: &Vehicle, flash: &Flash) -> Result<Option<Self>> {
        let Some(actor) = &current.actor else { return Ok(None) };
        let to = Recipient::SellerOf(vehicle.card.id);
        let outlook = limits_now(&current.state, actor, &to, Kind::Contact, 1).await?;
        let preview = contact_preview(current, actor, vehicle, flash).await?;
        Ok(Some(Self { outlook, preview, role: actor.role, now: current.state.clock.now() }))
    }
}

impl Writer {
    /// Nothing would leave from here: the way out is the person's own WhatsApp.
    pub fn is_stopped(&self) -> bool {
        self.outlook.paused.is_some() || self.outlook.decision.refusal(self.role, self.now).is_some()
    }

    /// What a dealer's user would meet if he wrote to a number now; before it is known, what any new one would cost.
    pub async fn to_number(
        current: &Current,
        actor: &Actor,
        about: Option<VehicleId>,
        typed: &Typed<'_>,
    ) -> Result<Self> {
        let phone = Phone::parse_form(typed.to).or_else(|_| Phone::parse_api("+18095550199"));
        let phone = phone.map_err(|error| AppError::Fault(error.to_string()))?;
        let to = Recipient::Number { phone, about: None };
        let outlook = limits_now(&current.state, actor, &to, Kind::Contact, 1).await?;
        let preview = number_preview(current, actor, about, typed).await?;
        Ok(Self { outlook, preview, role: actor.role, now: current.state.clock.now() })
    }
}

/// What a sender should know before he writes: that it would not go, or not now, that few more would, that it may not
/// arrive.
#[component]
pub fn BeforeWriting<'a>(writer: &'a Writer) -> impl IntoView + use<> {
    let Writer { outlook, role, now, .. } = writer;
    let (role, now) = (*role, *now);
    let paused = outlook.paused.map(|paused| paused.outlook());
    let refused = outlook.decision.refusal(role, now).map(|refusal| refusal.sentence());
    let refused = paused.or(refused);
    let left = outlook.decision.binding(role).map(Standing::sends_left);
    let left = left.filter(|left| refused.is_none() && *left <= FEW);
    let left = left.map(|left| match left {
        1 => "Le queda 1 mensaje por ahora.".to_owned(),
        left => format!("Le quedan {left} mensajes por ahora."),
    });
    let silent = outlook.without_whatsapp.map(|since| {
        format!(
            "Este número no tenía WhatsApp activo la última vez que se le escribió ({}). Puede que su mensaje no llegue; una llamada es más segura.",
            spoken_day(since, now)
        )
    });
    let held = outlook.is_held.then(|| {
        "El servicio de mensajes está detenido por el momento. Puede escribir: su mensaje saldrá solo en cuanto vuelva."
            .to_owned()
    });
    let notice = |words: String| view! { <Notice tone=Tone::Warn><p>{words}</p></Notice> };
    view! {
        {refused.map(notice)}
        {held.map(notice)}
        {silent.map(notice)}
        {left.map(|words| view! { <p class="hint">{words}</p> })}
    }
}
