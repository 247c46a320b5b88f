//! What admins see of dealers' offers, and how they end one.

use chrono::TimeDelta;
use okla::domain::user::Role;
use reqwest::Method;
use sqlx::PgPool;
use uuid::Uuid;

use super::stage::{Stage, counted};
use crate::app::{Browser, Options, PASSWORD};

async fn admin(stage: &Stage) -> Browser {
    stage.app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let admin = stage.app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    admin
}

fn admins(page: &str) -> String {
    page.replace("/panel/", "/admin/")
}

#[sqlx::test]
async fn an_admin_sees_what_every_dealer_offered_and_what_became_of_it(pool: PgPool) {
    let stage = Stage::start_with(pool, Options::default()).await;
    let admin = admin(&stage).await;
    assert!(admin.get("/admin/ofertas").await.body.contains("Ninguna todavía"));
    stage.people(0..3).await;
    stage.opt_out(2..3).await;
    let draft = stage.draft("Secreto todavía").await;
    let page = stage.draft("50,000 menos\nhasta el sábado").await;
    stage.confirm(&page, 2).await;
    stage.wait_for_page(&page, "Leído").await;
    stage.wait_for_page(&page, "Terminada").await;
    // Twilio has told the price of one of the two.
    let told = "update message_parts set provider_price = 0.005, provider_price_currency = 'USD' where message_id = (select message_id from offers limit 1)";
    sqlx::query(told).execute(&stage.app.pool).await.unwrap();
    let list = admin.get("/admin/ofertas").await.body;
    assert!(!list.contains("Secreto todavía"), "a draft is its dealer's: {list}");
    assert!(list.contains("50,000 menos") && !list.contains("hasta el sábado"), "its first line: {list}");
    for words in [
        "auto-feria",
        "Terminada",
        "jefe",
        "data-label=\"Elegidas\" class=\"num\">3<",
        "data-label=\"Enviadas\" class=\"num\">2<",
        "data-label=\"Entregadas\" class=\"num\">2<",
        "data-label=\"Fallidas\" class=\"num\">0<",
        "data-label=\"Sin enviar\" class=\"num\">1<",
        "US$\u{a0}0.03 (estimado)",
    ] {
        assert!(list.contains(words), "{words}: {list}");
    }
    sqlx::query("update message_parts set provider_price = 0.005, provider_price_currency = 'USD'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    assert!(admin.get("/admin/ofertas").await.body.contains("US$\u{a0}0.03 (confirmado)"));

    let shown = admin.get(&admins(&page)).await.body;
    for words in [
        "Oferta de auto-feria",
        "50,000 menos · hasta el sábado",
        "Enviadas: 2 de 2",
        "De baja",
        "Todos los que le escribieron",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(counted(&shown), [("De baja".to_owned(), 1)]);
    for page in [&list, &shown] {
        let bare: String = page.chars().filter(char::is_ascii_digit).collect();
        assert!(!bare.contains("18090000234") && !page.contains("0000234"), "{page}");
    }
    assert!(!shown.contains("Detener del todo"), "it is over: {shown}");
    assert_eq!(admin.get(&admins(&draft)).await.status, 404);
    assert_eq!(admin.get(&page).await.status, 404, "a dealer's page is a dealer's");
    for path in ["/admin/ofertas".to_owned(), admins(&page), format!("{}/eventos", admins(&page))] {
        assert_eq!(stage.dealer_browser.get(&path).await.status, 404, "{path}: his own, but not here");
    }
    let mut events = admin.request(Method::GET, &format!("{}/eventos", admins(&page))).send().await.unwrap();
    let first = String::from_utf8(events.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(first.contains("Enviadas: 2 de 2"), "{first}");
}

#[sqlx::test]
async fn an_admin_ends_an_offer_and_its_dealer_reads_who_did_and_why(pool: PgPool) {
    let stage = Stage::start(pool).await;
    let admin = admin(&stage).await;
    stage.people(0..5).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 5).await;
    stage.set_dealers_limit(okla::domain::limits::Limit::DealerHour, 2).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 2);
    let shown = admin.get(&admins(&page)).await.body;
    assert!(shown.contains("Se llenó «") && shown.contains("Detener del todo"), "{shown}");
    let id = page.rsplit('/').next().unwrap();
    let press = |reason: &'static str| {
        let fields = [("id", id.to_owned()), ("motivo", reason.to_owned())];
        let admin = &admin;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
            let landing = admin.post_form("/fn/admin/oferta-detener", &fields).await;
            admin.get(&landing.location).await.body
        }
    };
    let shown = press("  ").await;
    assert!(
        shown.contains("aria-invalid=\"true\"") && shown.contains("En marcha"),
        "a reason is asked for: {shown}"
    );
    let shown = press("Se queja un comprador").await;
    assert!(shown.contains("La oferta está detenida.") && shown.contains("Detenida"), "{shown}");
    assert!(shown.contains("La detuvo OKLA ("), "an admin reads which of them: {shown}");
    let again = press("Otra vez").await;
    assert!(again.contains("Esta oferta ya terminó"), "{again}");

    stage.order(&page, "seguir").await;
    stage.app.advance(TimeDelta::hours(2)).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 2, "what an admin ended stays ended");
    stage.dealer_browser.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("La detuvo OKLA") && shown.contains("Motivo: Se queja un comprador"), "{shown}");
    assert!(!shown.contains("La detuvo OKLA ("), "an admin's name is not a dealer's to know: {shown}");
    assert_eq!(counted(&shown), [("OKLA detuvo la oferta".to_owned(), 3)]);
    let file = stage.dealer_browser.get(&format!("{page}/resultado.csv")).await.body;
    assert_eq!(file.matches("OKLA detuvo la oferta").count(), 3, "{file}");
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    let audit = admin.get("/admin/auditoria?de=ofertas").await.body;
    assert!(audit.contains("detuvo una oferta de auto-feria: 3 personas no la reciben"), "{audit}");
    assert!(audit.contains("Se queja un comprador"), "{audit}");
    assert_eq!(stage.app.count("audit where action = 'offer_stopped'").await, 1, "once");
    let names = admin.get(&format!("{}?motivo=halted", admins(&page))).await.body;
    assert_eq!(names.matches("<li>Persona ").count(), 3, "{names}");
}

#[sqlx::test]
async fn a_colleague_reads_who_of_his_own_stopped_it(pool: PgPool) {
    let stage = Stage::start(pool).await;
    let admin = admin(&stage).await;
    stage.people(0..2).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 2).await;
    stage.order(&page, "pausar").await;
    assert!(admin.get(&admins(&page)).await.body.contains("El concesionario la puso en pausa."));
    stage.order(&page, "detener").await;
    let name: String = stage.app.value("select name from users where email = $1", "jefe@ejemplo.do").await;
    for shown in [stage.dealer_browser.get(&page).await.body, admin.get(&admins(&page)).await.body] {
        assert!(shown.contains(&format!("La detuvo {name}")), "{shown}");
        assert!(shown.contains(&format!("por {name}, ")), "{shown}");
    }
}

#[sqlx::test]
async fn the_list_goes_on_page_by_page_from_the_latest(pool: PgPool) {
    let stage = Stage::start(pool).await;
    let admin = admin(&stage).await;
    let many = "insert into campaigns (id, dealer_id, user_id, words, audience, state, created_at, confirmed_at, ended_at)
         select gen_random_uuid(), $1::uuid, (select id from users where email = 'jefe@ejemplo.do'), 'Oferta número ' || n, '{}', 'done', at, at, at
         from generate_series(1, 45) as n cross join lateral (select '2026-01-01T12:00:00Z'::timestamptz + make_interval(mins => n / 2) as at) as t";
    sqlx::query(many).bind(&stage.dealer).execute(&stage.app.pool).await.unwrap();
    let mut path = "/admin/ofertas".to_owned();
    let mut seen = Vec::new();
    for rows in [20, 20, 5] {
        let page = admin.get(&path).await.body;
        let shown: Vec<String> = page
            .split("Oferta número ")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        assert_eq!(shown.len(), rows, "{page}");
        seen.extend(shown);
        let next = page.split_once("href=\"/admin/ofertas?despues=").map(|(_, rest)| &rest[..36]);
        assert_eq!(next.is_some(), rows == 20, "{page}");
        path = format!("/admin/ofertas?despues={}", next.unwrap_or_default());
    }
    assert_eq!(seen[0].len(), 2, "the latest first: {seen:?}");
    assert_eq!(seen[44], "1", "the oldest last: {seen:?}");
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 45, "each once");
    assert_eq!(admin.get(&format!("/admin/ofertas/{}", Uuid::now_v7())).await.status, 404);
}
