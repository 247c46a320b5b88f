use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;
use crate::domain::{
    ids::MessageId, kind::Kind, message::Status, outcome::OwnReason, phone::Phone, user::Role,
};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a test's own time").to_utc()
}

fn message(status: Status, error_code: Option<i32>) -> Message {
    Message {
        continues: None,
        continued_by: None,
        reason: None,
        rest: None,
        id: MessageId(Uuid::nil()),
        sender_name: "Ana".to_owned(),
        sender_phone: None,
        sender_shows_phone: false,
        sender_role: Role::Buyer,
        dealer_name: None,
        vehicle: None,
        kind: Kind::Contact,
        to: Phone::parse_api("+18095550123").expect("a number"),
        told_as: None,
        body: "Buenas".to_owned(),
        image_url: None,
        status,
        error_code,
        not_sent: false,
        own_reason: None,
        parts: 3,
        cost: Decimal::new(15, 3),
        created_at: at("2026-11-23T18:00:00Z"),
        sent_at: None,
        delivered_at: None,
        read_at: None,
        checked_at: Some(at("2026-11-23T18:01:30Z")),
    }
}

fn parts(statuses: &[Status]) -> Vec<Part> {
    let part = |(number, &status)| Part {
        template_text: None,
        superseded: false,
        number,
        status,
        sid: None,
        error_code: None,
        attempt_count: 1,
        price: None,
    };
    (1..).zip(statuses).map(part).collect()
}

/// What is read, without the marks.
fn told(message: &Message, parts: &[Part], payer: bool) -> String {
    let now = at("2026-11-23T18:05:00Z");
    let html = view! { <MessageProgress message=message parts=parts now=now payer=payer/> }.to_html();
    html.split('<')
        .filter_map(|piece| piece.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join("")
}

#[test]
fn a_message_that_broke_off_tells_what_arrived_why_and_what_to_do_about_the_rest() {
    let broken = message(Status::Failed, Some(21_610));
    let parts = parts(&[Status::Read, Status::Failed, Status::Canceled]);
    let dealer = told(&broken, &parts, true);
    for words in [
        "Parte 1 de 3: Leído",
        "Parte 3 de 3: No se envió",
        "Llegó la parte 1. La parte 2 no llegó. Por eso la parte 3 no se envió.",
        "Por qué: El destinatario pidió no recibir mensajes.",
        "Solo lo que salió; el costo es el de todo el mensaje.",
        "envíe solo lo que falta",
        "US$\u{a0}0.015 (estimado)",
    ] {
        assert!(dealer.contains(words), "{words}: {dealer}");
    }
    let buyer = told(&broken, &parts, false);
    assert!(buyer.contains("A usted no se le cobra nada.") && !buyer.contains("US$"), "{buyer}");

    let lost = Message { own_reason: Some(OwnReason::NotCreated), error_code: None, ..broken };
    let dealer = told(&lost, &parts, true);
    assert!(!dealer.contains("no llegará dos veces"), "the first part would: {dealer}");
}

#[test]
fn a_message_that_never_left_costs_nothing_however_many_parts_it_has() {
    let refused = Message { not_sent: true, ..message(Status::Failed, Some(21_610)) };
    let dealer = told(&refused, &parts(&[Status::Failed, Status::Canceled]), true);
    assert!(dealer.contains("La parte 1 no llegó. Por eso la parte 2 no se envió."), "{dealer}");
    assert!(dealer.contains("No se cobró.") && !dealer.contains("estimado"), "{dealer}");
}

#[test]
fn a_message_of_one_part_says_nothing_of_parts() {
    let text = told(&message(Status::Sent, None), &parts(&[Status::Sent]), true);
    assert!(text.contains("Enviado") && !text.contains("Parte"), "{text}");
    let failed = told(&message(Status::Failed, Some(21_610)), &parts(&[Status::Failed]), true);
    assert!(!failed.contains("parte") && failed.contains("pidió no recibir"), "{failed}");
}

#[test]
fn a_reader_sees_how_fresh_the_news_is() {
    let text = told(&message(Status::Sent, None), &parts(&[Status::Sent]), false);
    assert!(text.contains("Verificado con Twilio hace 3 min"), "{text}");
    let unasked = Message { checked_at: None, ..message(Status::Queued, None) };
    assert!(!told(&unasked, &parts(&[Status::Queued]), false).contains("Verificado"));
}

#[test]
fn numbers_of_parts_are_read_as_a_person_counts() {
    use Status::{Canceled, Delivered, Failed, Read, Sent, Undelivered};
    assert_eq!(
        what_arrived(&parts(&[Read, Delivered, Read, Undelivered])),
        "Llegaron las partes 1, 2 y 3. La parte 4 no llegó."
    );
    assert_eq!(
        what_arrived(&parts(&[Sent, Failed, Canceled, Canceled])),
        "La parte 1 salió y su entrega aún no se confirma. La parte 2 no llegó. Por eso las partes 3 y 4 no se enviaron."
    );
}
