use leptos::prelude::*;

use crate::{
    domain::user::Role,
    web::{
        guard::sign_in_path,
        parts::{Icon, Logo, icons},
        request::Current,
    },
};

/// The logo, and where this person may go.
#[component]
pub fn Header() -> impl IntoView {
    // A page outside the session's reach, such as the one for unknown addresses, greets everybody as a visitor.
    let current = Current::get().ok();
    let here = current.as_ref().map_or("/", |current| current.path_and_query.as_str()).to_owned();
    let enrolling = current.as_ref().and_then(|current| current.enrolling.clone());
    let actor = current.and_then(|current| current.actor);
    let path = here.split('?').next().unwrap_or_default().to_owned();
    let places: &[(&str, &str, &str)] = match actor.as_ref().map(|actor| actor.role) {
        Some(Role::Buyer) => {
            &[("/mensajes", "Mensajes", icons::MESSAGES), ("/pruebas", "Pruebas", icons::CLOCK)]
        }
        Some(Role::Dealer) => &[
            ("/panel", "Panel", icons::CHART),
            ("/panel/conversaciones", "Conversaciones", icons::CHAT),
            ("/panel/mensajes", "Mensajes", icons::MESSAGES),
            ("/panel/ofertas", "Ofertas", icons::TAG),
            ("/panel/costos", "Costos", icons::COIN),
            ("/panel/vehiculos", "Vehículos", icons::CAR),
            ("/panel/pruebas", "Pruebas", icons::CLOCK),
        ],
        Some(Role::Admin) => &[
            ("/admin/limites", "Límites", icons::CHART),
            ("/admin/tarifas", "Tarifas", icons::TAG),
            ("/admin/costos", "Costos", icons::COIN),
            ("/admin/ofertas", "Ofertas", icons::SEND),
            ("/admin/sistema", "Sistema", icons::DEVICE),
            ("/admin/usuarios", "Usuarios", icons::USER),
            ("/admin/auditoria", "Auditoría", icons::VERIFIED),
        ],
        None => &[],
    };
    // A message's page belongs to its list, the list not to the panel.
    let nearest = places
        .iter()
        .map(|(href, ..)| *href)
        .filter(|href| path.starts_with(href))
        .max_by_key(|href| href.len());
    view! {
        <header class="site-head">
            <div class="wrap">
                <a class="logo" href="/" aria-label="OKLA, inicio"><Logo/></a>
                <nav class="site-nav" aria-label="Principal">
                    <ul>
                        {places
                            .iter()
                            .map(|(href, label, icon)| {
                                let current = (nearest == Some(*href)).then_some("page");
                                view! { <li><a href=*href aria-current=current><Icon path=icon/>{*label}</a></li> }
                            })
                            .collect_view()}
                        {match actor.or(enrolling) {
                            Some(actor) => view! {
                                <li>
                                    <a class="who" href="/cuenta" title="Su cuenta" aria-current=(path == "/cuenta").then_some("page")>
                                        <Icon path=icons::USER/>
                                        <span>{actor.name}</span>
                                        <span class="unseen">", su cuenta"</span>
                                    </a>
                                </li>
                                <li>
                                    <form method="post" action="/fn/salir">
                                        <button><Icon path=icons::LEAVE/>"Salir"</button>
                                    </form>
                                </li>
                            }
                                .into_any(),
                            None => view! { <SignIn here=here/> }.into_any(),
                        }}
                    </ul>
                </nav>
            </div>
        </header>
    }
}

/// The door; it leads back to the page one came from.
#[component]
fn SignIn(here: String) -> impl IntoView {
    let is_door = here.starts_with("/ingresar") || here.starts_with("/registro");
    let href = if is_door { here } else { sign_in_path(&here) };
    view! {
        <li>
            <a href=href aria-current=is_door.then_some("page")><Icon path=icons::USER/>"Ingresar"</a>
        </li>
    }
}
