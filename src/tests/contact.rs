//! The contact form without scripts: signing in on the way, pressing twice, and mistakes that lose nothing.

use okla::{
    app::{clock::Clock, demo_data::seed_catalogue},
    domain::{limits::Limit, user::Role},
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER_PHONE, Landing, PASSWORD, TestApp};

const FORM: &str = "/fn/contactar";
const KEY: &str = "0190a000-0000-7000-8000-000000000001";

/// A site with a catalogue, and a vehicle of the dealer at [`DEALER_PHONE`].
async fn start(pool: PgPool) -> (TestApp, String) {
    let app = TestApp::start(pool).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    let vehicle = app
        .value(
            "select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.phone = $1 limit 1",
            DEALER_PHONE,
        )
        .await;
    (app, vehicle)
}

async fn signed_in(app: &TestApp) -> Browser {
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in("ana@ejemplo.do", PASSWORD).await;
    browser
}

async fn press_send(browser: &Browser, vehicle: &str, message: &str, image_url: &str) -> Landing {
    let fields = [("vehicle", vehicle), ("message", message), ("image_url", image_url), ("form_key", KEY)];
    browser.post_form(FORM, &fields).await
}

#[sqlx::test]
async fn visitor_signs_in_on_the_way_and_finds_what_he_wrote(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let browser = app.browser();
    let text = "¿Sigue disponible el sábado?";
    let landing = press_send(&browser, &vehicle, text, "").await;
    let form = format!("/vehiculos/{vehicle}/contactar");
    let escaped = form.replace('/', "%2F");
    assert_eq!(landing.location, format!("/ingresar?volver={escaped}"));
    assert_eq!(app.count("messages").await, 0);

    let fields = [("email", "ana@ejemplo.do"), ("password", PASSWORD), ("back", &form)];
    let landing = browser.post_form("/fn/ingresar", &fields).await;
    assert_eq!(landing.location, form);
    assert!(browser.get(&form).await.body.contains(text));
}

#[sqlx::test]
async fn second_press_finds_the_first_message(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    let browser = signed_in(&app).await;
    let (one, two) =
        tokio::join!(press_send(&browser, &vehicle, "hola", ""), press_send(&browser, &vehicle, "hola", ""));
    assert_eq!(one.status, 303);
    assert!(one.location.starts_with("/mensajes/"), "{one:?}");
    assert_eq!(one.location, two.location);
    let id = one.location.trim_start_matches("/mensajes/");
    app.wait_for(id, "read").await;
    assert_eq!(app.sim_messages(DEALER_PHONE).await.len(), 1);
    assert_eq!(app.places(Limit::BuyerDay).await, 1);
    assert_eq!(browser.get(&one.location).await.status, 200);
}

#[sqlx::test]
async fn mistake_is_told_by_its_field_and_nothing_typed_is_lost(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    let browser = signed_in(&app).await;
    let long = "muy largo ".repeat(2_000);
    let form = format!("/vehiculos/{vehicle}/contactar");
    for (message, image_url, words) in [
        ("", "", "Escriba un mensaje."),
        (&*long, "", "y el máximo es 4,096"),
        ("hola", "http://ejemplo.com/a.jpg", "debe empezar con https://"),
    ] {
        let landing = press_send(&browser, &vehicle, message, image_url).await;
        assert_eq!(landing.location, form);
        let page = browser.get(&form).await.body;
        assert!(page.contains(words), "{words}");
        assert!(page.contains(message.trim()), "what was typed");
    }
    assert_eq!(app.count("messages").await, 0);
}

#[sqlx::test]
async fn long_text_says_in_how_many_messages_it_arrives(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    let browser = signed_in(&app).await;
    let form = format!("/vehiculos/{vehicle}/contactar");
    assert!(!browser.get(&form).await.body.contains("llegará en"));
    // A form's line ends are CR LF and count once.
    press_send(&browser, &vehicle, &"línea\r\n".repeat(300), "http://ejemplo.com/a.jpg").await;
    let page = browser.get(&form).await.body;
    assert!(page.contains("1,800 de 4,096 caracteres"), "{page}");
    assert!(page.contains("llegará en 2 mensajes"), "{page}");
}

#[sqlx::test]
async fn limit_is_told_in_words(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    app.set_limit(Limit::PlatformDay, Some(0)).await;
    let browser = signed_in(&app).await;
    let landing = press_send(&browser, &vehicle, "hola", "").await;
    let page = browser.get(&landing.location).await.body;
    assert!(page.contains("OKLA alcanzó su límite de mensajes de hoy"), "{page}");
    assert!(page.contains("hola"));
}

#[sqlx::test]
async fn vehicle_that_is_gone_is_told(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    let browser = signed_in(&app).await;
    sqlx::query("update vehicles set published_at = null").execute(&app.pool).await.unwrap();
    for id in [vehicle.as_str(), "no-uuid", ""] {
        let landing = press_send(&browser, id, "hola", "").await;
        assert_eq!(landing.status, 303, "{id:?}");
    }
    assert_eq!(app.count("messages").await, 0);
}

#[sqlx::test]
async fn what_a_writer_would_meet_is_told_before_he_writes(pool: PgPool) {
    let (app, vehicle) = start(pool).await;
    let browser = signed_in(&app).await;
    let form = format!("/vehiculos/{vehicle}/contactar");
    let page = async || browser.get(&form).await.body;
    let quiet = page().await;
    for words in ["Le queda", "detenido por el momento", "no tenía WhatsApp"] {
        assert!(!quiet.contains(words), "{words}");
    }
    app.set_limit(Limit::BuyerDay, Some(1)).await;
    assert!(page().await.contains("Le queda 1 mensaje por ahora."));
    press_send(&browser, &vehicle, "hola", "").await;
    assert!(page().await.contains("Usted alcanzó su límite de mensajes de 24 horas"));
    // What arrives at a number proves that it has WhatsApp.
    let sent: String = app.value("select id::text from messages where body = $1", "hola").await;
    app.wait_for(&sent, "read").await;
    sqlx::query("insert into numbers_without_whatsapp (phone, code, noted_at) values ($1, 63003, now())")
        .bind(DEALER_PHONE)
        .execute(&app.pool)
        .await
        .unwrap();
    assert!(page().await.contains("no tenía WhatsApp activo la última vez que se le escribió (hoy)"));
    sqlx::query("insert into lines (number, full_at, held_at, held_code, probe_at) values ($1, now(), now(), 20003, now() + interval '1 hour')
                 on conflict (number) do update set held_at = now(), probe_at = now() + interval '1 hour'")
        .bind(crate::simulator::rig::SENDER)
        .execute(&app.pool)
        .await
        .unwrap();
    assert!(page().await.contains("detenido por el momento"));
}
