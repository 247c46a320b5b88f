mod effect;
mod form;
mod save;

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::{
    effect::{Effect, Seen, foresee},
    form::{Form, prefilled},
    save::Save,
};
use super::{
    amount,
    limits::{Choose, Dealers},
};
use crate::{
    app::{
        error::{AppError, Result},
        read_rules::{RequestRow, RuleInHand, list_dealers, read_rule},
        set_limit::Setting,
    },
    domain::{
        limits::{Limit, UNLIMITED},
        time::{day_in_santo_domingo, full_stamp, last_day},
    },
    web::{
        flash::{self, Flash, Problem},
        forms::{self, LIMIT_FIELDS, Wanted, problems, read_wanted},
        guard,
        pages::failed,
        parts::{ErrorSummary, Field, Icon, Notice, PageTitle, Tone, icons},
        request::Current,
    },
};

/// `/admin/limites/cambiar`: one limit, for all or for one dealer: what holds now, the form that changes it, what the
/// change would have done, and only then the button that saves it.
#[component]
pub fn EditLimitPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let asked = Asked {
        limit: query.get("limite").unwrap_or_default(),
        named: query.get("concesionario").unwrap_or_default().trim().to_owned(),
        tried: query
            .get("probar")
            .is_some()
            .then(|| LIMIT_FIELDS.map(|field| query.get(field).unwrap_or_default())),
    };
    Suspend::new(async move {
        match load(&asked).await {
            Ok(Loaded::Rule(loaded)) => view! { <Shown loaded=*loaded/> }.into_any(),
            Ok(Loaded::NoSuch { problems, dealers }) => {
                view! { <Again asked=asked problems=problems dealers=dealers/> }.into_any()
            }
            Err(error) => failed(&error),
        }
    })
}

struct Asked {
    limit: String,
    /// The dealer, as somebody wrote him; nothing: the rule for all.
    named: String,
    /// What is to have its effect shown.
    tried: Option<[String; 5]>,
}

enum Loaded {
    Rule(Box<InHand>),
    /// No such dealer, or a limit that is no dealer's.
    NoSuch {
        problems: Vec<Problem>,
        dealers: Vec<(String, String)>,
    },
}

struct InHand {
    hand: RuleInHand,
    /// What the form shows, and what is wrong with it.
    form: Flash,
    /// What was tried, and its effect.
    seen: Option<(Wanted, Seen)>,
    usual: Option<i64>,
    now: DateTime<Utc>,
}

async fn load(asked: &Asked) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let limit: Limit = asked.limit.parse().map_err(|_| AppError::NotFound)?;
    let named = Some(&*asked.named).filter(|named| !named.is_empty());
    let hand = match read_rule(&current.state, &actor, limit, named).await {
        Ok(hand) => hand,
        Err(error @ AppError::Invalid(_)) => {
            let dealers = list_dealers(&current.state, &actor).await?;
            return Ok(Loaded::NoSuch { problems: problems(error), dealers });
        }
        Err(error) => return Err(error),
    };
    let (first, now) = (&current.state.config.limits, current.state.clock.now());
    let kept = flash::take(&current.session, forms::LIMIT).await?;
    let is_kept = !kept.value("regla").is_empty();
    let form = match &asked.tried {
        _ if is_kept => kept,
        Some(tried) => {
            let typed: Vec<_> = LIMIT_FIELDS.into_iter().zip(tried.iter().map(String::as_str)).collect();
            Flash::new(&typed, kept.problems)
        }
        None => {
            let mut form = prefilled(&hand.rule, hand.dealer.is_some(), hand.request.as_ref());
            form.keep("respuesta", kept.value("respuesta"));
            form.problems = kept.problems;
            form
        }
    };
    let mut loaded = InHand { hand, form, seen: None, usual: first.default_of(limit), now };
    if is_kept || asked.tried.is_some() {
        let dealer = loaded.hand.dealer.as_ref().map(|dealer| dealer.id);
        let values: Vec<_> = LIMIT_FIELDS.map(|field| (field, loaded.form.value(field))).into();
        let written = |field: &str| {
            values.iter().find(|(name, _)| *name == field).map_or("", |(_, value)| value.as_str())
        };
        match read_wanted(limit, dealer.is_some(), written, first, now) {
            Ok(wanted) => {
                let seen = foresee(&current.state, &actor, limit, dealer, wanted.setting).await?;
                loaded.seen = Some((wanted, seen));
            }
            // What the save said is told; what the same form says of itself is not told twice.
            Err(error) if loaded.form.problems.is_empty() => loaded.form.problems = problems(error),
            Err(_) => {}
        }
    }
    Ok(Loaded::Rule(Box::new(loaded)))
}

/// Nobody is meant by what was typed: the same form again.
#[component]
fn Again(asked: Asked, problems: Vec<Problem>, dealers: Vec<(String, String)>) -> impl IntoView {
    view! {
        <PageTitle text="Cambiar un límite"/>
        <div class="medium stack">
            <a class="back" href="/admin/limites"><Icon path=icons::BACK/>"Límites"</a>
            <h1>"Poner un límite propio"</h1>
            <ErrorSummary problems=problems.clone()/>
            <Dealers dealers=dealers/>
            <section class="panel"><Choose named=asked.named limit=&asked.limit problems=&problems/></section>
        </div>
    }
}

#[component]
fn Shown(loaded: InHand) -> impl IntoView {
    let InHand { hand: RuleInHand { rule, dealer, request }, form, seen, usual, now } = loaded;
    let limit = rule.limit;
    let is_own = dealer.is_some();
    let (slug, whose) =
        dealer.map_or_else(|| (String::new(), "Para todos".to_owned()), |dealer| (dealer.slug, dealer.name));
    let version = rule.set.as_ref().map_or(0, |set| set.version);
    let again = seen.is_some();
    let bound = rule.bound_by.filter(|_| !again).map(|by| {
        let said =
            format!("Por encima de {} no tendrá efecto: manda «{}».", amount(by, rule.effective), by.label());
        view! { <Notice tone=Tone::Warn><p>{said}</p></Notice> }
    });
    let seen = seen.map(|(wanted, seen)| {
        let until = match (wanted.setting, wanted.expires_at) {
            _ if !is_own => None,
            (Setting::Inherited, _) => Some("rige la regla de todos".to_owned()),
            (_, Some(end)) => Some(last_day(end)),
            (_, None) => Some("permanente".to_owned()),
        };
        let most = |most: Option<i64>| most.unwrap_or(UNLIMITED);
        let raised = wanted.setting != Setting::Inherited && most(seen.after.most) > most(rule.most);
        // What is saved is the day that was seen, also after midnight.
        let mut form = form.clone();
        let last = wanted.expires_at.map(|end| day_in_santo_domingo(end - TimeDelta::microseconds(1)));
        form.keep("vence", last.map(|day| day.to_string()).unwrap_or_default());
        view! {
            <Effect limit=limit before=&rule seen=seen until=until ends=wanted.expires_at.is_some()/>
            <Save limit=limit slug=&slug version=version form=&form request=request.as_ref() raised=raised/>
        }
    });
    view! {
        <PageTitle text="Cambiar un límite"/>
        <div class="medium stack">
            <a class="back" href="/admin/limites"><Icon path=icons::BACK/>"Límites"</a>
            <h1>{limit.label()}</h1>
            <p class="soft">{whose}</p>
            <ErrorSummary problems=form.problems.clone()/>
            <dl class="facts">
                <div><dt>"Ahora deja pasar"</dt><dd>{amount(limit, rule.most)}</dd></div>
                <div><dt>"Límite efectivo"</dt><dd>{amount(limit, rule.effective)}</dd></div>
                <div><dt>"Por defecto"</dt><dd>{amount(limit, usual)}</dd></div>
                {rule.set.as_ref().and_then(|set| set.expires_at).filter(|end| *end > now).map(|end| view! { <div><dt>"Último día"</dt><dd>{last_day(end)}</dd></div> })}
            </dl>
            {bound}
            {(limit == Limit::MetaTier).then(|| view! { <Notice><p>"Cuando Twilio dice cuánto permite Meta, ese valor manda: lo que ponga aquí dura hasta la próxima vez que se le pregunte, dentro de una hora a lo más."</p></Notice> })}
            {request.as_ref().map(|request| view! { <Asks limit=limit request=request/> })}
            {seen}
            <Form limit=limit slug=&slug form=&form usual=usual again=again/>
            {request.map(|request| view! {
                <form method="post" action="/fn/admin/negar" class="panel stack">
                    <h2>"O negar la solicitud"</h2>
                    <input type="hidden" name="solicitud" value=request.id.to_string()/>
                    <input type="hidden" name="limite" value=limit.name()/>
                    <input type="hidden" name="concesionario" value=slug/>
                    <Field field="respuesta" label="Respuesta" complete="off" value=form.value("respuesta") problem=form.problem("respuesta")
                        hint="La lee el concesionario en su página de límites."/>
                    <button class="button second">"Negar"</button>
                </form>
            })}
        </div>
    }
}

/// What the dealer asks for, and why.
#[component]
fn Asks<'a>(limit: Limit, request: &'a RequestRow) -> impl IntoView + use<> {
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
