mod charts;
mod spend;
mod tiles;

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub(super) use self::{
    charts::{ByState, VehicleTable},
    spend::Spend,
    tiles::Tile,
};
use self::{
    charts::{Causes, Vehicles},
    tiles::Tiles,
};
use super::failed;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        read_panel::{Panel, read_panel},
    },
    domain::{
        range::{Choice, InvalidRange, Range},
        time::day_in_santo_domingo,
    },
    web::{
        address::address,
        guard,
        islands::{Keys, Live},
        parts::{BusinessHasLeft, Empty, Icon, LimitBar, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/panel`: what a dealer's messages of a period came to.
#[component]
pub fn PanelPage() -> impl IntoView {
    let asked = Asked::of_address();
    Suspend::new(async move {
        match load(&asked).await {
            Ok(loaded) => view! { <Shown loaded=loaded asked=asked/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

/// A range as the address says it.
pub struct Asked {
    word: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

impl Asked {
    pub fn of_address() -> Self {
        use_query_map().with_untracked(|query| Self::of(|name| query.get(name)))
    }

    /// By what is said under each of its names.
    pub fn of(said: impl Fn(&str) -> Option<String>) -> Self {
        Self { word: said("rango"), from: said("desde"), to: said("hasta") }
    }

    /// The range, and why it is not the one that was asked for: then it is thirty days.
    pub fn range(&self, today: NaiveDate) -> (Range, Option<InvalidRange>) {
        match Range::parse(self.word.as_deref(), self.from.as_deref(), self.to.as_deref(), today) {
            Ok(range) => (range, None),
            Err(problem) => (Range::named(Choice::ThirtyDays, today), Some(problem)),
        }
    }
}

struct Loaded {
    panel: Panel,
    bar: DealerBar,
    now: DateTime<Utc>,
    /// The dates were no range; thirty days are shown instead.
    problem: Option<InvalidRange>,
    /// How long words are kept, days.
    kept: u16,
}

async fn load(asked: &Asked) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let now = current.state.clock.now();
    let (range, problem) = asked.range(day_in_santo_domingo(now));
    let panel = read_panel(&current.state, &actor, range).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { panel, bar, now, problem, kept: current.state.settings.retention_days })
}

/// The list's address for some of a range's messages.
pub(super) fn list_address(range: Range, more: &[(&'static str, String)]) -> String {
    address("/panel/mensajes", range.to_pairs().into_iter().chain(more.iter().cloned()))
}

/// One day of it.
fn day_range(day: NaiveDate) -> Range {
    Range { choice: Choice::Own, from: day, to: day }
}

#[component]
fn Shown(loaded: Loaded, asked: Asked) -> impl IntoView {
    let Loaded { panel, bar, now, problem, kept } = loaded;
    let range = panel.range;
    let src = address("/panel/eventos", range.to_pairs());
    view! {
        <PageTitle text="Panel"/>
        <Keys/>
        <div class="pagehead">
            <h1>"Panel"</h1>
            <p class="soft small">{range.label()}" · Hora de Santo Domingo"</p>
        </div>
        <BusinessHasLeft way_back=bar.way_back.as_ref()/>
        <Ranges range=range asked=asked/>
        <RangeProblem problem=problem/>
        <Live src=src quiet=true>
            <LiveFigures panel=&panel bar=&bar now=now/>
        </Live>
        <p class="hint">
            {format!("El texto de los mensajes se guarda {kept} días; después se borra y quedan las cifras. Los montos son US$ estimados hasta que Twilio confirma.")}
        </p>
    }
}

#[component]
pub(super) fn RangeProblem(problem: Option<InvalidRange>) -> impl IntoView {
    problem.map(|problem| {
        view! {
            <Notice tone=Tone::Warn>
                <p>{problem.to_string()}" Mientras tanto se muestran los últimos 30 días."</p>
            </Notice>
        }
    })
}

/// All that changes while the page is open.
#[component]
pub fn LiveFigures<'a>(panel: &'a Panel, bar: &'a DealerBar, now: DateTime<Utc>) -> impl IntoView + use<> {
    let nothing = panel.totals.sums.messages == 0;
    let budget = bar.budget();
    let dop_rate = bar.dop_rate.as_ref();
    view! {
        <LimitBar bar=bar now=now page=address("/panel", panel.range.to_pairs())/>
        {if nothing {
            view! { <Nothing ever=panel.ever/> }.into_any()
        } else {
            view! { <Tiles panel=panel dop_rate=dop_rate/> <ByState days=&panel.days range=panel.range/> }.into_any()
        }}
        <div class="halves">
            <Spend month=&panel.month budget=budget dop_rate=dop_rate/>
            {(!nothing).then(|| view! { <Causes panel=panel/> })}
        </div>
        {(!nothing).then(|| view! { <Vehicles panel=panel/> })}
    }
}

#[component]
pub(super) fn Ranges(
    range: Range,
    asked: Asked,
    #[prop(default = "/panel")] page: &'static str,
) -> impl IntoView {
    let links = Choice::NAMED.map(|choice| {
        let href = format!("{page}?rango={}", choice.as_str());
        let current = (choice == range.choice).then_some("true");
        view! { <a href=href aria-current=current>{choice.label()}</a> }
    });
    let is_own = range.choice == Choice::Own;
    let is_open = is_own || asked.from.is_some() || asked.to.is_some();
    let from = asked.from.or_else(|| is_own.then(|| range.from.to_string()));
    let to = asked.to.or_else(|| is_own.then(|| range.to.to_string()));
    view! {
        <div class="ranges">
            <nav class="sorts" aria-label="Período">{links.collect_view()}</nav>
            <details open=is_open>
                <summary>"Otras fechas"</summary>
                <form method="get" action=page class="cluster">
                    <div class="field"><label for="desde">"Desde"</label><input id="desde" name="desde" type="date" value=from/></div>
                    <div class="field"><label for="hasta">"Hasta"</label><input id="hasta" name="hasta" type="date" value=to/></div>
                    <button class="button second">"Ver"</button>
                </form>
            </details>
        </div>
    }
}

#[component]
fn Nothing(ever: bool) -> impl IntoView {
    if ever {
        view! {
            <Empty title="Ningún mensaje en estas fechas">
                <p><a class="button second" href="/panel">"Ver los últimos 30 días"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty title="Todavía no hay mensajes">
                <p>"Cuando un comprador le escriba por uno de sus vehículos, aquí verá si llegó y lo que costó."</p>
                <p><a class="button" href="/"><Icon path=icons::NEXT/>"Ver los vehículos"</a></p>
            </Empty>
        }
        .into_any()
    }
}
