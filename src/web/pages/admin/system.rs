mod callbacks;
mod doubts;
mod queue;
mod templates;
mod twilio;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use rust_decimal::Decimal;

use self::{
    callbacks::{Callbacks, Stages},
    doubts::Doubts,
    queue::{Queue, Servers},
    templates::Templates,
    twilio::{Months, Sender, Versions},
};
use crate::{
    app::{
        error::Result,
        read_system::{Problem, SystemPage as Read, problems, read_system},
    },
    domain::{
        money::grouped,
        time::{full_stamp, lapse},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        pages::failed,
        parts::{ErrorSummary, Icon, Moment, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/admin/sistema`: whether OKLA does its work, and what to do where it does not.
#[component]
pub fn SystemPage() -> impl IntoView {
    Suspend::new(async move {
        match load().await {
            Ok((read, flash)) => view! { <Shown read=read flash=flash/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load() -> Result<(Read, Flash)> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let read = read_system(&current.state, &actor).await?;
    Ok((read, flash::take(&current.session, forms::SYSTEM).await?))
}

#[component]
fn Shown(read: Read, flash: Flash) -> impl IntoView {
    let Read { system, doubts } = read;
    let now = system.now;
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    view! {
        <PageTitle text="Sistema"/>
        <div class="pagehead">
            <h1>"Sistema"</h1>
            <p class="soft small">"Así estaba "<Moment at=now now=now/>", hora de Santo Domingo."</p>
            <div class="cluster">
                <a class="button second" href="/admin/sin-asignar">"Respuestas sin asignar"</a>
                <a class="button second" href="/admin/sistema"><Icon path=icons::AGAIN/>"Actualizar"</a>
            </div>
        </div>
        {done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> })}
        <ErrorSummary problems=flash.problems.clone()/>
        <Problems found=problems(&system)/>
        <div class="halves">
            <Queue system=&system/>
            <Sender sender=system.sender.clone() meta_tier=system.meta_tier now=now/>
        </div>
        <Doubts doubts=doubts system=&system/>
        <Servers system=&system/>
        <div class="halves">
            <Callbacks system=&system flash=flash/>
            <Versions system=&system/>
        </div>
        <Templates templates=&system.templates now=now/>
        <Stages stages=system.stages/>
        <Months months=system.months now=now/>
    }
}

#[component]
fn Problems(found: Vec<Problem>) -> impl IntoView {
    if found.is_empty() {
        return view! { <Notice tone=Tone::Ok><p><strong>"Todo en orden."</strong>" OKLA hace su trabajo."</p></Notice> }
            .into_any();
    }
    let shown = found.into_iter().map(|problem| {
        let tone = if problem.is_grave { Tone::Bad } else { Tone::Warn };
        view! {
            <Notice tone=tone>
                <p><strong>{problem.what}</strong></p>
                <p>{problem.remedy}</p>
            </Notice>
        }
    });
    shown.collect_view().into_any()
}

/// A state in a word, with its icon and colour.
#[component]
fn StateWord(tone: Tone, #[prop(into)] words: String) -> impl IntoView {
    let (class, path) = match tone {
        Tone::Info => ("info", icons::INFO),
        Tone::Ok => ("ok", icons::CHECK),
        Tone::Warn => ("warn", icons::WARN),
        Tone::Bad => ("bad", icons::BAD),
    };
    view! { <span class="state-word" data-tone=class><Icon path=path/>{words}</span> }
}

/// How long ago, the full stamp on hover.
#[component]
fn Ago(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! { <time datetime=at.to_rfc3339() title=full_stamp(at)>{format!("hace {}", lapse(now - at))}</time> }
}

fn count(number: i64) -> String {
    grouped(Decimal::from(number))
}

/// A count that stopped at `most`.
fn count_up_to(number: i64, most: i64) -> String {
    if number < most { count(number) } else { format!("{} o más", count(most)) }
}
