use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::Result,
        read_messages::{MessagePage, View, list_messages},
    },
    domain::{conversation::Message, ids::MessageId, money::Money},
    web::{
        guard,
        parts::{Empty, Moment, PageTitle, StatusPill},
        request::Current,
    },
};

const PER_PAGE: u8 = 50;

/// `/mensajes`: what one wrote, newest first.
#[component]
pub fn OwnMessagesPage() -> impl IntoView {
    page(View::Own)
}

/// `/panel/mensajes`: what concerns one's dealer, newest first, with its cost.
#[component]
pub fn DealerMessagesPage() -> impl IntoView {
    page(View::Dealer)
}

fn page(of: View) -> impl IntoView {
    let after = use_query_map().with_untracked(|query| query.get("despues")?.parse::<MessageId>().ok());
    Suspend::new(async move {
        match load(of, after).await {
            Ok((list, now)) => view! { <Shown list=list of=of first=after.is_none() now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(of: View, after: Option<MessageId>) -> Result<(MessagePage, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = match of {
        View::Dealer => guard::dealer(&current)?,
        View::Own | View::Any => guard::signed_in(&current)?,
    };
    let list = list_messages(&current.state, &actor, of, after, PER_PAGE).await?;
    Ok((list, current.state.clock.now()))
}

#[component]
fn Shown(list: MessagePage, of: View, first: bool, now: DateTime<Utc>) -> impl IntoView {
    let dealer = of == View::Dealer;
    let base = if dealer { "/panel/mensajes" } else { "/mensajes" };
    let title = if dealer { "Historial de mensajes" } else { "Mis mensajes" };
    let nothing = list.messages.is_empty();
    view! {
        <PageTitle text="Mensajes"/>
        <div class="pagehead">
            <h1>{title}</h1>
            <p class="soft small">"Horas de Santo Domingo"</p>
        </div>
        {if nothing {
            view! { <Nothing dealer=dealer/> }.into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Hora"</th>
                            <th scope="col">{if dealer { "De / para" } else { "Para" }}</th>
                            <th scope="col">"Vehículo"</th>
                            <th scope="col">"Mensaje"</th>
                            <th scope="col">"Estado"</th>
                            {dealer.then(|| view! { <th scope="col" class="num">"Costo"</th> })}
                        </tr>
                    </thead>
                    <tbody>
                        {list.messages.iter().map(|message| view! { <Row message=message base=base dealer=dealer now=now/> }).collect_view()}
                    </tbody>
                </table>
            }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(!first).then(|| view! { <a class="button second" href=base>"Los más nuevos"</a> })}
            {list.next.map(|id| view! { <a class="button second" href=format!("{base}?despues={id}")>"Más antiguos"</a> })}
        </nav>
    }
}

#[component]
fn Row<'a>(
    message: &'a Message,
    base: &'static str,
    dealer: bool,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let who = if dealer && message.is_from_buyer() {
        message.sender_name.clone()
    } else if dealer {
        format!("Para {}", message.to.national())
    } else {
        message.dealer_name.clone().unwrap_or_else(|| message.to.national())
    };
    let vehicle =
        message.vehicle.as_ref().map_or_else(|| "Sin vehículo".to_owned(), |(_, name)| name.clone());
    let reason = message.outcome().map(|outcome| outcome.what);
    // The page loads no remote picture and a row is one line: the text alone.
    let first_line: String = message.body.lines().next().unwrap_or_default().chars().take(120).collect();
    view! {
        <tr>
            <td data-label="Hora"><Moment at=message.created_at now=now/></td>
            <td data-label=if dealer { "De / para" } else { "Para" }>{who}</td>
            <td data-label="Vehículo">{vehicle}</td>
            <td data-label="Mensaje" class="clip"><a href=format!("{base}/{}", message.id)>{first_line}</a></td>
            <td data-label="Estado">
                <div>
                    <StatusPill status=message.status/>
                    {reason.map(|reason| view! { <p class="hint">{reason}</p> })}
                </div>
            </td>
            {dealer.then(|| view! { <td data-label="Costo" class="num">{Money::usd(message.cost).to_string()}</td> })}
        </tr>
    }
}

#[component]
fn Nothing(dealer: bool) -> impl IntoView {
    if dealer {
        view! {
            <Empty title="Todavía no hay mensajes">
                <p>"Aquí verá lo que le escriben los compradores, si llegó y lo que costó."</p>
                <p><a class="button" href="/">"Ver los vehículos"</a></p>
            </Empty>
        }
    } else {
        view! {
            <Empty title="Todavía no ha escrito a nadie">
                <p>"Busque un vehículo y presione «Contactar por WhatsApp»."</p>
                <p><a class="button" href="/">"Ver los vehículos"</a></p>
            </Empty>
        }
    }
}
