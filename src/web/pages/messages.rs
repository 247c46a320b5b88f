use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::failed;
use crate::{
    app::{
        error::Result,
        read_messages::{MessagePage, list_messages},
    },
    domain::{conversation::Message, ids::MessageId},
    web::{
        guard,
        parts::{Empty, Moment, PageTitle, StateCell, TextCell, VehicleCell},
        request::Current,
    },
};

const PER_PAGE: u8 = 50;

/// `/mensajes`: what one wrote, newest first.
#[component]
pub fn OwnMessagesPage() -> impl IntoView {
    let after = use_query_map().with_untracked(|query| query.get("despues")?.parse::<MessageId>().ok());
    Suspend::new(async move {
        match load(after).await {
            Ok((list, now)) => view! { <Shown list=list first=after.is_none() now=now/> }.into_any(),
            Err(error) => failed(&error),
        }
    })
}

async fn load(after: Option<MessageId>) -> Result<(MessagePage, DateTime<Utc>)> {
    let current = Current::get()?;
    let actor = guard::signed_in(&current)?;
    let list = list_messages(&current.state, &actor, after, PER_PAGE).await?;
    Ok((list, current.state.clock.now()))
}

#[component]
fn Shown(list: MessagePage, first: bool, now: DateTime<Utc>) -> impl IntoView {
    let nothing = list.messages.is_empty();
    view! {
        <PageTitle text="Mensajes"/>
        <div class="pagehead">
            <h1>"Mis mensajes"</h1>
            <p class="soft small">"Horas de Santo Domingo"</p>
        </div>
        {if nothing {
            view! { <Nothing/> }.into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Hora"</th>
                            <th scope="col">"Para"</th>
                            <th scope="col">"Vehículo"</th>
                            <th scope="col">"Mensaje"</th>
                            <th scope="col">"Estado"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {list.messages.iter().map(|message| view! { <Row message=message answered=list.answered.contains(&message.id) now=now/> }).collect_view()}
                    </tbody>
                </table>
            }
                .into_any()
        }}
        <nav class="cluster" aria-label="Páginas">
            {(!first).then(|| view! { <a class="button second" href="/mensajes">"Los más nuevos"</a> })}
            {list.next.map(|id| view! { <a class="button second" href=format!("/mensajes?despues={id}")>"Más antiguos"</a> })}
        </nav>
    }
}

#[component]
fn Row<'a>(message: &'a Message, answered: bool, now: DateTime<Utc>) -> impl IntoView + use<> {
    let answered = answered.then(|| view! { " "<span class="pill ok">"Respuesta nueva"</span> });
    let whom = message.dealer_name.clone().unwrap_or_else(|| message.to.national());
    view! {
        <tr>
            <td data-label="Hora"><Moment at=message.created_at now=now/></td>
            <td data-label="Para"><div>{whom}{answered}</div></td>
            <VehicleCell message=message/>
            <TextCell message=message list="/mensajes"/>
            <StateCell message=message/>
        </tr>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <Empty title="Todavía no ha escrito a nadie">
            <p>"Busque un vehículo y presione «Contactar por WhatsApp»."</p>
            <p><a class="button" href="/">"Ver los vehículos"</a></p>
        </Empty>
    }
}
