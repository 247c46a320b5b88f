//! What every form holds against: other sites, redirects elsewhere, guessing, floods.

use std::net::{IpAddr, Ipv4Addr};

use chrono::TimeDelta;
use okla::{
    app::throttle::{self, Door},
    domain::user::Role,
};
use reqwest::Method;
use sqlx::PgPool;

use crate::app::{Browser, PASSWORD, TestApp, sign_up_form};

const ANA: &str = "ana@ejemplo.do";
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// Every address a form may be posted to.
fn forms() -> Vec<String> {
    let mut paths: Vec<String> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    paths.push("/tema".to_owned());
    paths
}

#[sqlx::test]
async fn form_of_another_site_is_refused(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let foreign: [&[(&str, &str)]; 6] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", &app.url)],
        &[("sec-fetch-site", "same-site"), ("origin", &app.url)],
        &[("sec-fetch-site", "none")],
    ];
    for path in forms() {
        for headers in foreign {
            let browser = app.browser();
            let mut request = browser.request(Method::POST, &path).form(&sign_up_form(ANA));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let landing = browser.land(request).await;
            assert_eq!(landing.status, 403, "{path} {headers:?}");
        }
    }
    assert_eq!((app.count("users").await, app.count("sessions").await), (0, 0));
}

#[sqlx::test]
async fn form_of_an_old_browser_is_known_by_its_origin(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = app.browser();
    let request =
        browser.request(Method::POST, "/fn/registro").header("origin", &app.url).form(&sign_up_form(ANA));
    assert_eq!(browser.land(request).await.location, "/cuenta/numero");
    assert_eq!(app.count("users").await, 1);
}

#[sqlx::test]
async fn way_back_never_leads_to_another_site(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let elsewhere = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\r\nSet-Cookie: a=b",
    ];
    for back in elsewhere {
        let fields = [("email", ANA), ("password", PASSWORD), ("back", back)];
        let landing = app.browser().post_form("/fn/ingresar", &fields).await;
        assert_eq!(landing.location, "/", "{back:?}");
        let landing = app.browser().post_form("/tema", &[("theme", "dark"), ("back", back)]).await;
        assert_eq!(landing.location, "/", "{back:?}");
        // A mistake on the way does not open it either.
        let fields = [("email", ANA), ("password", "no"), ("back", back)];
        let landing = app.browser().post_form("/fn/ingresar", &fields).await;
        assert_eq!(landing.location, "/ingresar?volver=%2F", "{back:?}");
        app.clock.advance(TimeDelta::hours(1));
    }
    let mut form = sign_up_form("nuevo@ejemplo.do").to_vec();
    form.push(("back", elsewhere[0]));
    assert_eq!(app.browser().post_form("/fn/registro", &form).await.location, "/cuenta/numero");
}

async fn guess(browser: &Browser, times: usize) {
    for _ in 0..times {
        browser.sign_in(ANA, "no es esta, no").await;
    }
}

#[sqlx::test]
async fn guesser_is_stopped_and_the_owner_elsewhere_is_not(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    guess(&app.browser(), 10).await;
    // Even the right word is not tried any more.
    app.browser().sign_in(ANA, PASSWORD).await;
    assert_eq!(app.sessions_of(ANA).await, 0);
    app.browser_from(ELSEWHERE).sign_in(ANA, PASSWORD).await;
    assert_eq!(app.sessions_of(ANA).await, 1);

    app.clock.advance(TimeDelta::minutes(15));
    app.browser().sign_in(ANA, PASSWORD).await;
    assert_eq!(app.sessions_of(ANA).await, 2, "a quarter of an hour later he may try again");
}

#[sqlx::test]
async fn guesser_does_not_change_his_address_by_saying_so(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    for number in 0..11 {
        let browser = app.browser();
        let request = browser
            .request(Method::POST, "/fn/ingresar")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", format!("203.0.113.{number}"))
            .form(&[("email", ANA), ("password", if number < 10 { "no es" } else { PASSWORD })]);
        browser.land(request).await;
    }
    assert_eq!(app.sessions_of(ANA).await, 0);
}

#[sqlx::test]
async fn list_of_accounts_is_stopped_by_its_address(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let address = Ipv4Addr::LOCALHOST.into();
    for _ in 0..60 {
        // At the door itself: sixty passwords take long to hash.
        let mut conn = app.pool.acquire().await.unwrap();
        throttle::knock(&app.app, &mut conn, Door::SignInFrom { address }).await.unwrap();
    }
    app.browser().sign_in(ANA, PASSWORD).await;
    assert_eq!(app.sessions_of(ANA).await, 0);
    app.browser_from(ELSEWHERE).sign_in(ANA, PASSWORD).await;
    assert_eq!(app.sessions_of(ANA).await, 1);
}

#[sqlx::test]
async fn endless_form_is_not_read_into_memory(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let flood = "x".repeat(1024 * 1024);
    for path in forms() {
        let landing = app.browser().post_form(&path, &[("email", &flood)]).await;
        assert_eq!(landing.status, 413, "{path}");
    }
}
