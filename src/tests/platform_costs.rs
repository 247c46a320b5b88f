//! What the platform costs, as an admin reads it.

use okla::{
    app::clock::Clock,
    domain::{limits::Limit, time::day_in_santo_domingo, user::Role},
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

const PAGE: &str = "/admin/costos";

async fn stage(pool: PgPool) -> (TestApp, Browser) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.have_dealer("el-otro", "+18295550777").await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    app.add_user("otro@ejemplo.do", Role::Dealer, Some("el-otro")).await;
    let admin = app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    (app, admin)
}

/// Writes so many from each of the two dealers.
async fn write(app: &TestApp, first: usize, other: usize) {
    let (one, two) = (app.token_for(Role::Dealer).await, app.token_of("otro@ejemplo.do").await);
    for (api, times) in [(one, first), (two, other)] {
        for _ in 0..times {
            assert_eq!(api.write_async(PLAIN, "Hola").await.status, 202);
        }
    }
}

/// The dealers in the order in which the page lists them.
fn listed(page: &str) -> Vec<&str> {
    let (_, table) = page.split_once("id=\"lista\"").expect("the dealers");
    let mut names: Vec<_> =
        [DEALER, "el-otro"].into_iter().filter_map(|name| Some((table.find(name)?, name))).collect();
    names.sort_unstable();
    names.into_iter().map(|(_, name)| name).collect()
}

#[sqlx::test]
async fn the_owners_sum_stands_on_the_page_and_beside_it_what_todays_limits_let_through(pool: PgPool) {
    let (app, admin) = stage(pool).await;
    let page = admin.get(PAGE).await.body;
    let sum = "1,000 concesionarios · 500,000 mensajes × US$\u{a0}0.015 = US$\u{a0}7,500.00 al mes (US$\u{a0}7.50 por concesionario)";
    assert!(page.contains(sum), "{page}");
    let limits = "a 1,000 al día: 30,000 al mes, US$\u{a0}450.00. Para 500,000 harían falta 16,667 al día.";
    assert!(page.contains(limits), "{page}");

    app.set_limit(Limit::MetaTier, Some(250)).await;
    let page = admin.get(PAGE).await.body;
    let named = "(manda «Personas nuevas que permite Meta, en 24 horas»), a 250 al día: 7,500 al mes, US$\u{a0}112.50.";
    assert!(page.contains(named), "{page}");
    app.set_limit(Limit::MetaTier, None).await;
    app.set_limit(Limit::PlatformDay, None).await;
    assert!(admin.get(PAGE).await.body.contains("ningún límite de toda OKLA lo impide"));
}

#[sqlx::test]
async fn the_calculator_takes_what_people_type_and_says_what_it_cannot_take(pool: PgPool) {
    let (_app, admin) = stage(pool).await;
    let page =
        admin.get(&format!("{PAGE}?concesionarios=1&mensajes=1%2C000&precio=0,0163&dias=31")).await.body;
    assert!(
        page.contains("1 concesionario · 1,000 mensajes × US$\u{a0}0.0163 = US$\u{a0}16.30 al mes"),
        "{page}"
    );
    assert!(page.contains("31,000 al mes, US$\u{a0}505.30. Alcanza."), "{page}");
    let page = admin.get(&format!("{PAGE}?concesionarios=0&mensajes=mil&precio=15&dias=32")).await.body;
    for said in [
        "Concesionarios: escriba un número entero de 1 a 1,000,000.",
        "Mensajes al mes, en total: escriba un número entero",
        "escriba un precio menor que 10",
        "Días del mes: escriba un número entero de 1 a 31.",
        "value=\"mil\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("concesionarios ·"), "no sum of what is none");
}

#[sqlx::test]
async fn all_dealers_come_to_the_ledgers_sum_and_stand_in_the_order_that_was_chosen(pool: PgPool) {
    let (app, admin) = stage(pool).await;
    write(&app, 2, 3).await;
    let page = admin.get(PAGE).await.body;
    assert!(page.contains("US$\u{a0}0.075"), "five parts: {page}");
    assert_eq!(listed(&page), ["el-otro", DEALER]);
    assert_eq!(listed(&admin.get(&format!("{PAGE}?orden=menos")).await.body), [DEALER, "el-otro"]);
    assert_eq!(listed(&admin.get(&format!("{PAGE}?orden=nombre")).await.body), [DEALER, "el-otro"]);
    let page = admin.get(&format!("{PAGE}?pagina=2")).await.body;
    assert!(page.contains("En esta página no hay ninguno"), "{page}");
    let page = admin.get(&format!("{PAGE}?desde=2026-01-01&hasta=2026-01-31")).await.body;
    assert!(page.contains("Ningún mensaje en estas fechas"), "{page}");

    let file = admin.get("/admin/costos.csv").await;
    let lines: Vec<_> = file.body.lines().collect();
    assert_eq!(lines[1], "auto-feria,auto-feria,2,2,0.03,0,0.03,0");
    assert_eq!(lines[2], "el-otro,el-otro,3,3,0.045,0,0.045,0");
    assert_eq!(lines[3], "Total,,5,5,0.075,0,0.075,");
    assert_eq!(lines.len(), 4);
}

#[sqlx::test]
async fn the_month_is_held_against_twilios_usage_records(pool: PgPool) {
    let (app, admin) = stage(pool).await;
    write(&app, 2, 0).await;
    let page = admin.get(PAGE).await.body;
    let (_, months) = page.split_once("contra la factura").expect("the months");
    assert!(months.contains("US$\u{a0}0.030") && months.contains("todavía no"), "{months}");
    let month = okla::domain::time::first_day_of_month(day_in_santo_domingo(app.clock.now()));
    sqlx::query(
        "insert into usage_records values ($1, 'channels-messaging-outbound', 2, 0.01, 'USD', now())",
    )
    .bind(month)
    .execute(&app.pool)
    .await
    .unwrap();
    let page = admin.get(PAGE).await.body;
    let (_, months) = page.split_once("contra la factura").expect("the months");
    assert!(months.contains("US$\u{a0}0.010") && months.contains("US$\u{a0}0.020"), "{months}");
}
