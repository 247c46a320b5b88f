//! What a template has no room for: it follows by itself once its recipient has answered, and is told as what it is.

use std::time::Duration;

use chrono::TimeDelta;
use okla::{
    app::deliver::{Step, deliver_next},
    domain::user::Role,
};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, Reply, TestApp},
    simulator::rig::PATIENCE,
    soak::audit::books_are_right,
};

const PICTURE: &str = "https://ejemplo.com/foto.jpg";

struct Stage {
    app: TestApp,
    dealer: Browser,
    buyer: Browser,
    /// The long message.
    id: String,
    thread: String,
}

/// Ana, who wants to be told of answers, has written at length and with a picture.
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.sim.set(json!({ "enforceWindow": true })).await;
    app.advance_to(1, 10).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    sqlx::query("update users set phone = '+18095557788', phone_proved_at = now(), answers_since = now() where email = 'ana@ejemplo.do'")
        .execute(&app.pool)
        .await
        .unwrap();
    let (dealer, buyer) = (app.browser(), app.browser());
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    let words = format!("{}Fin", "Una pregunta larga. ".repeat(204));
    let about = json!({ "toPhoneNumber": DEALER_PHONE, "messageBody": words, "imageUrl": PICTURE });
    let api = app.token_of("ana@ejemplo.do").await;
    let id = Reply::of(api.post_send(&about).header("prefer", "respond-async")).await.id();
    app.work().await;
    app.wait_for(&id, "read").await;
    app.clock.advance(TimeDelta::seconds(1));
    let thread = app.value("select thread_id::text from messages where id = $1::uuid", &id).await;
    Stage { app, dealer, buyer, id, thread }
}

impl Stage {
    async fn dealers_phone_says(&self, words: &str) {
        self.app.sim.receive(&[("From", DEALER_PHONE), ("Body", words)]).await;
        self.app.work().await;
        self.app.clock.advance(TimeDelta::seconds(1));
    }

    async fn later(&self, minutes: i64) {
        self.app.clock.advance(TimeDelta::minutes(minutes));
        self.app.work().await;
    }
}

#[sqlx::test]
async fn it_follows_the_answer_with_its_picture_and_the_answer_stays_the_latest_word(pool: PgPool) {
    let stage = start(pool).await;
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.id)).await.body;
    assert!(page.contains("saldrán solos cuando el destinatario responda"), "{page}");
    stage.dealers_phone_says("Sí, venga").await;
    stage.later(3).await;
    let arrived = stage.app.sim_messages(DEALER_PHONE).await;
    assert_eq!(arrived.len(), 1 + 3, "the beginning, and the rest in three parts");
    assert_eq!(arrived[1]["mediaUrl"], PICTURE);
    assert!(arrived[3]["body"].as_str().unwrap().ends_with("Fin"), "{arrived:?}");
    stage.dealers_phone_says("¿Algo más?").await;
    stage.later(3).await;
    assert_eq!(stage.app.sim_messages(DEALER_PHONE).await.len(), 4, "once");

    let told = stage.app.sim_messages("+18095557788").await;
    assert_eq!(told.len(), 1, "she is told of the answer: {told:?}");
    assert!(stage.buyer.get("/mensajes").await.body.contains("Respuesta nueva"));
    assert!(!stage.dealer.get("/panel/conversaciones").await.body.contains("Sin leer</span>"));
    let said = stage.dealer.get(&format!("/panel/conversaciones/{}", stage.thread)).await.body;
    assert_eq!(said.matches("Fin<").count(), 1, "her words stand there once: {said}");

    let start = stage.dealer.get(&format!("/panel/mensajes/{}", stage.id)).await.body;
    let rest: String =
        stage.app.value("select id::text from messages where continues = $1::uuid", &stage.id).await;
    assert!(start.contains(&format!("href=\"/panel/mensajes/{rest}\">Ver el resto")), "{start}");
    let rest = stage.buyer.get(&format!("/mensajes/{rest}")).await.body;
    assert!(rest.contains(&format!("href=\"/mensajes/{}\">Ver el mensaje", stage.id)), "{rest}");
}

#[sqlx::test]
async fn what_keeps_it_back_is_told_and_it_follows_without_another_answer(pool: PgPool) {
    let stage = start(pool).await;
    let admin = stage.app.browser();
    stage.app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    admin.post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "prueba")]).await;
    stage.dealers_phone_says("Sí").await;
    let page = async || stage.buyer.get(&format!("/mensajes/{}", stage.id)).await.body;
    assert!(page().await.contains("se intenta cada 5 minutos"), "{}", page().await);
    let pause: String = stage.app.value("select id::text from pauses where reason = $1", "prueba").await;
    admin.post_form("/fn/admin/reanudar", &[("id", &pause)]).await;
    stage.later(6).await;
    assert!(page().await.contains("Ver el resto"), "{}", page().await);
    assert_eq!(stage.app.sim_messages(DEALER_PHONE).await.len(), 4);
}

#[sqlx::test]
async fn what_was_kept_back_until_the_conversation_closed_waits_for_another_answer(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", "Sí")]).await;
    stage.app.advance(TimeDelta::hours(25)).await;
    stage.app.work().await;
    assert_eq!(stage.app.sim_messages(DEALER_PHONE).await.len(), 1, "it is dealt with a day late");
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.id)).await.body;
    assert!(page.contains("saldrán solos cuando el destinatario responda"), "{page}");
    stage.dealers_phone_says("¿Sigue ahí?").await;
    stage.later(1).await;
    assert_eq!(stage.app.sim_messages(DEALER_PHONE).await.len(), 4);
}

/// A dealer's message in two parts to somebody whose conversation closes between them; its id.
async fn closes_between_parts(app: &TestApp) -> String {
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.open_window(PLAIN).await;
    app.clock.advance(TimeDelta::minutes(23 * 60 + 50));
    let words = format!("{}Fin", "Una frase de prueba. ".repeat(90));
    let id = app.token_of("jefe@ejemplo.do").await.write_async(PLAIN, &words).await.id();
    assert_eq!(deliver_next(&app.app).await.unwrap(), Step::Worked);
    let first = "select status from message_parts where message_id = $1::uuid and number = 1";
    let arrives = async {
        while app.value::<String>(first, &id).await != "read" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arrives).await.expect("the first part arrives");
    app.clock.advance(TimeDelta::minutes(10));
    id
}

#[sqlx::test]
async fn conversation_that_closes_between_two_parts_sends_the_second_by_template_and_nothing_twice(
    pool: PgPool,
) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let id = closes_between_parts(&app).await;
    for _ in 0..2 {
        app.work().await;
    }
    let arrived = app.sim_messages(PLAIN).await;
    let told: Vec<&str> = arrived.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(arrived.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("(1/2)") && told[1].contains("Fin") && arrived[1]["contentSid"] != json!(null)
    );
    let once = told.iter().flat_map(|text| text.matches("Una frase de prueba.")).count();
    assert_eq!(once, 90, "{told:?}");
    let status = app.token_of("jefe@ejemplo.do").await.status(&id).await.json;
    let told = (&status["status"], &status["cost"].to_string());
    assert_eq!(told, (&json!("read"), &"0.015".to_owned()), "{status}");
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn what_can_go_neither_as_text_nor_by_template_is_told_and_given_up_in_time(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let id = closes_between_parts(&app).await;
    app.sim.decide("HX00000000000000000000000000000002", json!({ "status": "paused" })).await;
    app.sync_templates().await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    for (hours, words) in [(0, "se intenta cada 5 minutos"), (25, "escríbalos de nuevo")] {
        app.advance(TimeDelta::hours(hours)).await;
        for _ in 0..2 {
            app.work().await;
        }
        let page = dealer.get(&format!("/panel/mensajes/{id}")).await.body;
        assert!(page.contains(words), "{page}");
    }
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
}
