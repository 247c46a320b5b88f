//! Failed messages sent again: only what may be, each once, one by one or many at a press.

use chrono::TimeDelta;
use okla::{
    app::{deliver::Step, figures::check_figures, resend::resend_next},
    domain::{ids::OKLA, limits::Limit, user::Role},
};
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

/// Taken by Twilio and then refused with 63018, which passes.
const BUSY: [&str; 2] = ["+18095551018", "+18095552018"];
/// Refused with 63003: the number is at fault.
const NO_WHATSAPP: &str = "+18095551003";

struct Stage {
    app: TestApp,
    browser: Browser,
}

/// A dealer with two failures that pass, one that does not, one message that arrived, and a buyer's failure.
async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    let dealer = app.token_of("panel@okla.test").await;
    for to in BUSY.into_iter().chain([NO_WHATSAPP, PLAIN]) {
        assert_eq!(dealer.write_async(to, &format!("Hola, {to}")).await.status, 202);
    }
    for _ in 0..3 {
        app.work().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        app.advance(TimeDelta::seconds(30)).await;
    }
    let browser = app.browser();
    browser.sign_in("panel@okla.test", PASSWORD).await;
    Stage { app, browser }
}

impl Stage {
    async fn failed_to(&self, to: &str) -> String {
        let query =
            "select id::text from messages where to_phone = $1 and status in ('failed', 'undelivered')";
        self.app.value::<String>(query, to).await
    }

    async fn do_all(&self) {
        while resend_next(&self.app.app).await.unwrap() == Step::Worked {}
        self.app.work().await;
    }

    async fn created(&self, to: &str) -> usize {
        self.app.sim_messages(to).await.len()
    }
}

/// The job's id and days, as the form on the page has them.
fn form_of(page: &str) -> Vec<(String, String)> {
    let form = page.split_once("/fn/reenviar-varios").expect("the form").1.split_once("</form>").unwrap().0;
    form.split("<input ")
        .skip(1)
        .map(|input| {
            let value = |name: &str| {
                input.split_once(&format!("{name}=\"")).unwrap().1.split_once('"').unwrap().0.to_owned()
            };
            (value("name"), value("value"))
        })
        .collect()
}

#[sqlx::test]
async fn many_are_sent_again_by_one_press_each_once(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Se reenviarán 2 mensajes: 2 partes, unos US$\u{a0}0.03"), "{page}");
    assert!(page.contains("Con un dato por corregir: 1"));
    let form = form_of(&page);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let first = stage.browser.post_form("/fn/reenviar-varios", &fields).await;
    let again = stage.browser.post_form("/fn/reenviar-varios", &fields).await;
    assert_eq!(first.location, again.location);
    stage.do_all().await;
    stage.do_all().await;
    for to in BUSY {
        assert_eq!(stage.created(to).await, 2, "the first and its repetition");
    }
    assert_eq!(stage.created(NO_WHATSAPP).await + stage.created(PLAIN).await, 2);
    let done = stage.browser.get(&first.location).await.body;
    assert!(done.contains("Listo: 2 de 2") && done.contains("Reenviados: 2"), "{done}");

    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Ya reenviados: 2"), "{page}");
    assert_eq!(check_figures(&stage.app.pool).await.unwrap(), []);
}

#[sqlx::test]
async fn one_is_sent_again_from_its_page_and_never_twice(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.failed_to(BUSY[0]).await;
    assert!(stage.browser.get(&format!("/panel/mensajes/{id}")).await.body.contains("/fn/reenviar\""));
    let first = stage.browser.post_form("/fn/reenviar", &[("id", &id)]).await;
    assert!(first.location.starts_with("/panel/mensajes/") && !first.location.ends_with(&id), "{first:?}");
    let again = stage.browser.post_form("/fn/reenviar", &[("id", &id)]).await;
    assert!(again.location.ends_with(&id));
    let page = stage.browser.get(&again.location).await.body;
    assert!(page.contains("Este mensaje ya se reenvió.") && !page.contains("/fn/reenviar\""), "{page}");
    stage.app.work().await;
    assert_eq!(stage.created(BUSY[0]).await, 2);

    let wrong = stage.failed_to(NO_WHATSAPP).await;
    stage.browser.post_form("/fn/reenviar", &[("id", &wrong)]).await;
    let page = stage.browser.get(&format!("/panel/mensajes/{wrong}")).await.body;
    assert!(page.contains("tiene un dato por corregir"), "{page}");
    assert_eq!(stage.created(NO_WHATSAPP).await, 1);
}

#[sqlx::test]
async fn what_no_limit_lets_through_is_said_and_can_be_repeated(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.set_limit(Limit::UserHour, Some(5)).await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Sus límites dejan pasar ahora 1"), "{page}");
    let form = form_of(&page);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    stage.do_all().await;
    let done = stage.browser.get(&job).await.body;
    assert!(
        done.contains("Reenviados: 1")
            && done.contains("No cupieron en los límites de envío (repítalo cuando haya lugar): 1"),
        "{done}"
    );
    let again: String =
        stage.app.value("select id::text from messages where resend_of is not null and body <> $1", "").await;
    stage.app.wait_for(&again, "failed").await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(
        page.contains("Se reenviarán 2 mensajes"),
        "the one that had no room, and the one that failed again: {page}"
    );
}

#[sqlx::test]
async fn what_a_job_has_under_way_is_not_offered_again_and_no_more_is_sent_than_was_shown(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    let form = form_of(&page);
    let with_count = |count: &'static str| -> Vec<(&str, &str)> {
        let fields = form.iter().filter(|(name, _)| name != "cuantos");
        fields.map(|(name, value)| (name.as_str(), value.as_str())).chain([("cuantos", count)]).collect()
    };
    let more = stage.browser.post_form("/fn/reenviar-varios", &with_count("1")).await;
    assert!(more.location.starts_with("/panel/fallidos?desde="), "{}", more.location);
    assert!(stage.browser.get(&more.location).await.body.contains("fallaron más mensajes"));
    assert_eq!(stage.app.count("bulk_resend_items").await, 0);

    let job = stage.browser.post_form("/fn/reenviar-varios", &with_count("2")).await.location;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Reenviándose ahora: 2") && page.contains(&job), "{page}");
    assert!(page.contains("Ninguno se puede reenviar"), "{page}");
}

#[sqlx::test]
async fn more_failures_than_one_press_sends_are_left_for_the_next(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.repeat_message(BUSY[0], 2_000).await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Se reenviarán 2,000 mensajes: 2,000 partes, unos US$\u{a0}30.00"), "{page}");
    assert!(page.contains("Son los más antiguos; quedan 2 para la próxima vez."), "{page}");
    let form = form_of(&page);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    assert!(stage.browser.get(&job).await.body.contains("En marcha: 0 de 2,000"));
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(
        page.contains("Se reenviarán 2 mensajes") && page.contains("Reenviándose ahora: 2,000"),
        "{page}"
    );
}

#[sqlx::test]
async fn jobs_without_anything_to_do_hold_nobody_up(pool: PgPool) {
    let stage = stage(pool).await;
    let form = form_of(&stage.browser.get("/panel/fallidos?rango=hoy").await.body);
    for _ in 0..12 {
        let id = uuid::Uuid::now_v7().to_string();
        let empty = [("id", id.as_str()), ("desde", "2026-01-01"), ("hasta", "2026-01-01"), ("cuantos", "0")];
        stage.browser.post_form("/fn/reenviar-varios", &empty).await;
    }
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    stage.do_all().await;
    let done = stage.browser.get(&job).await.body;
    assert!(done.contains("Listo: 2 de 2"), "{done}");
}

#[sqlx::test]
async fn a_job_waits_while_sending_is_paused_and_goes_on_after_it(pool: PgPool) {
    let stage = stage(pool).await;
    let form = form_of(&stage.browser.get("/panel/fallidos?rango=hoy").await.body);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    for kind in ["null", "'contact'"] {
        let pause = format!(
            "insert into pauses (id, kind, reason, since) values (gen_random_uuid(), {kind}, 'prueba', now())"
        );
        sqlx::query(sqlx::AssertSqlSafe(pause)).execute(&stage.app.pool).await.unwrap();
        for _ in 0..10 {
            assert_eq!(resend_next(&stage.app.app).await.unwrap(), Step::Nothing, "{kind}");
        }
        assert!(stage.browser.get(&job).await.body.contains("En marcha: 0 de 2"), "{kind}");
        sqlx::query("delete from pauses").execute(&stage.app.pool).await.unwrap();
    }
    stage.do_all().await;
    assert!(stage.browser.get(&job).await.body.contains("Listo: 2 de 2"));
}

#[sqlx::test]
async fn a_paused_kind_keeps_no_other_kind_of_the_job_back(pool: PgPool) {
    let stage = stage(pool).await;
    sqlx::query("update messages set kind = 'listing_expiry' where to_phone = $1")
        .bind(BUSY[0])
        .execute(&stage.app.pool)
        .await
        .unwrap();
    let form = form_of(&stage.browser.get("/panel/fallidos?rango=hoy").await.body);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    sqlx::query("insert into pauses (id, kind, reason, since) values (gen_random_uuid(), 'listing_expiry', 'x', now())")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.do_all().await;
    assert!(stage.browser.get(&job).await.body.contains("En marcha: 1 de 2"));
    assert_eq!((stage.created(BUSY[0]).await, stage.created(BUSY[1]).await), (1, 2));
}

#[sqlx::test]
async fn anothers_failures_are_not_found(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.failed_to(BUSY[0]).await;
    stage.app.have_dealer("cibao-motors", "+18095550102").await;
    stage.app.add_user("otro@okla.test", Role::Dealer, Some("cibao-motors")).await;
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    let form = form_of(&page);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;

    let other = stage.app.browser();
    other.sign_in("otro@okla.test", PASSWORD).await;
    assert_eq!(other.get(&job).await.status, 404);
    assert_eq!(other.get(&format!("{job}/eventos")).await.status, 404);
    other.post_form("/fn/reenviar", &[("id", &id)]).await;
    assert!(other.get("/panel/fallidos?rango=hoy").await.body.contains("Sin fallos"));
    stage.app.work().await;
    assert_eq!(stage.created(BUSY[0]).await, 1);
}

#[sqlx::test]
async fn dealer_writes_to_a_contact_of_his_list_and_loses_nothing_he_typed(pool: PgPool) {
    let stage = stage(pool).await;
    let id: String = stage.app.value("select id::text from messages where to_phone = $1", PLAIN).await;
    let page = stage.browser.get(&format!("/panel/escribir?a={id}")).await.body;
    assert!(page.contains("value=\"+1 809 555 1234\""), "{page}");
    assert!(page.contains("Costo estimado: US$\u{a0}0.015 por parte"));
    let key = uuid::Uuid::now_v7().to_string();
    let wrong = [("to", "12"), ("message", "Su cita es <mañana>"), ("form_key", key.as_str())];
    let back = stage.browser.post_form("/fn/escribir", &wrong).await.location;
    let page = stage.browser.get(&back).await.body;
    assert!(page.contains("Su cita es &lt;mañana") && page.contains("value=\"12\""), "{page}");
    let right = [("to", "809 555 1234"), ("message", "Su cita es mañana"), ("form_key", key.as_str())];
    let sent = stage.browser.post_form("/fn/escribir", &right).await.location;
    assert_eq!(stage.browser.post_form("/fn/escribir", &right).await.location, sent, "a second press");
    stage.app.work().await;
    assert_eq!(stage.created(PLAIN).await, 2, "the first message and this one");
}

/// The simulator's template for a dealer's words to a person.
const MESSAGE_TEMPLATE: &str = "HX00000000000000000000000000000002";

#[sqlx::test]
async fn whom_nothing_reaches_is_not_called_a_fault_of_ours(pool: PgPool) {
    let stage = stage(pool).await;
    let form = form_of(&stage.browser.get("/panel/fallidos?rango=hoy").await.body);
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    stage.app.sim.receive(&[("From", BUSY[0]), ("Body", "BAJA")]).await;
    stage.app.work().await;
    let before = stage.created(BUSY[0]).await;
    stage.app.sim.decide(MESSAGE_TEMPLATE, json!({ "status": "rejected" })).await;
    stage.app.sync_templates().await;
    let job = stage.browser.post_form("/fn/reenviar-varios", &fields).await.location;
    assert_eq!(resend_next(&stage.app.app).await.unwrap(), Step::Worked);
    assert_eq!(resend_next(&stage.app.app).await.unwrap(), Step::Nothing, "one look at each is enough");
    let done = stage.browser.get(&job).await.body;
    for said in [
        "Listo: 2 de 2",
        "A personas que pidieron no recibir mensajes de OKLA (llámelas por teléfono): 1",
        "Sin una plantilla de WhatsApp disponible, «Un concesionario escribe a una persona» (repítalo más tarde o llame por teléfono): 1",
    ] {
        assert!(done.contains(said), "{said}: {done}");
    }
    assert!(!done.contains("falla nuestra"), "{done}");
    stage.app.work().await;
    assert_eq!((stage.created(BUSY[0]).await, stage.created(BUSY[1]).await), (before, 1));

    stage.app.sim.decide(MESSAGE_TEMPLATE, json!({ "status": "approved" })).await;
    stage.app.sync_templates().await;
    let id = stage.failed_to(BUSY[1]).await;
    let again = stage.browser.post_form("/fn/reenviar", &[("id", &id)]).await;
    assert!(!again.location.ends_with(&id), "once the template is back it goes: {}", again.location);
}

#[sqlx::test]
async fn what_okla_said_to_a_dealer_is_not_his_to_send_again(pool: PgPool) {
    let stage = stage(pool).await;
    // As a notice of interest or of a listing that ends: OKLA's, on his account, to his own number.
    for (to, kind) in BUSY.into_iter().zip(["new_interest", "listing_expiry"]) {
        sqlx::query("update messages set sender_id = $1, kind = $2 where to_phone = $3")
            .bind(OKLA.0)
            .bind(kind)
            .bind(to)
            .execute(&stage.app.pool)
            .await
            .unwrap();
    }
    let page = stage.browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Ninguno se puede reenviar"), "{page}");
    assert!(page.contains("Avisos de OKLA (lo que avisan está en su panel): 2"), "{page}");
    let id = stage.failed_to(BUSY[0]).await;
    let shown = format!("/panel/mensajes/{id}");
    assert!(!stage.browser.get(&shown).await.body.contains("/fn/reenviar\""));
    assert_eq!(stage.browser.post_form("/fn/reenviar", &[("id", &id)]).await.location, shown);
    let page = stage.browser.get(&shown).await.body;
    assert!(page.contains("Un aviso de OKLA no se reenvía"), "{page}");
    stage.app.work().await;
    assert_eq!(stage.created(BUSY[0]).await, 1);
}
