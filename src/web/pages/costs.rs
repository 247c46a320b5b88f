use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    failed,
    panel::{VehicleTable, list_address},
};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        read_costs::{Costs, read_costs},
    },
    domain::{
        dop_rate::DopRate,
        figures::Sums,
        money::{dollars_in_column, grouped},
        time::{parse_iso_day, spoken_month},
    },
    web::{
        guard,
        islands::Keys,
        parts::{Empty, LimitBar, PageTitle},
        request::Current,
    },
};

/// `/panel/costos`: what a dealer's messages cost, month by month, and one month by kind and vehicle.
#[component]
pub fn CostsPage() -> impl IntoView {
    let month = use_query_map().with_untracked(|query| parse_month(&query.get("mes")?));
    Suspend::new(async move {
        match load(month).await {
            Ok((costs, bar, now)) => view! { <Shown costs=costs bar=bar now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// The first day of `2026-11`.
pub fn parse_month(text: &str) -> Option<NaiveDate> {
    parse_iso_day(&format!("{}-01", text.trim()))
}

async fn load(month: Option<NaiveDate>) -> Result<(Costs, DealerBar, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let costs = read_costs(&current.state, &actor, month).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok((costs, bar, current.state.clock.now()))
}

#[component]
fn Shown(costs: Costs, bar: DealerBar, now: DateTime<Utc>) -> impl IntoView {
    let month = costs.month;
    let dop_rate = bar.dop_rate.as_ref();
    let name = spoken_month(month.from);
    let statement = format!("/panel/costos.csv?mes={}", month.from.format("%Y-%m"));
    let total = costs.kinds.iter().fold(Sums::default(), |mut all, (_, sums)| {
        all += *sums;
        all
    });
    let months = costs.months.iter().map(|(first, sums)| {
        let href = format!("/panel/costos?mes={}", first.format("%Y-%m"));
        let current = (*first == month.from).then_some("true");
        view! {
            <tr>
                <th scope="row"><a href=href aria-current=current>{spoken_month(*first)}</a></th>
                {cells(sums, dop_rate)}
            </tr>
        }
    });
    let months = months.collect_view();
    let kinds = costs.kinds.iter().map(|(kind, sums)| {
        let href = list_address(month, &[("tipo", kind.as_str().to_owned())]);
        view! { <tr><th scope="row"><a href=href>{kind.label()}</a></th>{cells(sums, dop_rate)}</tr> }
    });
    let kinds = kinds.collect_view();
    let nothing = costs.months.is_empty();
    view! {
        <PageTitle text="Costos"/>
        <Keys/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Costos"</h1>
            <p class="soft small">"US$, por el día en que se escribió cada mensaje, hora de Santo Domingo"</p>
        </div>
        {if nothing {
            view! { <Empty title="Todavía no hay costos"><p>"Aquí verá lo que cuesta cada mes, por tipo y por vehículo."</p></Empty> }.into_any()
        } else {
            view! {
                <section class="panel stack">
                    <h2>"Mes por mes"</h2>
                    <table class="table"><CostHead first="Mes"/><tbody>{months}</tbody></table>
                </section>
                <section class="panel stack">
                    <div class="pagehead">
                        <h2>{format!("{name}, por tipo")}</h2>
                        <a class="button second" href=statement download="">"Estado de cuenta (CSV)"</a>
                    </div>
                    <table class="table">
                        <CostHead first="Tipo"/>
                        <tbody>
                            {kinds}
                            <tr><th scope="row">"Total"</th>{cells(&total, dop_rate)}</tr>
                        </tbody>
                    </table>
                    <p class="hint">
                        "«Confirmado»: de cada parte que salió Twilio ya informó su propio precio. «Estimado»: todavía no. El estado de cuenta lista cada cobro, devolución y ajuste."
                    </p>
                </section>
                <section class="panel stack">
                    <h2>{format!("{name}, por vehículo")}</h2>
                    <VehicleTable lines=&costs.vehicles range=month others=costs.others.as_ref()/>
                </section>
            }
                .into_any()
        }}
    }
}

#[component]
pub(super) fn CostHead(first: &'static str) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">{first}</th>
                <th scope="col" class="num">"Mensajes"</th>
                <th scope="col" class="num">"Partes"</th>
                <th scope="col" class="num">"Gasto"</th>
                <th scope="col" class="num">"Confirmado"</th>
                <th scope="col" class="num">"Estimado"</th>
                <th scope="col" class="num">"Parte de Twilio"</th>
            </tr>
        </thead>
    }
}

pub(super) fn cells(sums: &Sums, dop_rate: Option<&DopRate>) -> AnyView {
    view! {
        <td class="num" data-label="Mensajes">{grouped(sums.messages.into())}</td>
        <td class="num" data-label="Partes">{grouped(sums.parts.into())}</td>
        <td class="num" data-label="Gasto">
            <div>
                {dollars_in_column(sums.cost)}
                {dop_rate.map(|rate| view! { <p class="soft small">{rate.told(sums.cost)}</p> })}
            </div>
        </td>
        <td class="num" data-label="Confirmado">{dollars_in_column(sums.confirmed)}</td>
        <td class="num" data-label="Estimado">{dollars_in_column(sums.cost - sums.confirmed)}</td>
        <td class="num" data-label="Parte de Twilio">{dollars_in_column(sums.told)}</td>
    }
    .into_any()
}
