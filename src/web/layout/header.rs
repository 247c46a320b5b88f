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
    let actor = current.and_then(|current| current.actor);
    let messages = actor.as_ref().and_then(|actor| match actor.role {
        Role::Buyer => Some("/mensajes"),
        Role::Dealer => Some("/panel/mensajes"),
        Role::Admin => None,
    });
    let is_here = messages.is_some_and(|path| here.starts_with(path));
    view! {
        <header class="site-head">
            <div class="wrap">
                <a class="logo" href="/" aria-label="OKLA, inicio"><Logo/></a>
                <nav class="site-nav" aria-label="Principal">
                    <ul>
                        {messages
                            .map(|href| {
                                view! {
                                    <li>
                                        <a href=href aria-current=is_here.then_some("page")>
                                            <Icon path=icons::MESSAGES/>"Mensajes"
                                        </a>
                                    </li>
                                }
                            })}
                        {match actor {
                            Some(actor) => view! {
                                <li class="who" title="Su cuenta"><Icon path=icons::USER/><span>{actor.name}</span></li>
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
