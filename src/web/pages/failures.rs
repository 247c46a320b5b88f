use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{
    failed,
    panel::{Asked, RangeProblem, Ranges, list_address},
};
use crate::{
    app::{
        error::Result,
        read_panel::read_causes,
        resend::{Job, Preview, preview_resend},
    },
    domain::{
        figures::Cause,
        ids::BulkId,
        limits::Standing,
        money::{dollars, grouped},
        range::{InvalidRange, Range},
        remedy::Remedy,
        time::day_in_santo_domingo,
    },
    web::{
        flash::{self, Problem},
        forms, guard,
        islands::Keys,
        parts::{Empty, Icon, LimitBar, Moment, Notice, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

/// `/panel/fallidos`: what failed, by what can be done about it; and doing it.
#[component]
pub fn FailuresPage() -> impl IntoView {
    let asked = Asked::of_address();
    Suspend::new(async move {
        match load(&asked).await {
            Ok(loaded) => view! { <Shown loaded=loaded asked=asked/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    causes: Vec<(Cause, i64)>,
    preview: Preview,
    problem: Option<InvalidRange>,
    /// What went wrong with the last press.
    problems: Vec<Problem>,
    now: DateTime<Utc>,
}

async fn load(asked: &Asked) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let now = current.state.clock.now();
    let (range, problem) = asked.range(day_in_santo_domingo(now));
    let causes = read_causes(&current.state, &actor, &range).await?;
    let preview = preview_resend(&current.state, &actor, range).await?;
    let problems = flash::take(&current.session, forms::RESEND).await?.problems;
    Ok(Loaded { causes, preview, problem, problems, now })
}

#[component]
fn Shown(loaded: Loaded, asked: Asked) -> impl IntoView {
    let Loaded { causes, preview, problem, problems, now } = loaded;
    let range = preview.range;
    let nothing = causes.is_empty();
    let groups = Remedy::ALL.map(|remedy| {
        let own: Vec<_> = causes.iter().filter(|(cause, _)| Remedy::of(*cause) == remedy).copied().collect();
        let resend = (remedy == Remedy::SendAgain).then(|| view! { <Resend preview=&preview/> });
        (!own.is_empty()).then(|| {
            view! {
                <section class="panel stack">
                    <Group remedy=remedy causes=own range=range/>
                    {resend}
                </section>
            }
        })
    });
    view! {
        <PageTitle text="Fallidos"/>
        <Keys/>
        <LimitBar bar=&preview.bar now=now/>
        <div class="pagehead">
            <h1>"Fallidos"</h1>
            <p class="soft small">{range.label()}" · Hora de Santo Domingo"</p>
        </div>
        <Ranges range=range asked=asked page="/panel/fallidos"/>
        <RangeProblem problem=problem/>
        <PressProblems problems=problems/>
        {nothing.then(|| view! {
            <Empty title="Sin fallos en estas fechas">
                <p><a class="button second" href="/panel">"Volver al panel"</a></p>
            </Empty>
        })}
        <Jobs jobs=&preview.jobs now=now/>
        {groups.into_iter().collect_view()}
    }
}

/// The latest presses, so that a progress that was left is found again.
#[component]
fn Jobs<'a>(jobs: &'a [Job], now: DateTime<Utc>) -> impl IntoView + use<> {
    let lines: Vec<_> = jobs
        .iter()
        .map(|job| {
            let (done, total) = (job.progress.done(), job.progress.total);
            view! {
                <li>
                    <a href=format!("/panel/reenvios/{}", job.id)>
                        <span>"Reenvío de "<Moment at=job.begun_at now=now/></span>
                        <strong>{format!("{} de {}", grouped(done.into()), grouped(total.into()))}</strong>
                    </a>
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="panel stack">
                <h2>"Reenvíos recientes"</h2>
                <ul class="lines">{lines}</ul>
            </section>
        }
    })
}

#[component]
fn Group(remedy: Remedy, causes: Vec<(Cause, i64)>, range: Range) -> impl IntoView {
    let all: i64 = causes.iter().map(|(_, count)| count).sum();
    let lines = causes.into_iter().map(|(cause, count)| {
        let href = list_address(range, &[("causa", cause.to_string())]);
        view! { <li><a href=href><span>{cause.label()}</span><strong>{grouped(count.into())}</strong></a></li> }
    });
    view! {
        <h2>{remedy.label()}" · "{grouped(all.into())}</h2>
        <p class="soft">{remedy.advice()}</p>
        <ul class="lines">{lines.collect_view()}</ul>
    }
}

/// What the press would do, before it is done.
#[component]
fn Resend<'a>(preview: &'a Preview) -> impl IntoView + use<> {
    let count = preview.messages.len();
    let skipped = preview
        .skipped
        .iter()
        .map(|(why, count)| view! { <li>{format!("{}: {}", why.label(), grouped((*count).into()))}</li> });
    let skipped = skipped.collect_view();
    let has_skipped = !preview.skipped.is_empty();
    let left = preview.bar.standings.iter().map(Standing::sends_left).min().unwrap_or(i64::MAX);
    let waits = preview.parts > left;
    let (from, to) = (preview.range.from.to_string(), preview.range.to.to_string());
    let left_over = preview.left_over;
    let parts = match preview.parts {
        1 => "1 parte".to_owned(),
        many => format!("{} partes", grouped(many.into())),
    };
    let cost = format!("unos {}", dollars(preview.cost));
    let said = match count {
        0 => "Ninguno se puede reenviar tal como está.".to_owned(),
        1 => format!("Se reenviará 1 mensaje: {parts}, {cost}."),
        _ => format!("Se reenviarán {} mensajes: {parts}, {cost}.", grouped(count.into())),
    };
    view! {
        <p><strong>{said}</strong></p>
        {has_skipped.then(|| view! { <p>"De todos los fallidos de estas fechas se dejan:"</p><ul class="bullets">{skipped}</ul> })}
        {waits.then(|| view! {
            <Notice tone=Tone::Warn>
                <p>{format!("Sus límites dejan pasar ahora {}; los demás quedarán sin reenviar, y podrá repetirlo cuando haya lugar.", grouped(left.into()))}</p>
            </Notice>
        })}
        {(left_over > 0).then(|| view! {
            <p class="hint">{format!("Son los más antiguos; quedan {} para la próxima vez.", grouped(left_over.into()))}</p>
        })}
        {(count > 0).then(|| view! {
            <form method="post" action="/fn/reenviar-varios">
                <input type="hidden" name="id" value=BulkId::fresh().to_string()/>
                <input type="hidden" name="desde" value=from/>
                <input type="hidden" name="hasta" value=to/>
                <input type="hidden" name="cuantos" value=count.to_string()/>
                <button class="button"><Icon path=icons::AGAIN/>{format!("Reenviar {}", grouped(count.into()))}</button>
            </form>
        })}
    }
}
