mod dop;
mod drift;
mod new;

pub use new::NewRatePage;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::{dop::DopRates, drift::Drifts};
use crate::{
    app::{
        error::Result,
        read_rates::{RateCard, ShownRate, read_rates},
    },
    domain::{
        kind::Kind,
        market::Market,
        money::dollars_in_column,
        rates::{Category, Scope},
    },
    web::{
        address::address,
        flash::{self, Flash},
        forms::{self, NEW_RATE},
        guard,
        pages::failed,
        parts::{ErrorSummary, Moment, Notice, PageTitle, Tone},
        request::Current,
    },
};

/// Over how many days differences are told.
const DAYS: [u64; 2] = [30, 90];

/// `/admin/tarifas`: what a part costs a dealer, now and later; how far that is from what it costs OKLA; and what a dollar
/// costs in pesos.
#[component]
pub fn RatesPage() -> impl IntoView {
    let days = use_query_map().with_untracked(|query| query.get("dias"));
    let days = days.and_then(|text| text.parse().ok()).filter(|days| DAYS.contains(days)).unwrap_or(DAYS[0]);
    Suspend::new(async move {
        match load(days).await {
            Ok(loaded) => view! { <Shown loaded=loaded days=days/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    card: RateCard,
    rate: Flash,
    dop_rate: Flash,
    now: DateTime<Utc>,
}

async fn load(days: u64) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    Ok(Loaded {
        card: read_rates(&current.state, &actor, days).await?,
        rate: flash::take(&current.session, forms::RATE).await?,
        dop_rate: flash::take(&current.session, forms::DOP_RATE).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded, days: u64) -> impl IntoView {
    let Loaded { card, rate, dop_rate, now } = loaded;
    let RateCard { in_force, coming, past, drifts, dop_rates } = card;
    let done = [rate.value("hecho"), dop_rate.value("hecho")].into_iter().filter(|said| !said.is_empty());
    let done = done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> }).collect_view();
    let problems = [rate.problems, dop_rate.problems.clone()].concat();
    view! {
        <PageTitle text="Tarifas"/>
        <div class="pagehead">
            <h1>"Tarifas"</h1>
            <a class="button" href=NEW_RATE>"Nueva tarifa"</a>
        </div>
        {done}
        <ErrorSummary problems=problems/>
        <section class="panel stack">
            <h2>"Vigentes"</h2>
            <p class="hint">"US$ por parte: un mensaje de WhatsApp de hasta 1,600 caracteres. De varias que sirven rige la más precisa: primero por tipo, luego por categoría, luego por mercado. Un mensaje conserva la tarifa con que se escribió."</p>
            <Rates rows=in_force now=now label="Desde" changes=Changes::Replace/>
        </section>
        <section class="panel stack">
            <h2>"Por venir"</h2>
            {if coming.is_empty() {
                view! { <p>"Ninguna: siguen las de arriba."</p> }.into_any()
            } else {
                view! { <Rates rows=coming now=now label="Empieza" changes=Changes::Withdraw/> }.into_any()
            }}
        </section>
        {(!past.is_empty()).then(|| view! {
            <details class="panel stack">
                <summary>"Las de antes"</summary>
                <Rates rows=past now=now label="Desde" changes=Changes::Nothing/>
            </details>
        })}
        <Drifts drifts=&drifts days=days/>
        <DopRates rows=&dop_rates flash=&dop_rate now=now/>
    }
}

/// What may be done to a row.
#[derive(Clone, Copy)]
enum Changes {
    Replace,
    Withdraw,
    Nothing,
}

#[component]
fn Rates(rows: Vec<ShownRate>, now: DateTime<Utc>, label: &'static str, changes: Changes) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let scope = row.rate.scope();
        let by = row.set_by.unwrap_or_else(|| "la instalación".to_owned());
        let change = match changes {
            Changes::Replace => view! { <td><a href=new_rate_path(scope, "")>"Cambiar"</a></td> }.into_any(),
            Changes::Withdraw => view! {
                <td>
                    <form method="post" action="/fn/admin/tarifa-retirar">
                        <input type="hidden" name="id" value=row.id.to_string()/>
                        <button class="button second">"Retirar"</button>
                    </form>
                </td>
            }
            .into_any(),
            Changes::Nothing => ().into_any(),
        };
        view! {
            <tr>
                <th scope="row">{scope.label()}</th>
                <td class="num" data-label="US$ por parte">{dollars_in_column(row.rate.price)}</td>
                <td data-label=label><Moment at=row.rate.effective_from now=now/></td>
                <td data-label="Puesta">
                    <div>
                        <Moment at=row.set_at now=now/>", "{by}
                        {(!row.reason.is_empty()).then(|| view! { <p class="soft small">{row.reason}</p> })}
                    </div>
                </td>
                {change}
            </tr>
        }
    });
    let rows = rows.collect_view();
    let has_changes = !matches!(changes, Changes::Nothing);
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Para qué"</th>
                    <th scope="col" class="num">"US$ por parte"</th>
                    <th scope="col">{label}</th>
                    <th scope="col">"Puesta"</th>
                    {has_changes.then(|| view! { <th scope="col">"Acción"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The form of a new rate, for this, with a price if there is one already.
fn new_rate_path(scope: Scope, price: &str) -> String {
    let pairs = [
        ("tipo", scope.kind.map(Kind::as_str)),
        ("categoria", scope.category.map(Category::as_str)),
        ("mercado", scope.market.map(Market::as_str)),
        ("precio", Some(price)),
    ];
    let said = pairs.into_iter().filter_map(|(name, word)| Some((name, word?.to_owned())));
    address(NEW_RATE, said.filter(|(_, word)| !word.is_empty()))
}
