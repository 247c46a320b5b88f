use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::Result,
        interests::{Interests, list_interests},
        limits_now::{DealerBar, dealer_bar},
    },
    domain::ids::UserId,
    web::{
        address::address,
        guard,
        parts::{BusinessHasLeft, Empty, LimitBar, Moment, PageTitle},
        request::Current,
    },
};

const PAGE: &str = "/panel/intereses";

/// `/panel/intereses`: whom the dealer's vehicles interest, the latest first.
#[component]
pub fn InterestsPage() -> impl IntoView {
    let after = use_query_map().with_untracked(|query| {
        let (at, user) = (query.get("desde")?, query.get("quien")?);
        Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, user.parse::<UserId>().ok()?))
    });
    Suspend::new(async move {
        match load(after).await {
            Ok((interests, bar, now)) => {
                view! { <Shown interests=interests bar=bar now=now first=after.is_none()/> }.into_any()
            }
            Err(error) => failed(&error),
        }
    })
}

async fn load(after: Option<(DateTime<Utc>, UserId)>) -> Result<(Interests, DealerBar, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let interests = list_interests(&current.state, &actor, after).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok((interests, bar, current.state.clock.now()))
}

#[component]
fn Shown(interests: Interests, bar: DealerBar, now: DateTime<Utc>, first: bool) -> impl IntoView {
    let Interests { rows, more } = interests;
    let older = rows.last().filter(|_| more).map(|row| {
        let place =
            [("desde", row.created_at.timestamp_micros().to_string()), ("quien", row.user_id.to_string())];
        address(PAGE, place)
    });
    let told = bar
        .way_back
        .is_none()
        .then_some(" Le avisamos por WhatsApp, como mucho una vez cada 15 minutos por vehículo.");
    let nothing = rows.is_empty();
    let items: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let wrote = row.wrote.then(|| view! { <span class="pill ok">"También le escribió"</span> });
            view! {
                <tr>
                    <td data-label="Quién"><div>{row.person}" "{wrote}</div></td>
                    <td data-label="Vehículo"><a href=format!("/vehiculos/{}", row.vehicle_id)>{row.vehicle}</a></td>
                    <td data-label="Cuándo"><Moment at=row.created_at now=now/></td>
                </tr>
            }
        })
        .collect();
    view! {
        <PageTitle text="Intereses"/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Intereses"</h1>
            <p class="soft small">"Horas de Santo Domingo"</p>
        </div>
        <BusinessHasLeft way_back=bar.way_back.as_ref()/>
        <p class="hint">"Quiénes presionaron «Me interesa» en sus vehículos."{told}</p>
        {if nothing {
            view! {
                <Empty title="Nadie todavía">
                    <p>"Cuando alguien presione «Me interesa» en uno de sus vehículos, aparece aquí."</p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <table class="table">
                    <thead><tr><th scope="col">"Quién"</th><th scope="col">"Vehículo"</th><th scope="col">"Cuándo"</th></tr></thead>
                    <tbody>{items}</tbody>
                </table>
            }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(!first).then(|| view! { <a class="button second" href=PAGE>"Los más nuevos"</a> })}
            {older.map(|href| view! { <a class="button second" href=href>"Más antiguos"</a> })}
        </nav>
    }
}
