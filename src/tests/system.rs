//! `/admin/sistema`: what it shows of queue, servers, callbacks and number, and the presses that ask and test.

use chrono::TimeDelta;
use okla::{
    app::{ask_now::ask_wanted, ask_sender::ask_sender, beat::beat, compare_usage::ask_usage_of_late},
    domain::{limits::Limit, user::Role},
};
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Api, Browser, Options, PASSWORD, PLAIN, TestApp, Webhook};

/// The answer to the create is lost.
const LOST: &str = "+18095550502";
/// No callback ever comes.
const MUTE: &str = "+18095550888";

struct Stage {
    app: TestApp,
    admin: Browser,
    dealer: Api,
}

async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let dealer = app.token_for(Role::Dealer).await;
    let admin = app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    Stage { app, admin, dealer }
}

impl Stage {
    /// What the page says, without its tags.
    async fn page(&self) -> String {
        let page = self.admin.get("/admin/sistema").await;
        assert_eq!(page.status, 200, "{}", page.body);
        words(&page.body)
    }

    async fn press(&self, endpoint: &str, fields: &[(&str, &str)]) -> String {
        let landing = self.admin.post_form(&format!("/fn/admin/{endpoint}"), fields).await;
        assert!(landing.location.starts_with("/admin/sistema"), "{landing:?}");
        self.page().await
    }

    async fn tier(&self) -> Option<i64> {
        let tier = "select value::bigint from limits where name = $1";
        sqlx::query_scalar(tier)
            .bind(Limit::MetaTier.name())
            .fetch_optional(&self.app.pool)
            .await
            .unwrap()
            .flatten()
    }

    async fn ask_sender_in_an_hour(&self) {
        self.app.clock.advance(TimeDelta::minutes(61));
        ask_sender(&self.app.app).await.unwrap();
    }
}

fn words(html: &str) -> String {
    let text: String =
        html.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[sqlx::test]
async fn what_waits_and_who_delivers_is_shown_and_nobody_delivering_is_said_with_its_remedy(pool: PgPool) {
    let stage = stage(pool).await;
    stage.dealer.write_async(PLAIN, "Hola").await;
    let page = stage.page().await;
    assert!(page.contains("Partes en la cola1") && page.contains("Listas para salir1"), "{page}");
    assert!(page.contains("Nadie reparte") && page.contains("Arranque «okla serve»"), "{page}");
    assert!(page.contains("Cerrado: se envía"), "{page}");

    beat(&stage.app.app).await.unwrap();
    stage.app.work().await;
    let page = stage.page().await;
    assert!(page.contains("Partes en la cola0") && page.contains("Reparte"), "{page}");
    assert!(!page.contains("Nadie reparte"), "{page}");
    stage.app.clock.advance(TimeDelta::minutes(5));
    let page = stage.page().await;
    assert!(page.contains("Calló") && page.contains("callaron sin despedirse en un día: 1"), "{page}");
}

#[sqlx::test]
async fn an_open_circuit_is_grave_and_says_what_to_do(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.sim.set(json!({ "accountStatus": "suspended" })).await;
    stage.dealer.write_async(PLAIN, "Hola").await;
    stage.app.work().await;
    let page = stage.page().await;
    assert!(page.contains("Twilio rechaza la cuenta (código 20005)"), "{page}");
    assert!(page.contains("revise su saldo") && page.contains("Abierto, código 20005"), "{page}");
}

#[sqlx::test]
async fn a_lost_answer_is_found_by_the_press_and_before_its_plan(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.sim.set(json!({ "dropRate": 1.0 })).await;
    let id = stage.dealer.write_async(LOST, "Hola").await.id();
    stage.app.work().await;
    let page = stage.page().await;
    assert!(page.contains("En verificación: 1.") && page.contains(&id), "{page}");
    assert!(!page.contains(LOST), "a number is masked");
    let page = stage.press("preguntar", &[]).await;
    assert!(
        page.contains("se le pregunta a Twilio por un envío") && page.contains("Se está preguntando"),
        "{page}"
    );
    assert_eq!(stage.app.stored_status(&id).await, "verifying", "no page waits for Twilio");
    ask_wanted(&stage.app.app).await.unwrap();
    assert_ne!(stage.app.stored_status(&id).await, "verifying");
    assert!(stage.page().await.contains("En verificación: 0."));
}

#[sqlx::test]
async fn asking_what_twilio_does_not_find_proves_nothing(pool: PgPool) {
    let stage = stage(pool).await;
    // 500: nothing was created.
    let id = stage.dealer.write_async("+18095550500", "Hola").await.id();
    stage.app.work().await;
    for _ in 0..3 {
        stage.press("preguntar", &[("parte", &id)]).await;
        ask_wanted(&stage.app.app).await.unwrap();
    }
    assert_eq!(stage.app.stored_status(&id).await, "verifying");
    let looks: i16 = stage.app.value("select checks from message_parts where id = $1::uuid", &id).await;
    assert_eq!(looks, 0, "two looks prove it only with time between them");
}

#[sqlx::test]
async fn what_twilio_took_and_fell_silent_about_is_in_doubt_after_ten_minutes(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.dealer.write_async(MUTE, "Hola").await.id();
    stage.app.work().await;
    assert!(stage.page().await.contains("sin final: 0."));
    stage.app.advance(TimeDelta::minutes(11)).await;
    let page = stage.page().await;
    assert!(page.contains("sin final: 1.") && page.contains(&id), "{page}");
    assert!(page.contains("no llega ningún aviso de Twilio"), "{page}");
    let page = stage.press("preguntar", &[("parte", &id)]).await;
    assert!(page.contains("por un envío"), "{page}");
    ask_wanted(&stage.app.app).await.unwrap();
    assert_eq!(stage.app.stored_status(&id).await, "read");
    let page = stage.press("preguntar", &[("parte", &id)]).await;
    assert!(page.contains("No hay nada que preguntar"), "{page}");
}

#[sqlx::test]
async fn stages_and_callbacks_of_the_last_hour_are_timed(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.dealer.write_async(PLAIN, "Hola").await.id();
    stage.app.work().await;
    stage.app.wait_for(&id, "read").await;
    let page = stage.page().await;
    assert!(page.contains("En la última hora3 (0.1 por minuto)"), "{page}");
    assert!(
        page.contains("Hasta que Twilio lo toma") && !page.contains("sin envíos en la última hora"),
        "{page}"
    );
    stage.app.clock.advance(TimeDelta::minutes(61));
    let page = stage.page().await;
    assert!(page.contains("En la última hora0") && page.contains("sin envíos en la última hora"), "{page}");
}

#[sqlx::test]
async fn the_webhook_test_goes_through_and_leaves_nothing_behind(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.press("probar-avisos", &[]).await;
    assert!(page.contains("respondió 204 y la firma vale"), "{page}");
    for hop in ["Resolver el nombre", "Conectar", "De cero a la respuesta", "De eso, nuestro servidor"] {
        assert!(page.contains(hop), "{page}");
    }
    assert!(!page.contains("no se llegó"), "{page}");
    assert_eq!(stage.app.count("message_events").await, 0);
    assert!(!stage.page().await.contains("respondió 204"), "it is told once");
}

#[sqlx::test]
async fn a_test_signed_by_nobody_is_refused_like_any_other_and_counted(pool: PgPool) {
    let stage = stage(pool).await;
    let fields = [("MessageSid", "SM00000000000000000000000000000001"), ("OklaSelfTest", "1")];
    let forged = Webhook::signed(&stage.app, "/webhooks/twilio/status", &fields, "another-token");
    assert_eq!(forged.post(&stage.app).await.status, 403);
    beat(&stage.app.app).await.unwrap();
    let page = stage.page().await;
    assert!(page.contains("se rechazaron avisos mal firmados (1 desde el arranque)"), "{page}");
    assert!(page.contains("X-Twilio-Signature") || page.contains("TWILIO_AUTH_TOKEN"), "{page}");
}

#[sqlx::test]
async fn the_limit_for_new_people_follows_twilio_and_the_audit_says_so_once(pool: PgPool) {
    let stage = stage(pool).await;
    ask_sender(&stage.app.app).await.unwrap();
    assert_eq!(stage.tier().await, None, "a limit that Twilio does not tell changes nothing");
    stage.app.sim.set(json!({ "messagingLimit": "10K Customers/24hr", "qualityRating": "MEDIUM" })).await;
    ask_sender(&stage.app.app).await.unwrap();
    assert_eq!(stage.tier().await, None, "it is asked once an hour");
    stage.ask_sender_in_an_hour().await;
    stage.ask_sender_in_an_hour().await;
    assert_eq!(stage.tier().await, Some(10_000));
    let page = stage.page().await;
    assert!(page.contains("10K Customers/24hr") && page.contains("10,000 personas en 24 h"), "{page}");
    assert!(
        page.contains("Según Twilio, hace") && page.contains("La calidad del número es media."),
        "{page}"
    );
    let audit = words(&stage.admin.get("/admin/auditoria?de=limites").await.body);
    let sentence =
        "OKLA cambió el límite «Personas nuevas que permite Meta, en 24 horas» de «por defecto» a 10,000.";
    assert_eq!(audit.matches(sentence).count(), 1, "{audit}");
    assert!(audit.contains("Twilio dice «10K Customers/24hr»."), "{audit}");

    stage.app.set_limit(Limit::MetaTier, Some(50)).await;
    stage.ask_sender_in_an_hour().await;
    assert_eq!(stage.tier().await, Some(10_000), "Twilio's word rules");
    stage.app.sim.set(json!({ "messagingLimit": "Unlimited Customers/24hr" })).await;
    stage.ask_sender_in_an_hour().await;
    assert_eq!(stage.tier().await, None);
    let followed = "select count(*) from audit where action = $1";
    assert_eq!(stage.app.value::<i64>(followed, "limit_followed").await, 3);
}

#[sqlx::test]
async fn a_number_that_is_offline_or_cannot_be_asked_about_is_said(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.sim.set(json!({ "senderStatus": "OFFLINE" })).await;
    ask_sender(&stage.app.app).await.unwrap();
    let page = stage.page().await;
    assert!(page.contains("El número no está en línea: «OFFLINE»."), "{page}");
    stage.app.sim.set(json!({ "errorRate": 1.0 })).await;
    stage.ask_sender_in_an_hour().await;
    let page = stage.page().await;
    assert!(page.contains("Twilio no contesta cómo está el número."), "{page}");
    assert!(page.contains("«OFFLINE»"), "what it said before stays: {page}");
}

#[sqlx::test]
async fn twilios_month_stands_beside_ours_of_the_same_moment(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.dealer.write_async(PLAIN, "Hola").await.id();
    stage.app.work().await;
    stage.app.wait_for(&id, "read").await;
    stage.app.advance(TimeDelta::seconds(10)).await;
    assert!(stage.page().await.contains("todavía no ha contestado cuánto lleva el mes"));
    let known = "select count(*) from usage_months where confirmed > 0 and month::text <> $1";
    while stage.app.value::<i64>(known, "").await == 0 {
        ask_usage_of_late(&stage.app.app).await.unwrap();
    }
    let page = stage.page().await;
    assert!(page.contains("US$ 0.015") && page.contains("Preguntado"), "{page}");
}
