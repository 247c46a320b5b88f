//! A send whose end nobody saw is looked for at Twilio, never sent again.

use chrono::TimeDelta;
use okla::{
    app::{
        check_next::check_next,
        claim::claim,
        deliver::{Step, deliver, deliver_next},
    },
    domain::{limits::Limit, user::Role},
};
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Options, PLAIN, TestApp};

async fn without_workers(pool: PgPool) -> TestApp {
    let options = Options { workers: false, ..Options::default() };
    TestApp::start_with(pool, options).await
}

/// A worker that dies while it waits for Twilio's answer.
async fn die_during_the_call(app: &TestApp) {
    let worker = tokio::spawn({
        let app = app.app.clone();
        async move { deliver_next(&app).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!worker.is_finished());
    worker.abort();
}

#[sqlx::test]
async fn send_whose_worker_died_is_verified_and_not_repeated(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    // 504: created, and no answer for a minute.
    let (to, text) = ("+18095551504", "hola");
    let id = dealer.write_async(to, text).await.id();
    die_during_the_call(&app).await;
    app.work().await;
    assert_eq!(app.stored_status(&id).await, "queued", "its lease still runs");
    app.advance(TimeDelta::seconds(46)).await;
    app.work().await;
    assert_eq!(app.stored_status(&id).await, "verifying");
    app.advance(TimeDelta::seconds(21)).await;
    app.work().await;
    app.wait_for(&id, "read").await;
    assert_eq!(app.sim_messages(to).await.len(), 1);
    assert_eq!(dealer.status(&id).await.json["attemptCount"], 1);
}

#[sqlx::test]
async fn an_answer_to_a_send_whose_end_nobody_saw_waits_for_it_and_finds_its_conversation(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let to = "+18095551504";
    let id = dealer.write_async(to, "¿Sigue buscando?").await.id();
    die_during_the_call(&app).await;
    let sid = app.sim_messages(to).await[0]["sid"].as_str().unwrap().to_owned();
    // While the call may still be under way, and then while its end is unknown.
    let said = [("From", to), ("Body", "Sí"), ("OriginalRepliedMessageSid", sid.as_str())];
    app.sim.receive(&said).await;
    let handled = "select count(handled_at)::text from inbound_messages where from_address = $1";
    for (seconds, status) in [(0, "queued"), (46, "verifying")] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
        assert_eq!(app.stored_status(&id).await, status);
        assert_eq!(app.value::<String>(handled, to).await, "0");
    }
    app.advance(TimeDelta::seconds(21)).await;
    app.work().await;
    app.wait_for(&id, "read").await;
    app.advance(TimeDelta::seconds(2)).await;
    app.work().await;
    let told = "select count(*)::text from inbound_messages i join messages m on m.thread_id = i.thread_id where m.id = $1::uuid";
    assert_eq!(app.value::<String>(told, &id).await, "1");
}

#[sqlx::test]
async fn whoever_leaves_in_answer_to_a_send_whose_end_nobody_saw_has_left_at_once(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let to = "+18095551504";
    app.token_for(Role::Dealer).await.write_async(to, "¿Sigue buscando?").await;
    die_during_the_call(&app).await;
    let sid = app.sim_messages(to).await[0]["sid"].as_str().unwrap().to_owned();
    app.sim.receive(&[("From", to), ("Body", "Baja"), ("OriginalRepliedMessageSid", sid.as_str())]).await;
    app.work().await;
    assert_eq!(app.count("opt_outs").await, 1);
}

#[sqlx::test]
async fn send_whose_worker_died_before_twilio_had_it_is_told_as_not_sent(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    // 505: nothing created, and no answer for a minute.
    let id = dealer.write_async("+18095551505", "hola").await.id();
    die_during_the_call(&app).await;
    for seconds in [46, 21] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
    }
    app.advance(TimeDelta::seconds(61)).await;
    assert_eq!(check_next(&app.app).await.unwrap(), Step::Worked);
    assert_eq!(app.stored_status(&id).await, "queued", "proved not created: it may be sent again");
    die_during_the_call(&app).await;
    for seconds in [46, 21, 61] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
    }
    let told = dealer.status(&id).await.json;
    assert_eq!(told["status"], "failed");
    assert_eq!(told["cost"].to_string(), "0.0");
    assert_eq!(app.places(Limit::UserHour).await, 0);
    assert!(app.sim_messages("+18095551505").await.is_empty());
}

#[sqlx::test]
async fn two_equal_texts_whose_answers_were_lost_find_each_its_own_message(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let to = "+18095551502";
    let mut ids = Vec::new();
    for _ in 0..2 {
        ids.push(dealer.write_async(to, "¿Sigue disponible?").await.id());
        deliver_next(&app.app).await.unwrap();
        app.advance(TimeDelta::seconds(10)).await;
    }
    app.advance(TimeDelta::seconds(30)).await;
    app.work().await;
    let mut found = Vec::new();
    for id in &ids {
        let told = dealer.status(id).await.json;
        assert_eq!(told["status"], "read");
        found.push(told["messageId"].clone());
    }
    let created = app.sim_messages(to).await;
    let created: Vec<_> = created.iter().map(|message| message["sid"].clone()).collect();
    assert_eq!(found, created);
}

#[sqlx::test]
async fn message_of_an_earlier_day_with_the_same_text_is_not_taken_for_a_lost_one(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let first = dealer.write_async(PLAIN, "hola").await.id();
    app.work().await;
    app.wait_for(&first, "read").await;
    // As if the first had never been ours: only its age tells it from the lost one.
    sqlx::query("update message_parts set sid = null").execute(&app.pool).await.unwrap();
    app.advance(TimeDelta::hours(24)).await;
    app.sim.set(json!({ "errorRate": 1.0 })).await;
    let lost = dealer.write_async(PLAIN, "hola").await.id();
    app.work().await;
    // What is sent again now stays as it was taken, for a minute.
    app.sim.set(json!({ "errorRate": 0.0, "callbackDelayMs": 60_000 })).await;
    for seconds in [21, 61] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
    }
    app.work().await;
    let told = dealer.status(&lost).await.json;
    assert_eq!(told["attemptCount"], 2, "it was not found, so it was sent again");
    assert_eq!(told["status"], "queued");
}

#[sqlx::test]
async fn lost_answer_whose_callback_comes_needs_no_look(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for (number, digits) in ["502", "506", "520"].into_iter().enumerate() {
        let to = format!("+1809555{number}{digits}");
        let id = dealer.write_async(&to, "hola").await.id();
        app.work().await;
        app.wait_for(&id, "read").await;
        assert_eq!(app.sim_messages(&to).await.len(), 1);
    }
}

#[sqlx::test]
async fn message_at_twilio_whose_text_was_erased_is_no_proof_that_nothing_was_created(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let to = "+18095551502";
    let id = dealer.write_async(to, "hola").await.id();
    deliver_next(&app.app).await.unwrap();
    let created = app.sim_messages(to).await;
    let path = format!("Messages/{}.json", created[0]["sid"].as_str().unwrap());
    app.sim.api(Method::POST, &path).form(&[("Body", "")]).send().await.unwrap();
    for _ in 0..4 {
        app.advance(TimeDelta::seconds(61)).await;
        app.work().await;
    }
    assert_eq!(app.stored_status(&id).await, "verifying");
    assert_eq!(app.sim_messages(to).await.len(), 1);
}

#[sqlx::test]
async fn questions_that_twilio_does_not_answer_leave_the_plan_as_it_was(pool: PgPool) {
    let app = without_workers(pool).await;
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write_async(PLAIN, "hola").await.id();
    deliver_next(&app.app).await.unwrap();
    app.sim.set(json!({ "accountStatus": "suspended" })).await;
    for _ in 0..12 {
        app.advance(TimeDelta::hours(8)).await;
        check_next(&app.app).await.unwrap();
    }
    assert_eq!(app.stored_status(&id).await, "queued");
    app.sim.set(json!({ "accountStatus": "active" })).await;
    app.advance(TimeDelta::minutes(2)).await;
    app.work().await;
    assert_eq!(app.stored_status(&id).await, "read", "the callbacks were lost, and it heals");
}

#[sqlx::test]
async fn worker_that_slept_after_its_claim_gives_the_message_back_unsent(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write_async(PLAIN, "hola").await.id();
    let claimed = claim(&app.app, 1).await.unwrap();
    app.advance(TimeDelta::seconds(40)).await;
    deliver(&app.app, &claimed.parts[0]).await.unwrap();
    assert!(app.sim_messages(PLAIN).await.is_empty());
    app.work().await;
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1, "nobody had to look for it first");
    assert_ne!(app.stored_status(&id).await, "verifying");
}
