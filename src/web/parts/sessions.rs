use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::message::Moment;
use crate::{app::sessions::OpenSession, domain::ids::UserId};

/// Where somebody is signed in; with `owner` an admin sees a button that ends each.
#[component]
pub fn OpenSessions(
    sessions: Vec<OpenSession>,
    now: DateTime<Utc>,
    #[prop(optional)] owner: Option<UserId>,
) -> impl IntoView {
    let rows = sessions.into_iter().map(|session| {
        let device =
            if session.device.is_empty() { "Dispositivo sin anotar".to_owned() } else { session.device };
        let spoken = device.clone();
        view! {
            <li class="act session">
                <div>
                    <p><strong>{device}</strong>{session.is_this.then_some(" · esta")}</p>
                    <p class="soft small">"Desde "<Moment at=session.since now=now/>" · usada "<Moment at=session.seen now=now/></p>
                </div>
                {owner.map(|owner| view! {
                    <form method="post" action="/fn/admin/usuario-sesiones">
                        <input type="hidden" name="id" value=owner.to_string()/>
                        <input type="hidden" name="sesion" value=session.name/>
                        <button class="button second">"Cerrar"<span class="unseen">" la sesión de "{spoken}</span></button>
                    </form>
                })}
            </li>
        }
    });
    view! { <ul class="lines">{rows.collect_view()}</ul> }
}

#[component]
pub fn LastSignIn(at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> impl IntoView {
    match at {
        Some(at) => view! { <Moment at=at now=now/> }.into_any(),
        None => view! { <span class="soft">"nunca"</span> }.into_any(),
    }
}
