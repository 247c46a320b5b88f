//! A session's id is worth something only while its person is signed in, and only as it was given.

use okla::domain::user::Role;
use sqlx::PgPool;

use crate::app::{Browser, PASSWORD, SESSION, TestApp};

const ANA: &str = "ana@ejemplo.do";

async fn opens(app: &TestApp, id: &str) -> bool {
    let thief = app.browser();
    thief.set_cookie(SESSION, id);
    let landing = thief.get("/mensajes").await;
    assert!(landing.status == 200 || landing.location == "/ingresar?volver=%2Fmensajes", "{landing:?}");
    landing.status == 200
}

async fn signed_in(app: &TestApp) -> (Browser, String) {
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    let id = browser.cookie(SESSION).unwrap();
    assert!(opens(app, &id).await);
    (browser, id)
}

#[sqlx::test]
async fn an_id_that_was_never_given_opens_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, id) = signed_in(&app).await;
    let hash: String = app.value("select encode(id_hash, 'base64') from sessions where $1 <> ''", "x").await;
    let mut other = id.clone().into_bytes();
    other[3] = if other[3] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).unwrap();
    let long = "A".repeat(4_000);
    for made_up in ["", "A", "../../x", "0", "' or 1=1--", "AAAAAAAAAAAAAAAAAAAAAA", &hash, &other, &long] {
        assert!(!opens(&app, made_up).await, "{made_up}");
    }
    assert_eq!(app.sessions_of(ANA).await, 1, "nor do guesses end the true one");
}

#[sqlx::test]
async fn an_id_has_128_bits_that_no_two_share(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let browser = app.browser();
        // A refused form is remembered in a session.
        browser.post_form("/fn/registro", &[("name", "A")]).await;
        let id = browser.cookie(SESSION).unwrap();
        assert_eq!(id.len(), 22, "128 bits in base64: {id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 40);
    for place in 0..21 {
        let seen: std::collections::BTreeSet<_> = ids.iter().map(|id| id.as_bytes()[place]).collect();
        assert!(seen.len() > 10, "place {place} hardly changes: {seen:?}");
    }
}

#[sqlx::test]
async fn an_id_chosen_by_another_is_not_taken_over_at_sign_in_or_sign_up(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let planted = app.browser();
    planted.post_form("/fn/registro", &[("name", "A")]).await;
    let planted = planted.cookie(SESSION).unwrap();
    for (number, made_up) in [planted.as_str(), "AAAAAAAAAAAAAAAAAAAAAA"].into_iter().enumerate() {
        let (returning, new) = (app.browser(), app.browser());
        returning.set_cookie(SESSION, made_up);
        new.set_cookie(SESSION, made_up);
        assert_eq!(returning.sign_in(ANA, PASSWORD).await.location, "/");
        assert_eq!(new.sign_up(&format!("nueva{number}@ejemplo.do")).await.location, "/cuenta/numero");
        assert!(!opens(&app, made_up).await);
        assert_ne!(returning.cookie(SESSION).unwrap(), made_up);
    }
}

#[sqlx::test]
async fn an_id_from_before_a_sign_out_or_another_sign_in_stays_dead(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (browser, first) = signed_in(&app).await;
    browser.sign_in(ANA, PASSWORD).await;
    let second = browser.cookie(SESSION).unwrap();
    assert!(!opens(&app, &first).await && opens(&app, &second).await);
    // A request that was under way at the sign-out does not bring it back.
    browser.post_form("/fn/salir", &[]).await;
    let thief = app.browser();
    for _ in 0..3 {
        thief.set_cookie(SESSION, &second);
        thief.post_form("/fn/registro", &[("name", "A")]).await;
        assert!(!opens(&app, &second).await);
    }
    browser.sign_in(ANA, PASSWORD).await;
    assert!(!opens(&app, &second).await && !opens(&app, &first).await);
}

#[sqlx::test]
async fn the_session_of_a_person_who_is_gone_is_over(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, id) = signed_in(&app).await;
    sqlx::query("delete from users where email = $1").bind(ANA).execute(&app.pool).await.unwrap();
    assert!(!opens(&app, &id).await);
    assert_eq!(app.count("sessions").await, 0);
}

#[sqlx::test]
async fn the_database_knows_no_id_that_could_be_used(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, id) = signed_in(&app).await;
    let token = app.token_of(ANA).await.token.unwrap();
    let device = {
        let browser = app.browser();
        browser.sign_in(ANA, PASSWORD).await;
        browser.cookie("okla_equipo").unwrap()
    };
    let kept: String = app.everything().await.into_iter().collect();
    let sessions: String =
        app.value("select string_agg(s::text, ' ') from sessions s where $1 <> ''", "x").await;
    for secret in [&*id, &token, &device, PASSWORD] {
        assert!(!kept.contains(secret) && !sessions.contains(secret), "{secret}");
    }
}
