mod calculator;
mod dealers;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use rust_decimal::Decimal;

use self::{
    calculator::{Calculator, Typed},
    dealers::Dealers,
};
use crate::{
    app::{
        error::Result,
        read_costs::month_of,
        read_platform::{DealerOrder, MonthRow, PlatformCosts, read_platform},
    },
    domain::{
        dop_rate::spoken,
        figures::Sums,
        money::{dollars, dollars_in_column, grouped},
        range::InvalidRange,
        state_group::StateGroup,
        time::{day_in_santo_domingo, spoken_date, spoken_month},
    },
    web::{
        address::address,
        guard,
        pages::{
            costs::{CostHead, cells},
            failed,
            panel::{Asked, ByState, RangeProblem, Ranges, Spend, Tile},
        },
        parts::{Empty, PageTitle},
        request::Current,
    },
};

const PAGE: &str = "/admin/costos";

/// `/admin/costos`: what all dealers' messages cost, and what a plan would.
#[component]
pub fn PlatformCostsPage() -> impl IntoView {
    let asked = Asked::of_address();
    let query = use_query_map().get_untracked();
    let order = query.get("orden").unwrap_or_default();
    let page = query.get("pagina").and_then(|text| text.parse::<i64>().ok()).unwrap_or(1).max(1);
    let typed = Typed::of(|name| query.get(name));
    Suspend::new(async move {
        match load(&asked, &order, page).await {
            Ok(loaded) => view! { <Shown loaded=loaded asked=asked page=page typed=typed/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    costs: PlatformCosts,
    order: DealerOrder,
    problem: Option<InvalidRange>,
    now: DateTime<Utc>,
}

async fn load(asked: &Asked, order: &str, page: i64) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let now = current.state.clock.now();
    let (range, problem) = asked.range(day_in_santo_domingo(now));
    let order = dealers::order(order);
    let costs = read_platform(&current.state, &actor, range, order, page - 1).await?;
    Ok(Loaded { costs, order, problem, now })
}

#[component]
fn Shown(loaded: Loaded, asked: Asked, page: i64, typed: Typed) -> impl IntoView {
    let Loaded { costs, order, problem, now } = loaded;
    let range = costs.range;
    let dop_rate = costs.dop_rate.as_ref();
    let nothing = costs.totals.sums.messages == 0;
    let kinds = costs.kinds.iter().map(|(kind, sums)| {
        view! { <tr><th scope="row">{kind.label()}</th>{cells(sums, dop_rate)}</tr> }
    });
    let kinds = kinds.collect_view();
    let note = dop_rate.map(|rate| format!(" RD$ {}.", rate.note())).unwrap_or_default();
    let total = cells(&costs.totals.sums, dop_rate);
    view! {
        <PageTitle text="Costos de la plataforma"/>
        <div class="pagehead">
            <h1>"Costos de la plataforma"</h1>
            <p class="soft small">{range.label()}" · Hora de Santo Domingo"</p>
        </div>
        <Ranges range=range asked=asked page=PAGE/>
        <RangeProblem problem=problem/>
        <Figures costs=&costs now=now/>
        {if nothing {
            view! { <Empty title="Ningún mensaje en estas fechas"><p>"Elija otras fechas, o calcule abajo lo que costaría un mes."</p></Empty> }.into_any()
        } else {
            view! {
                <div class="halves">
                    <Spend month=&costs.month dop_rate=dop_rate page=PAGE/>
                    <ByState days=&costs.days range=range page=PAGE/>
                </div>
                <section class="panel stack">
                    <h2>"Por tipo"</h2>
                    <table class="table">
                        <CostHead first="Tipo"/>
                        <tbody>{kinds}<tr><th scope="row">"Total"</th>{total}</tr></tbody>
                    </table>
                </section>
                <Dealers costs=&costs order=order page=page/>
            }
                .into_any()
        }}
        <Calculator allowance=&costs.allowance typed=typed range=range/>
        <Months months=&costs.months/>
        <p class="hint">
            {format!("US$, por el día en que se escribió cada mensaje. Estimado hasta que Twilio informa el precio de cada parte.{note}")}
        </p>
    }
}

/// The period at a glance.
#[component]
fn Figures<'a>(costs: &'a PlatformCosts, now: DateTime<Utc>) -> impl IntoView + use<> {
    let dop_rate = costs.dop_rate.as_ref();
    let Sums { messages, parts, cost, confirmed, told } = costs.totals.sums;
    let here = address(PAGE, costs.range.to_pairs());
    let failed = costs.totals.of(StateGroup::Failed);
    let each = (parts > 0).then(|| (cost / Decimal::from(parts)).round_dp(4));
    let month = &costs.month;
    let seats = costs.dealer_count;
    view! {
        <ul class="tiles" aria-label="Cifras del período">
            <Tile label="Gasto" value=spoken(cost, dop_rate) href=format!("{here}#lista")
                more=format!("{} confirmado, {} estimado.", dollars(confirmed), dollars(cost - confirmed))/>
            <Tile label="Mensajes" value=grouped(messages.into()) href=here.clone()
                more=format!("{} partes; {} fallidos. {} por parte.", grouped(parts.into()), grouped(failed.into()), each.map_or_else(|| "Nada".to_owned(), dollars))/>
            <Tile label="Parte de Twilio" value=dollars(told) href="/admin/tarifas".to_owned()
                more="Lo que ya informó de estos mensajes, sin lo de Meta.".to_owned()/>
            <Tile label=if seats == 1 { "Concesionario" } else { "Concesionarios" } value=grouped(seats.into()) href=format!("{here}#lista")
                more="con mensajes en estas fechas".to_owned()/>
            <Tile label="A fin de mes" value=spoken(month.projected, dop_rate) href=format!("{PAGE}?rango=mes")
                more=format!("Van {} al {}; a este ritmo, el {}.", dollars(month.spent), spoken_date(day_in_santo_domingo(now)), spoken_date(month.last_day))/>
        </ul>
    }
}

/// Each month's ledger against Twilio's usage records.
#[component]
fn Months<'a>(months: &'a [MonthRow]) -> impl IntoView + use<> {
    if months.is_empty() {
        return ().into_any();
    }
    let rows = months.iter().map(|row| {
        let month = row.month;
        let ends = month_of(month);
        let href = address(PAGE, ends.to_pairs());
        let difference = row.billed.map(|billed| row.charged - billed);
        let told =
            |amount: Option<Decimal>| amount.map_or_else(|| "todavía no".to_owned(), dollars_in_column);
        view! {
            <tr>
                <th scope="row"><a href=href>{spoken_month(month)}</a></th>
                <td class="num" data-label="Cobrado">{dollars_in_column(row.charged)}</td>
                <td class="num" data-label="Twilio y Meta">{told(row.billed)}</td>
                <td class="num" data-label="Diferencia">{told(difference)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel stack">
            <h2>"Mes por mes, contra la factura"</h2>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Mes"</th>
                        <th scope="col" class="num">"Cobrado"</th>
                        <th scope="col" class="num">"Twilio y Meta"</th>
                        <th scope="col" class="num">"Diferencia"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="hint">"«Twilio y Meta» son los registros de uso de Twilio, que cuentan el mes en UTC (corrido cuatro horas) e incluyen lo que los concesionarios reciben."</p>
        </section>
    }
    .into_any()
}
