use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    app::{
        error::Result,
        list_users::{Page, ShownUser, UserFilter, list_users},
        read_rules::list_dealers,
    },
    domain::{ids::UserId, user::Role},
    web::{
        address::address,
        flash::{self, Flash},
        forms::{self, user_path},
        guard,
        pages::failed,
        parts::{Empty, Icon, LastSignIn, Moment, Next, PageTitle, PressProblems, icons},
        request::Current,
    },
};

const LIST: &str = "/admin/usuarios";
const DEALERS: &str = "/admin/usuarios/concesionarios";
const ATTEMPTS: &str = "/admin/usuarios/intentos";

/// What is asked for in the address.
#[derive(Clone, Default)]
struct Asked {
    words: String,
    role: Option<Role>,
    dealer: String,
    before: Option<UserId>,
}

impl Asked {
    /// The same list, from its beginning.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let role = self.role.map_or("", Role::as_str).to_owned();
        let pairs = [("buscar", self.words.clone()), ("papel", role), ("concesionario", self.dealer.clone())];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// `/admin/usuarios`: who has an account.
#[component]
pub fn UsersPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let text = |name: &str| query.get(name).unwrap_or_default();
    let asked = Asked {
        words: text("buscar"),
        role: text("papel").parse().ok(),
        dealer: text("concesionario"),
        before: text("antes").parse().ok(),
    };
    Suspend::new(async move {
        match load(&asked).await {
            Ok(loaded) => view! { <Shown loaded=loaded asked=asked/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    page: Page,
    dealers: Vec<(String, String)>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(asked: &Asked) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let Asked { words, role, dealer, before } = asked;
    let filter = UserFilter { words, role: *role, dealer, before: *before };
    Ok(Loaded {
        page: list_users(&current.state, &actor, &filter).await?,
        dealers: list_dealers(&current.state, &actor).await?,
        flash: flash::take(&current.session, forms::USER).await?,
        now: current.state.clock.now(),
    })
}

#[component]
fn Shown(loaded: Loaded, asked: Asked) -> impl IntoView {
    let Loaded { page, dealers, flash, now } = loaded;
    let nothing = page.users.is_empty();
    let next =
        page.next.map(|id| address(LIST, asked.pairs().into_iter().chain([("antes", id.to_string())])));
    let rows = page.users.into_iter().map(|user| view! { <Row user=user now=now/> }).collect_view();
    view! {
        <PageTitle text="Usuarios"/>
        <div class="pagehead">
            <h1>"Usuarios"</h1>
            <div class="cluster">
                <a class="button second" href=DEALERS>"Concesionarios"</a>
                <a class="button second" href=ATTEMPTS>"Intentos fallidos"</a>
            </div>
        </div>
        <PressProblems problems=flash.problems/>
        <Narrow asked=asked dealers=dealers/>
        {if nothing {
            view! {
                <Empty title="Nadie con estos filtros">
                    <p><a class="button second" href=LIST>"Quitar los filtros"</a></p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Nombre"</th>
                            <th scope="col">"Correo"</th>
                            <th scope="col">"Rol"</th>
                            <th scope="col">"Desde"</th>
                            <th scope="col">"Último ingreso"</th>
                            <th scope="col">"Segundo factor"</th>
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
fn Narrow(asked: Asked, dealers: Vec<(String, String)>) -> impl IntoView {
    let role = asked.role.map(|role| view! { <input type="hidden" name="papel" value=role.as_str()/> });
    let link = |label: &'static str, role: Option<Role>| {
        let href = address(LIST, Asked { role, before: None, ..asked.clone() }.pairs());
        let current = (asked.role == role).then_some("true");
        view! { <a href=href aria-current=current>{label}</a> }
    };
    let roles = Role::ALL.map(|role| link(plural(role), Some(role))).collect_view();
    let all = link("Todos", None);
    let dealers =
        dealers.into_iter().map(|(slug, name)| view! { <option value=slug>{name}</option> }).collect_view();
    view! {
        <form class="filters" method="get" action=LIST role="search">
            <div class="filters-main">
                <div class="field">
                    <label for="buscar">"Nombre o correo"</label>
                    <input id="buscar" name="buscar" type="search" maxlength="80" enterkeyhint="search" value=asked.words.clone()/>
                </div>
                <div class="field">
                    <label for="concesionario">"Concesionario"</label>
                    <input id="concesionario" name="concesionario" list="concesionarios" placeholder="Todos" autocomplete="off" value=asked.dealer.clone()/>
                </div>
                <button class="button"><Icon path=icons::SEARCH/>"Buscar"</button>
            </div>
            {role}
            <datalist id="concesionarios">{dealers}</datalist>
        </form>
        <nav class="sorts" aria-label="Rol">{all}{roles}</nav>
    }
}

fn plural(role: Role) -> &'static str {
    match role {
        Role::Buyer => "Compradores",
        Role::Dealer => "Concesionarios",
        Role::Admin => "Administradores",
    }
}

#[component]
fn Row(user: ShownUser, now: DateTime<Utc>) -> impl IntoView {
    let role = user.role.parse().map_or("—", Role::label);
    let disabled = user
        .disabled_at
        .map(|_| view! { <p class="stock-state" data-tone="over"><Icon path=icons::BAD/>"Desactivada"</p> });
    view! {
        <tr>
            <th scope="row" data-label="Nombre"><div><a href=user_path(user.id)>{user.name}</a>{disabled}</div></th>
            <td data-label="Correo" class="long">{user.email}</td>
            <td data-label="Rol"><div>{role}{user.dealer.map(|dealer| view! { <p class="soft small">{dealer}</p> })}</div></td>
            <td data-label="Desde"><Moment at=user.created_at now=now/></td>
            <td data-label="Último ingreso"><LastSignIn at=user.last_signed_in_at now=now/></td>
            <td data-label="Segundo factor">{if user.has_second_factor { "Activo" } else { "—" }}</td>
        </tr>
    }
}
