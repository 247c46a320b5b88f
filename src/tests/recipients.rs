//! Who may write to whom, and who may see it.

use okla::{
    app::{clock::Clock, demo_data::seed_catalogue},
    domain::user::Role,
};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Api, DEALER, DEALER_PHONE, PLAIN, TestApp};

/// The demo catalogue's first dealer is [`DEALER`], at [`DEALER_PHONE`].
async fn start(pool: PgPool) -> TestApp {
    let app = TestApp::start(pool).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app
}

async fn a_vehicle_of(app: &TestApp, slug: &str) -> String {
    app.value(
        "select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1",
        slug,
    )
    .await
}

#[sqlx::test]
async fn buyer_may_write_to_a_dealer_and_to_a_vehicles_seller(pool: PgPool) {
    let app = start(pool).await;
    let buyer = app.token_for(Role::Buyer).await;
    app.open_window(DEALER_PHONE).await;
    assert_eq!(buyer.write("809 555-0101", "hola").await.status, 200);
    let about = json!({
        "toPhoneNumber": DEALER_PHONE,
        "messageBody": "¿Sigue disponible?",
        "vehicleId": a_vehicle_of(&app, DEALER).await,
        "imageUrl": "https://ejemplo.com/foto.jpg",
    });
    assert_eq!(buyer.send(about).await.status, 200);
    let truth = app.sim_messages(DEALER_PHONE).await;
    assert_eq!(truth.len(), 2);
    assert_eq!(truth[1]["mediaUrl"], "https://ejemplo.com/foto.jpg");
    let paid: i64 = app
        .value(
            "select count(*) from ledger_entries e join dealers d on d.id = e.dealer_id where d.slug = $1",
            DEALER,
        )
        .await;
    assert_eq!(paid, 2, "a contact is charged to the dealer who gets it");
}

#[sqlx::test]
async fn buyer_may_write_to_nobody_else(pool: PgPool) {
    let app = start(pool).await;
    let buyer = app.token_for(Role::Buyer).await;
    let vehicle = a_vehicle_of(&app, "cibao-motors").await;
    for body in [
        json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" }),
        // Another dealer than the vehicle's.
        json!({ "toPhoneNumber": DEALER_PHONE, "messageBody": "hola", "vehicleId": vehicle }),
        json!({ "toPhoneNumber": PLAIN, "messageBody": "hola", "vehicleId": vehicle }),
    ] {
        let reply = buyer.send(body.clone()).await;
        assert_eq!(reply.status, 403, "{body}");
        assert_eq!(reply.code(), "recipient_not_allowed");
    }
    assert_eq!(app.count("messages").await, 0);
    assert_eq!(
        app.value::<i64>("select coalesce(sum(used), 0)::bigint from limit_counters where name <> $1", "")
            .await,
        0
    );
}

#[sqlx::test]
async fn vehicle_that_is_not_for_sale_is_told_by_its_field(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let vehicle = a_vehicle_of(&app, "cibao-motors").await;
    sqlx::query("update vehicles set published_at = null").execute(&app.pool).await.unwrap();
    for id in [vehicle.as_str(), "01900000-0000-7000-8000-000000000000", "7", "\0"] {
        let reply =
            dealer.send(json!({ "toPhoneNumber": PLAIN, "messageBody": "hola", "vehicleId": id })).await;
        assert_eq!(reply.status, 400, "{id:?}");
        assert_eq!(reply.code(), "unknown_vehicle");
        assert_eq!(reply.json["field"], "vehicleId");
    }
}

async fn sees(api: &Api, id: &str, sid: &str) -> [StatusCode; 2] {
    [api.status(id).await.status, api.status(sid).await.status]
}

#[sqlx::test]
async fn message_is_seen_by_its_sender_its_dealer_and_admins_only(pool: PgPool) {
    let app = start(pool).await;
    let buyer = app.token_for(Role::Buyer).await;
    let reply = buyer.write(DEALER_PHONE, "hola").await;
    let (id, sid) = (reply.id(), reply.json["messageId"].as_str().unwrap().to_owned());

    let dealer = app.token_for(Role::Dealer).await;
    let admin = app.token_for(Role::Admin).await;
    for api in [&buyer, &dealer, &admin] {
        assert_eq!(sees(api, &id, &sid).await, [200, 200]);
    }
    let other_buyer = app.token_for(Role::Buyer).await;
    app.add_user("otro@ejemplo.do", Role::Dealer, Some("cibao-motors")).await;
    let other_dealer = app.token_of("otro@ejemplo.do").await;
    for api in [&other_buyer, &other_dealer] {
        assert_eq!(sees(api, &id, &sid).await, [404, 404]);
    }
    assert_eq!(sees(&app.anonymous(), &id, &sid).await, [401, 401]);
}
