use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::{AppError, Result},
        limits_now::{DealerBar, dealer_bar},
        list_panel::{Count, MOST_NEW, PanelList, list_panel},
    },
    domain::{
        conversation::Message,
        ids::MessageId,
        money::{dollars_in_column, grouped},
        panel_filter::{Order, PanelFilter},
        state_group::StateGroup,
        time::day_in_santo_domingo,
    },
    web::{
        address::address,
        guard,
        islands::{Keys, Live},
        parts::{
            Empty, Icon, LimitBar, Moment, Notice, PageTitle, StateCell, TextCell, Tone, VehicleCell, icons,
        },
        request::Current,
    },
};

const PER_PAGE: u8 = 50;
const LIST: &str = "/panel/mensajes";

/// `/panel/mensajes`: what concerns one's dealer, with its cost; searched, narrowed, paged.
#[component]
pub fn DealerMessagesPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    Suspend::new(async move {
        match load(|name| query.get(name)).await {
            Ok(loaded) => view! { <Shown loaded=loaded/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

struct Loaded {
    list: PanelList,
    filter: PanelFilter,
    /// What could not be used of what was asked, in words.
    notes: Vec<String>,
    bar: DealerBar,
    first: bool,
    now: DateTime<Utc>,
    /// How long words are kept, days.
    kept: u16,
}

async fn load(value: impl Fn(&str) -> Option<String>) -> Result<Loaded> {
    let current = Current::get()?;
    let actor = guard::dealer(&current)?;
    let now = current.state.clock.now();
    let after = value("despues").and_then(|id| id.parse::<MessageId>().ok());
    let (mut filter, mut notes) = PanelFilter::parse(day_in_santo_domingo(now), value);
    let list = match list_panel(&current.state, &actor, &filter, after, PER_PAGE).await {
        Err(AppError::Invalid(problems)) => {
            notes.extend(problems.iter().map(|problem| problem.message.clone()));
            filter = PanelFilter::default();
            list_panel(&current.state, &actor, &filter, None, PER_PAGE).await?
        }
        listed => listed?,
    };
    let bar = dealer_bar(&current.state, &actor).await?;
    let kept = current.state.settings.retention_days;
    Ok(Loaded { list, filter, notes, bar, first: after.is_none(), now, kept })
}

#[component]
fn Shown(loaded: Loaded) -> impl IntoView {
    let Loaded { list, filter, notes, bar, first, now, kept } = loaded;
    let first_page = address(LIST, filter.to_pairs());
    let next = list.next.map(|id| {
        let mut pairs = filter.to_pairs();
        pairs.push(("despues", id.to_string()));
        address(LIST, pairs)
    });
    let rows = list.messages.iter().map(|message| view! { <Row message=message now=now/> }).collect_view();
    let nothing = list.messages.is_empty();
    let oldest = day_in_santo_domingo(now) - chrono::Days::new(kept.into());
    let newest = list.messages.first().map(|message| message.id.to_string()).unwrap_or_default();
    let news = format!("{LIST}/eventos?tras={newest}");
    let export = address("/panel/mensajes.csv", filter.to_pairs());
    view! {
        <PageTitle text="Mensajes"/>
        <Keys/>
        <LimitBar bar=&bar now=now/>
        <div class="pagehead">
            <h1>"Historial de mensajes"</h1>
            <p class="soft small">"Horas de Santo Domingo · el texto se guarda "{kept}" días"</p>
        </div>
        <Search filter=&filter/>
        {notes.into_iter().map(|note| view! { <Notice tone=Tone::Warn><p>{note}</p></Notice> }).collect_view()}
        <Pills filter=&filter list=&list/>
        <Chips filter=&filter/>
        {(first && !filter.is_on() && filter.order == Order::Newest).then(|| view! { <Live src=news quiet=false><NewMessages count=0/></Live> })}
        {if nothing {
            let forgotten = filter.range.is_some_and(|range| range.to < oldest);
            view! { <Nothing narrowed=filter.is_on() first=first forgotten=forgotten.then_some(kept)/> }.into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col"><Sorted filter=&filter order=Order::Newest label="Hora"/></th>
                            <th scope="col">"De / para"</th>
                            <th scope="col">"Vehículo"</th>
                            <th scope="col">"Mensaje"</th>
                            <th scope="col">"Estado"</th>
                            <th scope="col" class="num"><Sorted filter=&filter order=Order::Dearest label="Costo"/></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(!first).then(|| view! { <a class="button second" href=first_page>"Al principio"</a> })}
            {next.map(|href| view! { <a class="button second" href=href>"Siguientes"</a> })}
            {(!nothing).then(|| view! { <a class="button second" href=export download="">"Descargar CSV"</a> })}
        </nav>
    }
}

#[component]
fn Search<'a>(filter: &'a PanelFilter) -> impl IntoView + use<> {
    let kept = filter.to_pairs().into_iter().filter(|(name, _)| *name != "q");
    let hidden =
        kept.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view();
    let examples = [
        ("estado:fallidos", "en ese estado"),
        ("error:63016", "con ese código"),
        ("tipo:oferta", "de ese tipo"),
        ("vehiculo:corolla", "sobre ese vehículo"),
        ("desde:2026-11-01 hasta:2026-11-15", "entre esos días"),
        ("costo>0.02", "de más de ese costo, en US$"),
    ];
    view! {
        <form class="filters" method="get" action=LIST role="search">
            <div class="filters-main">
                <div class="field">
                    <label for="q">"Buscar"</label>
                    <input id="q" name="q" type="search" maxlength="120" enterkeyhint="search"
                        placeholder="Nombre, número, vehículo, referencia o texto" value=filter.typed()/>
                </div>
                <button class="button"><Icon path=icons::SEARCH/>"Buscar"</button>
            </div>
            <details id="ayuda">
                <summary>"Ayuda para buscar"</summary>
                <dl class="pairs">
                    {examples.map(|(word, meaning)| view! { <dt><code>{word}</code></dt><dd>{meaning}</dd> }).collect_view()}
                </dl>
                <p class="hint">
                    "Teclas: "<kbd>"/"</kbd>" buscar, "<kbd>"j"</kbd>" y "<kbd>"k"</kbd>" fila siguiente y anterior, "
                    <kbd>"Intro"</kbd>" abrir, "<kbd>"e"</kbd>" descargar CSV, "<kbd>"?"</kbd>" esta ayuda, "<kbd>"Esc"</kbd>" salir."
                </p>
            </details>
            {hidden}
        </form>
    }
}

/// How many came since the list was made; it leads to them.
#[component]
pub fn NewMessages(count: i64) -> impl IntoView {
    let words = match count {
        1 => "1 nuevo".to_owned(),
        MOST_NEW.. => format!("{MOST_NEW}+ nuevos"),
        _ => format!("{count} nuevos"),
    };
    (count > 0).then(|| view! { <a class="button second" href=LIST>{words}</a> })
}

/// The states, each with how many there are.
#[component]
fn Pills<'a>(filter: &'a PanelFilter, list: &'a PanelList) -> impl IntoView + use<> {
    let link = |label: &'static str, groups: Vec<StateGroup>, count: Count| {
        let current = (filter.groups == groups).then_some("true");
        let href = address(LIST, PanelFilter { groups, ..filter.clone() }.to_pairs());
        view! { <a href=href aria-current=current>{label}" "<span>{said(count)}</span></a> }
    };
    let all = link("Todos", Vec::new(), list.all);
    let groups: Vec<_> =
        list.groups.iter().map(|(group, count)| link(group.label(), vec![*group], *count)).collect();
    view! { <nav class="sorts counted" aria-label="Estado">{all}{groups}</nav> }
}

fn said(count: Count) -> String {
    match count {
        Count::Exactly(count) => grouped(count.into()),
        Count::AtLeast(count) => format!("{}+", grouped(count.into())),
        Count::Unknown => String::new(),
    }
}

#[component]
fn Chips<'a>(filter: &'a PanelFilter) -> impl IntoView + use<> {
    let chips = filter.chips();
    (!chips.is_empty()).then(|| {
        let links = chips.into_iter().map(|chip| {
            view! {
                <a class="chip" href=address(LIST, chip.without)>
                    <span class="unseen">"Quitar "</span>{chip.label}<Icon path=icons::CLOSE/>
                </a>
            }
        });
        view! {
            <nav class="chips" aria-label="Filtros puestos">
                {links.collect_view()}
                <a class="chip plain" href=LIST>"Limpiar"</a>
            </nav>
        }
    })
}

#[component]
fn Sorted<'a>(filter: &'a PanelFilter, order: Order, label: &'static str) -> impl IntoView + use<> {
    let current = (filter.order == order).then_some("true");
    let href = address(LIST, PanelFilter { order, ..filter.clone() }.to_pairs());
    view! { <a href=href aria-current=current>{label}</a> }
}

#[component]
fn Row<'a>(message: &'a Message, now: DateTime<Utc>) -> impl IntoView + use<> {
    let who = if message.is_from_buyer() {
        message.sender_name.clone()
    } else {
        format!("Para {}", message.recipient())
    };
    view! {
        <tr>
            <td data-label="Hora"><Moment at=message.created_at now=now/></td>
            <td data-label="De / para" class="whole">{who}</td>
            <VehicleCell message=message/>
            <TextCell message=message list=LIST/>
            <StateCell message=message/>
            <td data-label="Costo" class="num">{dollars_in_column(message.cost)}</td>
        </tr>
    }
}

#[component]
fn Nothing(
    narrowed: bool,
    first: bool,
    /// It was looked for where words are not kept any more; how many days they are.
    #[prop(optional_no_strip)]
    forgotten: Option<u16>,
) -> impl IntoView {
    if let Some(kept) = forgotten {
        return view! {
            <Empty title="Fuera de lo que se guarda">
                <p>{format!("El texto de los mensajes se guarda {kept} días: de antes solo quedan las cifras.")}</p>
                <p><a class="button second" href=LIST>"Quitar los filtros"</a></p>
            </Empty>
        }
        .into_any();
    }
    match (narrowed, first) {
        (true, _) => view! {
            <Empty title="Ninguno con estos filtros">
                <p><a class="button second" href=LIST>"Quitar los filtros"</a></p>
            </Empty>
        }
        .into_any(),
        (false, true) => view! {
            <Empty title="Todavía no hay mensajes">
                <p>"Aquí verá lo que le escriben los compradores, si llegó y lo que costó."</p>
                <p><a class="button" href="/">"Ver los vehículos"</a></p>
            </Empty>
        }
        .into_any(),
        (false, false) => view! {
            <Empty title="No hay más mensajes">
                <p><a class="button second" href=LIST>"Volver a los más nuevos"</a></p>
            </Empty>
        }
        .into_any(),
    }
}
