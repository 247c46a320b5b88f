//! What reaches whom: free text within the window, an approved template outside it, and never both.

use std::time::Duration;

use chrono::TimeDelta;
use okla::domain::{limits::Limit, user::Role};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    app::{Api, DEALER_PHONE, Options, PLAIN, TestApp},
    simulator::rig::PATIENCE,
    soak::audit::books_are_right,
};

/// The simulator's first templates, in the file's order.
const MESSAGE: &str = "HX00000000000000000000000000000002";

async fn start(pool: PgPool) -> (TestApp, Api) {
    let app = TestApp::start(pool).await;
    app.sim.set(json!({ "enforceWindow": true, "callbackDelayMs": 50 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    (app, dealer)
}

/// The person writes, as Twilio tells of it and as the simulator knows.
async fn answers(app: &TestApp, from: &str) {
    app.sim.receive(&[("From", from), ("Body", "Sí, dígame")]).await;
}

fn templates(truth: &[Value]) -> Vec<bool> {
    truth.iter().map(|message| message["contentSid"] != Value::Null).collect()
}

#[sqlx::test]
async fn who_has_not_written_gets_the_template_with_the_words_in_it(pool: PgPool) {
    let (app, _) = start(pool).await;
    let buyer = app.token_for(Role::Buyer).await;
    let about = json!({
        "toPhoneNumber": DEALER_PHONE,
        "messageBody": "¿Sigue disponible?\nPuedo ir mañana.",
        "imageUrl": "https://ejemplo.com/foto.jpg",
    });
    let sent = buyer.send(about).await;
    assert_eq!((sent.status.as_u16(), &sent.json["parts"]), (200, &json!(1)), "{}", sent.text);
    app.wait_for(&sent.id(), "read").await;
    let truth = app.sim_messages(DEALER_PHONE).await;
    assert_eq!(templates(&truth), [true]);
    assert_eq!(truth[0]["mediaUrl"], Value::Null);
    let arrived = truth[0]["body"].as_str().unwrap();
    assert!(
        arrived.contains("«¿Sigue disponible? · Puedo ir mañana. · Imagen: https://ejemplo.com/foto.jpg»"),
        "{arrived}"
    );
}

#[sqlx::test]
async fn free_text_goes_for_nearly_a_day_after_an_answer_and_then_the_template(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    answers(&app, PLAIN).await;
    app.advance(TimeDelta::minutes(23 * 60 + 50)).await;
    let long = "palabra ".repeat(300);
    let inside = dealer.write(PLAIN, &long).await;
    assert_eq!(inside.json["parts"], 2, "{}", inside.text);
    app.wait_for(&inside.id(), "read").await;
    app.advance(TimeDelta::minutes(15)).await;
    let outside = dealer.write(PLAIN, "¿Viene hoy?").await;
    app.wait_for(&outside.id(), "read").await;
    assert_eq!(templates(&app.sim_messages(PLAIN).await), [false, false, true]);
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn conversation_that_whatsapp_closed_in_spite_of_our_clock_leads_to_one_template_and_one_charge(
    pool: PgPool,
) {
    let (app, dealer) = start(pool).await;
    app.set_limit(Limit::DealerBudget, Some(100)).await;
    answers(&app, PLAIN).await;
    // Ours stays.
    app.sim.advance(24 * 3_600 + 300).await;
    let sent = dealer.write(PLAIN, &"palabra ".repeat(300)).await;
    assert_eq!(sent.json["parts"], 2);
    app.wait_for(&sent.id(), "read").await;

    let truth = app.sim_messages(PLAIN).await;
    let arrived: Vec<&Value> = truth.iter().filter(|message| message["status"] == "read").collect();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0]["contentSid"], MESSAGE);
    let told = dealer.status(&sent.id()).await.json;
    assert_eq!((told["cost"].to_string().as_str(), &told["errorCode"]), ("0.015", &Value::Null));
    let events = told["events"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["status"] == "by_template").count(), 1, "{told}");
    assert_eq!(app.places(Limit::PairDay).await, 1);
    books_are_right(&app.pool).await;
    // The price of the template alone settles it.
    app.advance(TimeDelta::minutes(3)).await;
    let settled = async {
        while app
            .value::<bool>("select not bool_or(confirmed > 0) from figures_of_history where kind <> $1", "")
            .await
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, settled).await.expect("confirmed once Twilio has told its price");
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn template_that_is_refused_like_the_text_ends_the_message_and_costs_nothing(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let number = "+18095551016";
    app.open_window(number).await;
    let sent = dealer.write_async(number, "hola").await.id();
    app.wait_for(&sent, "undelivered").await;
    assert_eq!(templates(&app.sim_messages(number).await), [false, true], "tried once");
    let told = dealer.status(&sent).await.json;
    assert_eq!((told["cost"].to_string().as_str(), &told["errorCode"]), ("0.0", &json!(63_016)));
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn conversation_that_closes_while_a_message_waits_is_not_tried(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.open_window(PLAIN).await;
    app.clock.advance(TimeDelta::minutes(23 * 60 + 50));
    let sent = dealer.write_async(PLAIN, "hola").await.id();
    app.clock.advance(TimeDelta::minutes(10));
    app.work().await;
    assert_eq!(templates(&app.sim_messages(PLAIN).await), [true]);
    app.wait_for(&sent, "read").await;
    assert_eq!(dealer.status(&sent).await.json["cost"].to_string(), "0.015");
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn template_that_meta_does_not_let_go_is_said_in_words_and_nothing_is_charged(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    for status in ["paused", "rejected"] {
        app.sim.decide(MESSAGE, json!({ "status": status })).await;
        app.sync_templates().await;
        let refused = dealer.write(PLAIN, "hola").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (503, "template_unavailable"));
        assert!(refused.json["error"].as_str().unwrap().contains("plantilla"), "{}", refused.text);
    }
    assert_eq!((app.count("messages").await, app.count("ledger_entries").await), (0, 0));
    assert_eq!(app.places(Limit::UserHour).await, 0);

    app.open_window(PLAIN).await;
    assert_eq!(dealer.write(PLAIN, "hola").await.status, 200, "free text needs none");
    app.sim.decide(MESSAGE, json!({ "status": "approved" })).await;
    let asked = async {
        while dealer.write("+18095551235", "hola").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("Twilio is asked when a template is needed");
}

#[sqlx::test]
async fn template_in_another_category_costs_what_that_costs(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    sqlx::query("insert into rates (id, category, effective_from, price, set_at) values (gen_random_uuid(), 'marketing', '2026-01-02', 0.079, now())")
        .execute(&app.pool)
        .await
        .unwrap();
    app.sim.decide(MESSAGE, json!({ "category": "MARKETING" })).await;
    app.sync_templates().await;
    assert_eq!(dealer.write(PLAIN, "hola").await.json["cost"].to_string(), "0.079");
}

#[sqlx::test]
async fn program_may_name_a_template_and_what_fills_it(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    answers(&app, PLAIN).await;
    let ask = |variables: Value| json!({ "toPhoneNumber": PLAIN, "template": "okla_prueba_recordatorio", "variables": variables });
    let all = json!({ "1": "Ana", "vehicle": "Kia Rio 2020", "3": "mañana a las 10", "other": "Auto Feria" });
    let sent = dealer.send(ask(all)).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let truth = app.sim_messages(PLAIN).await;
    let arrived = truth[0]["body"].as_str().unwrap();
    assert!(
        arrived.starts_with("Hola, Ana: le recordamos la prueba de manejo de Kia Rio 2020, mañana a las 10")
    );
    assert_eq!(templates(&truth), [true], "whatever the window");
    let kind: String = app.value("select kind from messages where id = $1::uuid", &sent.id()).await;
    assert_eq!(kind, "test_drive");

    for (body, code) in [
        (ask(json!({ "1": "Ana" })), "invalid_variables"),
        (ask(json!({ "1": "A", "2": "B", "3": "C", "4": "D", "5": "E" })), "invalid_variables"),
        (json!({ "toPhoneNumber": PLAIN, "template": "otra", "variables": {} }), "invalid_template"),
        (
            json!({ "toPhoneNumber": PLAIN, "messageBody": "hola", "variables": { "1": "x" } }),
            "invalid_template",
        ),
        (
            json!({ "toPhoneNumber": PLAIN, "messageBody": "hola", "template": "okla_mensaje" }),
            "invalid_message_body",
        ),
    ] {
        let refused = dealer.send(body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, code), "{body}");
    }
    let buyer = app.token_for(Role::Buyer).await;
    let all = json!({ "1": "A", "2": "B", "3": "C", "4": "D" });
    assert_eq!(buyer.send(ask(all)).await.code(), "template_not_allowed");
}

#[sqlx::test]
async fn long_words_are_read_under_an_address_that_nobody_guesses(pool: PgPool) {
    let (app, dealer) = start(pool).await;
    let words = "Una frase bastante larga & <b>clara</b>.\n".repeat(60);
    let sent = dealer.write(PLAIN, &words).await;
    assert_eq!((sent.status.as_u16(), &sent.json["parts"]), (200, &json!(1)), "{}", sent.text);
    let arrived = app.sim_messages(PLAIN).await[0]["body"].as_str().unwrap().to_owned();
    let link = arrived.split_whitespace().find_map(|word| word.split_once("/leer/")).unwrap().1;
    let link = format!("/leer/{}", link.trim_end_matches('»'));
    let page = app.browser().get(&link).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("larga &amp; &lt;b&gt;clara&lt;/b&gt;."), "{}", page.body);
    let wrong = format!("{}A", &link[..link.len() - 1]);
    let wrong = if wrong == link { format!("{}B", &link[..link.len() - 1]) } else { wrong };
    for other in [wrong.as_str(), "/leer/x", "/leer/%00", "/leer/AAAA"] {
        assert_eq!(app.browser().get(other).await.status, 404, "{other}");
    }
    let told = dealer.status(&sent.id()).await.json;
    assert!(told["partStates"][0]["waitingCharacters"].as_i64().unwrap() > 1_000, "{told}");
}
