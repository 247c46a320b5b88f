use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::{Icon, Notice, Tone, icons};
use crate::{
    app::{limit_marks::MarkRow, limits_now::DealerBar},
    domain::{
        dop_rate::{DopRate, spoken},
        figures::percent,
        limits::{Limit, NEAR, Standing},
        money::{dollars, grouped},
        time::{clock_in_santo_domingo, spoken as spoken_at, spoken_coming},
    },
    web::request::Current,
};

/// How full a limit is, and what a person calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Fine,
    Near,
    Full,
}

fn level(standing: &Standing) -> Level {
    if !standing.has_room() {
        Level::Full
    } else if standing.used.saturating_mul(100) >= standing.most.saturating_mul(NEAR) {
        Level::Near
    } else {
        Level::Fine
    }
}

/// A dealer's own limits with what is left, over all his pages, and what he has not been told yet.
#[component]
pub fn LimitBar<'a>(
    bar: &'a DealerBar,
    now: DateTime<Utc>,
    /// The page it stands on; the request's own where that is one.
    #[prop(optional, into)]
    page: Option<String>,
) -> impl IntoView + use<> {
    let page = page.or_else(|| Current::get().ok().map(|current| current.path_and_query)).unwrap_or_default();
    let has_day = bar.standings.iter().any(|standing| standing.limit == Limit::DealerDay);
    let has_budget = bar.standings.iter().any(|standing| standing.limit == Limit::DealerBudget);
    let dop_rate = bar.dop_rate.as_ref();
    let spent = spoken(bar.month.sums.cost, dop_rate);
    let arrived = percent(bar.month.arrived(), bar.month.sums.messages);
    let gauges = bar.standings.iter().map(|standing| gauge(standing, dop_rate, now)).collect_view();
    let marks = bar.marks.iter().filter_map(|mark| told(mark, &page, now)).collect_view();
    view! {
        {marks}
        <aside class="limitbar" aria-label="Sus límites">
            <ul>
                {gauges}
                {(!has_day).then(|| view! { <li><span>"Hoy"</span><strong>{grouped(bar.today.into())}</strong></li> })}
                {(!has_budget).then(|| view! { <li><span>"Gasto del mes"</span><strong>{spent}</strong></li> })}
                {dop_rate.map(|rate| view! { <li><span>{format!("RD$ {}", rate.note())}</span></li> })}
                {arrived.map(|share| view! { <li><span>"Entregados este mes"</span><strong>{format!("{share} %")}</strong></li> })}
                <li><a href="/panel/limites">"Pedir más"</a></li>
            </ul>
        </aside>
    }
}

/// Once a period: so much of it is used.
fn told(mark: &MarkRow, page: &str, now: DateTime<Utc>) -> Option<AnyView> {
    let limit: Limit = mark.name.parse().ok()?;
    let asked = Standing { limit, most: mark.most, used: mark.used, asked: 0, frees_at: None };
    let (label, used, most) = counted(&asked, None);
    let back = page.to_owned();
    let (tone, words) = match mark.percent {
        100 => (Tone::Bad, "está usado por completo"),
        _ => (Tone::Warn, "está casi usado"),
    };
    let words = format!(" {words}: {used} de {most}, {}.", spoken_at(mark.at, now));
    let percent = mark.percent.to_string();
    Some(
        view! {
            <Notice tone=tone>
                <p><strong>{format!("Su límite «{label}»")}</strong>{words}</p>
                <form method="post" action="/fn/aviso-leido" class="cluster">
                    <input type="hidden" name="limite" value=limit.name()/>
                    <input type="hidden" name="porciento" value=percent/>
                    <input type="hidden" name="volver" value=back/>
                    <a href="/panel/limites">"Pedir más"</a>
                    <button class="button second">"Entendido"</button>
                </form>
            </Notice>
        }
        .into_any(),
    )
}

fn gauge(standing: &Standing, dop_rate: Option<&DopRate>, now: DateTime<Utc>) -> AnyView {
    let level = level(standing);
    let (class, words) = match level {
        Level::Fine => (None, None),
        Level::Near => (Some("near"), Some("cerca del límite".to_owned())),
        Level::Full => (Some("full"), Some(full_until(standing, now))),
    };
    let (label, used, most) = counted(standing, dop_rate);
    let width = standing.used.saturating_mul(100).checked_div(standing.most).unwrap_or(100).clamp(0, 100);
    view! {
        <li class=class>
            <span>{label}</span>
            <strong>{format!("{used} de {most}")}</strong>
            <Fill width=width/>
            {words.map(|words| view! { <em><Icon path=icons::WARN/>{words}</em> })}
        </li>
    }
    .into_any()
}

/// How much of a limit is used, in percent, drawn.
#[component]
pub fn Fill(width: i64) -> impl IntoView {
    view! {
        <svg class="fill" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="rest" width="100" height="6"></rect>
            <rect class="used" width=width height="6"></rect>
        </svg>
    }
}

fn full_until(standing: &Standing, now: DateTime<Utc>) -> String {
    let frees = standing.frees_at.unwrap_or_else(|| standing.limit.window().frees(now));
    match standing.limit {
        Limit::DealerBudget => format!("agotado hasta el {}", spoken_coming(frees)),
        _ => format!("lleno hasta las {}", clock_in_santo_domingo(frees)),
    }
}

fn counted(standing: &Standing, dop_rate: Option<&DopRate>) -> (&'static str, String, String) {
    let count = |number: i64| grouped(number.into());
    match standing.limit {
        Limit::DealerHour => ("Última hora", count(standing.used), count(standing.most)),
        Limit::UserHour => ("Usted, última hora", count(standing.used), count(standing.most)),
        Limit::DealerBudget => (
            "Gasto del mes",
            spoken(Decimal::new(standing.used, 6), dop_rate),
            dollars(Decimal::new(standing.most, 6)),
        ),
        _ => ("Hoy", count(standing.used), count(standing.most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(used: i64, most: i64) -> Standing {
        Standing { limit: Limit::DealerHour, most, used, asked: 1, frees_at: None }
    }

    #[test]
    fn bar_warns_from_eighty_percent_and_says_full_when_the_next_send_is_refused() {
        let levels = [0, 79, 80, 99, 100, 120].map(|used| level(&standing(used, 100)));
        assert_eq!(levels, [Level::Fine, Level::Fine, Level::Near, Level::Near, Level::Full, Level::Full]);
        assert_eq!(level(&standing(0, 0)), Level::Full, "nothing is let through");
    }
}
