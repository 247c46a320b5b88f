use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    LIST,
    check::{self, Audience, Checked},
    progress::{Asked, AskedNames, NameList, OfferProgress},
};
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        offers::{Detail, read_campaign},
    },
    domain::{ids::CampaignId, offer::State},
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Live,
        pages::{NotFoundPage, failed},
        parts::{Icon, LimitBar, Moment, Notice, OfferBubble, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

/// `/panel/ofertas/{id}`: a draft to be confirmed; else how far it is, what became of it, and why each who did not get it
/// did not.
#[component]
pub fn OfferPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<CampaignId>().ok());
    let asked = use_query_map().with_untracked(Asked::of);
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, asked).await {
            Ok(Page::Draft(loaded)) => view! { <Checked loaded=*loaded/> }.into_any(),
            Ok(Page::Begun(loaded)) => view! { <Shown loaded=*loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

enum Page {
    Draft(Box<check::Loaded>),
    Begun(Box<Loaded>),
}

struct Loaded {
    detail: Detail,
    names: Option<AskedNames>,
    flash: Flash,
    bar: DealerBar,
    now: DateTime<Utc>,
}

async fn load(id: CampaignId, asked: Asked) -> Result<Page> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let detail = read_campaign(&current.state, &actor, id).await?;
    if detail.campaign.state == State::Draft {
        return check::load(id).await.map(|loaded| Page::Draft(Box::new(loaded)));
    }
    let names = asked.names(&current, &actor, id).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::CAMPAIGN).await?;
    Ok(Page::Begun(Box::new(Loaded { detail, names, flash, bar, now: current.state.clock.now() })))
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { detail, names, flash, bar, now } = loaded;
    let campaign = &detail.campaign;
    let page = format!("{LIST}/{}", campaign.id);
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    let confirmed = campaign.confirmed_at.unwrap_or(campaign.created_at);
    let by = campaign.confirmed_by.as_ref().map(|name| format!("por {name}, "));
    let (preview, audience) = (detail.preview.clone(), detail.audience.clone());
    view! {
        <PageTitle text="Oferta"/>
        <LimitBar bar=&bar now=now/>
        <div class="medium stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Ofertas"</a>
            <h1>"Oferta"</h1>
            {done.map(|said| view! { <div role="status"><Notice tone=Tone::Ok><p>{said}</p></Notice></div> })}
            <PressProblems problems=flash.problems.clone()/>
            <section class="panel stack">
                <Live src=format!("{page}/eventos") quiet=true><OfferProgress detail=&detail now=now/></Live>
                <p class="cluster"><a href=page.clone()>"Actualizar"</a><a href=format!("{page}/resultado.csv")>"Descargar CSV"</a></p>
            </section>
            {names.map(|names| view! { <NameList page=&page names=names/> })}
            <section class="panel stack">
                <h2>"Lo que se envía"</h2>
                <p class="soft small">"Confirmada "{by}<Moment at=confirmed now=now/></p>
                <OfferBubble text=preview/>
                <Audience told=audience/>
            </section>
        </div>
    }
}
