//! The rate card as admins change it: seen before it is saved, exact to the second, the same on every server.

use chrono::{DateTime, Days, TimeDelta, Utc};
use okla::{
    app::clock::Clock,
    domain::{
        time::{day_begins, day_in_santo_domingo, next_month, spoken_coming},
        user::Role,
    },
};
use rust_decimal::Decimal;
use sqlx::PgPool;

use crate::app::{Api, Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

const FORM: &str = "/admin/tarifas/nueva";

struct Stage {
    app: TestApp,
    admin: Browser,
    dealer: Api,
}

async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let dealer = app.token_for(Role::Dealer).await;
    let admin = app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    Stage { app, admin, dealer }
}

fn query(fields: &[(&str, &str)]) -> String {
    let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{FORM}?{pairs}")
}

/// What the form is filled in with: for all messages, unless said otherwise.
fn filled<'a>(price: &'a str, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let whole = [("precio", price), ("desde", "ahora"), ("motivo", "Meta subió sus precios")];
    let is_changed = |name: &str| others.iter().any(|(changed, _)| *changed == name);
    whole.into_iter().filter(|(name, _)| !is_changed(name)).chain(others.iter().copied()).collect()
}

/// A hidden field of a page's form.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

impl Stage {
    /// The page before saving.
    async fn preview(&self, price: &str, others: &[(&str, &str)]) -> String {
        self.admin.get(&query(&filled(price, others))).await.body
    }

    /// Looks first, saves then; where it led.
    async fn set(&self, price: &str, others: &[(&str, &str)]) -> String {
        let seen = hidden(&self.preview(price, others).await, "vista");
        let fields: Vec<_> = filled(price, others).into_iter().chain([("vista", &*seen)]).collect();
        self.admin.post_form("/fn/admin/tarifa", &fields).await.location
    }

    async fn page(&self) -> String {
        self.admin.get("/admin/tarifas").await.body
    }

    fn in_days(&self, days: u64) -> (String, DateTime<Utc>) {
        let day = day_in_santo_domingo(self.app.clock.now()) + Days::new(days);
        (day.to_string(), day_begins(day))
    }
}

async fn prices(app: &TestApp) -> Vec<(Decimal, DateTime<Utc>)> {
    sqlx::query_as("select unit_price, created_at from messages order by created_at")
        .fetch_all(&app.pool)
        .await
        .unwrap()
}

#[sqlx::test]
async fn a_rate_that_was_set_for_a_day_begins_with_its_first_second_on_both_servers(pool: PgPool) {
    let stage = stage(pool.clone()).await;
    let second = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let other = Api::new(&second.url, stage.dealer.token.clone());
    let (day, begins) = stage.in_days(1);
    assert_eq!(stage.set("0.02", &[("desde", "dia"), ("dia", &day)]).await, "/admin/tarifas");
    assert!(stage.page().await.contains(&format!("{} 00:00", spoken_coming(begins))));

    let before = begins - stage.app.clock.now() - TimeDelta::seconds(30);
    for clock in [&stage.app.clock, &second.clock] {
        clock.advance(before);
    }
    let both = [&stage.dealer, &other];
    for api in both {
        assert_eq!(api.write_async(PLAIN, "Hola").await.status, 202);
    }
    for clock in [&stage.app.clock, &second.clock] {
        clock.advance(begins - clock.now());
    }
    for api in both {
        assert_eq!(api.write_async(PLAIN, "Hola").await.status, 202);
    }
    let prices = prices(&stage.app).await;
    let (old, new): (Vec<_>, Vec<_>) = prices.iter().partition(|(_, at)| *at < begins);
    assert_eq!((old.len(), new.len()), (2, 2), "{prices:?}");
    assert!(old.iter().all(|(price, _)| *price == Decimal::new(15, 3)), "{prices:?}");
    assert!(new.iter().all(|(price, _)| *price == Decimal::new(2, 2)), "{prices:?}");
}

#[sqlx::test]
async fn what_it_does_to_the_month_is_seen_before_and_nothing_is_saved_by_looking(pool: PgPool) {
    let stage = stage(pool).await;
    let now = stage.app.clock.now();
    if next_month(now) - now < TimeDelta::days(2) {
        stage.app.clock.advance(TimeDelta::days(2));
    }
    for _ in 0..7 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    let page = stage.preview("0.025", &[]).await;
    assert!(page.contains("de US$\u{a0}0.015 a US$\u{a0}0.025"), "{page}");
    assert!(page.contains("mensajes restantes según el ritmo de los últimos 7 días → +US$"), "{page}");
    // Seven parts in six days and what today has so far: between one and a bit more a day.
    let (_, rest) = page.split_once("al mismo ritmo: ").expect("thirty days");
    let (parts, rest) = rest.split_once(" mensajes, +US$\u{a0}").expect("what they cost more");
    let more: Decimal = rest
        .split_once('.')
        .map(|(whole, cents)| format!("{whole}.{}", &cents[..2]))
        .unwrap()
        .parse()
        .unwrap();
    let parts: Decimal = parts.parse().unwrap();
    assert!((Decimal::from(29)..=Decimal::from(36)).contains(&parts), "{parts}");
    assert!((more - parts * Decimal::new(1, 2)).abs() < Decimal::new(1, 2), "{more} of {parts}");
    let elsewhere = stage.preview("0.025", &[("mercado", "CO")]).await;
    assert!(
        elsewhere.contains("no cambia nada") && elsewhere.contains("no salió ningún mensaje"),
        "{elsewhere}"
    );
    assert_eq!(stage.app.count("rates").await, 1);
}

#[sqlx::test]
async fn what_was_mistyped_is_said_by_its_field_and_stays(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.preview("quince", &[("desde", "dia"), ("dia", "mañana"), ("motivo", "")]).await;
    for said in [
        "escriba un precio menor que 10",
        "Día: escriba una fecha",
        "Motivo: escriba por qué",
        "value=\"quince\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Guardar la tarifa"));
    let (today, _) = stage.in_days(0);
    let past = stage.preview("0.02", &[("desde", "dia"), ("dia", &today)]).await;
    assert!(past.contains("todavía no haya empezado"), "{past}");
    let landing = stage
        .admin
        .post_form("/fn/admin/tarifa", &filled("0.02", &[("desde", "dia"), ("dia", &today)]))
        .await;
    assert!(landing.location.starts_with(FORM), "{}", landing.location);
    assert!(stage.admin.get(&landing.location).await.body.contains("todavía no haya empezado"));
    assert_eq!((stage.app.count("rates").await, stage.app.count("audit").await), (1, 4));
}

#[sqlx::test]
async fn two_admins_who_set_the_same_see_it_in_words(pool: PgPool) {
    let stage = stage(pool).await;
    let (day, _) = stage.in_days(3);
    let then = [("desde", "dia"), ("dia", day.as_str())];
    assert_eq!(stage.set("0.02", &then).await, "/admin/tarifas");
    let late = stage.set("0.03", &then).await;
    let page = stage.admin.get(&late).await.body;
    assert!(page.contains("ya hay una tarifa para lo mismo") && page.contains("de US$\u{a0}0.02"), "{page}");
    assert!(page.contains("value=\"0.03\""), "what he typed stays");

    // Both looked while the old one held; the first saves.
    let seen = hidden(&stage.preview("0.021", &[]).await, "vista");
    assert_eq!(stage.set("0.019", &[]).await, "/admin/tarifas");
    let fields: Vec<_> = filled("0.021", &[]).into_iter().chain([("vista", &*seen)]).collect();
    let late = stage.admin.post_form("/fn/admin/tarifa", &fields).await.location;
    let page = stage.admin.get(&late).await.body;
    assert!(page.contains("ahora rige US$\u{a0}0.019; usted puso US$\u{a0}0.021"), "{page}");
    assert_ne!(hidden(&page, "vista"), seen, "a second press saves it");
}

#[sqlx::test]
async fn a_coming_rate_is_withdrawn_until_it_begins_and_every_change_is_told(pool: PgPool) {
    let stage = stage(pool).await;
    let (day, begins) = stage.in_days(2);
    stage.set("0.079", &[("tipo", "offer"), ("desde", "dia"), ("dia", &day)]).await;
    let id = hidden(&stage.page().await, "id");
    stage.admin.post_form("/fn/admin/tarifa-retirar", &[("id", &id)]).await;
    let page = stage.page().await;
    assert!(
        page.contains("La tarifa está retirada") && page.contains("Ninguna: siguen las de arriba"),
        "{page}"
    );
    stage.set("0.02", &[("desde", "dia"), ("dia", &day)]).await;
    let id = hidden(&stage.page().await, "id");
    stage.app.clock.advance(begins - stage.app.clock.now());
    stage.admin.post_form("/fn/admin/tarifa-retirar", &[("id", &id)]).await;
    let page = stage.page().await;
    assert!(page.contains("ya empezó o ya fue retirada"), "{page}");
    assert!(page.contains("Las de antes"), "the old one is history: {page}");

    let spoken = spoken_coming(begins);
    let page = stage.admin.get("/admin/auditoria?de=tarifas").await.body;
    for sentence in [
        format!("puso la tarifa «Oferta» en US$\u{a0}0.079 desde el {spoken}."),
        format!("retiró la tarifa «Oferta» de US$\u{a0}0.079 que empezaba el {spoken}."),
        format!("subió la tarifa «Todos los mensajes» de US$\u{a0}0.015 a US$\u{a0}0.02 desde el {spoken}."),
        "Meta subió sus precios".to_owned(),
    ] {
        assert!(page.contains(&sentence), "{sentence}: {page}");
    }
    assert!(!page.contains(">Deshacer<"), "neither one that is gone nor one that began: {page}");

    let (day, _) = stage.in_days(4);
    stage.set("0.03", &[("desde", "dia"), ("dia", &day)]).await;
    let page = stage.admin.get("/admin/auditoria?de=tarifas").await.body;
    assert_eq!(page.matches(">Deshacer<").count(), 1, "{page}");
    let newest = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &newest)]).await;
    assert!(stage.page().await.contains("Ninguna: siguen las de arriba"));
}

#[sqlx::test]
async fn spend_is_shown_in_pesos_too_once_their_rate_is_known_and_only_shown(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let boss = stage.app.browser();
    boss.sign_in("jefe@ejemplo.do", PASSWORD).await;
    for _ in 0..2 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    let page = boss.get("/panel").await.body;
    assert!(page.contains("US$\u{a0}0.03") && !page.contains("RD$"), "nobody has set one: {page}");

    let today = day_in_santo_domingo(stage.app.clock.now());
    let (tomorrow, _) = stage.in_days(1);
    let post = async |pesos: &str, day: &str, source: &str, seen: &str| {
        let fields = [("pesos", pesos), ("fecha", day), ("fuente", source), ("vista", seen)];
        stage.admin.post_form("/fn/admin/tasa", &fields).await;
        stage.page().await
    };
    let page = post("61.25", &tomorrow, "Banco Central", "").await;
    assert!(
        page.contains("la tasa de mañana todavía no se conoce") && page.contains("value=\"61.25\""),
        "{page}"
    );
    let page = post("nada", &today.to_string(), "", "").await;
    assert!(page.contains("escriba la tasa, como 61.25") && page.contains("diga quién la publica"), "{page}");
    let page = post("61.25", &today.to_string(), "Banco Central", "").await;
    assert!(page.contains("RD$ 61.25 por US$ 1"), "{page}");
    let late = post("60", &today.to_string(), "Otra", "").await;
    assert!(late.contains("ahora rige a 61.25 del") && late.contains("usted puso 60.00"), "{late}");

    let note = format!("RD$ a 61.25 del {}, Banco Central", okla::domain::time::spoken_date(today));
    for path in ["/panel", "/panel/costos"] {
        let page = boss.get(path).await.body;
        assert!(page.contains("US$\u{a0}0.03 · RD$\u{a0}1.84") && page.contains(&note), "{path}: {page}");
    }
    // A later correction of the same day holds; a rate of an earlier day does not.
    let seen = hidden(&stage.page().await, "vista");
    let page = post("61.5", &today.to_string(), "Banco Central", &seen).await;
    let seen = hidden(&page, "vista");
    let page = post("10", "2026-01-05", "Una vieja", &seen).await;
    assert!(page.contains("RD$ 61.50 por US$ 1") && page.contains("Tasas anteriores"), "{page}");
    let sum: Decimal = sqlx::query_scalar("select sum(amount) from ledger_entries where currency = 'USD'")
        .fetch_one(&stage.app.pool)
        .await
        .unwrap();
    assert_eq!(sum, Decimal::new(3, 2), "the ledger knows no pesos");
    let page = stage.admin.get("/admin/auditoria?de=tarifas").await.body;
    assert!(page.contains("puso el dólar a RD$ 61.50 del") && page.contains("antes RD$ 61.25 del"), "{page}");
}

#[sqlx::test]
async fn a_rate_that_is_far_from_what_is_confirmed_is_warned_of_and_the_confirmed_one_offered(pool: PgPool) {
    let stage = stage(pool).await;
    assert!(stage.page().await.contains("Twilio todavía no informó el precio"));
    for _ in 0..4 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    let told =
        "update message_parts set status = 'read', provider_price = 0.005, provider_price_currency = 'USD'";
    sqlx::query(told).execute(&stage.app.pool).await.unwrap();
    let page = stage.page().await;
    assert!(page.contains("falta lo de Meta") && !page.contains("Usar lo confirmado"), "{page}");

    let month = okla::app::compare_usage::first_of(stage.app.clock.now());
    sqlx::query("insert into usage_records values ($1, 'channels-whatsapp-template-utility', 10, 0.113, 'USD', now())")
        .bind(month)
        .execute(&stage.app.pool)
        .await
        .unwrap();
    let page = stage.page().await;
    assert!(page.contains("US$\u{a0}0.0163") && page.contains("-US$\u{a0}0.0013 (-8.0 %)"), "{page}");
    assert!(page.contains("precio=0.0163") && page.contains("Usar lo confirmado"), "{page}");
    stage.set("0.0163", &[]).await;
    sqlx::query("update messages set unit_price = 0.0163").execute(&stage.app.pool).await.unwrap();
    assert!(!stage.page().await.contains("Usar lo confirmado"), "no longer far");
}
