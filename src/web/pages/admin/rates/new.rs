//! A new rate: what it would do, and the form.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    app::{
        error::{AppError, Result},
        read_rates::{PACE_DAYS, Preview, preview_rate},
    },
    domain::{
        kind::Kind,
        market::Market,
        money::{dollars, grouped, signed_dollars},
        rates::{Category, Effect},
        time::{day_in_santo_domingo, spoken_coming, spoken_month},
    },
    web::{
        flash::{self, Flash},
        forms::{self, NEW_RATE, RATE_FIELDS, RATES, problems, read_rate},
        guard,
        pages::failed,
        parts::{ErrorSummary, Field, FieldError, Icon, PageTitle, icons},
        request::Current,
    },
};

/// `/admin/tarifas/nueva`: the form of a rate; filled in, what it would do, and the button that saves it.
#[component]
pub fn NewRatePage() -> impl IntoView {
    let typed: Vec<(&'static str, String)> = use_query_map().with_untracked(|query| {
        RATE_FIELDS.into_iter().map(|field| (field, query.get(field).unwrap_or_default())).collect()
    });
    // A reason is asked for by the form alone: a link to it says none.
    let is_sent = use_query_map().with_untracked(|query| query.get("motivo").is_some());
    Suspend::new(async move {
        match load(&typed, is_sent).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    form: Flash,
    preview: Option<Preview>,
    now: DateTime<Utc>,
}

async fn load(typed: &[(&'static str, String)], is_sent: bool) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let written =
        |field: &str| typed.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value.as_str());
    let refused = flash::take(&current.session, forms::RATE).await?.problems;
    let preview = match read_rate(written) {
        Ok(new) => preview_rate(&current.state, &actor, &new).await.map(Some),
        Err(error) if is_sent => Err(error),
        Err(_) => Ok(None),
    };
    let (preview, mended) = match preview {
        Ok(preview) => (preview, Vec::new()),
        Err(error @ AppError::Invalid(_)) => (None, problems(error)),
        Err(error) => return Err(error),
    };
    let typed: Vec<_> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // What the save said is told first; what the same form says of itself is not told twice.
    let problems = if refused.is_empty() { mended } else { refused };
    Ok(Loaded { form: Flash::new(&typed, problems), preview, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { form, preview, now } = loaded;
    let again = preview.is_some();
    view! {
        <PageTitle text="Nueva tarifa"/>
        <div class="medium stack">
            <a class="back" href=RATES><Icon path=icons::BACK/>"Tarifas"</a>
            <h1>"Nueva tarifa"</h1>
            <ErrorSummary problems=form.problems.clone()/>
            {preview.map(|preview| view! { <Before preview=preview form=&form now=now/> })}
            <Form form=form again=again/>
        </div>
    }
}

/// What it would do, and the button that saves it.
#[component]
fn Before<'a>(preview: Preview, form: &'a Flash, now: DateTime<Utc>) -> impl IntoView + use<> {
    let Preview { row, before, month, projected, thirty_days } = preview;
    let hidden = RATE_FIELDS.map(|field| view! { <input type="hidden" name=field value=form.value(field)/> });
    let seen = before.as_ref().map(|before| before.id.to_string()).unwrap_or_default();
    let price = dollars(row.price);
    let what = match &before {
        Some(before) => format!("de {} a {price}", dollars(before.rate.price)),
        None => format!("{price}, donde hasta ahora regía una más general"),
    };
    let begins = if row.effective_from > now {
        format!("Empieza el {}, a la medianoche.", spoken_coming(row.effective_from))
    } else {
        "Empieza al guardarla.".to_owned()
    };
    let ends = spoken_month(day_in_santo_domingo(now));
    let this_month = if month.parts.is_zero() {
        format!("Este mes ({ends}): no cambia nada; se proyectan {}, estimado.", dollars(projected))
    } else {
        format!(
            "Este mes: {} mensajes restantes según el ritmo de los últimos {PACE_DAYS} días → {} (de {} a {}, estimado).",
            grouped(month.parts),
            signed_dollars(month.more),
            dollars(projected),
            dollars(projected + month.more)
        )
    };
    view! {
        <section class="panel stack" aria-label="Antes de guardar">
            <h2>"Antes de guardar"</h2>
            <p><strong>{row.scope().label()}</strong>": "{what}" por parte. "{begins}</p>
            <p><strong>{this_month}</strong></p>
            <p>{monthly(thirty_days)}</p>
            <p class="hint">"Lo ya cobrado no cambia: cada mensaje conserva la tarifa con que se escribió."</p>
            <form method="post" action="/fn/admin/tarifa">
                {hidden.collect_view()}
                <input type="hidden" name="vista" value=seen/>
                <button class="button">"Guardar la tarifa"</button>
            </form>
        </section>
    }
}

fn monthly(effect: Effect) -> String {
    if effect.parts.is_zero() {
        format!("En los últimos {PACE_DAYS} días no salió ningún mensaje al que se aplicara.")
    } else {
        let more = signed_dollars(effect.more);
        format!("En 30 días completos, al mismo ritmo: {} mensajes, {more}.", grouped(effect.parts))
    }
}

#[component]
fn Form(form: Flash, again: bool) -> impl IntoView {
    let all = |label: &'static str| std::iter::once(("", label));
    let kinds = all("Todos los tipos").chain(Kind::ALL.map(|kind| (kind.as_str(), kind.label())));
    let categories = all("Todas").chain(Category::ALL.map(|category| (category.as_str(), category.label())));
    let markets = all("Todos").chain(Market::all().map(|market| (market.as_str(), market.label())));
    let chosen = form.value("desde");
    let begins = [("ahora", "Desde ahora"), ("dia", "Desde la medianoche de un día que viene")];
    let begins = begins.map(|(word, label)| {
        let checked = chosen == word || (chosen.is_empty() && word == "ahora");
        view! { <label class="check"><input type="radio" name="desde" value=word checked=checked/>{label}</label> }
    });
    view! {
        <form method="get" action=NEW_RATE class="panel stack">
            <div class="columns">
                <Options field="tipo" label="Tipo de mensaje" options=kinds.collect() form=&form/>
                <Options field="categoria" label="Categoría de Meta" options=categories.collect() form=&form/>
                <Options field="mercado" label="Mercado" options=markets.collect() form=&form/>
            </div>
            <Field field="precio" label="US$ por parte" complete="off" value=form.value("precio") problem=form.problem("precio")
                hint="Con seis decimales como mucho, como 0.015."/>
            <fieldset class="stack">
                <legend>"Vigente desde"</legend>
                {begins.into_iter().collect_view()}
                <Field field="dia" label="Día" kind="date" complete="off" value=form.value("dia") problem=form.problem("dia")/>
            </fieldset>
            <Field field="motivo" label="Motivo" complete="off" value=form.value("motivo") problem=form.problem("motivo") hint="Queda en la auditoría."/>
            <div class="cluster">
                <button class=if again { "button second" } else { "button" }>{if again { "Calcular de nuevo" } else { "Ver qué cambia" }}</button>
                <a class="button second" href=RATES>"Cancelar"</a>
            </div>
        </form>
    }
}

/// A list whose first choice is all of them.
#[component]
fn Options<'a>(
    field: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    form: &'a Flash,
) -> impl IntoView + use<> {
    let chosen = form.value(field);
    let options: Vec<_> = options
        .into_iter()
        .map(|(word, said)| view! { <option value=word selected=chosen == word>{said}</option> })
        .collect();
    let problem = form.problem(field);
    view! {
        <div class="field">
            <label for=field>{label}</label>
            <select id=field name=field aria-invalid=problem.is_some().then_some("true") aria-describedby=format!("{field}-error")>
                {options}
            </select>
            <FieldError field=field message=problem/>
        </div>
    }
}
