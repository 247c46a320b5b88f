use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        resend::read_bulk,
    },
    domain::{bulk::Progress, ids::BulkId, money::grouped},
    web::{
        guard,
        islands::Live,
        parts::{Icon, LimitBar, PageTitle, icons},
        request::Current,
    },
};

/// `/panel/reenvios/{id}`: how far a press that sends many again is. It goes on whether somebody looks or not.
#[component]
pub fn ResendPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<BulkId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id).await {
            Ok(loaded) => view! { <Shown id=id loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    progress: Progress,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(id: BulkId) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let progress = read_bulk(&current.state, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok(Loaded { progress, bar, now: current.state.clock.now() })
}

#[component]
fn Shown(id: BulkId, loaded: Loaded) -> impl IntoView {
    let Loaded { progress, bar, now } = loaded;
    view! {
        <PageTitle text="Reenvío"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href="/panel/fallidos"><Icon path=icons::BACK/>"Fallidos"</a>
            <h1>"Reenvío"</h1>
            <section class="panel stack">
                <Live src=format!("/panel/reenvios/{id}/eventos") quiet=false><ResendProgress progress=&progress/></Live>
                <p class="hint">"Puede cerrar esta página: el reenvío continúa."</p>
                <p><a href=format!("/panel/reenvios/{id}")>"Actualizar"</a></p>
            </section>
        </div>
    }
}

#[component]
pub fn ResendProgress<'a>(progress: &'a Progress) -> impl IntoView + use<> {
    let done = progress.done();
    let said = if done == progress.total { "Listo" } else { "En marcha" };
    let templates: Vec<String> =
        progress.templates.iter().map(|purpose| format!("«{}»", purpose.label())).collect();
    let no_template = format!(
        "Sin una plantilla de WhatsApp disponible, {} (repítalo más tarde o llame por teléfono)",
        templates.join(" y ")
    );
    let lines = [
        (progress.sent, "Reenviados"),
        (progress.over_limit, "No cupieron en los límites de envío (repítalo cuando haya lugar)"),
        (progress.opted_out, "A personas que pidieron no recibir mensajes de OKLA (llámelas por teléfono)"),
        (progress.no_template, &*no_template),
        (progress.not_safe, "Ya no se podían reenviar"),
        (progress.failed, "No salieron por una falla nuestra"),
    ];
    let lines = lines.map(|(count, words)| {
        (count > 0).then(|| view! { <li>{format!("{words}: {}", grouped(count.into()))}</li> })
    });
    view! {
        <p><strong>{format!("{said}: {} de {}", grouped(done.into()), grouped(progress.total.into()))}</strong></p>
        <progress max=progress.total.max(1) value=done aria-label="Avance del reenvío"></progress>
        <ul class="bullets">{lines.into_iter().collect_view()}</ul>
    }
}
