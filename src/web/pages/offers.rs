mod audience;
mod check;
mod new;
mod one;
mod progress;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub use check::Audience;
pub use new::NewOfferPage;
pub use one::OfferPage;
pub use progress::{Asked, AskedNames, NameList, OfferProgress};

use super::failed;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        offers::{Campaign, CampaignRow, Cost, list_campaigns},
    },
    domain::{
        ids::CampaignId,
        money::{dollars, grouped},
        offer::State,
    },
    web::{
        guard,
        parts::{Empty, Icon, LimitBar, Moment, PageTitle, icons},
        request::Current,
    },
};

const LIST: &str = "/panel/ofertas";
/// Where admins read them.
pub const ADMINS: &str = "/admin/ofertas";

/// `/panel/ofertas`: what a dealer offered to many, the newest first.
#[component]
pub fn OffersPage() -> impl IntoView {
    let after = use_query_map()
        .with_untracked(|query| query.get("despues").and_then(|id| id.parse::<CampaignId>().ok()));
    Suspend::new(async move {
        match load(after).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    rows: Vec<CampaignRow>,
    next: Option<CampaignId>,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(after: Option<CampaignId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let (rows, next) = list_campaigns(&current.state, &actor, after).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { rows, next, bar, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { rows, next, bar, now } = loaded;
    let nothing = rows.is_empty();
    view! {
        <PageTitle text="Ofertas"/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Ofertas"</h1>
            <div class="actions"><a class="button" href="/panel/ofertas/nueva">"Nueva oferta"</a></div>
        </div>
        {if nothing {
            view! {
                <Empty title="Todavía no ha hecho ofertas">
                    <p>"Escriba a los compradores que le escribieron y aceptaron recibir ofertas. Antes de enviar nada verá a cuántos llega y cuánto cuesta."</p>
                    <p><a class="button" href="/panel/ofertas/nueva">"Nueva oferta"</a></p>
                </Empty>
            }
            .into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Oferta"</th>
                            <th scope="col">"Estado"</th>
                            <th scope="col" class="num">"Enviadas"</th>
                            <th scope="col" class="num">"Costo"</th>
                            <th scope="col">"Fecha"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.iter().map(|row| view! { <Row row=row now=now/> }).collect_view()}</tbody>
                </table>
            }
            .into_any()
        }}
        {next.map(|id| view! {
            <nav class="cluster" aria-label="Páginas"><a class="button second" href=format!("{LIST}?despues={id}")>"Más antiguas"</a></nav>
        })}
    }
}

#[component]
fn Row<'a>(row: &'a CampaignRow, now: DateTime<Utc>) -> impl IntoView + use<> {
    let CampaignRow { campaign, counts, .. } = row;
    let begins = first_line(&campaign.words);
    let reach = counts.pending + counts.sent;
    let sent = match campaign.state {
        State::Draft => "—".to_owned(),
        _ => format!("{} de {}", grouped(counts.sent.into()), grouped(reach.into())),
    };
    let at = campaign.confirmed_at.unwrap_or(campaign.created_at);
    view! {
        <tr>
            <td data-label="Oferta" class="clip"><a href=format!("{LIST}/{}", campaign.id)>{begins}</a></td>
            <td data-label="Estado"><StateWord campaign=campaign now=now/></td>
            <td data-label="Enviadas" class="num">{sent}</td>
            <td data-label="Costo" class="num">{cost(row.cost)}</td>
            <td data-label="Fecha"><Moment at=at now=now/></td>
        </tr>
    }
}

/// What an offer is known by in a list.
pub fn first_line(words: &str) -> String {
    words.lines().next().unwrap_or_default().chars().take(80).collect()
}

/// What an offer cost: an estimate until Twilio has told its price of all of it.
pub fn cost(cost: Cost) -> String {
    let said = dollars(cost.all);
    match cost {
        Cost { all, .. } if all.is_zero() => said,
        Cost { all, confirmed } if all == confirmed => format!("{said} (confirmado)"),
        _ => format!("{said} (estimado)"),
    }
}

/// Icon and word; one that runs later is only planned.
#[component]
pub fn StateWord<'a>(campaign: &'a Campaign, now: DateTime<Utc>) -> impl IntoView + use<> {
    let state = campaign.state;
    let is_planned = state == State::Running && campaign.begins_at.is_some_and(|begins| begins > now);
    let (tone, path) = match state {
        State::Running if is_planned => ("soon", icons::CLOCK),
        State::Draft => ("off", icons::TAG),
        State::Running => ("on", icons::SEND),
        State::Paused(_) => ("soon", icons::CLOCK),
        State::Stopped => ("off", icons::BAD),
        State::Done => ("on", icons::CHECK),
    };
    view! { <span class="stock-state" data-tone=tone><Icon path=path/>{if is_planned { "Programada" } else { state.label() }}</span> }
}
