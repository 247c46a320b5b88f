//! `GET /api/whatsapp/messages`: pages that hold still, filters, and nobody else's messages.

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock, demo_data::seed_catalogue},
    domain::{limits::Limit, user::Role},
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, DEALER, DEALER_PHONE, Options, PLAIN, Reply, TestApp};

/// Without workers: a message stays as it was written.
async fn start(pool: PgPool) -> TestApp {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app
}

async fn list(api: &Api, query: &[(&str, &str)]) -> Value {
    let reply = Reply::of(api.request(Method::GET, "/api/whatsapp/messages").query(query)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json
}

async fn bodies(api: &Api, query: &[(&str, &str)]) -> Vec<String> {
    let found = list(api, query).await;
    let messages = found["messages"].as_array().unwrap();
    messages.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
}

#[sqlx::test]
async fn list_and_status_say_the_same_of_a_message(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let id = dealer.write(PLAIN, "hola").await.id();
    app.wait_for(&id, "read").await;
    let found = list(&dealer, &[]).await;
    let listed = found["messages"][0].as_object().unwrap();
    let told = dealer.status(&id).await.json;
    let only_listed = ["to", "body", "kind", "vehicleId"];
    for (name, value) in listed.iter().filter(|(name, _)| !only_listed.contains(&name.as_str())) {
        assert_eq!(told[name], *value, "{name}");
    }
    assert_eq!(listed.len(), 16);
    assert_eq!(listed["to"], PLAIN);
    assert_eq!(listed["kind"], "contact");
    assert_eq!(listed["cost"].to_string(), "0.015");
    assert!(listed["messageId"].as_str().unwrap().starts_with("SM"));
    assert_eq!(found["nextCursor"], Value::Null);
}

#[sqlx::test]
async fn an_admins_token_reads_no_whole_number_of_others(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let admin = app.token_for(Role::Admin).await;
    assert_eq!(dealer.write_async(PLAIN, "del concesionario").await.status, 202);
    assert_eq!(admin.write_async(PLAIN, "de OKLA").await.status, 202);
    let found = list(&admin, &[]).await;
    assert_eq!(
        (&found["messages"][0]["to"], &found["messages"][1]["to"]),
        (&json!(PLAIN), &json!("+1809…34"))
    );
    assert_eq!(list(&dealer, &[]).await["messages"][0]["to"], PLAIN);
}

#[sqlx::test]
async fn pages_hold_still_while_messages_are_written(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::PairDay, None).await;
    for number in 0..5 {
        dealer.write_async(PLAIN, &number.to_string()).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = list(&dealer, &[("limit", "2"), ("cursor", &cursor)]).await;
        let messages = page["messages"].as_array().unwrap();
        seen.extend(messages.iter().map(|message| message["body"].as_str().unwrap().to_owned()));
        dealer.write_async(PLAIN, "written meanwhile").await;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
}

#[sqlx::test]
async fn everyone_lists_what_he_may_see_and_no_more(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer("otro", "+18095550999").await;
    app.add_user("otro@ejemplo.do", Role::Dealer, Some("otro")).await;
    app.add_user("colega@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let [buyer, dealer, admin] = [
        app.token_for(Role::Buyer).await,
        app.token_for(Role::Dealer).await,
        app.token_for(Role::Admin).await,
    ];
    let (other, colleague) = (app.token_of("otro@ejemplo.do").await, app.token_of("colega@ejemplo.do").await);
    buyer.write_async(DEALER_PHONE, "del comprador").await;
    dealer.write_async(PLAIN, "del concesionario").await;
    other.write_async(PLAIN, "del otro").await;
    admin.write_async(PLAIN, "de OKLA").await;

    assert_eq!(bodies(&buyer, &[]).await, ["del comprador"]);
    assert_eq!(bodies(&dealer, &[]).await, ["del concesionario", "del comprador"]);
    assert_eq!(bodies(&colleague, &[]).await, ["del concesionario", "del comprador"]);
    assert_eq!(bodies(&other, &[]).await, ["del otro"]);
    assert_eq!(bodies(&admin, &[]).await, ["de OKLA", "del otro", "del concesionario", "del comprador"]);
    assert_eq!(bodies(&app.token_for(Role::Buyer).await, &[("q", "de")]).await, [""; 0]);

    // A cursor says where, never whose.
    let cursor = list(&admin, &[("limit", "1")]).await["nextCursor"].as_str().unwrap().to_owned();
    assert_eq!(bodies(&other, &[("cursor", &cursor)]).await, ["del otro"]);
}

#[sqlx::test]
async fn filters_narrow_the_list(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let vehicle: String = app
        .value("select id::text from vehicles where make || ' ' || model = $1 limit 1", "Toyota Corolla")
        .await;
    dealer.write_async("+18295557777", "¿Aún le interesa la CAMIÓN? 50% off").await;
    app.work().await;
    let about = json!({ "toPhoneNumber": PLAIN, "messageBody": "mírelo", "vehicleId": vehicle });
    Reply::of(dealer.post_send(&about).header("prefer", "respond-async")).await;
    app.advance(TimeDelta::days(2)).await;
    let later = dealer.write_async(PLAIN, "pasado mañana").await.id();
    let written: String =
        app.value("select created_at::text from messages where id = $1::uuid", &later).await;
    let day = app.clock.now() - TimeDelta::hours(4);
    let (today, yesterday) =
        (day.date_naive().to_string(), (day - TimeDelta::days(1)).date_naive().to_string());

    let first = "¿Aún le interesa la CAMIÓN? 50% off";
    for (query, expected) in [
        (vec![("q", "camion?")], vec![first]),
        (vec![("q", "MANANA")], vec!["pasado mañana"]),
        (vec![("q", "0%")], vec![first]),
        (vec![("q", "%")], vec![first]),
        (vec![("q", "_")], vec![]),
        (vec![("q", "(829) 555-7777")], vec![first]),
        (vec![("q", "+1 829")], vec![first]),
        (vec![("q", "corolla toyota")], vec!["mírelo"]),
        (vec![("q", "' | x:*")], vec![]),
        (vec![("status", "queued")], vec!["pasado mañana", "mírelo"]),
        (vec![("status", "sending,canceled")], vec![]),
        (vec![("from", &today)], vec!["pasado mañana"]),
        (vec![("to", &yesterday)], vec!["mírelo", first]),
        (vec![("from", &today), ("q", "mírelo")], vec![]),
        (vec![("to", &format!("{}Z", &written.replace(' ', "T")[..19]))], vec!["mírelo", first]),
    ] {
        assert_eq!(bodies(&dealer, &query).await, expected, "{query:?}");
    }
}

#[sqlx::test]
async fn wrong_parameter_is_named_in_both_languages(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for (query, field, code) in [
        ("limit=0", "limit", "invalid_limit"),
        ("cursor=x", "cursor", "invalid_cursor"),
        ("status=lost", "status", "invalid_status"),
        ("from=hoy", "from", "invalid_time"),
        ("to=%00", "to", "invalid_time"),
        ("q=a%00b", "q", "invalid_search"),
        ("q=a&q=b", "q", "repeated_parameter"),
    ] {
        let request = || dealer.request(Method::GET, &format!("/api/whatsapp/messages?{query}"));
        let spanish = Reply::of(request()).await;
        let english = Reply::of(request().header("accept-language", "en")).await;
        assert_eq!(spanish.status, 400, "{query}");
        assert_eq!((spanish.code(), &spanish.json["field"]), (code, &json!(field)));
        assert_ne!(spanish.json["error"], english.json["error"]);
    }
    assert_eq!(
        Reply::of(app.anonymous().request(Method::GET, "/api/whatsapp/messages?limit=0")).await.status,
        401
    );
}
