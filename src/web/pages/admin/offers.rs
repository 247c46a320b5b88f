use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    app::{
        error::Result,
        offers::{CampaignRow, Detail, list_campaigns, read_campaign},
    },
    domain::{ids::CampaignId, money::grouped},
    web::{
        flash::{self, Flash},
        forms, guard,
        islands::Live,
        pages::{
            ADMINS_OFFERS as LIST, AskedNames, Audience, NameList, NotFoundPage, OfferProgress, StateWord,
            WhoseNames, cost, failed, first_line,
        },
        parts::{
            Empty, Field, Icon, Moment, Next, Notice, OfferBubble, PageTitle, PressProblems, Tone, icons,
        },
        request::Current,
    },
};

/// `/admin/ofertas`: what dealers offered to many, the latest first.
#[component]
pub fn AdminOffersPage() -> impl IntoView {
    let after = use_query_map()
        .with_untracked(|query| query.get("despues").and_then(|id| id.parse::<CampaignId>().ok()));
    Suspend::new(async move {
        match load_list(after).await {
            Ok(list) => view! { <List list=list/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Listed {
    rows: Vec<CampaignRow>,
    next: Option<CampaignId>,
    now: DateTime<Utc>,
}

async fn load_list(after: Option<CampaignId>) -> Result<Listed> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let (rows, next) = list_campaigns(&current.state, &actor, after).await?;
    Ok(Listed { rows, next, now: current.state.clock.now() })
}

#[component]
fn List(list: Listed) -> impl IntoView {
    let Listed { rows, next, now } = list;
    let next = next.map(|id| format!("{LIST}?despues={id}"));
    view! {
        <PageTitle text="Ofertas"/>
        <h1>"Ofertas"</h1>
        <p class="hint">"Lo que los concesionarios confirmaron para muchos compradores, desde lo último. Los borradores son solo suyos."</p>
        {if rows.is_empty() {
            view! { <Empty title="Ninguna todavía"><p>"Cuando un concesionario confirme una oferta, se verá aquí."</p></Empty> }.into_any()
        } else {
            view! {
                <div class="wide">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Oferta"</th>
                                <th scope="col">"Estado"</th>
                                <th scope="col" class="num">"Elegidas"</th>
                                <th scope="col" class="num">"Enviadas"</th>
                                <th scope="col" class="num">"Entregadas"</th>
                                <th scope="col" class="num">"Fallidas"</th>
                                <th scope="col" class="num">"Sin enviar"</th>
                                <th scope="col" class="num">"Costo"</th>
                                <th scope="col">"Confirmada"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.iter().map(|row| view! { <Row row=row now=now/> }).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }}
        <Next href=next/>
    }
}

#[component]
fn Row<'a>(row: &'a CampaignRow, now: DateTime<Utc>) -> impl IntoView + use<> {
    let CampaignRow { campaign, counts, arrived, failed, .. } = row;
    let number = |count: i64| grouped(count.into());
    let at = campaign.confirmed_at.unwrap_or(campaign.created_at);
    view! {
        <tr>
            <td data-label="Oferta">
                <div>
                    <a href=format!("{LIST}/{}", campaign.id)>{first_line(&campaign.words)}</a>
                    <p class="soft small">{campaign.dealer_name.clone()}</p>
                </div>
            </td>
            <td data-label="Estado"><StateWord campaign=campaign now=now/></td>
            <td data-label="Elegidas" class="num">{number(counts.total())}</td>
            <td data-label="Enviadas" class="num">{number(counts.sent)}</td>
            <td data-label="Entregadas" class="num">{number(*arrived)}</td>
            <td data-label="Fallidas" class="num">{number(*failed)}</td>
            <td data-label="Sin enviar" class="num">{number(counts.pending + counts.left_out())}</td>
            <td data-label="Costo" class="num">{cost(row.cost)}</td>
            <td data-label="Confirmada">
                <div>
                    <Moment at=at now=now/>
                    <p class="soft small">{campaign.confirmed_by.clone()}</p>
                </div>
            </td>
        </tr>
    }
}

/// `/admin/ofertas/{id}`: how far a dealer's offer is, what became of it, and ending it.
#[component]
pub fn AdminOfferPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<CampaignId>().ok());
    let asked = use_query_map().with_untracked(WhoseNames::of);
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, asked).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    detail: Detail,
    names: Option<AskedNames>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: CampaignId, asked: WhoseNames) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::admin(&current)?;
    let detail = read_campaign(&current.state, &actor, id).await?;
    let names = asked.names(&current, &actor, id).await?;
    let flash = flash::take(&current.session, forms::HALT).await?;
    Ok(Loaded { detail, names, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { detail, names, flash, now } = loaded;
    let campaign = &detail.campaign;
    let page = format!("{LIST}/{}", campaign.id);
    let done = Some(flash.value("hecho")).filter(|said| !said.is_empty());
    let begun = campaign.confirmed_at.unwrap_or(campaign.created_at);
    let by = campaign.confirmed_by.as_ref().map(|name| format!("por {name}, "));
    let (dealer, preview, told) =
        (campaign.dealer_name.clone(), detail.preview.clone(), detail.audience.clone());
    let may_stop = !campaign.state.is_over();
    let id = campaign.id;
    let of_form = flash.problem("motivo");
    let others = flash.problems.iter().filter(|problem| problem.field.is_empty()).cloned().collect();
    view! {
        <PageTitle text="Oferta"/>
        <div class="medium stack">
            <a class="back" href=LIST><Icon path=icons::BACK/>"Ofertas"</a>
            <h1>{format!("Oferta de {dealer}")}</h1>
            {done.map(|said| view! { <div role="status"><Notice tone=Tone::Ok><p>{said}</p></Notice></div> })}
            <PressProblems problems=others/>
            <section class="panel stack">
                <Live src=format!("{page}/eventos") quiet=true><OfferProgress detail=&detail now=now/></Live>
                <p><a href=page.clone()>"Actualizar"</a></p>
            </section>
            {names.map(|names| view! { <NameList page=&page names=names/> })}
            <section class="panel stack">
                <h2>"Lo que se envía"</h2>
                <p class="soft small">"Confirmada "{by}<Moment at=begun now=now/></p>
                <OfferBubble text=preview/>
                <Audience told=told/>
            </section>
            {may_stop.then(|| view! { <Halt id=id motive=flash.value("motivo") problem=of_form/> })}
        </div>
    }
}

#[component]
fn Halt(id: CampaignId, motive: String, problem: Option<String>) -> impl IntoView {
    view! {
        <section class="panel stack" id="detener">
            <h2>"Detener la oferta"</h2>
            <p class="hint">"Nadie más la recibe y no puede seguir; lo que espera para salir se retira y no se cobra."</p>
            <form method="post" action="/fn/admin/oferta-detener" class="stack" novalidate>
                <input type="hidden" name="id" value=id.to_string()/>
                <Field field="motivo" label="Motivo" complete="off" value=motive problem=problem
                    hint="El concesionario lo lee, y queda en la auditoría."/>
                <div class="actions"><button class="button danger"><Icon path=icons::BAD/>"Detener del todo"</button></div>
            </form>
        </section>
    }
}
