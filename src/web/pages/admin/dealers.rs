use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    app::{
        error::Result,
        list_users::{DealersPage as Page, ShownDealer, list_staff},
    },
    domain::{
        answers::{Answers, HABIT_DAYS, HABIT_LATEST},
        time::about,
    },
    web::{
        address::address,
        guard,
        pages::failed,
        parts::{Empty, Icon, LastSignIn, Moment, Next, PageTitle, icons},
        request::Current,
    },
};

const LIST: &str = "/admin/usuarios/concesionarios";
const USERS: &str = "/admin/usuarios";

/// `/admin/usuarios/concesionarios`: each dealer and who works there.
#[component]
pub fn DealersPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let (words, after) = (query.get("buscar").unwrap_or_default(), query.get("despues").unwrap_or_default());
    Suspend::new(async move {
        match load(&words, &after).await {
            Ok((page, now)) => view! { <Shown page=page words=words now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(words: &str, after: &str) -> Result<(Page, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let page = list_staff(&current.state, &actor, words, after).await?;
    Ok((page, current.state.clock.now()))
}

#[component]
fn Shown(page: Page, words: String, now: DateTime<Utc>) -> impl IntoView {
    let pairs = [("buscar", words.clone())].into_iter().filter(|(_, value)| !value.is_empty());
    let next = page.next.map(|slug| address(LIST, pairs.chain([("despues", slug)])));
    let nothing = page.dealers.is_empty();
    let rows = page
        .dealers
        .into_iter()
        .map(|(dealer, habit)| view! { <Row dealer=dealer habit=habit now=now/> })
        .collect_view();
    view! {
        <PageTitle text="Concesionarios"/>
        <a class="back" href=USERS><Icon path=icons::BACK/>"Usuarios"</a>
        <h1>"Concesionarios y su gente"</h1>
        <form class="filters" method="get" action=LIST role="search">
            <div class="filters-main">
                <div class="field">
                    <label for="buscar">"Concesionario"</label>
                    <input id="buscar" name="buscar" type="search" maxlength="80" enterkeyhint="search" value=words/>
                </div>
                <button class="button"><Icon path=icons::SEARCH/>"Buscar"</button>
            </div>
        </form>
        {if nothing {
            view! {
                <Empty title="Ningún concesionario con ese nombre">
                    <p><a class="button second" href=LIST>"Ver todos"</a></p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <p class="hint">{format!("«Responde» sale de las últimas {HABIT_LATEST} conversaciones que compradores empezaron con cada uno en {HABIT_DAYS} días: cuántas tienen respuesta, y en cuánto tiempo llegó la primera en la mitad de las respondidas.")}</p>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Concesionario"</th>
                            <th scope="col">"Su gente"</th>
                            <th scope="col">"Responde"</th>
                            <th scope="col" class="num">"Tokens"</th>
                            <th scope="col">"Desde"</th>
                            <th scope="col">"Último ingreso"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
                .into_any()
        }}
        <Next href=next/>
    }
}

#[component]
fn Row(dealer: ShownDealer, habit: Answers, now: DateTime<Utc>) -> impl IntoView {
    let ShownDealer { id: _, slug, name, created_at, staff, names, tokens, last_signed_in_at } = dealer;
    let people = address(USERS, [("concesionario", slug.clone())]);
    let count = match staff {
        1 => "1 cuenta".to_owned(),
        many => format!("{many} cuentas"),
    };
    let told = names.join(", ");
    let others = usize::try_from(staff).unwrap_or_default() - names.len();
    let named = match others {
        0 => told,
        others => format!("{told} y {others} más"),
    };
    let staff = if staff == 0 {
        view! { <span class="soft">"nadie"</span> }.into_any()
    } else {
        let spoken = format!(" de {name}");
        view! { <div><a href=people>{count}<span class="unseen">{spoken}</span></a><p class="soft small">{named}</p></div> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" data-label="Concesionario"><div>{name}<p class="soft small">{slug}</p></div></th>
            <td data-label="Su gente" class="long">{staff}</td>
            <td data-label="Responde" class="long">{answers(&habit)}</td>
            <td data-label="Tokens" class="num">{tokens}</td>
            <td data-label="Desde"><Moment at=created_at now=now/></td>
            <td data-label="Último ingreso"><LastSignIn at=last_signed_in_at now=now/></td>
        </tr>
    }
}

/// How many of those who lately asked have an answer, and how soon they usually got it.
fn answers(habit: &Answers) -> AnyView {
    let Some(share) = habit.share() else {
        return view! { <span class="soft">"Sin contactos"</span> }.into_any();
    };
    let usual = habit.median.map(|median| format!("Suele responder en {}", about(median)));
    let of = format!("{} de {}", habit.answered, habit.asked);
    view! {
        <div>
            {format!("{share} %")}" "<span class="soft small">{format!("({of})")}</span>
            {usual.map(|usual| view! { <p class="soft small">{usual}</p> })}
        </div>
    }
    .into_any()
}
