//! Writing an offer: how it would arrive as it is typed, and choosing among those who wrote by several makes and vehicles.

use std::collections::BTreeSet;

use sqlx::PgPool;
use uuid::Uuid;

use super::stage::{Stage, phone};
use crate::stock::with;

/// What the island is told.
async fn live(stage: &Stage, words: &str, vehicle: &str) -> String {
    let of = if vehicle.is_empty() { "oferta".to_owned() } else { format!("oferta:{vehicle}") };
    stage.dealer_browser.preview(&[("vista", &*of), ("message", words)]).await
}

/// A vehicle of that make of the dealer's; its id.
async fn vehicle(stage: &Stage, make: &str, model: &str) -> String {
    let fields = with(&[("marca", make), ("modelo", model), ("referencia", model)]);
    stage.dealer_browser.post_form("/fn/vehiculo", &fields).await;
    stage.app.value("select id::text from vehicles where model = $1", model).await
}

#[sqlx::test]
async fn what_is_shown_while_it_is_typed_is_what_arrives(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..1).await;
    sqlx::query("update users set name = 'José Peña' where email like 'persona-%'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    let vehicle = vehicle(&stage, "Kia", "Sportage").await;
    let words = "  RD$ 50,000 menos\nhasta el sábado \n";
    let shown = live(&stage, words, &vehicle).await;
    let id = Uuid::now_v7().to_string();
    let fields = [("id", &*id), ("texto", words), ("vehiculo", &vehicle)];
    let editor = [&fields[..], &[("accion", "vista")]].concat();
    let back = stage.dealer_browser.post_form("/fn/oferta", &editor).await.location;
    let editor = stage.dealer_browser.get(back.split('#').next().unwrap()).await.body;
    let page = stage.dealer_browser.post_form("/fn/oferta", &fields).await.location;
    let check = stage.dealer_browser.get(&page).await.body;
    stage.confirm(&page, 1).await;
    stage.serve().await;
    let truth = stage.app.sim_messages(&phone(0)).await;
    let arrived = truth[0]["body"].as_str().unwrap();
    assert!(arrived.contains("José Peña: RD$ 50,000 menos · hasta el sábado"), "{arrived}");
    assert!(arrived.contains(&format!("/vehiculos/{vehicle}")), "{arrived}");
    assert!(shown.contains(&format!("<p>{arrived}</p>")), "as it is typed: {shown}");
    for page in [&editor, &check] {
        assert!(page.contains(arrived), "{arrived} is not in {page}");
    }

    assert_eq!(live(&stage, " ", "").await.matches("(aquí va su texto)").count(), 1);
    let long = live(&stage, &"palabra ".repeat(200), "").await;
    assert!(!long.contains("palabra"), "what cannot be sent is not shown as if it could: {long}");
    assert!(long.contains("no cabe entera"), "{long}");
    stage.decide_template("paused").await;
    let stopped = live(&stage, "Rebaja", "").await;
    assert!(stopped.contains("no está disponible ahora"), "{stopped}");
}

#[sqlx::test]
async fn several_makes_and_vehicles_are_chosen_at_once(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..6).await;
    let corolla = vehicle(&stage, "Toyota", "Corolla").await;
    let hilux = vehicle(&stage, "Toyota", "Hilux").await;
    let sonata = vehicle(&stage, "Hyundai", "Sonata").await;
    let evoque = vehicle(&stage, "Land Rover", "Evoque").await;
    // The fifth asked about two, the last about none.
    for (number, asked) in [(0, &corolla), (1, &hilux), (2, &sonata), (3, &evoque), (4, &hilux)] {
        sqlx::query("update threads set vehicle_id = $1::uuid where buyer_id = (select id from users where phone = $2)")
            .bind(asked)
            .bind(phone(number))
            .execute(&stage.app.pool)
            .await
            .unwrap();
    }
    let second = "insert into threads (id, dealer_id, buyer_id, vehicle_id, created_at, last_at, buyer_spoke_at, first_asked_at)
         select gen_random_uuid(), dealer_id, buyer_id, $1::uuid, created_at, last_at, buyer_spoke_at, first_asked_at from threads
         where buyer_id = (select id from users where phone = $2)";
    sqlx::query(second).bind(&sonata).bind(phone(4)).execute(&stage.app.pool).await.unwrap();

    let form = stage.dealer_browser.get("/panel/ofertas/nueva").await.body;
    for choice in ["value=\"Land Rover\"", "value=\"Hyundai\"", &*corolla, &*evoque, "Vehículos (4)"] {
        assert!(form.contains(choice), "{choice}: {form}");
    }
    let id = Uuid::now_v7().to_string();
    let chosen = [
        ("id", &*id),
        ("texto", "Rebaja"),
        ("marca-0", "Hyundai"),
        ("marca-2", "Land Rover"),
        ("interes-3", &corolla),
    ];
    let page = stage.dealer_browser.post_form("/fn/oferta", &chosen).await.location;
    let check = stage.dealer_browser.get(&page).await.body;
    assert!(
        check.contains("Preguntaron por cualquier Hyundai, cualquier Land Rover o Toyota Corolla"),
        "{check}"
    );
    assert!(
        check.contains("<dt>Llega a</dt><dd>4 personas</dd>") && check.contains("US$\u{a0}0.06"),
        "{check}"
    );
    let again = stage.dealer_browser.get(&format!("/panel/ofertas/nueva?id={id}")).await.body;
    assert_eq!(again.matches("type=\"checkbox\"").count(), 7, "{again}");
    assert_eq!(again.matches(" checked").count(), 3, "{again}");
    assert!(again.contains("Vehículos (1 de 4 marcados)"), "{again}");
    stage.confirm(&page, 4).await;
    stage.serve().await;
    let sent: BTreeSet<String> = stage.sent().await.into_keys().collect();
    assert_eq!(sent, [0, 2, 3, 4].map(phone).into(), "who was counted, each once");
    assert!(
        stage.dealer_browser.get(&page).await.body.contains("cualquier Hyundai"),
        "its page says whom it was for"
    );

    // What names no vehicle widens nothing, and what was chosen beside it stays.
    let id = Uuid::now_v7().to_string();
    let wrong = [("id", &*id), ("texto", "Rebaja"), ("marca-1", "Toyota"), ("interes-0", "todos")];
    let back = stage.dealer_browser.post_form("/fn/oferta", &wrong).await.location;
    let form = stage.dealer_browser.get(&back).await.body;
    assert!(form.contains("Preguntaron por: elija los vehículos de la lista."), "{form}");
    assert_eq!(form.matches(" checked").count(), 1, "{form}");
    assert_eq!(stage.app.count("campaigns").await, 1);
}
