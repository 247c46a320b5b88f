//! Opening an account and signing in to it.

use std::time::{Duration, Instant};

use okla::{
    app::seed_demo::seed_demo,
    domain::user::{CONSENT_TEXT, CONSENT_VERSION, Role},
};
use serde_json::Value;
use sqlx::PgPool;

use crate::app::{Options, PASSWORD, TestApp, sign_up_form};

const ANA: &str = "ana@ejemplo.do";

/// The names of the fields that the form's next showing complains about, and all it keeps.
async fn flash(app: &TestApp, form: &str) -> (Vec<String>, Value) {
    let kept: Value =
        app.value("select data -> $1 from sessions where data ? $1", &format!("form {form}")).await;
    let fields = kept["problems"].as_array().unwrap().iter();
    let fields = fields.map(|problem| problem["field"].as_str().unwrap().to_owned());
    (fields.collect(), kept)
}

#[sqlx::test]
async fn sign_up_opens_a_buyers_account_and_signs_in(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let landing = app.browser().sign_up(" ANA@Ejemplo.do ").await;
    assert_eq!((landing.status.as_u16(), landing.location.as_str()), (303, "/cuenta/numero"));
    let person: String =
        app.value("select concat_ws(' ', name, phone, role) from users where email = $1", ANA).await;
    assert_eq!(person, "Ana Peña +18095557788 buyer");
    assert_eq!(app.sessions_of(ANA).await, 1);
}

#[sqlx::test]
async fn consent_is_kept_with_its_version_its_words_and_its_time(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.browser().sign_up(ANA).await;
    let kept: (String, String, bool) = sqlx::query_as(
        "select text_version, body, accepted_at = created_at from consents c join users u on u.id = c.user_id",
    )
    .fetch_one(&app.pool)
    .await
    .unwrap();
    assert_eq!(kept, (CONSENT_VERSION.to_owned(), CONSENT_TEXT.to_owned(), true));
}

#[sqlx::test]
async fn sign_up_names_every_wrong_field_at_once_and_keeps_what_was_typed(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let typed = [
        ("name", "A"),
        ("email", "ana@"),
        ("phone", "555"),
        ("password", "corta"),
        ("consent", ""),
        ("back", "/vehiculos/7"),
    ];
    let landing = app.browser().post_form("/fn/registro", &typed).await;
    assert_eq!(landing.status, 303);
    assert_eq!(landing.location, "/registro?volver=%2Fvehiculos%2F7");
    let (fields, kept) = flash(&app, "registro").await;
    assert_eq!(fields, ["name", "email", "phone", "password", "consent"]);
    assert!(kept.to_string().contains("ana@"));
    assert!(!kept.to_string().contains("corta\""), "a password is never kept");
    assert_eq!(app.count("users").await, 0);
}

#[sqlx::test]
async fn sign_up_needs_the_consent_that_was_shown(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let mut form = sign_up_form(ANA);
    form[4] = ("consent", "2020-01-01");
    app.browser().post_form("/fn/registro", &form).await;
    assert_eq!(flash(&app, "registro").await.0, ["consent"]);
    assert_eq!(app.count("users").await, 0);
}

#[sqlx::test]
async fn a_taken_email_is_told_and_changes_nothing(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.browser().sign_up(ANA).await;
    app.browser().sign_up("Ana@ejemplo.do").await;
    let (fields, kept) = flash(&app, "registro").await;
    assert_eq!(fields, ["email"]);
    assert!(kept.to_string().contains("Ya hay una cuenta"));
    assert_eq!((app.count("users").await, app.count("consents").await), (1, 1));
}

#[sqlx::test]
async fn password_is_stored_as_argon2id_with_owasps_parameters(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.browser().sign_up(ANA).await;
    let stored: String = app.value("select password_hash from users where email = $1", ANA).await;
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
}

#[sqlx::test]
async fn sign_in_leads_back_to_where_the_visitor_was(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let fields = [("email", ANA), ("password", PASSWORD), ("back", "/vehiculos/7/contactar?x=1")];
    let landing = app.browser().post_form("/fn/ingresar", &fields).await;
    assert_eq!(landing.location, "/vehiculos/7/contactar?x=1");
    assert_eq!(app.sessions_of(ANA).await, 1);
}

#[sqlx::test]
async fn unknown_email_and_wrong_password_get_the_same_answer_after_the_same_work(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let mut answers = Vec::new();
    for email in [ANA, "nadie@ejemplo.do"] {
        let browser = app.browser();
        let landing = browser.sign_in(email, "no es esta, no").await;
        let (_, kept) = flash(&app, "ingresar").await;
        let page = browser.get(&landing.location).await.body;
        assert!(page.contains("El correo o la contraseña no son correctos"), "{page}");
        answers.push((landing.status, landing.location, kept["problems"].clone()));
        sqlx::query("delete from sessions").execute(&app.pool).await.unwrap();
    }
    assert_eq!(answers[0], answers[1]);

    let browser = app.browser();
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..4 {
        for (email, fastest) in [(ANA, &mut known), ("nadie@ejemplo.do", &mut unknown)] {
            let start = Instant::now();
            browser.sign_in(email, "no es esta, no").await;
            *fastest = start.elapsed().min(*fastest);
        }
    }
    assert!(unknown > known / 2 && known > unknown / 2, "{known:?}, {unknown:?}");
}

#[sqlx::test]
async fn what_cannot_be_text_in_a_field_is_an_answer_and_not_a_fault(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let mut form = sign_up_form("a\0na@ejemplo.do");
    form[0] = ("name", "Ana\0 Peña");
    assert_eq!(app.browser().post_form("/fn/registro", &form).await.status, 303);
    assert_eq!(app.browser().sign_in("a\0@b.do", "x\0").await.status, 303);
    assert_eq!(app.count("users").await, 0);
}

#[sqlx::test]
async fn demo_accounts_their_sessions_and_tokens_open_nothing_outside_demo_mode(pool: PgPool) {
    let demo = Options { demo: true, ..Options::default() };
    let app = TestApp::start_with(pool.clone(), demo).await;
    seed_demo(&app.tools(), PASSWORD).await.unwrap();
    let email = "comprador@okla.test";
    let browser = app.browser();
    browser.sign_in(email, PASSWORD).await;
    browser.get("/").await;
    assert_eq!(app.sessions_of(email).await, 1);
    let token = app.token_of(email).await;
    assert_eq!(token.write("+18095550101", "hola").await.status, 200);
    let device = browser.cookie(crate::app::SESSION).unwrap();
    drop(app);

    let live = TestApp::start(pool).await;
    let api = crate::app::Api::new(&live.url, token.token);
    assert_eq!(api.write("+18095550101", "hola").await.status, 401);
    let stranger = live.browser();
    stranger.set_cookie(crate::app::SESSION, &device);
    stranger.get("/").await;
    assert_eq!(live.sessions_of(email).await, 0, "the old session is over");
    live.browser().sign_in(email, PASSWORD).await;
    assert_eq!(live.sessions_of(email).await, 0);
    let (_, kept) = flash(&live, "ingresar").await;
    assert!(kept.to_string().contains("no son correctos"));
}
