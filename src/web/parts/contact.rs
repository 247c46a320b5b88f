use leptos::prelude::*;
use uuid::Uuid;

use super::{
    form::{ErrorSummary, Field, FieldError, TextArea},
    icons::{self, Icon},
    outlook::{BeforeWriting, Writer},
    preview::PreviewPart,
    vehicle::VehicleStrip,
};
use crate::{
    domain::{contact_reason::ContactReason, length::Length, phone::Phone, vehicle::Vehicle},
    web::{flash::Flash, islands::PreviewOf},
};

/// The contact form: whole without scripts; an island around it gives it manners. Marks for the island: `data-problem`
/// by field, `data-counter`, `data-in-parts`, `data-word`, `data-close`, and `data-sent` for what takes the form's place.
#[component]
pub fn ContactForm<'a>(
    vehicle: &'a Vehicle,
    flash: &'a Flash,
    writer: Option<&'a Writer>,
) -> impl IntoView + use<> {
    let id = vehicle.card.id;
    let message = contact_words(vehicle, flash);
    let length = Length::of(&message);
    let form_key = Uuid::parse_str(&flash.value("form_key")).unwrap_or_else(|_| Uuid::now_v7());
    let phone = Phone::parse_api(&vehicle.seller.phone).ok();
    let own_whatsapp = phone.as_ref().map(|phone| whatsapp_link(phone, &message));
    let own_class = if writer.is_some_and(Writer::is_stopped) { "button whatsapp" } else { "" };
    let chosen = flash.value("reason").parse().unwrap_or(ContactReason::Availability);
    let reasons = ContactReason::ALL
        .map(|reason| {
            view! {
                <label class="check">
                    <input type="radio" name="reason" value=reason.as_str() checked=reason == chosen/>
                    {reason.label()}
                </label>
            }
        })
        .collect_view();
    let problem = |field: &str| flash.problem(field);
    let (message_problem, image_problem) = (problem("message"), problem("image_url"));
    view! {
        <form method="post" action="/fn/contactar" class="stack" novalidate>
            <ErrorSummary problems=flash.problems.clone()/>
            <div class="notice bad" role="alert" tabindex="-1" data-problem="" hidden>
                <Icon path=icons::BAD/>
                <p data-words></p>
            </div>
            <VehicleStrip vehicle=&vehicle.card seller=&vehicle.seller.name/>
            {writer.map(|writer| view! { <BeforeWriting writer=writer/> })}
            <input type="hidden" name="vehicle" value=id.to_string()/>
            <input type="hidden" name="form_key" value=form_key.to_string() autocomplete="off"/>
            <fieldset class="field">
                <legend>"Motivo"</legend>
                <div class="choices">{reasons}</div>
            </fieldset>
            <Slots flash=flash/>
            <div class="field">
                <label for="phone">"WhatsApp del vendedor"</label>
                <input id="phone" type="tel" readonly value=phone.map(|phone| phone.national()).unwrap_or_default()/>
            </div>
            <div class="field">
                <label for="message">"Mensaje"</label>
                <TextArea field="message" value=&message rows=5 required=true invalid=message_problem.is_some() hint="message-hint"/>
                <FieldError field="message" message=message_problem/>
                <p class="hint counter" id="message-hint">
                    <span data-counter>{length.counted()}</span>
                    " "
                    <span data-in-parts aria-live="polite">{length.in_parts()}</span>
                </p>
            </div>
            <Field
                field="image_url"
                label="Dirección de una imagen (opcional)"
                kind="url"
                complete="off"
                value=flash.value("image_url")
                problem=image_problem
                hint="Debe empezar con https://. Le llega al vendedor junto al mensaje."
            />
            {writer.map(|writer| view! {
                <PreviewPart preview=writer.preview.as_ref() of=PreviewOf::Vehicle(id) now=writer.now/>
            })}
            <div class="actions">
                <button type="submit" class="button whatsapp"><Icon path=icons::SEND/><span data-word>"Enviar"</span></button>
                <a class="button second" href=format!("/vehiculos/{id}") data-close>"Cancelar"</a>
            </div>
            {own_whatsapp.map(|href| view! {
                <p><a class=own_class href=href rel="noopener noreferrer" target="_blank" data-own-whatsapp>"Abrir WhatsApp en mi teléfono"</a></p>
            })}
        </form>
        <div class="stack" data-sent hidden>
            <h2 tabindex="-1">"Enviado al concesionario"</h2>
            <p>"No hace falta que espere aquí: lo que pase con su mensaje queda en «Mis mensajes»."</p>
            <div class="live" aria-live="polite"></div>
            <div class="actions">
                <a class="button" href="/mensajes" data-page>"Ver el mensaje"</a>
                <a class="button second" href=format!("/vehiculos/{id}")>"Volver al vehículo"</a>
            </div>
        </div>
    }
}

/// The times that a buyer proposes for a test drive; seen while that is his reason.
#[component]
fn Slots<'a>(flash: &'a Flash) -> impl IntoView + use<> {
    view! {
        <fieldset class="field when-drive">
            <legend>"¿Cuándo quiere probarlo?"</legend>
            <p class="hint">"Hora de Santo Domingo, entre las 8:00 a. m. y las 7:00 p. m. La cita vale cuando el vendedor la confirma."</p>
            <div class="pair">
                <Field field="slot1" label="Primera hora" kind="datetime-local" complete="off" value=flash.value("slot1") problem=flash.problem("slot1")/>
                <Field field="slot2" label="Otra hora (opcional)" kind="datetime-local" complete="off" value=flash.value("slot2") problem=flash.problem("slot2")/>
            </div>
        </fieldset>
    }
}

/// What stands in the form: what was typed, or how one begins.
pub fn contact_words(vehicle: &Vehicle, flash: &Flash) -> String {
    let typed = flash.value("message");
    if typed.is_empty() && flash.problems.is_empty() {
        format!("Hola, me interesa el {}. ¿Sigue disponible?", vehicle.card.title())
    } else {
        typed
    }
}

/// The way out that never depends on us: the person's own WhatsApp, the same words.
fn whatsapp_link(phone: &Phone, message: &str) -> String {
    let text: String = form_urlencoded::byte_serialize(message.as_bytes()).collect();
    format!("https://wa.me/{}?text={}", phone.as_str().trim_start_matches('+'), text.replace('+', "%20"))
}
