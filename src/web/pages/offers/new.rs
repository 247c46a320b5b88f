use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::audience::AudienceFields;
use crate::{
    app::{
        error::{AppError, Result},
        limits_now::{DealerBar, dealer_bar},
        offers::{NewDraft, OfferPreview, new_draft, preview_offer},
    },
    domain::{ids::CampaignId, time::field_moment},
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::{Contact, PreviewOf},
        pages::failed,
        parts::{ErrorSummary, Field, FieldError, Icon, LimitBar, OfferArrives, PageTitle, TextArea, icons},
        request::Current,
    },
};

/// `/panel/ofertas/nueva`: the words, the vehicle, whom it is for and when it begins; what it comes to is the next page's.
#[component]
pub fn NewOfferPage() -> impl IntoView {
    let id = use_query_map().with_untracked(|query| query.get("id").map(|id| id.parse::<CampaignId>()));
    Suspend::new(async move {
        match load(id.and_then(std::result::Result::ok)).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    draft: NewDraft,
    /// As it was typed, or as the draft has it.
    flash: Flash,
    /// Else why it could not be sent.
    preview: std::result::Result<OfferPreview, String>,
    bar: DealerBar,
    hours: String,
    now: chrono::DateTime<chrono::Utc>,
}

async fn load(id: Option<CampaignId>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let draft = new_draft(&current.state, &actor, id).await?;
    let mut flash = flash::take(&current.session, forms::OFFER).await?;
    if let Some(kept) = draft.draft.as_ref().filter(|_| flash.value("id").is_empty()) {
        flash.keep("id", kept.id.to_string());
        flash.keep("texto", kept.words.clone());
        flash.keep("vehiculo", kept.vehicle.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default());
        flash.keep("empieza", kept.begins_at.map(field_moment).unwrap_or_default());
        for field in ["interes", "marca", "desde", "hasta", "respondidos", "motivo"] {
            flash.keep(field, kept.audience.value(field));
        }
    }
    let vehicle = flash.value("vehiculo").parse().ok();
    let preview = match preview_offer(&current.state, &actor, &flash.value("texto"), vehicle).await {
        Err(AppError::Invalid(problems)) => {
            Err(problems.into_iter().map(|problem| problem.message).collect::<String>())
        }
        preview => Ok(preview?),
    };
    let bar = dealer_bar(&current.state, &actor).await?;
    let hours = current.state.settings.offer_hours.spoken();
    Ok(Loaded { draft, flash, preview, bar, hours, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { draft, flash, preview, bar, hours, now } = loaded;
    let problem = |field: &str| flash.problem(field);
    let (words, text_problem) = (flash.value("texto"), problem("texto"));
    let id = flash.value("id").parse::<CampaignId>().unwrap_or_else(|_| CampaignId::fresh());
    let pairs = |all: Vec<(String, String)>, none: &str| {
        std::iter::once((String::new(), none.to_owned())).chain(all).collect::<Vec<_>>()
    };
    let shown = draft.asked.iter().filter(|asked| asked.is_shown);
    let shown = shown.map(|asked| (asked.id.clone(), asked.title.clone())).collect();
    let (text, said) = match preview {
        Ok(preview) => (Some(preview.text), preview.unavailable.unwrap_or_default()),
        Err(said) => (None, said),
    };
    let vista = PreviewOf::Offer(None).to_string();
    let when = format!(
        "Hora de Santo Domingo; vacío: en cuanto confirme. Las ofertas salen {hours}; lo que falte espera a la mañana."
    );
    let vehicle = flash.value("vehiculo");
    let form = view! {
        <form method="post" action="/fn/oferta" class="stack" novalidate data-plain>
            <ErrorSummary problems=flash.problems.clone()/>
            <input type="hidden" name="id" value=id.to_string() autocomplete="off"/>
            <section class="panel stack">
                <h2>"Qué ofrece"</h2>
                <div class="field">
                    <label for="texto">"Texto de la oferta"</label>
                    <p class="hint" id="texto-hint">"OKLA le antepone «PUBLICIDAD», su nombre y el de la persona, y termina con la forma de no recibir más, como pide la Ley 310-14."</p>
                    <TextArea field="texto" value=&words rows=5 required=true invalid=text_problem.is_some() hint="texto-hint"/>
                    <FieldError field="texto" message=text_problem/>
                </div>
                <Pick field="vehiculo" label="Vehículo (opcional)" options=pairs(shown, "Ninguno") value=&vehicle
                    hint="Su enlace va al final del texto."/>
                <div id="vista" class="stack" data-preview>
                    <h3>"Así llega"</h3>
                    <div class="stack" data-shown><OfferArrives text=text said=said/></div>
                    <input type="hidden" name="vista" value=vista/>
                    <button class="button second" name="accion" value="vista" data-again>"Actualizar la vista previa"</button>
                </div>
            </section>
            <AudienceFields asked=&draft.asked flash=&flash/>
            <section class="panel stack">
                <h2>"Cuándo"</h2>
                <p class="hint" id="cuando">{when}</p>
                <Field field="empieza" label="Empieza (opcional)" kind="datetime-local" complete="off" value=flash.value("empieza") problem=problem("empieza")/>
            </section>
            <p class="hint">"Todavía no se envía nada: en la página siguiente verá a cuántos llega, cuánto cuesta y cuándo termina."</p>
            <div class="actions">
                <button class="button" name="accion" value="revisar">"Revisar la oferta"</button>
                <a class="button second" href="/panel/ofertas">"Cancelar"</a>
            </div>
        </form>
    };
    view! {
        <PageTitle text="Nueva oferta"/>
        <LimitBar bar=&bar now=now/>
        <div class="narrow stack">
            <a class="back" href="/panel/ofertas"><Icon path=icons::BACK/>"Ofertas"</a>
            <h1>"Nueva oferta"</h1>
            <Contact>{form}</Contact>
        </div>
    }
}

/// A labelled list to choose one from; the first is no choice.
#[component]
pub(super) fn Pick<'a>(
    field: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    value: &'a str,
    #[prop(optional)] hint: Option<&'static str>,
) -> impl IntoView + use<> {
    let options: Vec<_> = options
        .into_iter()
        .map(|(word, said)| {
            let chosen = word == value;
            view! { <option value=word selected=chosen>{said}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label for=field>{label}</label>
            {hint.map(|hint| view! { <p class="hint" id=format!("{field}-hint")>{hint}</p> })}
            <select id=field name=field aria-describedby=hint.map(|_| format!("{field}-hint"))>{options}</select>
        </div>
    }
}
