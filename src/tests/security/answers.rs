//! What every answer says to the browser, and what none tells to whoever looks for more.

use okla::domain::user::Role;
use reqwest::{Method, Response, header};
use sqlx::PgPool;

use super::{People, filled};
use crate::app::{Browser, Options, PASSWORD, TestApp};

const PUBLIC: &str = "https://contacto.okla.example";

async fn start(pool: PgPool) -> TestApp {
    TestApp::start_with(pool, Options { public_url: Some(PUBLIC), ..Options::default() }).await
}

fn named<'a>(answer: &'a Response, name: &str) -> &'a str {
    let mut all = answer.headers().get_all(name).iter();
    let value = all.next().unwrap_or_else(|| panic!("no {name}: {answer:?}")).to_str().unwrap();
    assert!(all.next().is_none(), "{name} twice: {answer:?}");
    value
}

/// The policy's directives; the nonce is another with each answer.
fn check(answer: &Response) -> String {
    let policy = named(answer, "content-security-policy").to_owned();
    let directive = |name: &str| {
        let found = policy.split("; ").find_map(|part| part.strip_prefix(&format!("{name} ")));
        found.unwrap_or_else(|| panic!("no {name} in {policy}")).to_owned()
    };
    assert_eq!(directive("default-src"), "'none'");
    assert_eq!(directive("base-uri"), "'none'");
    assert_eq!(directive("frame-ancestors"), "'none'");
    assert_eq!(directive("form-action"), "'self'");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert!(!policy.contains('*') && !policy.contains("http"), "{policy}");
    assert_eq!(named(answer, "x-content-type-options"), "nosniff");
    assert_eq!(named(answer, "x-frame-options"), "DENY");
    assert_eq!(named(answer, "referrer-policy"), "same-origin");
    assert_eq!(named(answer, "cross-origin-opener-policy"), "same-origin");
    assert!(named(answer, "permissions-policy").contains("geolocation=()"));
    assert_eq!(named(answer, "strict-transport-security"), "max-age=31536000; includeSubDomains");
    for banner in ["server", "x-powered-by", "via", "x-runtime"] {
        assert!(!answer.headers().contains_key(banner), "{banner}: {answer:?}");
    }
    if let Some(kind) = answer.headers().get(header::CONTENT_TYPE) {
        let kind = kind.to_str().unwrap();
        assert!(
            !kind.starts_with("text/") || kind == "text/event-stream" || kind.contains("charset=utf-8"),
            "{kind}"
        );
    }
    let scripts = directive("script-src");
    scripts.split_once("'nonce-").expect("a nonce").1.split('\'').next().unwrap().to_owned()
}

/// Nothing in the page runs or paints that the policy does not know.
fn check_page(page: &str, nonce: &str, path: &str) {
    for script in page.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
    }
    assert!(!page.contains("<style"), "{path}");
    for tag in page.split('<').map(|rest| rest.split('>').next().unwrap()) {
        for attribute in [" style=", " onclick=", " onload=", " onerror=", " onsubmit=", "javascript:"] {
            assert!(!tag.contains(attribute), "{path}: <{tag}>");
        }
    }
}

#[sqlx::test]
async fn every_answer_bears_the_headers(pool: PgPool) {
    let app = start(pool).await;
    let people = secure_people(&app).await;
    let mut nonces = std::collections::BTreeSet::new();
    let mut pages = 0;
    for route in
        app.routes.iter().map(|route| filled(route)).chain(["/nada".to_owned(), "/favicon.svg".to_owned()])
    {
        for (who, browser) in &people {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
                let answer = browser.request(method.clone(), &route).send().await.unwrap();
                let nonce = check(&answer);
                assert!(nonces.insert(nonce.clone()), "{route}: a nonce twice");
                let public = route.starts_with("/v/")
                    || route.starts_with("/vehiculos/imagen")
                    || route == "/favicon.svg";
                if !(public && answer.status().is_success()) {
                    let kept = named(&answer, "cache-control");
                    let streams =
                        answer.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream");
                    assert!(
                        kept == "no-store" || (streams && kept == "no-cache"),
                        "{route} by {who}: {kept}"
                    );
                }
                let is_page = answer
                    .headers()
                    .get("content-type")
                    .is_some_and(|kind| kind == "text/html; charset=utf-8");
                if is_page && method == Method::GET {
                    pages += 1;
                    check_page(&answer.text().await.unwrap(), &nonce, &route);
                }
            }
        }
    }
    assert!(pages > 60, "only {pages} pages were looked at");
}

/// Cookies of `https` are not sent over the tests' `http` by themselves.
async fn secure_people(app: &TestApp) -> Vec<(&'static str, Browser)> {
    let all = People::of(app).await;
    vec![("nobody", all.nobody), ("buyer", all.buyer), ("dealer", all.dealer), ("admin", all.admin)]
}

#[sqlx::test]
async fn every_cookie_is_out_of_reach(pool: PgPool) {
    let app = start(pool).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let browser = app.browser();
    let mut seen = std::collections::BTreeSet::new();
    let forms: [(&str, &[(&str, &str)]); 4] = [
        ("/fn/registro", &[("name", "A")]),
        ("/fn/ingresar", &[("email", "ana@ejemplo.do"), ("password", PASSWORD)]),
        ("/tema", &[("theme", "dark"), ("back", "/")]),
        ("/fn/salir", &[]),
    ];
    for (path, fields) in forms {
        let request =
            browser.request(Method::POST, path).header("sec-fetch-site", "same-origin").form(fields);
        let answer = request.send().await.unwrap();
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.starts_with("__Host-okla_"), "{line}");
            let attributes: Vec<&str> = line.split("; ").skip(1).collect();
            for needed in ["HttpOnly", "Secure", "Path=/", "SameSite=Lax"] {
                assert!(attributes.contains(&needed), "{needed}: {line}");
            }
            assert!(!line.contains("Domain"), "{line}");
            seen.insert(line.split('=').next().unwrap().to_owned());
        }
        browser
            .land(browser.request(Method::POST, path).header("sec-fetch-site", "same-origin").form(fields))
            .await;
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[sqlx::test]
async fn a_fault_is_told_without_its_cause(pool: PgPool) {
    let app = start(pool).await;
    let people = secure_people(&app).await;
    let token = app.token_of("dealer@ejemplo.do").await;
    app.pool.close().await;
    let mut faults = 0;
    for route in app.routes.iter().map(|route| filled(route)) {
        for (who, browser) in &people {
            for method in [Method::GET, Method::POST] {
                let request = browser.request(method, &route).header("sec-fetch-site", "same-origin");
                let request = request.bearer_auth(token.token.as_deref().unwrap());
                let answer =
                    request.json(&serde_json::json!({ "toPhoneNumber": "+18095551234", "messageBody": "x" }));
                let answer = answer.send().await.unwrap();
                faults += usize::from(answer.status().is_server_error());
                check(&answer);
                let body = answer.text().await.unwrap().to_lowercase();
                for told in
                    ["sqlx", "postgres", "pool", "src/", ".rs:", "panicked", "backtrace", "select ", "rustc"]
                {
                    assert!(!body.contains(told), "{route} by {who} tells {told}: {body}");
                }
            }
        }
    }
    assert!(faults > 20, "only {faults} requests failed");
}
