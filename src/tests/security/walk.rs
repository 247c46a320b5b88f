//! Every route that the router knows, and every form, by whoever may not have it. A route without a rule is a failure.

use std::{collections::BTreeSet, time::Duration};

use reqwest::{Method, header};
use sqlx::PgPool;

use super::{People, filled};
use crate::{
    app::{Browser, Landing, Reply, TestApp},
    tenants,
};

/// Whose a route is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Whose {
    Everybodys,
    /// Of whoever is signed in.
    Persons,
    Dealers,
    Admins,
    /// Of programs with a token.
    Programs,
    Twilios,
    /// A form's address, posted to in a test of its own.
    Form,
    /// The same of a form that others do not find.
    AdminsForm,
    /// Not there outside demo mode.
    Demo,
}

fn whose(route: &str) -> Option<Whose> {
    let under = |root: &str| route == root || route.starts_with(&format!("{root}/"));
    Some(match route {
        "/"
        | "/ingresar"
        | "/ingresar/codigo"
        | "/olvide-mi-clave"
        | "/olvide-mi-clave/eventos"
        | "/registro"
        | "/vehiculos/{id}"
        | "/vehiculos/imagen/{name}"
        | "/leer/{token}"
        | "/tema"
        | "/healthz"
        | "/readyz"
        | "/api"
        | "/api/"
        | "/api/docs"
        | "/api/openapi.json"
        | "/api/{*rest}"
        | "/v/{version}/pkg"
        | "/v/{version}/pkg/"
        | "/v/{version}/pkg/{*__private__axum_nest_tail_param}" => Whose::Everybodys,
        "/mensajes"
        | "/mensajes/{id}"
        | "/mensajes/{id}/eventos"
        | "/mensajes/{id}/conversacion/eventos"
        | "/mensajes/adjuntos/{id}"
        | "/vehiculos/{id}/contactar"
        | "/pruebas"
        | "/pruebas/{id}" => Whose::Persons,
        "/api/whatsapp/send" | "/api/whatsapp/status/{id}" | "/api/whatsapp/messages" => Whose::Programs,
        "/webhooks/twilio/status" | "/webhooks/twilio/inbound" => Whose::Twilios,
        "/metrics" => Whose::Demo,
        _ if under("/cuenta") => Whose::Persons,
        _ if under("/admin") => Whose::Admins,
        _ if under("/panel") => Whose::Dealers,
        _ if under("/demo") => Whose::Demo,
        _ if under("/fn/admin") => Whose::AdminsForm,
        _ if tenants::endpoints().iter().any(|form| route == format!("/fn/{form}")) => Whose::Form,
        _ => return None,
    })
}

async fn ask(browser: &Browser, method: &Method, path: &str) -> Landing {
    let request = browser.request(method.clone(), path).header("sec-fetch-site", "same-origin");
    // A stream of events never ends; its head says all.
    let answer = request.send().await.unwrap();
    let location = answer.headers().get(header::LOCATION);
    let location = location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    Landing { status: answer.status(), location, body: String::new() }
}

/// The visitor does not have it: sent to sign in, or told that it is not there.
fn refuses(person: &str, method: &Method, landing: &Landing) -> bool {
    let sent_to_sign_in = landing.status == 303 && landing.location.starts_with("/ingresar?volver=%2F");
    match (person, method) {
        ("nobody", &Method::GET) => sent_to_sign_in || landing.status == 401,
        (_, &Method::GET) => landing.status == 404,
        // Nothing is done by a method that the route does not know, nor by an empty body.
        _ => sent_to_sign_in || (400..500).contains(&landing.status.as_u16()),
    }
}

#[sqlx::test]
async fn every_route_is_somebodys_and_refuses_everybody_else(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let before = app.everything().await;
    let mut wrong = Vec::new();
    for route in &app.routes {
        let Some(whose) = whose(route) else {
            wrong.push(format!("{route}: say in security/walk.rs whose it is"));
            continue;
        };
        let path = filled(route);
        for (person, browser) in people.all() {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if matches!(whose, Whose::Form | Whose::AdminsForm) && method == Method::POST {
                    continue;
                }
                let landing = ask(browser, &method, &path).await;
                let refused = refuses(person, &method, &landing);
                let right = match (whose, person) {
                    (Whose::AdminsForm, "buyer" | "dealer") => landing.status == 404,
                    (Whose::Form | Whose::AdminsForm, _) => landing.status == 405,
                    (Whose::Everybodys, _) => !landing.status.is_server_error(),
                    // With a cookie as without one.
                    (Whose::Programs, _) => [401, 405].contains(&landing.status.as_u16()),
                    (Whose::Twilios, _) => [403, 405].contains(&landing.status.as_u16()),
                    (Whose::Demo, _) => [404, 405].contains(&landing.status.as_u16()),
                    (Whose::Admins, "admin") | (Whose::Dealers, "dealer" | "admin") => {
                        landing.status != 303 || method != Method::GET
                    }
                    (Whose::Persons, "nobody") | (Whose::Admins | Whose::Dealers, _) => refused,
                    (Whose::Persons, _) => !landing.location.starts_with("/ingresar"),
                };
                if !right {
                    let Landing { status, location, .. } = landing;
                    wrong.push(format!("{whose:?} {method} {route} by {person}: {status} {location}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.assert_unchanged(&before, "asking").await;
}

/// The rule above would be kept by pages that nobody can open.
#[sqlx::test]
async fn who_may_opens_the_admins_and_the_dealers_pages(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    for route in app.routes.iter().filter(|route| !route.contains('{')) {
        let browser = match whose(route) {
            Some(Whose::Admins) => &people.admin,
            Some(Whose::Dealers) => &people.dealer,
            _ => continue,
        };
        // A limit to change is named in the query.
        let path = route.replace("/cambiar", "/cambiar?limite=dealer_day");
        assert_eq!(ask(browser, &Method::GET, &path).await.status, 200, "{route}");
    }
}

/// What the tables hold once the stage's own sendings have come to rest.
async fn settled(app: &TestApp) -> BTreeSet<String> {
    let mut before = app.everything().await;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = app.everything().await;
        if now == before {
            return now;
        }
        before = now;
    }
}

#[sqlx::test]
async fn no_form_does_anything_for_nobody_a_buyer_or_another_dealer(pool: PgPool) {
    let stage = tenants::stage(pool).await;
    let (nobody, buyer) = (stage.app.browser(), stage.app.browser());
    buyer.sign_up("ana@okla.test").await;
    let posts = stage.posts();
    let before = settled(&stage.app).await;
    for endpoint in tenants::endpoints() {
        let path = format!("/fn/{endpoint}");
        let open = tenants::OPEN.contains(&endpoint.as_str());
        let own: &[(&str, &str)] = &[("message", "Hola"), ("to", "809 555 1234")];
        let fields = if open { own } else { &posts[endpoint.as_str()] };
        // Open to all, and what they do for nobody is theirs: tests of their own.
        if !["ingresar", "registro", "salir", "telefono", "clave-olvidada", "clave-nueva"]
            .contains(&endpoint.as_str())
        {
            let landing = nobody.post_form(&path, fields).await;
            assert!(landing.location.starts_with("/ingresar?volver=%2F"), "{endpoint}: {landing:?}");
        }
        if !open {
            for other in [&buyer, &stage.first] {
                tenants::assert_not_found(other, &endpoint, fields).await;
            }
        }
        stage.app.assert_unchanged(&before, &endpoint).await;
    }
}

#[sqlx::test]
async fn the_api_wants_a_token_and_nothing_else_will_do(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let token = app.token_of("dealer@ejemplo.do").await.token.unwrap();
    let spoilt: String = token.chars().rev().collect();
    let long = format!("Bearer {}", "x".repeat(8_000));
    let wrong = ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", &format!("Bearer {spoilt}"), &token, &long];
    for route in app.routes.iter().filter(|route| whose(route) == Some(Whose::Programs)) {
        let path = filled(route);
        let method = if route.ends_with("/send") { Method::POST } else { Method::GET };
        for authorization in wrong {
            let request = people.dealer.request(method.clone(), &path).header("authorization", authorization);
            let reply = Reply::of(request).await;
            assert_eq!((reply.status.as_u16(), reply.code()), (401, "unauthorized"), "{route}");
        }
        // Nor does one in the address, where logs would keep it.
        let asked = people.dealer.request(method, &format!("{path}?access_token={token}&token={token}"));
        assert_eq!(Reply::of(asked).await.status, 401, "{route}");
    }
    assert_eq!(app.count("messages").await, 0);
}

#[sqlx::test]
async fn a_form_is_never_done_by_a_link(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let people = People::of(&app).await;
    let before = app.everything().await;
    for endpoint in tenants::endpoints() {
        let fields = "palabra=PAUSAR&motivo=x&limite=dealer_day&valor=1&version=0";
        for method in [Method::GET, Method::HEAD] {
            let asked = people.admin.request(method, &format!("/fn/{endpoint}?{fields}"));
            let asked = asked.header("x-http-method-override", "POST").header("x-http-method", "POST");
            assert_eq!(people.admin.land(asked).await.status, 405, "{endpoint}");
        }
    }
    app.assert_unchanged(&before, "a link").await;
    assert_eq!(people.admin.get("/admin/limites").await.status, 200, "he is not signed out either");
}
