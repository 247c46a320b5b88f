mod edit;
mod import;
mod renew;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub use edit::{EditVehiclePage, NewVehiclePage};
pub use import::{ImportPage, UploadPage};
pub use renew::RenewPage;

use super::failed;
use crate::{
    app::{
        error::Result,
        limits_now::{DealerBar, dealer_bar},
        stock::list_stock,
    },
    domain::{
        time::{day_in_santo_domingo, spoken_date},
        vehicle::stock::{Shown, StockCard, StockFilter, StockPage},
    },
    web::{
        address::address,
        flash::{self, Flash},
        forms, guard,
        islands::Keys,
        parts::{Empty, ErrorSummary, Icon, LimitBar, Notice, PageTitle, Price, Tone, icons},
        request::Current,
    },
};

const LIST: &str = "/panel/vehiculos";
/// A last day so near is said in amber.
const SOON_DAYS: i64 = 7;

/// `/panel/vehiculos`: what a dealer has for sale, paused and expired ones too.
#[component]
pub fn VehiclesPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(|query| StockFilter::parse(|name| query.get(name)));
    Suspend::new(async move {
        match load(&filter).await {
            Ok(loaded) => view! { <List loaded=loaded filter=filter/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    page: StockPage,
    bar: DealerBar,
    flash: Flash,
    now: chrono::DateTime<chrono::Utc>,
}

async fn load(filter: &StockFilter) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let page = list_stock(&current.state, &actor, filter).await?;
    let bar = dealer_bar(&current.state, &actor).await?;
    let flash = flash::take(&current.session, forms::VEHICLE).await?;
    Ok(Loaded { page, bar, flash, now: current.state.clock.now() })
}

#[component]
fn List(loaded: Loaded, filter: StockFilter) -> impl IntoView {
    let Loaded { page, bar, flash, now } = loaded;
    let today = day_in_santo_domingo(now);
    let done = flash.value("hecho");
    let rows =
        page.vehicles.iter().map(|vehicle| view! { <Row vehicle=vehicle today=today/> }).collect_view();
    let nothing = page.vehicles.is_empty();
    let narrowed = filter != StockFilter::default();
    let other_page = |number: u16| address(LIST, StockFilter { page: number, ..filter.clone() }.to_pairs());
    view! {
        <PageTitle text="Sus vehículos"/>
        <Keys/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Sus vehículos"</h1>
            <div class="actions">
                <a class="button" href="/panel/vehiculos/nuevo">"Añadir vehículo"</a>
                <a class="button second" href="/panel/vehiculos/importar">"Importar archivo"</a>
                <a class="button second" href="/panel/intereses">"Intereses"</a>
            </div>
        </div>
        <ErrorSummary problems=flash.problems.clone()/>
        {(!done.is_empty()).then(|| view! { <div role="status"><Notice tone=Tone::Ok><p>{done}</p></Notice></div> })}
        <Narrow filter=&filter/>
        {if nothing {
            view! { <Nothing narrowed=narrowed/> }.into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Vehículo"</th>
                            <th scope="col">"Referencia"</th>
                            <th scope="col" class="num">"Precio"</th>
                            <th scope="col">"Estado"</th>
                            <th scope="col"><span class="unseen">"Acciones"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(filter.page > 0).then(|| view! { <a class="button second" href=other_page(filter.page - 1)>"Anteriores"</a> })}
            {page.has_next.then(|| view! { <a class="button second" href=other_page(filter.page + 1)>"Siguientes"</a> })}
        </nav>
    }
}

#[component]
fn Narrow<'a>(filter: &'a StockFilter) -> impl IntoView + use<> {
    let kept = filter.shown.map(|shown| view! { <input type="hidden" name="estado" value=shown.as_str()/> });
    let link = |label: &'static str, shown: Option<Shown>| {
        let href = address(LIST, StockFilter { shown, page: 0, ..filter.clone() }.to_pairs());
        let current = (filter.shown == shown).then_some("true");
        view! { <a href=href aria-current=current>{label}</a> }
    };
    view! {
        <form class="filters" method="get" action=LIST role="search">
            <div class="filters-main">
                <div class="field">
                    <label for="buscar">"Buscar entre sus vehículos"</label>
                    <input id="buscar" name="buscar" type="search" maxlength="80" enterkeyhint="search"
                        placeholder="Referencia, marca, modelo o año" value=filter.words.clone()/>
                </div>
                <button class="button"><Icon path=icons::SEARCH/>"Buscar"</button>
            </div>
            {kept}
        </form>
        <nav class="sorts" aria-label="Estado">
            {link("Todos", None)}
            {Shown::ALL.map(|shown| link(shown.label(), Some(shown))).collect_view()}
        </nav>
    }
}

#[component]
fn Row<'a>(vehicle: &'a StockCard, today: NaiveDate) -> impl IntoView + use<> {
    let shown = vehicle.shown(today);
    let paused = shown == Shown::Paused;
    let edit = format!("{LIST}/{}", vehicle.id);
    let (act, label) = if paused { ("no", "Publicar") } else { ("si", "Pausar") };
    view! {
        <tr>
            <td data-label="Vehículo"><a href=edit>{vehicle.title.clone()}</a></td>
            <td data-label="Referencia">{vehicle.reference.clone()}</td>
            <td data-label="Precio" class="num"><Price money=vehicle.price/></td>
            <td data-label="Estado"><State shown=shown last=vehicle.expires_on today=today/></td>
            <td>
                <form method="post" action="/fn/vehiculo-pausa" class="cluster">
                    <input type="hidden" name="id" value=vehicle.id.to_string()/>
                    <button class="button quiet" name="pausar" value=act>
                        {label}<span class="unseen">" "{vehicle.title.clone()}</span>
                    </button>
                    {vehicle.expires_on.filter(|last| (*last - today).num_days() <= SOON_DAYS).map(|_| {
                        let href = format!("{LIST}/{}/renovar", vehicle.id);
                        view! { <a href=href>"Renovar"<span class="unseen">" "{vehicle.title.clone()}</span></a> }
                    })}
                    {(shown == Shown::Published).then(|| {
                        let href = format!("/vehiculos/{}", vehicle.id);
                        view! { <a href=href>"Ver"<span class="unseen">" "{vehicle.title.clone()}" como comprador"</span></a> }
                    })}
                </form>
            </td>
        </tr>
    }
}

/// Whether buyers see it, and until when.
#[component]
fn State(shown: Shown, last: Option<NaiveDate>, today: NaiveDate) -> impl IntoView {
    let left = last.map(|last| (last - today).num_days());
    let (tone, path) = match (shown, left) {
        (Shown::Published, Some(left)) if left < SOON_DAYS => ("soon", icons::CLOCK),
        (Shown::Published, _) => ("on", icons::CHECK),
        (Shown::Paused, _) => ("off", icons::CLOCK),
        (Shown::Expired, _) => ("over", icons::BAD),
    };
    let until = last.map(|last| match left {
        Some(0) => "Hoy es su último día".to_owned(),
        Some(left) if left < 0 => format!("Su último día fue el {}", spoken_date(last)),
        _ => format!("Hasta el {}", spoken_date(last)),
    });
    view! {
        <div>
            <span class="stock-state" data-tone=tone><Icon path=path/>{shown.word()}</span>
            {until.map(|until| view! { <p class="hint">{until}</p> })}
        </div>
    }
}

#[component]
fn Nothing(narrowed: bool) -> impl IntoView {
    if narrowed {
        view! {
            <Empty title="Ninguno con estos filtros">
                <p><a class="button second" href=LIST>"Quitar los filtros"</a></p>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Empty title="Todavía no tiene vehículos">
                <p>"Añada el primero, o importe el archivo con que lleva su inventario."</p>
                <p><a class="button" href="/panel/vehiculos/nuevo">"Añadir vehículo"</a></p>
            </Empty>
        }
        .into_any()
    }
}
