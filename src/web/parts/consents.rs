//! What a person agreed to, as he reads it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::message::Moment;
use crate::{
    app::consents::{ConsentRow, Consents},
    domain::consent::Consent,
};

/// What one may give and withdraw, each by itself.
#[component]
pub fn FreeConsents<'a>(consents: &'a Consents, now: DateTime<Utc>) -> impl IntoView + use<> {
    let rows: Vec<_> = consents
        .free
        .iter()
        .map(|(consent, since)| view! { <FreeConsent consent=*consent since=*since now=now/> })
        .collect();
    view! {
        <section class="panel stack">
            <h2>"Sus permisos"</h2>
            <p class="hint">"Cada uno vale por separado y se retira cuando quiera. Por WhatsApp solo se le escribe a un número comprobado."</p>
            <ul class="lines">{rows}</ul>
        </section>
    }
}

#[component]
fn FreeConsent(consent: Consent, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> impl IntoView {
    let (action, button) =
        if since.is_some() { ("/fn/permiso-retirar", "Retirar") } else { ("/fn/permiso-dar", "Aceptar") };
    view! {
        <li class="act">
            <div>
                <p><strong>{consent.label()}</strong></p>
                <p>{consent.text()}</p>
                <p class="soft small">
                    {match since {
                        Some(since) => view! { "Aceptado "<Moment at=since now=now/> }.into_any(),
                        None => view! { "Sin aceptar" }.into_any(),
                    }}
                </p>
            </div>
            <form method="post" action=action>
                <input type="hidden" name="permiso" value=consent.as_str()/>
                <input type="hidden" name="version" value=consent.version()/>
                <button class="button second">{button}<span class="unseen">": "{consent.label()}</span></button>
            </form>
        </li>
    }
}

/// Every giving and withdrawing, with the words of its day.
#[component]
pub fn ConsentHistory<'a>(history: &'a [ConsentRow], now: DateTime<Utc>) -> impl IntoView + use<> {
    let rows: Vec<_> = history
        .iter()
        .map(|row| {
            let label = row.purpose.parse().map_or("Permiso", Consent::label);
            let verb = if row.withdrawn { "retirado" } else { "aceptado" };
            let place = if row.place.is_empty() { String::new() } else { format!(" en {}", row.place) };
            let (version, body) = (row.version.clone(), row.body.clone());
            view! {
                <li>
                    <p><strong>{label}</strong>", "{verb}" "<Moment at=row.at now=now/>{place}" · texto "{version}</p>
                    <p class="soft small">{body}</p>
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Historia de sus permisos"</summary>
                <ol class="lines">{rows}</ol>
            </details>
        }
    })
}
