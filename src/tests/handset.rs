//! The simulated telephone: what arrived at a number is on it, an answer comes in by the real webhook, and outside demo
//! mode it is not there.

use std::time::Duration;

use okla::domain::user::Role;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::{
    app::{DEALER, DEALER_PHONE, Options, PASSWORD, TestApp},
    simulator::rig::PATIENCE,
};

const TELEPHONE: &str = "/demo/telefono?numero=%2B18095550101";

async fn demo(pool: PgPool) -> TestApp {
    let options = Options { demo: true, ..Options::default() };
    TestApp::start_with(pool, options).await
}

/// Writes to a number; returns when the message is as far as it will get.
async fn write(app: &TestApp, to: &str, body: &str, status: &str) {
    let reply = app.token_for(Role::Admin).await.write(to, body).await;
    app.wait_for(&reply.id(), status).await;
}

async fn answer(app: &TestApp, text: &str) -> String {
    let landing = app.browser().post_form("/fn/telefono", &[("number", DEALER_PHONE), ("text", text)]).await;
    assert_eq!(landing.status, StatusCode::SEE_OTHER, "{}", landing.body);
    landing.location
}

#[sqlx::test(migrations = "./migrations")]
async fn what_arrived_is_on_the_telephone_under_the_dealers_name(pool: PgPool) {
    let app = demo(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    write(&app, DEALER_PHONE, "¿Sigue disponible el Corolla?", "read").await;

    let page = app.browser().get("/demo/telefono").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("«¿Sigue disponible el Corolla?»"), "no bubble: {}", page.body);
    assert!(
        page.body.contains(&format!("Teléfono de {DEALER} · +1 809 555 0101")),
        "whose telephone it is: {}",
        page.body
    );
}

#[sqlx::test(migrations = "./migrations")]
async fn a_messages_own_page_leads_to_the_telephone_it_went_to(pool: PgPool) {
    let app = demo(pool).await;
    app.add_user("ana@ejemplo.do", Role::Admin, None).await;
    let sent = app.token_of("ana@ejemplo.do").await.write(DEALER_PHONE, "Hola").await;
    let browser = app.browser();
    browser.sign_in("ana@ejemplo.do", PASSWORD).await;

    let page = browser.get(&format!("/mensajes/{}", sent.id())).await.body;
    assert!(page.contains(&format!("href=\"{TELEPHONE}#telefono\"")), "{page}");
}

#[sqlx::test(migrations = "./migrations")]
async fn what_whatsapp_refused_is_not_on_the_telephone_and_the_page_says_so(pool: PgPool) {
    let app = demo(pool).await;
    write(&app, "+18095557016", "Nunca llega", "undelivered").await;

    let page = app.browser().get("/demo/telefono?numero=%2B18095557016").await;
    assert!(!page.body.contains("Nunca llega"), "{}", page.body);
    assert!(page.body.contains("1 mensaje a este número nunca llegó (código 63016)."), "{}", page.body);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_answer_comes_in_once_by_the_signed_webhook_and_shows_on_the_telephone(pool: PgPool) {
    let app = demo(pool).await;
    let back = answer(&app, "Sí, disponible").await;
    assert_eq!(back, format!("{TELEPHONE}#telefono"));

    let stored: Vec<(String, String)> =
        sqlx::query_as("select from_address, body from inbound_messages").fetch_all(&app.pool).await.unwrap();
    assert_eq!(stored, [(DEALER_PHONE.to_owned(), "Sí, disponible".to_owned())]);

    let page = app.browser().get(TELEPHONE).await.body;
    assert_eq!(page.matches("<p>Sí, disponible</p>").count(), 1, "{page}");
    assert!(page.contains(r#"aria-label="Entregado""#), "OKLA has it: {page}");
}

#[sqlx::test(migrations = "./migrations")]
async fn an_answer_that_okla_refused_keeps_its_words_and_is_not_shown_as_received(pool: PgPool) {
    let options =
        Options { demo: true, auth_tokens: vec!["another token than the simulator's"], ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let browser = app.browser();
    let fields = [("number", DEALER_PHONE), ("text", "Venga \"mañana\" <b>")];
    let landing = browser.post_form("/fn/telefono", &fields).await;
    assert_eq!(landing.status, StatusCode::SEE_OTHER, "{}", landing.body);

    let page = browser.get(&landing.location).await.body;
    assert!(page.contains("OKLA no lo recibió"), "{page}");
    assert!(page.contains(r#"value="Venga &quot;mañana&quot; &lt;b&gt;""#), "the words are lost: {page}");
    assert!(!page.contains(r#"aria-label="Entregado""#), "{page}");
    assert_eq!(app.count("inbound_messages").await, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_empty_answer_is_refused_in_words(pool: PgPool) {
    let app = demo(pool).await;
    let browser = app.browser();
    let landing = browser.post_form("/fn/telefono", &[("number", DEALER_PHONE), ("text", "  ")]).await;
    assert_eq!(landing.status, StatusCode::SEE_OTHER);
    let page = browser.get(&landing.location).await.body;
    assert!(page.contains("Escriba un mensaje."), "{page}");
    assert_eq!(app.count("inbound_messages").await, 0);
}

#[sqlx::test(migrations = "./migrations")]
async fn hostile_words_stay_words_on_the_page_and_in_its_live_part(pool: PgPool) {
    let app = demo(pool).await;
    let hostile = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    write(&app, DEALER_PHONE, hostile, "read").await;
    answer(&app, hostile).await;

    let page = app.browser().get(TELEPHONE).await.body;
    let live = first_event(&app, "/demo/telefono/eventos?numero=%2B18095550101").await;
    let list = first_event(&app, "/demo/telefono/numeros/eventos?numero=%2B18095550101").await;
    for (name, html) in [("page", page), ("conversation", live), ("list", list)] {
        assert!(!html.contains("<script>alert"), "{name}: {html}");
        assert!(!html.contains("<img src=x"), "{name}: {html}");
        assert!(html.contains("&lt;script&gt;alert(1)"), "{name} does not show it: {html}");
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn a_message_shows_by_itself_on_an_open_telephone(pool: PgPool) {
    let app = demo(pool).await;
    let path = "/demo/telefono/eventos?numero=%2B18095550101";
    let mut events = app.browser().request(Method::GET, path).send().await.unwrap();
    let mut seen = String::new();
    write(&app, DEALER_PHONE, "Llegué sin recargar", "read").await;
    let waiting = async {
        while !seen.contains("Llegué sin recargar") {
            let chunk = events.chunk().await.unwrap().unwrap();
            seen.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let came = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(came.is_ok(), "it never came");
}

#[sqlx::test(migrations = "./migrations")]
async fn without_its_simulator_the_telephone_says_so_and_breaks_nothing(pool: PgPool) {
    let mut app = demo(pool).await;
    app.sim.stop().await;

    let page = app.browser().get(TELEPHONE).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("El simulador no responde"), "{}", page.body);

    let browser = app.browser();
    let fields = [("number", DEALER_PHONE), ("text", "¿Hay alguien?")];
    let landing = browser.post_form("/fn/telefono", &fields).await;
    let page = browser.get(&landing.location).await.body;
    assert!(page.contains("El simulador no responde. Inténtelo de nuevo"), "{page}");
    assert!(page.contains(r#"value="¿Hay alguien?""#), "{page}");
}

#[sqlx::test(migrations = "./migrations")]
async fn outside_demo_mode_there_is_no_telephone(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = app.browser();
    for path in [
        "/demo/telefono",
        TELEPHONE,
        "/demo/telefono/eventos?numero=%2B18095550101",
        "/demo/telefono/numeros/eventos",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let fields = [("number", DEALER_PHONE), ("text", "Hola")];
    let landing = browser.post_form("/fn/telefono", &fields).await;
    assert_eq!(landing.status, StatusCode::NOT_FOUND);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(app.count("inbound_messages").await, 0);
}

async fn first_event(app: &TestApp, path: &str) -> String {
    let mut events = app.browser().request(Method::GET, path).send().await.unwrap();
    let chunk = tokio::time::timeout(PATIENCE, events.chunk()).await.unwrap();
    String::from_utf8(chunk.unwrap().unwrap().to_vec()).unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_button_under_a_template_is_pressed_and_a_message_answered_by_quoting_it(pool: PgPool) {
    let app = demo(pool).await;
    let variables =
        json!({ "1": "José", "2": "Honda CR-V 2021", "3": "mañana a las 10:00 a. m.", "4": "Auto Feria" });
    let asked = json!({ "toPhoneNumber": DEALER_PHONE, "template": "okla_prueba_recordatorio", "variables": variables });
    let reply = app.token_for(Role::Admin).await.send(asked).await;
    app.wait_for(&reply.id(), "read").await;
    let sid = reply.json["messageId"].as_str().unwrap().to_owned();

    let page = app.browser().get(TELEPHONE).await.body;
    let button = r#"<button name="boton" value="prueba-confirmo">Allí estaré</button>"#;
    assert!(page.contains(button) && page.contains(&format!("responde={sid}")), "{page}");
    let pressed = [
        ("number", DEALER_PHONE),
        ("text", "Allí estaré"),
        ("boton", "prueba-confirmo"),
        ("responde", &*sid),
    ];
    app.browser().post_form("/fn/telefono", &pressed).await;
    let quoting = app.browser().get(&format!("{TELEPHONE}&responde={sid}")).await.body;
    assert!(quoting.contains("Respondiendo a «"), "{quoting}");
    app.browser()
        .post_form(
            "/fn/telefono",
            &[("number", DEALER_PHONE), ("text", "Llego a las once"), ("responde", &*sid)],
        )
        .await;
    let stored: Vec<(String, Option<String>, Option<String>)> =
        sqlx::query_as("select body, button, replied_to from inbound_messages order by received_at")
            .fetch_all(&app.pool)
            .await
            .unwrap();
    let (there, later) = ("Allí estaré".to_owned(), "Llego a las once".to_owned());
    assert_eq!(
        stored,
        [(there, Some("prueba-confirmo".to_owned()), Some(sid.clone())), (later, None, Some(sid))]
    );
}
