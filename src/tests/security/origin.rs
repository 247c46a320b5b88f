//! Another site's page cannot post for whoever is signed in here, whatever it sends and however it is sent.

use reqwest::{Method, header};
use sqlx::PgPool;

use super::People;
use crate::{
    app::{Browser, Options, TestApp},
    tenants,
};

/// What a browser says of a post that one of our own pages did not make.
fn foreign(app: &TestApp) -> Vec<Vec<(&'static str, String)>> {
    let own = app.url.clone();
    let mut all = Vec::new();
    let origins = ["https://evil.example", "null", "", "http://127.0.0.1.evil.example", "http://127.0.0.1:1"];
    for origin in origins.map(str::to_owned).into_iter().chain([format!("{own}.evil.example")]) {
        all.push(vec![("origin", origin.clone())]);
        all.push(vec![("origin", origin), ("referer", format!("{own}/ingresar"))]);
    }
    for site in ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"] {
        all.push(vec![("sec-fetch-site", site.to_owned())]);
        // An origin of ours does not outweigh what the browser says of the site.
        all.push(vec![("sec-fetch-site", site.to_owned()), ("origin", own.clone())]);
    }
    all.push(Vec::new());
    all.push(vec![("referer", own)]);
    all
}

async fn post(browser: &Browser, path: &str, kind: &str, said: &[(&'static str, String)]) -> u16 {
    let body = if kind.starts_with("multipart") {
        "--b\r\nContent-Disposition: form-data; name=\"archivo\"; filename=\"a.csv\"\r\n\r\nreferencia\r\n--b--\r\n"
    } else {
        "palabra=PAUSAR&motivo=x&theme=dark&back=/&number=%2B18095551234&text=hola"
    };
    let mut request = browser.request(Method::POST, path).header(header::CONTENT_TYPE, kind).body(body);
    for (name, value) in said {
        request = request.header(*name, value);
    }
    browser.land(request).await.status.as_u16()
}

#[sqlx::test]
async fn nothing_is_done_for_the_signed_in_at_another_sites_word(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { demo: true, workers: false, ..Options::default() }).await;
    let people = People::of(&app).await;
    let before = app.everything().await;
    let mut paths: Vec<String> = tenants::endpoints().iter().map(|form| format!("/fn/{form}")).collect();
    paths.extend(["/tema".to_owned(), "/panel/vehiculos/importar".to_owned()]);
    // The three kinds that need no preflight, and the one that a script sends.
    let kinds = [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "application/json",
    ];
    for path in &paths {
        for said in foreign(&app) {
            for kind in kinds {
                for (person, browser) in people.all() {
                    let status = post(browser, path, kind, &said).await;
                    assert_eq!(status, 403, "{path} {kind} {said:?} by {person}");
                }
            }
        }
    }
    app.assert_unchanged(&before, "another site").await;
    assert!(app.sim_messages("+18095551234").await.is_empty());
    for browser in [&people.buyer, &people.admin] {
        assert_eq!(browser.get("/mensajes").await.status, 200, "nobody was signed out");
    }
    // The same by a page of ours is done.
    let ours = [("sec-fetch-site", "same-origin".to_owned())];
    assert_eq!(post(&people.admin, "/fn/admin/pausar", kinds[0], &ours).await, 303);
    assert_eq!(app.count("pauses").await, 1);
}

#[sqlx::test]
async fn no_other_site_may_read_an_answer(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let token = app.token_of("dealer@ejemplo.do").await.token.unwrap();
    for path in ["/panel", "/api/whatsapp/messages", "/fn/escribir", "/panel/mensajes.csv", "/readyz"] {
        for method in [Method::GET, Method::OPTIONS] {
            let asked = people
                .dealer
                .request(method, path)
                .bearer_auth(&token)
                .header("origin", "https://evil.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization");
            let answer = asked.send().await.unwrap();
            let opens = answer.headers().keys().any(|name| name.as_str().starts_with("access-control-"));
            assert!(!opens, "{path}: {:?}", answer.headers());
        }
    }
}
