use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::error::{AppError, Result},
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{CodeField, ErrorSummary, Icon, PageTitle, icons},
        redirect,
        request::Current,
        session,
    },
};

/// `/ingresar/codigo?volver=…`: after the password, the code of the second factor.
#[component]
pub fn CodePage() -> impl IntoView {
    let back = use_query_map().with_untracked(|query| query.get("volver").unwrap_or_default());
    Suspend::new(async move {
        match load(&back).await {
            Ok(flash) => view! { <Shown flash=flash back=back/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(back: &str) -> Result<Flash> {
    let current = Current::get()?;
    if session::awaited(&current).await?.is_none() {
        redirect::from_leptos(&guard::sign_in_path(back));
        return Err(AppError::SignedOut);
    }
    flash::take(&current.session, forms::CODE).await
}

#[component]
fn Shown(flash: Flash, back: String) -> impl IntoView {
    let back = redirect::local(&back).to_owned();
    let again = guard::sign_in_path(&back);
    view! {
        <PageTitle text="Código de acceso"/>
        <div class="narrow stack">
            <a class="back" href=again><Icon path=icons::BACK/>"Ingresar con otra cuenta"</a>
            <h1>"Código de acceso"</h1>
            <form method="post" action="/fn/ingresar-codigo" class="panel stack" novalidate>
                <ErrorSummary problems=flash.problems.clone()/>
                <CodeField
                    hint="El que muestra su aplicación ahora, o uno de sus códigos de recuperación. Tiene cinco minutos."
                    problem=flash.problem("codigo")
                />
                <input type="hidden" name="back" value=back/>
                <div class="actions"><button type="submit" class="button wide">"Ingresar"</button></div>
                <p class="hint">"¿Perdió el teléfono y los códigos? Pida a otro administrador, o al equipo de OKLA, que quite su segundo factor."</p>
            </form>
        </div>
    }
}
