//! How a session begins, lives and ends.

use chrono::TimeDelta;
use okla::domain::user::Role;
use sqlx::PgPool;

use crate::app::{Browser, PASSWORD, SESSION, TestApp};

const ANA: &str = "ana@ejemplo.do";

async fn signed_in(app: &TestApp) -> Browser {
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    assert!(is_signed_in(&browser).await);
    browser
}

/// Whether a page for the signed-in opens.
async fn is_signed_in(browser: &Browser) -> bool {
    let landing = browser.get("/mensajes").await;
    let sent_away = landing.location == "/ingresar?volver=%2Fmensajes";
    assert_ne!(landing.status == 200, sent_away, "{landing:?}");
    !sent_away
}

#[sqlx::test]
async fn session_gets_a_new_id_at_sign_in(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, "no es esta, no").await;
    let before = browser.cookie(SESSION).expect("what he typed is kept somewhere");
    browser.sign_in(ANA, PASSWORD).await;
    assert_ne!(browser.cookie(SESSION).unwrap(), before);
    // Who planted the first id has nothing.
    assert_eq!(app.count("sessions").await, 1);
}

#[sqlx::test]
async fn session_cookie_is_out_of_scripts_and_other_sites_reach(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let answer = app
        .browser()
        .request(reqwest::Method::POST, "/fn/ingresar")
        .header("sec-fetch-site", "same-origin")
        .form(&[("email", ANA), ("password", PASSWORD)])
        .send()
        .await
        .unwrap();
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies: Vec<&str> = cookies.map(|line| line.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
}

#[sqlx::test]
async fn session_ends_three_days_after_it_was_last_used(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = signed_in(&app).await;
    app.clock.advance(TimeDelta::hours(71));
    assert!(is_signed_in(&browser).await);
    app.clock.advance(TimeDelta::hours(71));
    assert!(is_signed_in(&browser).await, "being used is remembered");
    app.clock.advance(TimeDelta::hours(72));
    assert!(!is_signed_in(&browser).await);
}

#[sqlx::test]
async fn session_ends_thirty_days_after_sign_in_however_much_it_is_used(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = signed_in(&app).await;
    for day in 2..30 {
        app.clock.advance(TimeDelta::days(1));
        assert!(is_signed_in(&browser).await, "day {day}");
    }
    app.clock.advance(TimeDelta::days(2));
    assert!(!is_signed_in(&browser).await);
}

#[sqlx::test]
async fn sign_out_ends_the_session_for_whoever_copied_its_cookie(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = signed_in(&app).await;
    let copy = browser.cookie(SESSION).unwrap();
    let landing = browser.post_form("/fn/salir", &[]).await;
    assert_eq!((landing.status.as_u16(), landing.location.as_str()), (303, "/"));
    assert_eq!(browser.cookie(SESSION), None);
    let thief = app.browser();
    thief.set_cookie(SESSION, &copy);
    assert!(!is_signed_in(&thief).await);
}
