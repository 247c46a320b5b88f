mod actions;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::actions::Actions;
use super::attempts::Failures;
use crate::{
    app::{
        error::{AppError, Result},
        list_users::{ShownUser, UserDetail, get_user},
        read_rules::list_dealers,
        sessions::OpenSession,
        tokens::Token,
    },
    domain::{
        ids::{TokenId, UserId},
        user::Role,
    },
    web::{
        address::address,
        flash::{self, Flash},
        forms, guard,
        pages::failed,
        parts::{
            ErrorSummary, Icon, LastSignIn, Moment, Notice, OpenSessions, PageTitle, RevealNumber, Tone,
            icons,
        },
        request::Current,
    },
};

/// `/admin/usuarios/{id}`: one account, all that is open in its name, and what an admin may do about it.
#[component]
pub fn UserPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    Suspend::new(async move {
        match load(&id).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    detail: UserDetail,
    dealers: Vec<(String, String)>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: &str) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let id: UserId = id.parse().map_err(|_| AppError::NotFound)?;
    Ok(Loaded {
        detail: get_user(&current.state, &actor, id, current.session.id()).await?,
        dealers: list_dealers(&current.state, &actor).await?,
        flash: flash::take(&current.session, forms::USER).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { detail, dealers, flash, now } = loaded;
    let UserDetail { user, number, sessions, tokens, failures, is_self } = detail;
    let id = user.id;
    let done = flash.value("hecho");
    // What was revealed of another, in another tab, is not his.
    let is_his = flash.value("de") == forms::user_path(id);
    let revealed = if is_his { flash.value("numero") } else { String::new() };
    let no_failures = failures.is_empty();
    view! {
        <PageTitle text="Usuario"/>
        <div class="stack">
            <a class="back" href="/admin/usuarios"><Icon path=icons::BACK/>"Usuarios"</a>
            <h1>{user.name.clone()}</h1>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <ErrorSummary problems=flash.problems.clone()/>
            {user.disabled_at.map(|at| view! { <Notice tone=Tone::Bad><p><strong>"Cuenta desactivada "</strong><Moment at=at now=now/>": no puede ingresar, y sus tokens no valen."</p></Notice> })}
            <Facts user=&user number=number.clone() revealed=revealed now=now/>
            {number.map(|_| view! { <RevealNumber action="/fn/admin/usuario-numero" id=id.to_string() label="Mostrar número" flash=&flash/> })}
            <Sessions id=id sessions=sessions now=now/>
            <Tokens id=id tokens=tokens now=now/>
            <section class="panel stack">
                <h2>"Intentos fallidos de ingresar"</h2>
                {if no_failures {
                    view! { <p>"Ninguno en los últimos treinta días."</p> }.into_any()
                } else {
                    view! { <Failures failures=failures now=now/> }.into_any()
                }}
            </section>
            {if is_self {
                view! { <p class="soft">"Es su propia cuenta: su rol, su segundo factor y su acceso los cambia otro administrador. Lo suyo está en "<a href="/cuenta">"su cuenta"</a>"."</p> }.into_any()
            } else {
                view! { <Actions user=&user dealers=dealers flash=&flash/> }.into_any()
            }}
        </div>
    }
}

#[component]
fn Facts<'a>(
    user: &'a ShownUser,
    number: Option<String>,
    revealed: String,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let role = user.role.parse().map_or("—", Role::label);
    let dealer = user.dealer.clone().zip(user.dealer_slug.clone()).map(|(name, slug)| {
        let people = address("/admin/usuarios", [("concesionario", slug)]);
        view! { <div><dt>"Concesionario"</dt><dd>{name}" · "<a href=people>"su gente"</a></dd></div> }
    });
    let number = match (number, revealed.is_empty()) {
        (_, false) => revealed,
        (Some(hidden), true) => hidden,
        (None, true) => "sin número".to_owned(),
    };
    view! {
        <dl class="facts person">
            <div><dt>"Correo"</dt><dd class="long">{user.email.clone()}</dd></div>
            <div><dt>"Teléfono"</dt><dd>{number}</dd></div>
            <div><dt>"Rol"</dt><dd>{role}</dd></div>
            {dealer}
            <div><dt>"Cuenta desde"</dt><dd><Moment at=user.created_at now=now/></dd></div>
            <div><dt>"Último ingreso"</dt><dd><LastSignIn at=user.last_signed_in_at now=now/></dd></div>
            <div><dt>"Segundo factor"</dt><dd>{if user.has_second_factor { "Activo" } else { "Apagado" }}</dd></div>
        </dl>
    }
}

#[component]
fn Sessions(id: UserId, sessions: Vec<OpenSession>, now: DateTime<Utc>) -> impl IntoView {
    let none = sessions.is_empty();
    view! {
        <section class="panel stack">
            <h2>"Sesiones abiertas"</h2>
            {if none {
                view! { <p>"Ninguna."</p> }.into_any()
            } else {
                view! {
                    <OpenSessions sessions=sessions now=now owner=id/>
                    <form method="post" action="/fn/admin/usuario-sesiones">
                        <input type="hidden" name="id" value=id.to_string()/>
                        <button class="button second">"Cerrar todas"</button>
                    </form>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn Tokens(id: UserId, tokens: Vec<Token>, now: DateTime<Utc>) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <section class="panel stack"><h2>"Tokens de la API"</h2><p>"Ninguno."</p></section> }
            .into_any();
    }
    let rows = tokens.into_iter().map(|token| {
        let used = token.last_used_at.map_or_else(
            || view! { <span class="soft">"sin uso"</span> }.into_any(),
            |at| view! { <Moment at=at now=now/> }.into_any(),
        );
        let end = match token.revoked_at {
            Some(at) => view! { <span class="soft">"Revocado "<Moment at=at now=now/></span> }.into_any(),
            None => view! { <Revoke user=id token=token.id name=token.name.clone()/> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" data-label="Nombre">{token.name}</th>
                <td data-label="Creado"><Moment at=token.created_at now=now/></td>
                <td data-label="Último uso">{used}</td>
                <td>{end}</td>
            </tr>
        }
    });
    view! {
        <section class="panel stack">
            <h2>"Tokens de la API"</h2>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Nombre"</th>
                        <th scope="col">"Creado"</th>
                        <th scope="col">"Último uso"</th>
                        <th scope="col"><span class="unseen">"Revocar"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Revoke(user: UserId, token: TokenId, name: String) -> impl IntoView {
    view! {
        <form method="post" action="/fn/admin/usuario-token">
            <input type="hidden" name="id" value=user.to_string()/>
            <input type="hidden" name="token" value=token.to_string()/>
            <button class="button danger">"Revocar"<span class="unseen">" el token "{name}</span></button>
        </form>
    }
}
