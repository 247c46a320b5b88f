//! `Idempotency-Key`: one key, one message, one answer.

use chrono::TimeDelta;
use futures::future::join_all;
use okla::{
    app::tidy_up::tidy_up,
    domain::{limits::Limit, user::Role},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, Options, PLAIN, Reply, TestApp};

async fn write(api: &Api, key: &str, text: &str, wait: bool) -> Reply {
    let body = json!({ "toPhoneNumber": PLAIN, "messageBody": text });
    let request = api.post_send(&body).header("idempotency-key", key);
    Reply::of(if wait { request } else { request.header("prefer", "respond-async") }).await
}

#[sqlx::test]
async fn repeat_is_given_the_first_answer_and_sends_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let first = write(&dealer, "pedido 1", "hola", true).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("idempotent-replayed"), None);
    app.wait_for(&first.id(), "read").await;
    let again = write(&dealer, "pedido 1", "hola", true).await;
    assert_eq!(
        (again.status, &again.text),
        (first.status, &first.text),
        "to the letter, though it is read by now"
    );
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert!(again.header("ratelimit").is_some());
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
    assert_eq!(app.places(Limit::UserHour).await, 1);
}

#[sqlx::test]
async fn answer_202_is_repeated_with_its_location(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let first = write(&dealer, "k", "hola", false).await;
    assert_eq!(first.status, 202);
    let again = write(&dealer, "k", "hola", true).await;
    assert_eq!((again.status, &again.json), (first.status, &first.json));
    assert_eq!(again.header("location"), first.header("location"));
}

#[sqlx::test]
async fn same_key_with_another_request_is_refused_and_another_persons_key_is_another(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (one, two) = (app.token_for(Role::Dealer).await, app.token_for(Role::Dealer).await);
    assert_eq!(write(&one, "k", "hola", false).await.status, 202);
    let other = write(&one, "k", "adiós", false).await;
    assert_eq!((other.status.as_u16(), other.code()), (422, "idempotency_key_reused"));
    assert_eq!(write(&two, "k", "adiós", false).await.status, 202);
    assert_eq!(app.count("messages").await, 2);
}

#[sqlx::test]
async fn repeat_during_the_first_is_told_to_come_back(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.sim.set(json!({ "latencyMs": 1500, "callbackDelayMs": 5000 })).await;
    let dealer = app.token_for(Role::Dealer).await;
    let (first, again) = tokio::join!(write(&dealer, "k", "hola", true), async {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        write(&dealer, "k", "hola", true).await
    });
    assert_eq!(first.status, 200);
    assert_eq!((again.status.as_u16(), again.code()), (409, "idempotency_key_in_progress"));
    assert_eq!(again.retry_after(), 1);
    assert_eq!(write(&dealer, "k", "hola", true).await.text, first.text);
}

#[sqlx::test]
async fn answer_that_died_with_its_server_is_made_of_what_became_of_the_message(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let first = write(&dealer, "k", "hola", true).await;
    sqlx::query("update idempotency_keys set answer_status = null, answer_body = null")
        .execute(&app.pool)
        .await
        .unwrap();
    assert_eq!(write(&dealer, "k", "hola", true).await.status, 409, "it may still be under way");
    app.clock.advance(TimeDelta::seconds(13));
    let again = write(&dealer, "k", "hola", true).await;
    assert_eq!((again.status, &again.json["messageId"]), (first.status, &first.json["messageId"]));
}

#[sqlx::test]
async fn refusal_binds_no_key_and_changes_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::UserHour, Some(0)).await;
    assert_eq!(write(&dealer, "k", "hola", false).await.status, 429);
    assert_eq!(app.count("idempotency_keys").await, 0);
    app.set_limit(Limit::UserHour, Some(1)).await;
    assert_eq!(write(&dealer, "k", "hola", false).await.status, 202);
}

#[sqlx::test]
async fn key_is_free_again_after_its_day(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let first = write(&dealer, "k", "hola", false).await;
    app.clock.advance(TimeDelta::hours(23));
    tidy_up(&app.app).await.unwrap();
    assert_eq!(write(&dealer, "k", "hola", false).await.id(), first.id());
    app.clock.advance(TimeDelta::hours(2));
    tidy_up(&app.app).await.unwrap();
    assert_ne!(write(&dealer, "k", "hola", false).await.id(), first.id());
}

#[sqlx::test]
async fn fifty_at_once_over_two_servers_are_one_message(pool: PgPool) {
    let app = TestApp::start(pool.clone()).await;
    let other = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    let there = Api::new(&other.url, dealer.token.clone());
    let replies = join_all(
        (0..50).map(|number| write(if number % 2 == 0 { &dealer } else { &there }, "k", "hola", false)),
    )
    .await;
    let ids: Vec<&Value> =
        replies.iter().filter(|reply| reply.status == 202).map(|reply| &reply.json["id"]).collect();
    assert!(replies.iter().all(|reply| reply.status == 202 || reply.status == 409));
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == ids[0]));
    assert_eq!(app.count("messages").await, 1);
    assert_eq!(app.places(Limit::UserHour).await, 1);
}

#[sqlx::test]
async fn key_that_is_no_key_is_refused_in_words(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let long = "k".repeat(256);
    for key in ["", &long] {
        let reply = write(&dealer, key, "hola", false).await;
        assert_eq!((reply.status.as_u16(), reply.code()), (400, "invalid_idempotency_key"), "{key:?}");
        assert_eq!(reply.json["field"], "Idempotency-Key");
    }
    assert_eq!(app.count("messages").await, 0);
}
