//! Offers that programs make.

use chrono::TimeDelta;
use okla::{
    app::clock::Clock as _,
    domain::{hours::Hours, user::Role},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::stage::{Stage, phone};
use crate::app::{DEALER_PHONE, Options, PLAIN};

fn offer(to: &str) -> Value {
    json!({ "toPhoneNumber": to, "messageBody": "Rebaja hasta el sábado", "kind": "offer" })
}

#[sqlx::test]
async fn a_program_offers_to_whoever_asked_for_it_and_to_nobody_else(pool: PgPool) {
    let stage = Stage::start_with(pool, Options::default()).await;
    stage.people(0..3).await;
    stage.other_dealer("cibao-motors", "+18095550102").await;
    let dealer = stage.app.token_of("jefe@ejemplo.do").await;
    let sent = dealer.send(offer(&phone(0))).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let arrived = stage.app.sim_messages(&phone(0)).await;
    let arrived = arrived[0]["body"].as_str().unwrap();
    assert!(arrived.starts_with("PUBLICIDAD de auto-feria por OKLA. Hola, Persona 0: Rebaja"), "{arrived}");

    let again = dealer.send(offer(&phone(0))).await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "frequency_cap"), "{}", again.text);
    assert!((6 * 86_400..=7 * 86_400).contains(&again.retry_after()));
    let other = stage.app.token_of("cibao-motors@ejemplo.do").await;
    assert_eq!(other.send(offer(&phone(0))).await.status, 200, "the second of all");
    let admin = stage.app.token_for(Role::Admin).await;
    assert_eq!(admin.send(offer(&phone(0))).await.code(), "frequency_cap", "the third is one too many");
    assert_eq!(admin.send(offer(&phone(1))).await.status, 200);

    let stranger = stage.app.token_for(Role::Buyer).await;
    let refused = stranger.send(offer(DEALER_PHONE)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "consent_required"));
    assert_eq!(dealer.send(offer(PLAIN)).await.code(), "consent_required", "a bare number");
    // By the template of offers it is one, whatever it is called.
    let disguised = json!({
        "toPhoneNumber": PLAIN, "template": "okla_oferta", "kind": "contact",
        "variables": { "1": "Otro", "2": "Ana", "3": "Rebaja" },
    });
    assert_eq!(dealer.send(disguised).await.code(), "consent_required");
    for change in ["offers_since = null", "offers_since = now(), phone_proved_at = null"] {
        let change = format!("update users set {change} where phone = '{}'", phone(2));
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&stage.app.pool).await.unwrap();
        assert_eq!(dealer.send(offer(&phone(2))).await.code(), "consent_required");
    }
    let long = json!({ "toPhoneNumber": phone(1), "messageBody": "palabra ".repeat(150), "kind": "offer" });
    let long = dealer.send(long).await;
    assert_eq!((long.status.as_u16(), long.code()), (400, "invalid_message_body"), "{}", long.text);
    stage.opt_out(1..2).await;
    assert_eq!(dealer.send(offer(&phone(1))).await.code(), "opted_out");
}

#[sqlx::test]
async fn a_program_is_told_from_when_offers_leave(pool: PgPool) {
    let options = Options { offer_hours: "9-19", ..Options::default() };
    let stage = Stage::start_with(pool, options).await;
    stage.people(0..1).await;
    let now = stage.app.clock.now();
    let evening = Hours::default().closing(Hours::default().opening(now)) + TimeDelta::hours(1);
    stage.app.advance(evening - now).await;
    let dealer = stage.app.token_of("jefe@ejemplo.do").await;
    let refused = dealer.send(offer(&phone(0))).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "quiet_hours"), "{}", refused.text);
    assert!(refused.json["error"].as_str().unwrap().contains("a las 09:00"), "{}", refused.text);
    stage.app.advance(TimeDelta::seconds(refused.retry_after())).await;
    assert_eq!(dealer.send(offer(&phone(0))).await.status, 200);
}
