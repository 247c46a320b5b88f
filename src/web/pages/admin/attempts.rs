use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    app::{
        error::Result,
        sign_in_failures::{FailureRow, Page, list_failures},
    },
    web::{
        address::address,
        forms::user_path,
        guard,
        pages::failed,
        parts::{Empty, Icon, Moment, PageTitle, icons},
        request::Current,
    },
};

const LIST: &str = "/admin/usuarios/intentos";

/// `/admin/usuarios/intentos`: who was tried in vain, from where, how often.
#[component]
pub fn AttemptsPage() -> impl IntoView {
    let before =
        use_query_map().with_untracked(|query| query.get("antes").and_then(|text| text.parse().ok()));
    Suspend::new(async move {
        match load(before).await {
            Ok((page, now)) => view! { <Shown page=page now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(before: Option<DateTime<Utc>>) -> Result<(Page, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let page = list_failures(&current.state, &actor, before).await?;
    Ok((page, current.state.clock.now()))
}

#[component]
fn Shown(page: Page, now: DateTime<Utc>) -> impl IntoView {
    let next = page.next.map(|at| address(LIST, [("antes", at.to_rfc3339())]));
    view! {
        <PageTitle text="Intentos fallidos"/>
        <a class="back" href="/admin/usuarios"><Icon path=icons::BACK/>"Usuarios"</a>
        <h1>"Intentos fallidos"</h1>
        <p class="hint">"Ingresos que no se lograron, por hora, cuenta y red; se guardan treinta días. Lo que escribe quien no tiene cuenta no se guarda: se cuenta junto."</p>
        {if page.failures.is_empty() {
            view! { <Empty title="Ninguno"><p>"Nadie falló al ingresar en los últimos treinta días."</p></Empty> }.into_any()
        } else {
            view! { <Failures failures=page.failures now=now/> }.into_any()
        }}
        {next.map(|href| view! { <nav class="cluster" aria-label="Páginas"><a class="button second" href=href>"Anteriores"</a></nav> })}
    }
}

/// Whose account was tried, when, from which network and how often.
#[component]
pub fn Failures(failures: Vec<FailureRow>, now: DateTime<Utc>) -> impl IntoView {
    let rows = failures.into_iter().map(|failure| {
        let account = match (failure.user_id, failure.name) {
            (Some(id), Some(name)) => {
                view! { <div><a href=user_path(id)>{name}</a><p class="soft small">{failure.email}</p></div> }
                    .into_any()
            }
            _ => view! { <div>{failure.account}</div> }.into_any(),
        };
        let what = match failure.kind.as_str() {
            "password" => "Contraseña equivocada",
            "code" => "Código equivocado",
            _ => "Demasiados intentos",
        };
        view! {
            <tr>
                <td data-label="Cuenta" class="long">{account}</td>
                <td data-label="Qué falló">{what}</td>
                <td data-label="Red">{failure.address}</td>
                <td data-label="Veces" class="num">{failure.times}</td>
                <td data-label="La última"><Moment at=failure.last_at now=now/></td>
            </tr>
        }
    });
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Cuenta"</th>
                    <th scope="col">"Qué falló"</th>
                    <th scope="col">"Red"</th>
                    <th scope="col" class="num">"Veces"</th>
                    <th scope="col">"La última"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
