//! A number is proved by a code that comes from it.

use chrono::TimeDelta;
use okla::{
    app::clock::Clock as _,
    domain::{limits::Limit, user::Role},
    store::phones::is_hearsay,
};
use reqwest::StatusCode;
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Landing, Options, PASSWORD, TestApp};

const ANA: &str = "ana@ejemplo.do";
/// As the sign-up form has it.
const HERS: &str = "+18095557788";
const ANOTHER: &str = "+18295550123";
const PAGE: &str = "/cuenta/numero";

/// Nothing is done but by [`TestApp::work`].
pub async fn start(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await
}

/// The code that a page shows.
pub fn code_on(page: &str) -> String {
    let shown = page.split_once("<code class=\"secret\">").unwrap_or_else(|| panic!("no code: {page}")).1;
    shown.split_once('<').unwrap().0.to_owned()
}

/// Somebody sends that to OKLA, and it is dealt with; what is answered to him last.
pub async fn send(app: &TestApp, from: &str, words: &str) -> String {
    let before = app.sim_messages(from).await.len();
    app.sim.receive(&[("From", from), ("Body", words)]).await;
    app.work().await;
    let all = app.sim_messages(from).await;
    match all.get(before..) {
        Some([.., last]) => last["body"].as_str().unwrap().to_owned(),
        _ => String::new(),
    }
}

async fn proved(app: &TestApp, email: &str) -> Option<String> {
    app.value("select (select phone from users where email = $1 and phone_proved_at is not null)", email)
        .await
}

async fn sign_up(app: &TestApp, email: &str) -> (Browser, String) {
    let browser = app.browser();
    browser.sign_up(email).await;
    let code = code_on(&browser.get(PAGE).await.body);
    (browser, code)
}

#[sqlx::test]
async fn sign_up_leads_to_a_code_that_proves_the_number_when_it_comes_from_it(pool: PgPool) {
    let app = start(pool).await;
    let browser = app.browser();
    assert_eq!(browser.sign_up(ANA).await.location, PAGE);
    let page = browser.get(PAGE).await.body;
    let code = code_on(&page);
    let bare = code.strip_prefix("OKLA ").unwrap();
    assert!(page.contains("todavía no está comprobado"), "{page}");
    assert!(page.contains(&format!("https://wa.me/14155238886?text=OKLA+{bare}")), "{page}");
    let answer = send(&app, HERS, &format!("okla {}: quiero comprobar mi número", bare.to_lowercase())).await;
    assert!(answer.starts_with("Listo: este número quedó comprobado"), "{answer}");
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(HERS));
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("está comprobado") && !page.contains("class=\"secret\""), "{page}");
    assert!(browser.get("/cuenta").await.body.contains("+1 809 555 7788, comprobado."));
    // It opened the window and belongs to no conversation.
    let kept: String =
        app.value("select concat(to_okla, thread_id) from inbound_messages where $1 = ''", "").await;
    assert_eq!(kept, "t");
}

#[sqlx::test]
async fn code_from_another_number_is_taken_only_when_its_owner_says_so_with_his_password(pool: PgPool) {
    let app = start(pool).await;
    let (browser, code) = sign_up(&app, ANA).await;
    let answer = send(&app, ANOTHER, &code).await;
    assert!(answer.contains("confírmelo en la página"), "{answer}");
    assert_eq!(proved(&app, ANA).await, None);
    // Taken: nobody else proves anything with it.
    assert!(send(&app, HERS, &code).await.contains("no vale"));
    assert_eq!(proved(&app, ANA).await, None);
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("+1 829 555 0123") && page.contains("¿Es suyo?"), "{page}");
    let wrong = browser.post_form("/fn/numero-tomar", &[("password", "no es esta, no")]).await;
    assert!(browser.get(&wrong.location).await.body.contains("Contraseña: no es la suya."));
    assert_eq!(proved(&app, ANA).await, None);
    let landing = browser.post_form("/fn/numero-tomar", &[("password", PASSWORD)]).await;
    assert!(browser.get(&landing.location).await.body.contains("+1 829 555 0123"));
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(ANOTHER));
}

#[sqlx::test]
async fn number_is_of_whoever_proved_it_last(pool: PgPool) {
    let app = start(pool).await;
    let (first, code) = sign_up(&app, ANA).await;
    send(&app, HERS, &code).await;
    let (_, code) = sign_up(&app, "luis@ejemplo.do").await;
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(HERS), "asking changes nothing");
    send(&app, HERS, &code).await;
    assert_eq!(proved(&app, "luis@ejemplo.do").await.as_deref(), Some(HERS));
    assert_eq!(proved(&app, ANA).await, None);
    assert!(first.get("/cuenta").await.body.contains("sin comprobar"));
}

#[sqlx::test]
async fn whatever_is_wrong_with_a_code_the_answer_is_the_same_and_guessing_ends_in_silence(pool: PgPool) {
    let app = start(pool).await;
    let (browser, late) = sign_up(&app, ANA).await;
    app.clock.advance(TimeDelta::minutes(31));
    let unknown = send(&app, ANOTHER, "OKLA 2345BC").await;
    assert!(unknown.contains("no vale"), "{unknown}");
    assert_eq!(send(&app, HERS, &late).await, unknown, "it ended");
    browser.post_form("/fn/numero-codigo", &[]).await;
    let replaced = code_on(&browser.get(PAGE).await.body);
    browser.post_form("/fn/numero-codigo", &[]).await;
    assert_eq!(send(&app, HERS, &replaced).await, unknown, "another was asked for");
    assert_eq!(proved(&app, ANA).await, None);
    for guess in 0..9 {
        send(&app, ANOTHER, &format!("OKLA 2345B{}", guess % 8 + 2)).await;
    }
    assert_eq!(send(&app, ANOTHER, "OKLA 9876ZZ").await, "", "too many");
    let code = code_on(&browser.get(PAGE).await.body);
    assert_eq!(send(&app, ANOTHER, &code).await, "", "the right one neither");
    send(&app, HERS, &code).await;
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(HERS), "the owner is not kept out by it");
}

#[sqlx::test]
async fn slip_of_the_finger_in_a_code_is_answered_and_counted_like_any_other(pool: PgPool) {
    let app = start(pool).await;
    let (browser, _) = sign_up(&app, ANA).await;
    let unknown = send(&app, ANOTHER, "OKLA 2345BC").await;
    for slip in ["OKLA 2345B", "okla 2345bcd", "Okla 23450C", "OKLA 2345B: quiero comprobar mi número"] {
        assert_eq!(send(&app, ANOTHER, slip).await, unknown, "{slip}");
    }
    assert_eq!(send(&app, ANOTHER, "OKLA, ¿tienen jeepetas?").await, "", "it is words");
    for _ in 0..5 {
        send(&app, ANOTHER, "OKLA 2345B").await;
    }
    assert_eq!(send(&app, ANOTHER, "OKLA 2345B").await, "", "too many");
    let code = code_on(&browser.get(PAGE).await.body);
    send(&app, HERS, &code).await;
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(HERS));
}

#[sqlx::test]
async fn database_tells_no_code_before_it_is_sent(pool: PgPool) {
    let app = start(pool).await;
    let (_, code) = sign_up(&app, ANA).await;
    let bare = code.strip_prefix("OKLA ").unwrap();
    let all: String = app
        .value(
            "select concat((select string_agg(p::text, ' ') from proofs p), (select string_agg(s::text, ' ') from sessions s))
             where $1 = ''",
            "",
        )
        .await;
    assert!(all.contains("phone") && !all.contains(bare), "{all}");
}

#[sqlx::test]
async fn another_number_is_unproved_and_wants_the_password(pool: PgPool) {
    let app = start(pool).await;
    let (browser, code) = sign_up(&app, ANA).await;
    send(&app, HERS, &code).await;
    let without = [("phone", "829 555 0123"), ("password", "no es esta, no")];
    browser.post_form("/fn/numero-cambiar", &without).await;
    assert_eq!(proved(&app, ANA).await.as_deref(), Some(HERS));
    let bad = browser.post_form("/fn/numero-cambiar", &[("phone", "555"), ("password", PASSWORD)]).await;
    assert!(browser.get(&bad.location).await.body.contains("id=\"phone-error\""));
    browser.post_form("/fn/numero-cambiar", &[("phone", "829 555 0123"), ("password", PASSWORD)]).await;
    assert_eq!(proved(&app, ANA).await, None);
    let page = browser.get(PAGE).await.body;
    assert!(page.contains("+1 829 555 0123") && page.contains("Pedir un código"), "{page}");
}

/// A buyer with a password who writes from a page.
async fn write(app: &TestApp, browser: &Browser, words: &str) -> Landing {
    let vehicle: String = app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let fields = [("vehicle", vehicle.as_str()), ("reason", "precio"), ("message", words), ("form_key", "")];
    browser.post_form("/fn/contactar", &fields).await
}

#[sqlx::test]
async fn unproved_number_sends_five_a_day_and_the_refusal_names_the_way_out(pool: PgPool) {
    let app = start(pool).await;
    okla::app::demo_data::seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now())
        .await
        .unwrap();
    app.set_limit(Limit::BuyerDay, None).await;
    let (browser, code) = sign_up(&app, ANA).await;
    for number in 0..5 {
        let landing = write(&app, &browser, &format!("¿Sigue? {number}")).await;
        assert!(landing.location.starts_with("/mensajes/"), "{number}: {landing:?}");
    }
    let refused = write(&app, &browser, "¿Y este?").await;
    let page = browser.get(&refused.location).await.body;
    assert!(page.contains("Hasta que compruebe su número"), "{page}");
    assert_eq!(app.count("messages").await, 5);
    let api = app.token_of(ANA).await;
    let reply = api.write(DEALER_PHONE, "por el API").await;
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::TOO_MANY_REQUESTS, "buyer_limit"),
        "{}",
        reply.text
    );

    send(&app, HERS, &code).await;
    assert!(write(&app, &browser, "Ya comprobado").await.location.starts_with("/mensajes/"));
    // Whoever takes another number is held short again, and what he sent counts.
    browser.post_form("/fn/numero-cambiar", &[("phone", "829 555 0123"), ("password", PASSWORD)]).await;
    let refused = write(&app, &browser, "¿Y ahora?").await;
    assert!(browser.get(&refused.location).await.body.contains("Hasta que compruebe su número"));

    app.set_limit(Limit::BuyerDay, Some(7)).await;
    let added = app.token_for(Role::Buyer).await;
    for number in 0..7 {
        assert_eq!(added.write_async(DEALER_PHONE, "hola").await.status, 202, "{number}");
    }
    let refused = added.write_async(DEALER_PHONE, "hola").await;
    assert_eq!(refused.code(), "buyer_limit");
    assert!(
        !refused.text.contains("compruebe"),
        "who was added by an operator has nothing to prove: {}",
        refused.text
    );
}

#[sqlx::test]
async fn number_that_is_only_what_a_buyer_typed_is_told_nothing_until_it_writes(pool: PgPool) {
    let app = start(pool).await;
    let (_, code) = sign_up(&app, ANA).await;
    let mut conn = app.pool.acquire().await.unwrap();
    let since = app.clock.now() - TimeDelta::hours(24);
    assert!(is_hearsay(&mut conn, HERS, since).await.unwrap());
    assert!(!is_hearsay(&mut conn, ANOTHER, since).await.unwrap(), "nobody typed it");
    send(&app, HERS, "OKLA 2345BC").await;
    assert!(!is_hearsay(&mut conn, HERS, since).await.unwrap(), "it has just written");
    app.clock.advance(TimeDelta::minutes(1));
    let later = app.clock.now();
    assert!(is_hearsay(&mut conn, HERS, later).await.unwrap());
    send(&app, HERS, &code).await;
    app.clock.advance(TimeDelta::days(2));
    let later = app.clock.now();
    assert!(!is_hearsay(&mut conn, HERS, later).await.unwrap(), "it is proved");
}
