//! No address, however it is written, leads away from this site; and no error is anyone's to put into a page.

use base64::{Engine, prelude::BASE64_URL_SAFE};
use reqwest::Method;
use sqlx::PgPool;

use super::People;
use crate::app::{Browser, PASSWORD, TestApp};

const ELSEWHERE: [&str; 22] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example/ingresar",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/x\r\nLocation: https://evil.example",
    " //evil.example",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?//evil.example",
    "#//evil.example",
    "／／evil.example",
];

/// Where a browser would go from a page of ours; none: it stays here.
fn leaves_for(app: &TestApp, location: &str) -> Option<String> {
    let here = url::Url::parse(&app.url).unwrap();
    let target = here.join(location).unwrap();
    (target.origin() != here.origin()).then(|| target.to_string())
}

#[sqlx::test]
async fn the_way_back_stays_here_however_it_is_written(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user("ana@ejemplo.do", okla::domain::user::Role::Buyer, None).await;
    let nested = "/ingresar?volver=//evil.example";
    let encoded =
        ["/%2f%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/%09/evil.example", nested];
    for back in ELSEWHERE.into_iter().chain(encoded) {
        let typed: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        let browser = app.browser();
        for page in ["/ingresar", "/registro"] {
            // As the page itself carries it on.
            let shown = browser.get(&format!("{page}?volver={typed}")).await.body;
            let kept = shown.split_once("name=\"back\" value=\"").expect("the way back").1;
            let kept = kept.split_once('"').unwrap().0;
            assert_eq!(leaves_for(&app, kept), None, "{page} keeps {kept} of {back:?}");
        }
        let fields = [("email", "ana@ejemplo.do"), ("password", PASSWORD), ("back", back)];
        let landing = app.browser().post_form("/fn/ingresar", &fields).await;
        assert_eq!(landing.status, 303);
        assert_eq!(leaves_for(&app, &landing.location), None, "{back:?} led to {}", landing.location);
        let landing = browser.post_form("/tema", &[("theme", "dark"), ("back", back)]).await;
        assert_eq!(leaves_for(&app, &landing.location), None, "{back:?} led to {}", landing.location);
    }
}

#[sqlx::test]
async fn a_form_that_fails_goes_back_to_a_page_of_ours_whatever_its_referer(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = app.browser();
    let own = format!("{}/registro?x=1", app.url);
    let referers =
        ["https://evil.example/a?b", "//evil.example", "javascript:alert(1)", "data:text/html,x", &own];
    for referer in referers {
        let request = browser
            .request(Method::POST, "/fn/registro")
            .header("sec-fetch-site", "same-origin")
            .header("referer", referer)
            // A field twice cannot be read.
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=a&name=b");
        let landing = browser.land(request).await;
        assert_eq!(landing.status, 302, "{landing:?}");
        assert!(landing.location.starts_with('/'), "{referer} led to {}", landing.location);
        assert_eq!(leaves_for(&app, &landing.location), None, "{referer} led to {}", landing.location);
        if referer == own {
            assert!(landing.location.starts_with("/registro?x=1&__path=%2Ffn%2Fregistro"), "{landing:?}");
        }
    }
}

#[sqlx::test]
async fn no_path_leads_elsewhere_by_itself(pool: PgPool) {
    let app = TestApp::start(pool).await;
    for path in [
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "/%5Cevil.example/",
        "/%2f%2fevil.example/",
    ] {
        for tail in ["", "..", "%2e%2e/", "?x=//evil.example/"] {
            let said = app
                .say_request("GET", &format!("{path}{tail}"), &[&format!("Host: {}", app.address())])
                .await;
            let location = said.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or("/");
            assert_eq!(leaves_for(&app, location), None, "{path}{tail} led to {location}");
        }
    }
}

/// Without the script's nonce, a form's own id, and the links that carry the address on as it was written.
fn of_every_visit(page: &str) -> String {
    let lines = page.replace('<', "\n<");
    let kept = lines.lines().filter(|line| {
        !line.contains("nonce=")
            && !line.contains("crossorigin=")
            && !line.contains("<time ")
            && !line.contains("name=\"back\"")
            && !line.contains("name=\"form_key\"")
    });
    let kept = kept.filter(|line| {
        !line.contains("volver=") && !line.contains("__err=") && !line.contains("name=\"id\"")
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[sqlx::test]
async fn an_error_in_the_address_shows_in_no_page(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let forged = ["\"Unexpected\"", "Llame al 809-555-6666", "<script>alert(1)</script>"];
    let visit = async |browser: &Browser, path: &str| {
        let landing = browser.get(path).await;
        (landing.status, of_every_visit(&landing.body))
    };
    let mut pages = 0;
    for route in app.routes.iter().filter(|route| !route.contains('{')) {
        if route.starts_with("/fn/") || ["eventos", ".csv"].iter().any(|end| route.ends_with(end)) {
            continue;
        }
        for (person, browser) in people.all() {
            let (status, plain) = visit(browser, route).await;
            if status != 200 || !plain.contains("<main") {
                continue;
            }
            pages += 1;
            for words in forged {
                let error = BASE64_URL_SAFE.encode(words);
                let path = format!("{route}?__path=%2Ffn%2Fingresar&__err={error}");
                let seen = visit(browser, &path).await;
                let new: Vec<_> = seen.1.lines().filter(|line| !plain.contains(line)).collect();
                assert_eq!((seen.0, new), (status, Vec::new()), "{route} by {person} with {words}");
            }
        }
    }
    assert!(pages > 20, "only {pages} pages were looked at");
}
