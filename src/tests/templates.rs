//! Our templates at Twilio: made, submitted, followed, and what the admin reads of them.

use okla::{
    app::{
        clock::Clock as _,
        templates::{Standing, read_templates, submit_templates, sync_templates},
    },
    domain::{
        template::{Approval, Purpose, catalog},
        user::Role,
    },
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    app::{Browser, Options, PASSWORD, TestApp},
    simulator::rig::{ACCOUNT, Sim, TOKEN},
};

async fn start(pool: PgPool) -> (TestApp, Browser) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let admin = app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    (app, admin)
}

fn call(sim: &Sim, method: Method, path: &str) -> RequestBuilder {
    sim.http.request(method, format!("{}{path}", sim.url)).basic_auth(ACCOUNT, Some(TOKEN))
}

/// The account's template of that name.
async fn sid(sim: &Sim, name: &str) -> String {
    let told: Value = call(sim, Method::GET, "/v1/Content").send().await.unwrap().json().await.unwrap();
    let found = told["contents"].as_array().unwrap().iter().find(|one| one["friendly_name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {told}"))["sid"].as_str().unwrap().to_owned()
}

async fn decide(sim: &Sim, name: &str, decision: Value) {
    let path = format!("/sim/templates/{}", sid(sim, name).await);
    assert_eq!(call(sim, Method::PUT, &path).json(&decision).send().await.unwrap().status(), 204);
}

async fn remove(sim: &Sim, name: &str) {
    let path = format!("/v1/Content/{}", sid(sim, name).await);
    assert_eq!(call(sim, Method::DELETE, &path).send().await.unwrap().status(), 204);
}

#[sqlx::test]
async fn what_meta_decides_is_followed_and_shown(pool: PgPool) {
    let (app, admin) = start(pool).await;
    assert!(admin.get("/admin/sistema").await.body.contains("todavía no lo ha dicho"));
    sync_templates(&app.app).await.unwrap();
    let page = admin.get("/admin/sistema").await.body;
    assert_eq!(page.matches("Aprobada").count(), catalog().len(), "{page}");
    assert!(page.contains("Todo en orden") || !page.contains("La plantilla «"), "{page}");

    decide(&app.sim, "okla_oferta", json!({ "status": "paused" })).await;
    decide(
        &app.sim,
        "okla_contacto",
        json!({ "status": "rejected", "rejectionReason": "PROMOTIONAL", "category": "MARKETING" }),
    )
    .await;
    remove(&app.sim, "okla_mensaje").await;
    sync_templates(&app.app).await.unwrap();
    let page = admin.get("/admin/sistema").await.body;
    for told in [
        "La plantilla «okla_oferta» está en pausa.",
        "La plantilla «okla_contacto» está rechazada.",
        "PROMOTIONAL",
        "Meta la cambió: se pidió como «Utilidad».",
        "No está en Twilio",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(app.count("templates").await, i64::try_from(catalog().len()).unwrap() - 1);
}

#[sqlx::test]
async fn what_twilio_said_stays_while_it_cannot_be_asked(pool: PgPool) {
    let (app, _) = start(pool).await;
    sync_templates(&app.app).await.unwrap();
    app.sim.set(json!({ "errorRate": 1.0 })).await;
    sync_templates(&app.app).await.unwrap();
    assert_eq!(app.count("templates").await, i64::try_from(catalog().len()).unwrap());
}

#[sqlx::test]
async fn missing_templates_are_made_and_submitted_once_and_others_left_alone(pool: PgPool) {
    let (app, _) = start(pool).await;
    app.sim.set(json!({ "approvalDelayMs": 60_000 })).await;
    remove(&app.sim, "okla_mensaje").await;
    decide(&app.sim, "okla_oferta", json!({ "status": "rejected", "rejectionReason": "PROMOTIONAL" })).await;
    let said = async || {
        let done = submit_templates(&*app.app.gateway).await.unwrap();
        done.into_iter()
            .map(|done| (done.name, (done.said, done.is_wrong)))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let first = said().await;
    assert_eq!(first["okla_mensaje"], ("enviada a aprobación".to_owned(), false));
    assert_eq!(first["okla_contacto"], ("ya aprobada".to_owned(), false));
    assert!(first["okla_oferta"].1 && first["okla_oferta"].0.contains("PROMOTIONAL"), "{first:?}");
    assert_eq!(said().await["okla_mensaje"], ("ya en revisión".to_owned(), false));

    let told = read_templates(&*app.app.gateway, &app.pool, app.clock.now()).await.unwrap().unwrap();
    let of =
        |purpose| Standing::of_all(&told).into_iter().find(|one| one.definition.purpose == purpose).unwrap();
    assert_eq!(of(Purpose::Message).approval(), Some(Approval::Pending));
    app.sim.advance(60).await;
    assert_eq!(said().await["okla_mensaje"], ("ya aprobada".to_owned(), false));
}

#[sqlx::test]
async fn another_text_under_our_name_is_not_ours(pool: PgPool) {
    let (app, _) = start(pool).await;
    remove(&app.sim, "okla_contacto").await;
    let other = json!({ "friendly_name": "okla_contacto", "language": "es", "variables": { "1": "Ana" },
        "types": { "twilio/text": { "body": "Hola, {{1}}: esto es otra cosa." } } });
    call(&app.sim, Method::POST, "/v1/Content").json(&other).send().await.unwrap();
    let done = submit_templates(&*app.app.gateway).await.unwrap();
    let told = done.iter().find(|done| done.name == "okla_contacto").unwrap();
    assert!(told.is_wrong && told.said.contains("otro texto"), "{}", told.said);
    sync_templates(&app.app).await.unwrap();
    let known: i64 = app.value("select count(*) from templates where purpose = $1", "contact").await;
    assert_eq!(known, 0);
}
