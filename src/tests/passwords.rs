//! A forgotten password, and a changed one.

use chrono::TimeDelta;
use okla::domain::user::Role;
use sqlx::PgPool;

use crate::{
    app::{Browser, PASSWORD, TestApp},
    phone_proof::{code_on, send, start},
};

const ANA: &str = "ana@ejemplo.do";
const HERS: &str = "+18095557788";
const FRESH: &str = "otra frase que se recuerda";
const PAGE: &str = "/olvide-mi-clave";

/// Signed up, and her number proved.
async fn have_ana(app: &TestApp) -> Browser {
    let browser = app.browser();
    browser.sign_up(ANA).await;
    let code = code_on(&browser.get("/cuenta/numero").await.body);
    send(app, HERS, &code).await;
    browser
}

/// Somebody forgot the password of that account; his code.
async fn forget(browser: &Browser, email: &str) -> String {
    let landing = browser.post_form("/fn/clave-olvidada", &[("email", email)]).await;
    assert_eq!((landing.status.as_u16(), landing.location.as_str()), (303, PAGE));
    code_on(&browser.get(PAGE).await.body)
}

async fn lets_in(app: &TestApp, password: &str) -> bool {
    let before = app.sessions_of(ANA).await;
    app.browser().sign_in(ANA, password).await;
    app.sessions_of(ANA).await > before
}

#[sqlx::test]
async fn a_code_from_the_proved_number_lets_the_browser_that_asked_set_a_new_password(pool: PgPool) {
    let app = start(pool).await;
    have_ana(&app).await;
    let (asks, other) = (app.browser(), app.browser());
    assert!(asks.get("/ingresar").await.body.contains("href=\"/olvide-mi-clave\""));
    let code = forget(&asks, ANA).await;
    let early = asks.post_form("/fn/clave-nueva", &[("password", FRESH)]).await;
    assert!(asks.get(&early.location).await.body.contains("venció o ya se usó"), "nothing came yet");
    let answer = send(&app, HERS, &code).await;
    assert!(
        answer.contains("ya puede poner su contraseña nueva") && answer.contains("no fue OKLA"),
        "{answer}"
    );

    let foreign = other.post_form("/fn/clave-nueva", &[("password", FRESH)]).await;
    assert!(other.get(&foreign.location).await.body.contains("Escriba primero el correo"));
    assert!(!lets_in(&app, FRESH).await);

    assert!(asks.get(PAGE).await.body.contains("Contraseña nueva"));
    let short = asks.post_form("/fn/clave-nueva", &[("password", "corta")]).await;
    assert!(asks.get(&short.location).await.body.contains("La contraseña es corta"));
    let landing = asks.post_form("/fn/clave-nueva", &[("password", FRESH)]).await;
    assert!(asks.get(&landing.location).await.body.contains("Su contraseña cambió"));
    assert_eq!(app.sessions_of(ANA).await, 0, "all sessions ended, and nobody is signed in by it");
    assert!(!lets_in(&app, PASSWORD).await);
    assert!(lets_in(&app, FRESH).await);
    let again = asks.post_form("/fn/clave-nueva", &[("password", PASSWORD)]).await;
    assert!(asks.get(&again.location).await.body.contains("Escriba primero el correo"), "once");
    let told: i64 = app.value("select count(*) from audit where action = $1", "password_reset").await;
    assert_eq!(told, 1);
}

#[sqlx::test]
async fn nobody_can_tell_an_account_from_none(pool: PgPool) {
    let app = start(pool).await;
    have_ana(&app).await;
    let luis = app.browser();
    luis.sign_up("luis@ejemplo.do").await;
    app.add_user("jefa@ejemplo.do", Role::Admin, None).await;
    let mut seen = Vec::new();
    for (email, from) in [
        (ANA, "+18295550123"),
        ("nadie@ejemplo.do", "+18295550124"),
        // Its number is nobody's yet.
        ("luis@ejemplo.do", HERS),
        ("jefa@ejemplo.do", "+18295550125"),
    ] {
        let browser = app.browser();
        let code = forget(&browser, email).await;
        let answer = send(&app, from, &code).await;
        assert!(answer.contains("no vale"), "{email}: {answer}");
        let page = browser.get(PAGE).await.body;
        assert_eq!(code_on(&page), code, "{email}: it still waits");
        // All but what is drawn: the code, the picture of it, ids and hours.
        let text: String =
            page.split('>').filter(|piece| !piece.contains("<path d=")).collect::<Vec<_>>().join(">");
        let bare = code.strip_prefix("OKLA ").unwrap();
        let words = text.replace(bare, "");
        seen.push(words.chars().filter(|c| c.is_alphabetic()).count());
        assert!(page.contains("Si hay una cuenta con ese correo"), "{page}");
    }
    assert!(seen.iter().all(|length| length.abs_diff(seen[0]) < 60), "{seen:?}");
    assert!(lets_in(&app, PASSWORD).await);
    let bad = app.browser();
    let landing = bad.post_form("/fn/clave-olvidada", &[("email", "ana@")]).await;
    assert!(bad.get(&landing.location).await.body.contains("El correo no parece completo"));
}

#[sqlx::test]
async fn a_reset_ends_after_half_an_hour_and_with_the_number(pool: PgPool) {
    let app = start(pool).await;
    let ana = have_ana(&app).await;
    let (late, moved) = (app.browser(), app.browser());
    let code = forget(&late, ANA).await;
    app.clock.advance(TimeDelta::minutes(31));
    assert!(send(&app, HERS, &code).await.contains("no vale"));
    assert!(late.get(PAGE).await.body.contains("Pedir un código"));

    forget(&moved, ANA).await;
    let code = code_on(&moved.get(PAGE).await.body);
    ana.post_form("/fn/numero-cambiar", &[("phone", "829 555 0123"), ("password", PASSWORD)]).await;
    assert!(send(&app, HERS, &code).await.contains("no vale"), "the number is hers no more");
    assert!(send(&app, "+18295550123", &code).await.contains("no vale"), "and the new one is not proved");
}

#[sqlx::test]
async fn a_second_factor_is_still_asked_for_after_a_reset(pool: PgPool) {
    let app = start(pool).await;
    have_ana(&app).await;
    sqlx::query(
        "insert into second_factors (user_id, secret, confirmed_at) select id, '\\x00', now() from users where email = $1",
    )
    .bind(ANA)
    .execute(&app.pool)
    .await
    .unwrap();
    let asks = app.browser();
    let code = forget(&asks, ANA).await;
    send(&app, HERS, &code).await;
    asks.post_form("/fn/clave-nueva", &[("password", FRESH)]).await;
    let landing = app.browser().sign_in(ANA, FRESH).await;
    assert!(landing.location.starts_with("/ingresar/codigo"), "{landing:?}");
}

#[sqlx::test]
async fn who_knows_the_password_changes_it_and_the_other_sessions_end(pool: PgPool) {
    let app = start(pool).await;
    let here = have_ana(&app).await;
    let there = app.browser();
    there.sign_in(ANA, PASSWORD).await;
    let wrong =
        here.post_form("/fn/clave-cambiar", &[("password", "no es esta, no"), ("nueva", FRESH)]).await;
    assert!(here.get(&wrong.location).await.body.contains("Contraseña: no es la suya."));
    let short = here.post_form("/fn/clave-cambiar", &[("password", PASSWORD), ("nueva", "corta")]).await;
    assert!(here.get(&short.location).await.body.contains("id=\"nueva-error\""));
    assert_eq!(app.sessions_of(ANA).await, 2);
    let landing = here.post_form("/fn/clave-cambiar", &[("password", PASSWORD), ("nueva", FRESH)]).await;
    assert!(here.get(&landing.location).await.body.contains("Su contraseña cambió"));
    assert_eq!(there.get("/mensajes").await.location, "/ingresar?volver=%2Fmensajes");
    assert!(!lets_in(&app, PASSWORD).await);
    assert!(lets_in(&app, FRESH).await);
}
