//! How messages leave: long ones in parts, all at a pace, none while the line is held, none too late.

use chrono::TimeDelta;
use okla::{
    app::{
        add_dealer::add_dealer,
        claim::claim,
        clock::Clock,
        deliver::{Step, deliver, deliver_next},
        hold_line::probe_held_line,
    },
    domain::{limits::Limit, user::Role},
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, Options, PLAIN, Reply, TestApp};

async fn without_workers(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await
}

/// Three parts of words that tell their place.
fn long_text() -> String {
    let words: Vec<String> = (0..350).map(|number| format!("palabra{number:03}")).collect();
    words.join(" ")
}

async fn part_states(api: &Api, id: &str) -> Vec<String> {
    let told = api.status(id).await.json;
    let states = told["partStates"].as_array().unwrap().clone();
    states.iter().map(|part| part["status"].as_str().unwrap().to_owned()).collect()
}

async fn ready(app: &TestApp) -> Reply {
    Reply::of(app.anonymous().request(Method::GET, "/readyz")).await
}

#[sqlx::test]
async fn long_body_goes_as_numbered_parts_one_after_the_other_each_paid_for(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let text = long_text();
    app.open_window(PLAIN).await;
    let reply = dealer.write(PLAIN, &text).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json["parts"], 3);
    assert_eq!(reply.json["cost"].to_string(), "0.045");
    app.wait_for(&reply.id(), "read").await;

    let created = app.sim_messages(PLAIN).await;
    let bodies: Vec<&str> = created.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies.len(), 3);
    let mut arrived = Vec::new();
    for (body, number) in bodies.iter().zip(1..) {
        let rest = body.strip_prefix(&format!("({number}/3)\n")).unwrap();
        assert!(body.encode_utf16().count() <= 1_600);
        arrived.extend(rest.split_whitespace());
    }
    assert_eq!(arrived, text.split_whitespace().collect::<Vec<_>>(), "every word once, in order");
    let told = dealer.status(&reply.id()).await.json;
    assert_eq!(told["messageId"], created[0]["sid"]);
    let sids: Vec<&Value> =
        told["partStates"].as_array().unwrap().iter().map(|part| &part["messageId"]).collect();
    assert_eq!(sids, created.iter().map(|message| &message["sid"]).collect::<Vec<_>>());
    assert_eq!(app.places(Limit::PairDay).await, 3);
}

#[sqlx::test]
async fn next_part_waits_until_the_one_before_was_taken(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    // A callback that is just being taken in would keep its message from being claimed for a moment.
    app.sim.set(json!({ "dropRate": 1.0 })).await;
    app.open_window(PLAIN).await;
    dealer.write_async(PLAIN, &long_text()).await.id();
    for created in 1..=3 {
        let claimed = claim(&app.app, 10).await.unwrap().parts;
        assert_eq!(claimed.len(), 1, "no part waits beside part {created}");
        deliver(&app.app, &claimed[0]).await.unwrap();
        assert_eq!(app.sim_messages(PLAIN).await.len(), created);
    }
    assert_eq!(deliver_next(&app.app).await.unwrap(), Step::Nothing);
}

#[sqlx::test]
async fn refused_first_part_leaves_the_rest_unsent_and_costs_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.open_window("+18095551211").await;
    let reply = dealer.write("+18095551211", &long_text()).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
    let id: String = app.value("select id::text from messages where to_phone = $1", "+18095551211").await;
    assert_eq!(part_states(&dealer, &id).await, ["failed", "canceled", "canceled"]);
    let told = dealer.status(&id).await.json;
    assert_eq!((&told["status"], told["cost"].to_string().as_str()), (&json!("failed"), "0.0"));
    assert!(app.sim_messages("+18095551211").await.is_empty());
    assert_eq!(app.places(Limit::PlatformDay).await, 0);
}

#[sqlx::test]
async fn message_takes_all_its_places_or_none(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::UserHour, Some(4)).await;
    app.open_window(PLAIN).await;
    assert_eq!(dealer.write_async(PLAIN, &long_text()).await.status, 202);
    let refused = dealer.write_async(PLAIN, &long_text()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, "hourly_limit"));
    assert_eq!(app.places(Limit::UserHour).await, 3);
    assert_eq!(dealer.write_async(PLAIN, "hola").await.status, 202, "one place is left");
}

#[sqlx::test]
async fn eleventh_message_to_one_number_waits_six_seconds_and_no_other_number_waits_for_it(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for number in 0..12 {
        assert_eq!(dealer.write_async(PLAIN, &format!("hola {number}")).await.status, 202);
    }
    assert_eq!(dealer.write_async("+18095551235", "hola").await.status, 202);
    app.work().await;
    assert_eq!(app.sim_messages(PLAIN).await.len(), 10);
    assert_eq!(app.sim_messages("+18095551235").await.len(), 1);
    for (seconds, sent) in [(5, 10), (1, 11), (5, 11), (1, 12)] {
        app.clock.advance(TimeDelta::seconds(seconds));
        app.work().await;
        assert_eq!(app.sim_messages(PLAIN).await.len(), sent, "after {seconds} s more");
    }
}

#[sqlx::test]
async fn two_servers_keep_one_pace(pool: PgPool) {
    let options = || Options { workers: false, per_second: 1, ..Options::default() };
    let (one, two) =
        (TestApp::start_with(pool.clone(), options()).await, TestApp::start_with(pool, options()).await);
    let dealer = one.token_for(Role::Dealer).await;
    for number in 0..20 {
        assert_eq!(dealer.write_async(&format!("+1809555{number:04}"), "hola").await.status, 202);
    }
    let mut left = 0;
    for _ in 0..10 {
        left += claim(&one.app, 1).await.unwrap().parts.len();
        left += claim(&two.app, 1).await.unwrap().parts.len();
    }
    // Claiming twenty times takes a while, and each second lets one more through.
    assert!((1..=5).contains(&left), "{left}");
    // Less than a lease.
    one.clock.advance(TimeDelta::seconds(40));
    two.clock.advance(TimeDelta::seconds(40));
    assert_eq!(claim(&one.app, 20).await.unwrap().parts.len(), 1, "no more at once for having waited");
    assert_eq!(claim(&two.app, 20).await.unwrap().parts.len(), 0, "nor by the other server");
}

#[sqlx::test]
async fn suspended_account_holds_the_queue_and_a_probe_lets_it_go_on(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.sim.set(json!({ "accountStatus": "suspended" })).await;
    let (first, second) =
        (dealer.write_async(PLAIN, "hola").await.id(), dealer.write_async("+18095551235", "hola").await.id());
    app.work().await;
    for id in [&first, &second] {
        assert_eq!(app.stored_status(id).await, "queued", "it is not the message's fault");
    }
    let told = ready(&app).await;
    assert_eq!(told.status, 200, "pages and webhooks work");
    assert_eq!((&told.json["status"], &told.json["twilio"]["circuit"]), (&json!("degraded"), &json!("open")));
    assert_eq!(told.json["twilio"]["code"], 20_005);
    let attempts: i64 =
        app.value("select sum(attempt_count) from message_parts where status = $1", "queued").await;
    assert_eq!(attempts, 1, "the second was not even tried");

    app.clock.advance(TimeDelta::seconds(6));
    probe_held_line(&app.app).await.unwrap();
    app.work().await;
    assert_eq!(app.stored_status(&first).await, "queued", "the probe was refused as well");
    app.sim.set(json!({ "accountStatus": "active" })).await;
    app.clock.advance(TimeDelta::seconds(11));
    probe_held_line(&app.app).await.unwrap();
    app.work().await;
    for id in [&first, &second] {
        app.wait_for(id, "read").await;
    }
    assert_eq!(ready(&app).await.json["twilio"], "ok");
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
}

#[sqlx::test]
async fn message_that_waited_too_long_fails_with_its_reason_and_is_free(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.sim.set(json!({ "accountStatus": "suspended" })).await;
    let id = dealer.write_async(PLAIN, "hola").await.id();
    app.work().await;
    app.clock.advance(TimeDelta::hours(4));
    app.work().await;
    let told = dealer.status(&id).await.json;
    assert_eq!(told["status"], "failed");
    assert!(told["errorMessage"].as_str().unwrap().contains("no salió a tiempo"), "{told}");
    assert_eq!(told["cost"].to_string(), "0.0");
    assert_eq!(app.count("outbox").await, 0);
    app.sim.set(json!({ "accountStatus": "active" })).await;
    app.clock.advance(TimeDelta::minutes(2));
    probe_held_line(&app.app).await.unwrap();
    assert_eq!(ready(&app).await.json["twilio"], "ok", "though nothing waits any more");
    app.work().await;
    assert!(app.sim_messages(PLAIN).await.is_empty(), "it never arrives days late");
}

#[sqlx::test]
async fn number_without_whatsapp_is_told_before_the_next_message_until_something_arrives_there(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let phone = "+18095551003";
    add_dealer(&app.pool, "sin-whatsapp", "Sin WhatsApp", phone, app.clock.now()).await.unwrap();
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(phone, "hola").await.id();
    app.wait_for(&id, "undelivered").await;
    let known = "select exists (select from numbers_without_whatsapp where phone = $1)";
    assert!(app.value::<bool>(known, phone).await);
    let sid = dealer.status(&id).await.json["messageId"].as_str().unwrap().to_owned();
    assert_eq!(app.callback(&sid, "delivered", &[]).await.status, 204);
    assert!(!app.value::<bool>(known, phone).await);
}

#[sqlx::test]
async fn busy_twilio_is_asked_again_after_a_random_while_and_not_before_it_says(pool: PgPool) {
    let app = without_workers(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write_async("+18095551429", "hola").await.id();
    app.work().await;
    assert_eq!(app.stored_status(&id).await, "queued");
    let waits: f64 = app
        .value(
            "select extract(epoch from o.available_at - m.created_at)::float8 from outbox o
             join messages m on m.id = o.part_id where m.id = $1::uuid",
            &id,
        )
        .await;
    assert!((0.0..=5.0).contains(&waits), "{waits}");
    for _ in 0..2 {
        app.clock.advance(TimeDelta::seconds(10));
        app.work().await;
    }
    app.wait_for(&id, "read").await;
    assert_eq!(app.sim_messages("+18095551429").await.len(), 1);
}
