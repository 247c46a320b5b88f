//! A dealer's own vehicles: added, described anew, paused, let expire, loaded from a file he looks at first.

use chrono::TimeDelta;
use okla::domain::user::Role;
use reqwest::{Method, header};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Landing, PASSWORD, TestApp};

pub const FORM: [(&str, &str); 15] = [
    ("referencia", "A-001"),
    ("marca", "toyota"),
    ("modelo", "Corolla"),
    ("version", "LE"),
    ("anio", "2019"),
    ("tipo", "sedan"),
    ("color", "blanco"),
    ("kilometraje", "62,000"),
    ("transmision", "automatica"),
    ("combustible", "gasolina"),
    ("precio", "985,000"),
    ("moneda", "DOP"),
    ("ubicacion", "Santiago"),
    ("descripcion", "Único dueño"),
    ("vence", ""),
];

/// The form with some fields otherwise.
pub fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let otherwise = |name: &str| changes.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let mut form: Vec<_> =
        FORM.iter().map(|(name, value)| (*name, otherwise(name).unwrap_or(value))).collect();
    form.extend(changes.iter().filter(|(name, _)| *name == "id"));
    form
}

/// A CSV file as a browser uploads it.
pub async fn upload(browser: &Browser, name: &str, content: &str) -> Landing {
    let body = format!(
        "--okla\r\nContent-Disposition: form-data; name=\"archivo\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{content}\r\n--okla--\r\n"
    );
    let request = browser.request(Method::POST, "/panel/vehiculos/importar");
    let request = request.header("sec-fetch-site", "same-origin");
    browser.land(request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=okla").body(body)).await
}

async fn stage(pool: PgPool) -> (TestApp, Browser) {
    let app = TestApp::start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    (app, browser)
}

impl TestApp {
    async fn vehicle(&self, reference: &str) -> String {
        self.value("select id::text from vehicles where reference = $1", reference).await
    }
}

#[sqlx::test]
async fn a_vehicle_is_added_described_anew_and_found_by_buyers(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    let added = browser.post_form("/fn/vehiculo", &with(&[])).await;
    assert_eq!((added.status.as_u16(), added.location.as_str()), (303, "/panel/vehiculos"));
    let list = browser.get("/panel/vehiculos").await.body;
    assert!(list.contains("El vehículo está añadido.") && list.contains("Toyota Corolla LE 2019"), "{list}");
    assert!(app.browser().get("/").await.body.contains("Toyota Corolla LE"));

    let id = app.vehicle("A-001").await;
    let form = browser.get(&format!("/panel/vehiculos/{id}")).await.body;
    assert!(form.contains("value=\"985,000\"") && form.contains("Único dueño"), "{form}");
    browser
        .post_form(
            "/fn/vehiculo",
            &with(&[("id", &id), ("referencia", "B-7"), ("precio", "US$ 15,000"), ("moneda", "USD")]),
        )
        .await;
    assert_eq!(app.vehicle("B-7").await, id, "its address stays");
    assert_eq!(app.count("vehicles").await, 1);
    assert!(app.browser().get(&format!("/vehiculos/{id}")).await.body.contains("15,000"));
}

#[sqlx::test]
async fn what_is_wrong_is_named_and_nothing_typed_is_lost(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    browser.post_form("/fn/vehiculo", &with(&[])).await;
    let wrong = with(&[("marca", ""), ("anio", "19"), ("vence", "ayer"), ("modelo", "Civic <Sport>")]);
    let back = browser.post_form("/fn/vehiculo", &wrong).await;
    assert_eq!(back.location, "/panel/vehiculos/nuevo");
    let page = browser.get("/panel/vehiculos/nuevo").await.body;
    for sentence in [
        "Marca: Está vacío. Complételo.",
        "Año: «19» no es un año",
        "Último día: «ayer» no es un día",
        "Civic &lt;Sport",
    ] {
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
    browser.post_form("/fn/vehiculo", &with(&[("modelo", "Camry")])).await;
    let page = browser.get("/panel/vehiculos/nuevo").await.body;
    assert!(page.contains("Otro de sus vehículos ya lleva «A-001»"), "{page}");
    assert_eq!(app.count("vehicles").await, 1);
}

#[sqlx::test]
async fn a_paused_or_expired_vehicle_is_out_of_buyers_sight_and_cannot_be_written_to(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    let today = app.app.clock.now();
    let last = okla::domain::time::day_in_santo_domingo(today).to_string();
    browser.post_form("/fn/vehiculo", &with(&[("vence", &last)])).await;
    let id = app.vehicle("A-001").await;
    let seen = || async { app.browser().get(&format!("/vehiculos/{id}")).await.status.as_u16() };
    assert_eq!(seen().await, 200);

    browser.post_form("/fn/vehiculo-pausa", &[("id", &id), ("pausar", "si")]).await;
    assert_eq!(seen().await, 404);
    assert!(browser.get("/panel/vehiculos?estado=pausados").await.body.contains("Corolla"));
    browser.post_form("/fn/vehiculo-pausa", &[("id", &id), ("pausar", "no")]).await;
    assert_eq!(seen().await, 200);

    app.advance(TimeDelta::days(1)).await;
    assert_eq!(seen().await, 404, "its last day is over");
    assert!(!app.browser().get("/").await.body.contains("Corolla LE"));
    let buyer = app.token_for(Role::Buyer).await;
    let refused = buyer
        .send(serde_json::json!({"toPhoneNumber": DEALER_PHONE, "messageBody": "Hola", "vehicleId": id}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "unknown_vehicle"));
    let list = browser.get("/panel/vehiculos?estado=vencidos").await.body;
    assert!(list.contains("Corolla") && list.contains("Vencido"), "{list}");
}

#[sqlx::test]
async fn a_file_is_looked_at_before_it_is_loaded_and_loads_once(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    browser.post_form("/fn/vehiculo", &with(&[])).await;
    let file = "referencia;marca;modelo;año;tipo;color;km;transmisión;combustible;precio;ubicación;vence\n\
        A-001;Toyota;Corolla;2019;sedan;blanco;62,000;automatica;gasolina;RD$ 985,000;Santiago;31/12/2099\n\
        A-002;Kia;Sportage;2021;jeepeta;rojo;30,000;automatica;gasolina;RD$ 1,450,000;Santiago;\n\
        A-003;Kia;Rio;21;sedan;rojo;30,000;automatica;gasolina;RD$ 650,000;Santiago;\n";
    let kept = upload(&browser, "inventario.csv", file).await;
    let page = browser.get(&kept.location).await.body;
    for told in [
        "Qué cambiaría",
        "inventario.csv",
        "Una línea no se carga",
        "«21» no es un año",
        "Kia Sportage 2021",
        "Cargar 2",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(app.count("vehicles").await, 1, "looking changes nothing");

    let id = kept.location.rsplit('/').next().unwrap();
    for _ in 0..2 {
        let loaded = browser.post_form("/fn/vehiculos-importar", &[("id", id)]).await;
        assert_eq!(loaded.location, kept.location);
    }
    assert!(browser.get(&kept.location).await.body.contains("Sus vehículos están cargados."));
    assert_eq!(app.count("vehicles").await, 2);
    let last: String = app.value("select expires_on::text from vehicles where reference = $1", "A-001").await;
    assert_eq!(last, "2099-12-31");

    app.advance(TimeDelta::days(2)).await;
    okla::app::tidy_up::tidy_up(&app.app).await.unwrap();
    assert_eq!(app.count("vehicle_imports").await, 0, "a file is forgotten after a day");
}

#[sqlx::test]
async fn a_file_that_cannot_be_read_is_refused_in_words(pool: PgPool) {
    let (_app, browser) = stage(pool).await;
    let large = "x".repeat(3 * 1024 * 1024);
    for (content, told) in [
        ("", "elija un archivo CSV"),
        ("marca,modelo\nToyota,Corolla\n", "le faltan columnas"),
        (large.as_str(), "pesa más de 2 MB"),
    ] {
        let back = upload(&browser, "malo.csv", content).await;
        assert_eq!(back.location, "/panel/vehiculos/importar");
        let page = browser.get(&back.location).await.body;
        assert!(page.contains(told), "{told}: {page}");
    }
}

#[sqlx::test]
async fn who_wrote_about_a_vehicle_is_answered_though_it_is_paused(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    browser.post_form("/fn/vehiculo", &with(&[])).await;
    let id = app.vehicle("A-001").await;
    browser.post_form("/fn/vehiculo-pausa", &[("id", &id), ("pausar", "si")]).await;
    let answer = [("to", "809 555 1234"), ("message", "Sigue disponible"), ("vehicle", id.as_str())];
    let sent = browser.post_form("/fn/escribir", &answer).await;
    assert!(sent.location.starts_with("/panel/mensajes/"), "{}", sent.location);

    app.have_dealer("otro-lote", "+18095550199").await;
    app.add_user("otro@okla.test", Role::Dealer, Some("otro-lote")).await;
    let other = app.browser();
    other.sign_in("otro@okla.test", PASSWORD).await;
    let refused = other.post_form("/fn/escribir", &answer).await;
    assert_eq!(refused.location, "/panel/escribir", "to anybody else it is not there");
}

#[sqlx::test]
async fn only_the_newest_files_of_a_dealer_are_kept_and_a_long_one_is_refused(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    let header = "referencia,marca,modelo,año,tipo,color,km,transmisión,combustible,precio\n";
    for _ in 0..7 {
        assert!(upload(&browser, "a.csv", header).await.location.len() > 40);
    }
    assert_eq!(app.count("vehicle_imports").await, 5);
    let back = upload(&browser, "largo.csv", &format!("{header}{}", "a\n".repeat(10_001))).await;
    assert!(browser.get(&back.location).await.body.contains("más de 10,000 líneas"));
}

#[sqlx::test]
async fn while_another_file_is_read_the_dealer_is_told_on_the_page_he_pressed_on(pool: PgPool) {
    let (app, browser) = stage(pool).await;
    let file = "referencia,marca,modelo,año,tipo,color,km,transmisión,combustible,precio,ubicación\n\
        A-002,Kia,Sportage,2021,jeepeta,rojo,30000,automatica,gasolina,RD$ 1450000,Santiago\n";
    let kept = upload(&browser, "inventario.csv", file).await.location;
    let id = kept.rsplit('/').next().unwrap();
    let another = app.app.imports.acquire().await.unwrap();
    let back = browser.post_form("/fn/vehiculos-importar", &[("id", id)]).await;
    assert_eq!(back.location, kept);
    let page = browser.get(&kept).await.body;
    assert!(page.contains("ahora mismo se lee otro") && page.contains("Cargar 1"), "{page}");
    assert!(!browser.get("/panel/vehiculos").await.body.contains("ahora mismo"), "it is said once");
    drop(another);
    browser.post_form("/fn/vehiculos-importar", &[("id", id)]).await;
    assert_eq!(app.count("vehicles").await, 1);
}
