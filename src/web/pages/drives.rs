//! Test drives as both sides see them.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{NotFoundPage, failed};
use crate::{
    app::{
        error::{AppError, Result},
        limits_now::{DealerBar, dealer_bar},
        test_drives::{DealersDrives, DriveRow, get, list_dealers, list_own, list_unsaid},
    },
    domain::{
        ids::DriveId,
        test_drive::{DriveStatus, Side},
        time::{field_moment, spoken_appointment},
    },
    web::{
        flash::{self, Flash},
        forms, guard,
        parts::{Empty, Field, Icon, LimitBar, Moment, Notice, PageTitle, PressProblems, Tone, icons},
        request::Current,
    },
};

const OWN: &str = "/pruebas";
const DEALERS: &str = "/panel/pruebas";

/// `/pruebas`: a buyer's own.
#[component]
pub fn OwnDrivesPage() -> impl IntoView {
    Suspend::new(async move {
        match load_own().await {
            Ok((drives, now)) => view! { <Own drives=drives now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load_own() -> Result<(Vec<DriveRow>, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    Ok((list_own(&current.state, &actor).await?, current.state.clock.now()))
}

#[component]
fn Own(drives: Vec<DriveRow>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <PageTitle text="Pruebas de manejo"/>
        <div class="narrow stack">
            <h1>"Pruebas de manejo"</h1>
            {if drives.is_empty() {
                view! {
                    <Empty title="Todavía no ha pedido ninguna">
                        <p>"En la página de un vehículo, presione «Contactar por WhatsApp» y elija el motivo «Prueba de manejo»."</p>
                        <p><a class="button" href="/">"Ver vehículos"</a></p>
                    </Empty>
                }
                    .into_any()
            } else {
                view! { <Drives drives=&drives side=Side::Buyer now=now/> }.into_any()
            }}
        </div>
    }
}

/// `/panel/pruebas`: a dealer's.
#[component]
pub fn DrivesPage() -> impl IntoView {
    Suspend::new(async move {
        match load_dealers().await {
            Ok((drives, bar, now)) => view! { <Dealers drives=drives bar=bar now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load_dealers() -> Result<(DealersDrives, DealerBar, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let drives = list_dealers(&current.state, &actor).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    Ok((drives, bar, current.state.clock.now()))
}

#[component]
fn Dealers(drives: DealersDrives, bar: DealerBar, now: DateTime<Utc>) -> impl IntoView {
    let (mut waiting, mut coming): (Vec<DriveRow>, Vec<DriveRow>) =
        drives.open.into_iter().partition(|drive| drive.status == DriveStatus::Asked);
    waiting.sort_by_key(|drive| drive.created_at);
    coming.sort_by_key(|drive| drive.starts_at);
    let nothing = waiting.is_empty() && coming.is_empty() && drives.done.is_empty();
    let part = |title: &'static str, drives: &[DriveRow]| {
        (!drives.is_empty()).then(|| {
            view! { <section class="stack"><h2>{title}</h2><Drives drives=drives side=Side::Dealer now=now/></section> }
        })
    };
    view! {
        <PageTitle text="Pruebas de manejo"/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Pruebas de manejo"</h1>
            <p class="soft small">"Horas de Santo Domingo"</p>
        </div>
        {part("Esperan su respuesta", &waiting)}
        {part("Con hora", &coming)}
        {part("Pasadas y canceladas", &drives.done)}
        {nothing.then(|| view! {
            <Empty title="Nadie ha pedido una todavía">
                <p>"Cuando un comprador proponga una hora, le llega por WhatsApp y aparece aquí."</p>
            </Empty>
        })}
    }
}

#[component]
fn Drives<'a>(drives: &'a [DriveRow], side: Side, now: DateTime<Utc>) -> impl IntoView + use<> {
    let root = if side == Side::Buyer { OWN } else { DEALERS };
    let items = drives
        .iter()
        .map(|drive| {
            let who = if side == Side::Buyer { &drive.dealer } else { &drive.buyer };
            view! {
                <li>
                    <a href=format!("{root}/{}", drive.id)>
                        <span class="who">{who.clone()}<State status=standing(drive, now)/></span>
                        <span class="soft small">{drive.vehicle.clone()}</span>
                        <span>{times(drive)}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="threads">{items}</ul> }
}

/// As it stands at this moment, whether or not somebody has written down that its time has passed.
fn standing(drive: &DriveRow, now: DateTime<Utc>) -> DriveStatus {
    let last = drive.starts_at.or_else(|| drive.slots.iter().max().copied());
    match drive.status {
        DriveStatus::Asked | DriveStatus::Set if last.is_some_and(|last| last < now) => DriveStatus::Over,
        status => status,
    }
}

/// The test drive of a conversation, for its dealer; nothing once its time has passed.
#[component]
pub fn DriveOf<'a>(drive: &'a DriveRow, now: DateTime<Utc>) -> impl IntoView + use<> {
    let status = standing(drive, now);
    let is_open = matches!(status, DriveStatus::Asked | DriveStatus::Set);
    let (href, when) = (format!("{DEALERS}/{}", drive.id), times(drive));
    is_open.then(
        || view! { <p class="cluster"><a href=href>{format!("Prueba de manejo: {when}")}</a><State status=status/></p> },
    )
}

fn times(drive: &DriveRow) -> String {
    match drive.starts_at {
        Some(at) => spoken_appointment(at),
        None => drive.slots.iter().map(|slot| spoken_appointment(*slot)).collect::<Vec<_>>().join(" o "),
    }
}

#[component]
fn State(status: DriveStatus) -> impl IntoView {
    let (class, path) = match status {
        DriveStatus::Asked => ("pill warn", icons::CLOCK),
        DriveStatus::Set => ("pill ok", icons::CHECK),
        DriveStatus::Canceled => ("pill", icons::BAD),
        DriveStatus::Over => ("pill", icons::CHECK),
    };
    view! { <span class=class><Icon path=path/>{status.label()}</span> }
}

/// `/pruebas/{id}`
#[component]
pub fn OwnDrivePage() -> impl IntoView {
    page(Side::Buyer)
}

/// `/panel/pruebas/{id}`
#[component]
pub fn DrivePage() -> impl IntoView {
    page(Side::Dealer)
}

fn page(side: Side) -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")?.parse::<DriveId>().ok());
    Suspend::new(async move {
        let Some(id) = id else {
            return view! { <NotFoundPage/> }.into_any();
        };
        match load(id, side).await {
            Ok(loaded) => view! { <Shown loaded=loaded side=side/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    drive: DriveRow,
    unsaid: Vec<String>,
    bar: Option<DealerBar>,
    flash: Flash,
    now: DateTime<Utc>,
}

async fn load(id: DriveId, side: Side) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = match side {
        Side::Buyer => guard::signed_in(&current)?,
        Side::Dealer => guard::dealer(&current)?,
    };
    let (drive, its_side) = get(&current.state, &actor, id).await?;
    if its_side != side {
        return Err(AppError::NotFound);
    }
    let bar = match side {
        Side::Buyer => None,
        Side::Dealer => Some(dealer_bar(&current.state, &actor).await?),
    };
    let unsaid = list_unsaid(&current.state, &drive, side).await?;
    let flash = flash::take(&current.session, forms::DRIVE).await?;
    Ok(Loaded { drive, unsaid, bar, flash, now: current.state.clock.now() })
}

#[component]
fn Shown(loaded: Loaded, side: Side) -> impl IntoView {
    let Loaded { drive, unsaid, bar, flash, now } = loaded;
    let status = standing(&drive, now);
    let is_open = matches!(status, DriveStatus::Asked | DriveStatus::Set);
    let (back, with, who) = match side {
        Side::Buyer => (OWN, "Con", drive.dealer.clone()),
        Side::Dealer => (DEALERS, "La pide", drive.buyer.clone()),
    };
    let canceled = drive.canceled_by.as_deref().map(|by| {
        let name = if by == Side::Buyer.as_str() { &drive.buyer } else { &drive.dealer };
        view! { <dt>"La canceló"</dt><dd>{name.clone()}</dd> }
    });
    let message = drive.message_id.map(|id| {
        let list = if side == Side::Buyer { "/mensajes" } else { "/panel/mensajes" };
        view! { <p><a href=format!("{list}/{id}")>"Ver el mensaje con que se pidió"</a></p> }
    });
    let untold = (is_open && drive.buyer_phone.is_none()).then(|| match side {
        Side::Buyer => view! {
            <Notice tone=Tone::Warn>
                <p>"No le avisaremos por WhatsApp mientras no compruebe su número. "<a href="/cuenta/numero">"Comprobarlo"</a></p>
            </Notice>
        },
        Side::Dealer => view! {
            <Notice tone=Tone::Warn>
                <p>"El comprador no ha comprobado su número: no recibe avisos por WhatsApp, y lo ve solo en OKLA."</p>
            </Notice>
        },
    });
    let done = flash.value("hecho");
    view! {
        <PageTitle text="Prueba de manejo"/>
        {bar.map(|bar| view! { <LimitBar bar=&bar now=now/> })}
        <div class="narrow stack">
            <a class="back" href=back><Icon path=icons::BACK/>"Todas las pruebas"</a>
            <h1>"Prueba de manejo"</h1>
            {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
            <PressProblems problems=flash.problems.clone()/>
            {untold}
            <Unsaid lines=unsaid/>
            <section class="panel stack">
                <p><State status=status/></p>
                <dl class="pairs">
                    <dt>"Vehículo"</dt><dd><a href=format!("/vehiculos/{}", drive.vehicle_id)>{drive.vehicle.clone()}</a></dd>
                    <dt>{with}</dt><dd>{who}</dd>
                    <dt>{if drive.starts_at.is_some() { "Hora" } else { "Propuso" }}</dt><dd>{times(&drive)}</dd>
                    <dt>"Pedida"</dt><dd><Moment at=drive.created_at now=now/></dd>
                    {canceled}
                </dl>
                {message}
            </section>
            {(is_open && side == Side::Dealer).then(|| view! { <SetTime drive=&drive flash=&flash now=now/> })}
            {is_open.then(|| view! {
                <form method="post" action="/fn/prueba-cancelar" class="panel stack">
                    <h2>"Cancelarla"</h2>
                    <p class="hint">"La otra parte lo ve en OKLA, y recibe el aviso por WhatsApp si su número está comprobado."</p>
                    <input type="hidden" name="id" value=drive.id.to_string()/>
                    <div class="actions"><button class="button second">"Cancelar la prueba"</button></div>
                </form>
            })}
        </div>
    }
}

/// What OKLA had to say and did not get through with.
#[component]
pub fn Unsaid(lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
        view! { <Notice tone=Tone::Warn>{lines}</Notice> }
    })
}

/// The times proposed, one press each, and any other.
#[component]
fn SetTime<'a>(drive: &'a DriveRow, flash: &'a Flash, now: DateTime<Utc>) -> impl IntoView + use<> {
    let id = drive.id.to_string();
    let proposed: Vec<_> = drive
        .slots
        .iter()
        .filter(|slot| **slot > now && drive.starts_at != Some(**slot))
        .map(|slot| {
            view! {
                <form method="post" action="/fn/prueba-hora">
                    <input type="hidden" name="id" value=id.clone()/>
                    <button class="button" name="when" value=field_moment(*slot)>{format!("Confirmar el {}", spoken_appointment(*slot))}</button>
                </form>
            }
        })
        .collect();
    view! {
        <section class="panel stack">
            <h2>{if drive.starts_at.is_some() { "Cambiar la hora" } else { "Confirmarla" }}</h2>
            {proposed}
            <form method="post" action="/fn/prueba-hora" class="stack" novalidate>
                <input type="hidden" name="id" value=drive.id.to_string()/>
                <Field
                    field="when"
                    label="Otra hora"
                    kind="datetime-local"
                    complete="off"
                    value=flash.value("when")
                    problem=flash.problem("when")
                    hint="Hora de Santo Domingo."
                />
                <div class="actions"><button class="button second">"Poner esta hora"</button></div>
            </form>
        </section>
    }
}
