use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::amount;
use crate::{
    app::{
        error::{AppError, Result},
        read_rules::{Rule, read_rule},
    },
    domain::{ids::DealerId, limits::Limit, time::last_day},
    web::{
        flash::{self, Flash},
        forms, guard,
        pages::failed,
        parts::{ErrorSummary, Field, FieldError, Icon, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/admin/limites/cambiar`: one limit, for all or for one dealer: what holds now, and the form that changes it.
#[component]
pub fn EditLimitPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let asked = (query.get("limite").unwrap_or_default(), query.get("concesionario").unwrap_or_default());
    Suspend::new(async move {
        match load(&asked.0, asked.1).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    rule: Rule,
    /// His short name, and who he is.
    dealer: Option<(String, (DealerId, String))>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(limit: &str, slug: String) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let limit: Limit = limit.parse().map_err(|_| AppError::NotFound)?;
    let slug = Some(slug.trim().to_owned()).filter(|slug| !slug.is_empty());
    let (rule, dealer) = read_rule(&current.state, &actor, limit, slug.as_deref()).await?;
    let flash = flash::take(&current.session, forms::LIMIT).await?;
    Ok(Loaded { rule, dealer: slug.zip(dealer), flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { rule, dealer, flash, now } = loaded;
    let limit = rule.limit;
    let slug = dealer.as_ref().map(|(slug, _)| slug.clone()).unwrap_or_default();
    let is_own = dealer.is_some();
    let whose = dealer.map_or_else(|| "Para todos".to_owned(), |(_, (_, name))| name);
    let version = rule.set.as_ref().map_or(0, |set| set.version);
    let now_set = rule.set.as_ref().filter(|_| rule.most.is_some());
    let typed = flash.value("valor");
    let value = match (typed.as_str(), now_set) {
        ("", Some(_)) => plain(limit, rule.most),
        _ => typed,
    };
    let chosen = Some(flash.value("regla")).filter(|word| !word.is_empty());
    let chosen = chosen.unwrap_or_else(|| "valor".to_owned());
    let rules = [
        ("valor", "Dejar pasar hasta"),
        ("sin", "Sin límite"),
        ("general", if is_own { "Como para todos" } else { "El valor normal" }),
    ];
    let rules = rules.map(|(word, label)| {
        view! {
            <label class="check">
                <input type="radio" name="regla" value=word checked=chosen == word/>{label}
            </label>
        }
    });
    let bound = rule.bound_by.map(|by| {
        let said =
            format!("Por encima de {} no tendrá efecto: manda «{}».", amount(by, rule.effective), by.label());
        view! { <Notice tone=Tone::Warn><p>{said}</p></Notice> }
    });
    let unit = format!("Valor ({})", limit.unit());
    let permanent = flash.value("permanente") == "si"
        || rule.set.as_ref().is_some_and(|set| is_own && set.expires_at.is_none());
    view! {
        <PageTitle text="Cambiar un límite"/>
        <div class="medium stack">
            <a class="back" href="/admin/limites"><Icon path=icons::BACK/>"Límites"</a>
            <h1>{limit.label()}</h1>
            <p class="soft">{whose}</p>
            <ErrorSummary problems=flash.problems.clone()/>
            <dl class="facts">
                <div><dt>"Ahora deja pasar"</dt><dd>{amount(limit, rule.most)}</dd></div>
                <div><dt>"Límite efectivo"</dt><dd>{amount(limit, rule.effective)}</dd></div>
                <div><dt>"Valor normal"</dt><dd>{amount(limit, limit.default_value())}</dd></div>
                {rule.set.as_ref().and_then(|set| set.expires_at).filter(|end| *end > now).map(|end| view! { <div><dt>"Último día"</dt><dd>{last_day(end)}</dd></div> })}
            </dl>
            {bound}
            <form method="post" action="/fn/limite" class="panel stack">
                <input type="hidden" name="limite" value=limit.name()/>
                <input type="hidden" name="concesionario" value=slug/>
                <input type="hidden" name="version" value=version.to_string()/>
                <fieldset class="stack">
                    <legend>"Regla"</legend>
                    {rules.into_iter().collect_view()}
                </fieldset>
                <div class="field">
                    <label for="valor">{unit}</label>
                    <input id="valor" name="valor" inputmode="decimal" autocomplete="off" value=value aria-describedby="valor-error"
                        aria-invalid=flash.problem("valor").is_some().then_some("true")/>
                    <FieldError field="valor" message=flash.problem("valor")/>
                </div>
                {is_own.then(|| view! {
                    <Field field="vence" label="Último día" kind="date" complete="off" value=flash.value("vence") problem=flash.problem("vence")
                        hint="Vacío: siete días desde hoy. Después rige de nuevo la regla de todos, por sí sola."/>
                    <label class="check"><input type="checkbox" name="permanente" value="si" checked=permanent/>"Permanente: no vence"</label>
                })}
                <Field field="motivo" label="Motivo" complete="off" value=flash.value("motivo") problem=flash.problem("motivo")
                    hint="Queda en la auditoría."/>
                <div class="cluster">
                    <button class="button">"Guardar"</button>
                    <a class="button second" href="/admin/limites">"Cancelar"</a>
                </div>
            </form>
        </div>
    }
}

/// A value as a person types it.
fn plain(limit: Limit, units: Option<i64>) -> String {
    let units = units.unwrap_or_default();
    match limit {
        Limit::DealerBudget => rust_decimal::Decimal::new(units, 6).normalize().to_string(),
        _ => units.to_string(),
    }
}
