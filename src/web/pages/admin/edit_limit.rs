mod effect;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::effect::{Effect, Seen, foresee};
use super::amount;
use crate::{
    app::{
        error::{AppError, Result},
        read_rules::{RequestRow, RuleInHand, read_rule},
    },
    domain::{
        limits::Limit,
        time::{full_stamp, last_day},
    },
    web::{
        flash::{self, Flash, Problem},
        forms, guard,
        pages::failed,
        parts::{ErrorSummary, Field, FieldError, Icon, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// What the form sends, also to have its effect shown.
const FIELDS: [&str; 5] = ["regla", "valor", "vence", "permanente", "motivo"];

/// `/admin/limites/cambiar`: one limit, for all or for one dealer: what holds now, the form that changes it, and what the
/// change would have done.
#[component]
pub fn EditLimitPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let asked = (query.get("limite").unwrap_or_default(), query.get("concesionario").unwrap_or_default());
    let tried =
        query.get("probar").is_some().then(|| FIELDS.map(|field| query.get(field).unwrap_or_default()));
    Suspend::new(async move {
        match load(&asked.0, asked.1, tried).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    hand: RuleInHand,
    /// The dealer's short name; of the rule for all none.
    slug: String,
    flash: Flash,
    seen: Option<Seen>,
    now: DateTime<Utc>,
}

async fn load(limit: &str, slug: String, tried: Option<[String; 5]>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let limit: Limit = limit.parse().map_err(|_| AppError::NotFound)?;
    let slug = slug.trim().to_owned();
    let hand = read_rule(&current.state, &actor, limit, Some(&*slug).filter(|slug| !slug.is_empty())).await?;
    let mut flash = flash::take(&current.session, forms::LIMIT).await?;
    let mut seen = None;
    if let Some(tried) = tried.filter(|_| flash.problems.is_empty()) {
        let dealer = hand.dealer.as_ref().map(|(id, _)| *id);
        let problems = match forms::setting(limit, &tried[0], &tried[1]) {
            Ok(setting) => {
                seen = Some(foresee(&current.state, &actor, limit, dealer, setting).await?);
                Vec::new()
            }
            Err(AppError::Invalid(fields)) => fields.into_iter().map(Problem::from).collect(),
            Err(error) => return Err(error),
        };
        let typed: Vec<_> = FIELDS.into_iter().zip(tried.iter().map(String::as_str)).collect();
        flash = Flash::new(&typed, problems);
    }
    Ok(Loaded { hand, slug, flash, seen, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { hand: RuleInHand { rule, dealer, request }, slug, flash, seen, now } = loaded;
    let limit = rule.limit;
    let is_own = dealer.is_some();
    let whose = dealer.map_or_else(|| "Para todos".to_owned(), |(_, name)| name);
    let wished = request.as_ref().map(|request| request.value.normalize().to_string());
    let has_tried = seen.is_some();
    let version = rule.set.as_ref().map_or(0, |set| set.version);
    let now_set = rule.set.as_ref().filter(|_| rule.most.is_some());
    let typed = flash.value("valor");
    let value = match (typed.as_str(), wished, now_set) {
        ("", Some(wished), _) => wished,
        ("", None, Some(_)) => plain(limit, rule.most),
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
            {(limit == Limit::MetaTier).then(|| view! { <Notice><p>"Cuando Twilio dice cuánto permite Meta, ese valor manda: lo que ponga aquí dura hasta la próxima vez que se le pregunte, dentro de una hora a lo más."</p></Notice> })}
            {request.as_ref().map(|request| view! { <Asked limit=limit request=request/> })}
            {seen.map(|seen| view! { <Effect limit=limit before=&rule seen=seen/> })}
            <form method="post" action="/fn/limite" class="panel stack">
                <input type="hidden" name="limite" value=limit.name()/>
                <input type="hidden" name="concesionario" value=slug.clone()/>
                {request.as_ref().map(|request| view! { <input type="hidden" name="solicitud" value=request.id.to_string()/> })}
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
                    {has_tried.then(|| view! { <button class="button">{if request.is_some() { "Conceder y guardar" } else { "Guardar" }}</button> })}
                    <button class="button" class:second=has_tried name="probar" value="si" formmethod="get" formaction="/admin/limites/cambiar">
                        {if has_tried { "Ver el efecto de nuevo" } else { "Ver el efecto" }}
                    </button>
                    <a class="button second" href="/admin/limites">"Cancelar"</a>
                </div>
                {(!has_tried).then(|| view! { <p class="hint">"Nada se guarda todavía: primero se ve qué habría pasado en los últimos siete días."</p> })}
            </form>
            {request.map(|request| view! {
                <form method="post" action="/fn/negar" class="panel stack">
                    <h2>"O negar la solicitud"</h2>
                    <input type="hidden" name="solicitud" value=request.id.to_string()/>
                    <input type="hidden" name="limite" value=limit.name()/>
                    <input type="hidden" name="concesionario" value=slug/>
                    <Field field="respuesta" label="Respuesta" complete="off" value=flash.value("respuesta") problem=flash.problem("respuesta")
                        hint="La lee el concesionario en su página de límites."/>
                    <button class="button second">"Negar"</button>
                </form>
            })}
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

/// What the dealer asks for, and why.
#[component]
fn Asked<'a>(limit: Limit, request: &'a RequestRow) -> impl IntoView + use<> {
    let by = request.asked_by.clone().unwrap_or_else(|| "alguien que ya no está".to_owned());
    let wish = amount(limit, Some(limit.units(request.value)));
    let (reason, asked_at) = (request.reason.clone(), request.asked_at);
    view! {
        <Notice tone=Tone::Warn>
            <p><strong>{format!("El concesionario pide {wish}.")}</strong>{format!(" «{reason}»")}</p>
            <p class="soft small">{format!("{by}, {}", full_stamp(asked_at))}</p>
        </Notice>
    }
}
