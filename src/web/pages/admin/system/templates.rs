use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{Ago, StateWord};
use crate::{
    app::read_system::TemplateRow,
    domain::{
        rates::Category,
        template::{Approval, Definition, catalog},
    },
    web::parts::Tone,
};

/// How each template of ours stands with Meta.
#[component]
pub fn Templates<'a>(templates: &'a [TemplateRow], now: DateTime<Utc>) -> impl IntoView + use<> {
    let told = templates.iter().map(|row| row.told_at).max();
    let rows = catalog().iter().map(|definition| {
        let row = templates.iter().find(|row| row.purpose == definition.purpose.as_str());
        view! { <Template definition=definition row=row/> }
    });
    view! {
        <section class="panel stack">
            <h2>"Plantillas"</h2>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Para qué"</th>
                        <th scope="col">"Nombre en Meta"</th>
                        <th scope="col">"Categoría"</th>
                        <th scope="col">"Estado"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
            <p class="hint">
                {match told {
                    Some(at) => view! { "Según Twilio, "<Ago at=at now=now/>". " }.into_any(),
                    None => "Twilio no tiene ninguna con nuestro texto, o todavía no lo ha dicho. ".into_any(),
                }}
                "Se pregunta cada diez minutos; «okla templates submit» crea las que faltan y pide su aprobación."
            </p>
        </section>
    }
}

#[component]
fn Template<'a>(definition: &'static Definition, row: Option<&'a TemplateRow>) -> impl IntoView + use<> {
    let approval = row.map(|row| Approval::parse(&row.status));
    let tone = match approval {
        Some(Approval::Approved) => Tone::Ok,
        Some(Approval::Pending) => Tone::Info,
        Some(Approval::Rejected | Approval::Disabled) => Tone::Bad,
        _ => Tone::Warn,
    };
    let words = approval.map_or("No está en Twilio", Approval::label);
    let reason = row.map(|row| row.rejection_reason.clone()).filter(|reason| !reason.is_empty());
    let category = row.and_then(|row| row.category.parse().ok()).unwrap_or(definition.category);
    view! {
        <tr>
            <th scope="row">{definition.purpose.label()}</th>
            <td class="break" data-label="Nombre en Meta">{definition.name.as_str()}</td>
            <td data-label="Categoría">
                {category.label()}
                {(category != definition.category).then(|| moved(definition.category))}
            </td>
            <td data-label="Estado">
                <StateWord tone=tone words=words/>
                {reason.map(|reason| view! { <p class="small">{reason}</p> })}
            </td>
        </tr>
    }
}

/// Meta prices it as something else than it was asked to.
fn moved(asked: Category) -> impl IntoView {
    view! { <p class="small">{format!("Meta la cambió: se pidió como «{}».", asked.label())}</p> }
}
