use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    app::{
        audit::{Verified, verify_audit},
        error::Result,
        list_audit::{By, Page, Told, list_actors, list_audit},
    },
    domain::{
        audit::Action,
        ids::UserId,
        money::grouped,
        time::{clock_in_santo_domingo, spoken_day},
    },
    web::{
        address::address,
        flash::{self, Flash},
        forms, guard,
        pages::failed,
        parts::{Empty, Notice, PageTitle, PressProblems, Tone},
        request::Current,
    },
};

const LIST: &str = "/admin/auditoria";
const PER_PAGE: u8 = 50;
/// Who has no account, in the address.
const CONSOLE: &str = "consola";
const OKLA: &str = "okla";

const ACCOUNTS: [Action; 16] = [
    Action::DealerAdded,
    Action::UserAdded,
    Action::TokenCreated,
    Action::UserDisabled,
    Action::UserEnabled,
    Action::RoleChanged,
    Action::NumberRevealed,
    Action::MessageRevealed,
    Action::SessionsEnded,
    Action::TokenRevoked,
    Action::SecondFactorOn,
    Action::SecondFactorOff,
    Action::SecondFactorReset,
    Action::PasswordChanged,
    Action::PasswordReset,
    Action::PersonErased,
];

/// What the pills show.
const GROUPS: [(&str, &str, &[Action]); 7] = [
    ("", "Todo", &[]),
    ("limites", "Límites", &[Action::LimitSet, Action::LimitFollowed, Action::RequestDenied]),
    ("pausas", "Pausas", &[Action::PauseBegun, Action::PauseEnded]),
    ("tarifas", "Tarifas", &[Action::RateSet, Action::RateWithdrawn, Action::DopRateSet]),
    ("cuentas", "Cuentas", &ACCOUNTS),
    ("respuestas", "Respuestas", &[Action::WordsAssigned, Action::WordsClosed]),
    ("ofertas", "Ofertas", &[Action::OfferStopped]),
];

/// `/admin/auditoria`: who changed what, and the proof that nothing of it was changed since.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let group = query.get("de").unwrap_or_default();
    let by = query.get("quien").and_then(|text| match &*text {
        CONSOLE => Some(By::Console),
        OKLA => Some(By::Okla),
        id => id.parse().map(By::User).ok(),
    });
    let before = query.get("antes").and_then(|text| text.parse().ok());
    Suspend::new(async move {
        match load(&group, by, before).await {
            Ok(loaded) => view! { <Shown loaded=loaded group=group by=by/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    page: Page,
    /// With the whole audit only: it takes reading every line of it.
    verified: Option<Verified>,
    actors: Vec<(UserId, String)>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(group: &str, by: Option<By>, before: Option<i64>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let actions = GROUPS.iter().find(|(word, ..)| *word == group).map_or(&[][..], |(.., actions)| actions);
    let page = list_audit(&current.state, &actor, actions, by, before, PER_PAGE).await?;
    let verified = if group.is_empty() && by.is_none() && before.is_none() {
        Some(verify_audit(&current.state.searches, None).await?)
    } else {
        None
    };
    let actors = list_actors(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::AUDIT).await?;
    Ok(Loaded { page, verified, actors, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded, group: String, by: Option<By>) -> impl IntoView {
    let Loaded { page, verified, actors, flash, now } = loaded;
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    let by = match by {
        None => String::new(),
        Some(By::Console) => CONSOLE.to_owned(),
        Some(By::Okla) => OKLA.to_owned(),
        Some(By::User(id)) => id.to_string(),
    };
    let pairs = |group: &str| {
        [("de", group.to_owned()), ("quien", by.clone())].into_iter().filter(|(_, value)| !value.is_empty())
    };
    let nobodys =
        [(CONSOLE, "La consola"), (OKLA, "OKLA")].map(|(word, name)| (word.to_owned(), name.to_owned()));
    let who = actors.into_iter().map(|(id, name)| (id.to_string(), name)).chain(nobodys);
    let who: Vec<_> = who
        .map(|(word, name)| {
            let chosen = by == word;
            view! { <option value=word selected=chosen>{name}</option> }
        })
        .collect();
    let chain = match verified {
        Some(verified) => view! { <Chain verified=verified/> }.into_any(),
        None => view! { <p class="soft small"><a href=LIST>"Comprobar la cadena"</a>": con todos los registros"</p> }.into_any(),
    };
    let pills = GROUPS.map(|(word, label, _)| {
        let current = (group == word).then_some("true");
        view! { <a href=address(LIST, pairs(word)) aria-current=current>{label}</a> }
    });
    let next = page.next.map(|id| address(LIST, pairs(&group).chain([("antes", id.to_string())])));
    let nothing = page.entries.is_empty();
    let days = by_day(page.entries, now).into_iter().map(|(day, entries)| {
        let entries = entries.into_iter().map(|entry| {
            view! {
                <li class="act">
                    <div>
                        <p><span class="soft">{clock_in_santo_domingo(entry.at)}" "</span>{entry.sentence}</p>
                        {(!entry.reason.is_empty()).then(|| view! { <p class="soft small">{entry.reason}</p> })}
                    </div>
                    {entry.can_be_undone.then(|| view! {
                        <form method="post" action="/fn/admin/deshacer">
                            <input type="hidden" name="id" value=entry.id.to_string()/>
                            <button class="button quiet" aria-label=format!("Deshacer el cambio {}", entry.id)>"Deshacer"</button>
                        </form>
                    })}
                </li>
            }
        });
        view! {
            <section class="panel stack">
                <h2>{day}</h2>
                <ul class="lines">{entries.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <PageTitle text="Auditoría"/>
        <div class="pagehead">
            <h1>"Auditoría"</h1>
            <p class="soft small">"Hora de Santo Domingo"</p>
        </div>
        {done.map(|said| view! { <Notice tone=Tone::Ok><p>{said}</p></Notice> })}
        <PressProblems problems=flash.problems/>
        {chain}
        <nav class="sorts" aria-label="Qué se muestra">{pills.into_iter().collect_view()}</nav>
        <form method="get" action=LIST class="cluster">
            {(!group.is_empty()).then(|| view! { <input type="hidden" name="de" value=group.clone()/> })}
            <label for="quien">"Por"</label>
            <select id="quien" name="quien"><option value="">"Cualquiera"</option>{who}</select>
            <button class="button second">"Filtrar"</button>
        </form>
        {nothing.then(|| view! { <Empty title="Ningún cambio"><p>"Aquí queda cada cambio de límites, pausas, tarifas y cuentas."</p></Empty> })}
        {days.collect_view()}
        {next.map(|href| view! { <nav class="cluster" aria-label="Páginas"><a class="button second" href=href>"Anteriores"</a></nav> })}
    }
}

fn by_day(entries: Vec<Told>, now: DateTime<Utc>) -> Vec<(String, Vec<Told>)> {
    let mut days: Vec<(String, Vec<Told>)> = Vec::new();
    for entry in entries {
        let day = spoken_day(entry.at, now);
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    days
}

/// Whether nobody touched the chain.
#[component]
fn Chain(verified: Verified) -> impl IntoView {
    let entries = match verified.entries {
        1 => "La cadena de un registro".to_owned(),
        many => format!("La cadena de {} registros", grouped(many.into())),
    };
    match verified.broken_at {
        None => {
            view! {
                <Notice tone=Tone::Ok>
                    <p><strong>"Verificado."</strong>{format!(" {entries} está entera.")}</p>
                    <details>
                        <summary>"El último sello"</summary>
                        <p class="hint">"Anótelo fuera de OKLA. «okla audit verify --seal» dirá un día si sigue en la cadena; si no, alguien la escribió de nuevo."</p>
                        <p class="long"><code>{verified.end_in_hex()}</code></p>
                    </details>
                </Notice>
            }
                .into_any()
        }
        Some(id) => {
            view! { <Notice tone=Tone::Bad><p><strong>"La cadena se rompe."</strong>{format!(" El registro {id} fue cambiado, falta o sobra: alguien tocó la base de datos por fuera de OKLA.")}</p></Notice> }.into_any()
        }
    }
}
