//! A stop finishes what is under way, and a kill loses nothing and repeats nothing.

use std::time::Duration;

use okla::domain::user::Role;
use serde_json::json;
use sqlx::PgPool;

use super::process::{Environment, Running};
use crate::{
    app::{Api, PASSWORD},
    simulator::rig::{PATIENCE, Sim},
};

/// A server over a simulator, and a token of an admin made by the command line.
async fn start(pool: &PgPool) -> (Environment, Sim, Api) {
    let environment = Environment::live(pool);
    let sim = Sim::start(format!("{}/webhooks/twilio/inbound", environment.url())).await;
    let environment =
        environment.with("TWILIO_API_BASE_URL", &sim.url).with("OKLA_VERIFY_INTERVAL_SECONDS", "1");
    add_admin(&environment).await;
    let made = environment.run(&["token", "create", "--email", "admin@ejemplo.do"]).await;
    let said = String::from_utf8(made.stdout).unwrap();
    let token = said.split_whitespace().last().unwrap().to_owned();
    let api = Api::new(&environment.url(), Some(token));
    (environment, sim, api)
}

async fn add_admin(environment: &Environment) {
    let role = Role::Admin.as_str();
    let added = environment
        .run_with_input(
            &["user", "add", "--email", "admin@ejemplo.do", "--role", role],
            &format!("{PASSWORD}\n"),
        )
        .await;
    assert!(added.status.success(), "{added:?}");
}

async fn wait_for(api: &Api, id: &str, wanted: &str) -> serde_json::Value {
    let waiting = async {
        loop {
            let told = api.status(id).await.json;
            if told["status"] == wanted {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap()
}

/// Until Twilio has the message.
async fn created(sim: &Sim, to: &str) {
    let waiting = async {
        while sim.truth(to).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[sqlx::test]
async fn stop_finishes_the_send_that_is_under_way(pool: PgPool) {
    let to = "+18095551234";
    let (environment, sim, api) = start(&pool).await;
    let server: Running = environment.serve().await;
    sim.set(json!({ "latencyMs": 1_500, "dropRate": 1.0 })).await;
    let sending = tokio::spawn({
        let api = api.clone();
        async move { api.write(to, "hola").await }
    });
    created(&sim, to).await;
    server.ask_to_stop();
    let reply = sending.await.unwrap();
    assert_eq!(reply.status, 200, "the caller gets his answer: {}", reply.text);
    assert!(server.ended_well().await);
    let stored: (String, i64) = sqlx::query_as(
        "select p.sid, (select count(*) from outbox) from message_parts p where p.id = $1::uuid",
    )
    .bind(reply.id())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(stored.0, reply.json["messageId"].as_str().unwrap());
    assert_eq!(stored.1, 0, "nothing waits");
    assert_eq!(sim.truth(to).await.len(), 1);
}

#[sqlx::test]
async fn kill_during_a_send_leaves_it_once_and_true(pool: PgPool) {
    let to = "+18095551234";
    let (environment, sim, api) = start(&pool).await;
    let server = environment.serve().await;
    sim.set(json!({ "latencyMs": 1_500, "dropRate": 1.0 })).await;
    let id = api.write_async(to, "hola").await.id();
    created(&sim, to).await;
    server.kill();
    sim.set(json!({ "latencyMs": 0 })).await;

    let server = environment.serve().await;
    assert_eq!(api.status(&id).await.json["status"], "queued", "its lease still runs");
    // As if the lease's 45 s had passed.
    sqlx::query("update outbox set leased_until = now()").execute(&pool).await.unwrap();
    wait_for(&api, &id, "verifying").await;
    sqlx::query("update message_parts set next_check_at = now()").execute(&pool).await.unwrap();
    let told = wait_for(&api, &id, "read").await;
    assert_eq!(told["attemptCount"], 1);
    assert_eq!(sim.truth(to).await.len(), 1);
    drop(server);
}

#[sqlx::test]
async fn accepted_message_outlives_a_kill_and_leaves_with_the_next_start(pool: PgPool) {
    let to = "+18095551234";
    let (environment, sim, api) = start(&pool).await;
    let server = environment.serve_as(&["serve", "--no-workers"]).await;
    let id = api.write_async(to, "hola").await.id();
    server.kill();
    assert!(sim.truth(to).await.is_empty());
    let server = environment.serve().await;
    wait_for(&api, &id, "read").await;
    assert_eq!(sim.truth(to).await.len(), 1);
    drop(server);
}
