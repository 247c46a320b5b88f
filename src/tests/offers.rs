//! Offers: each reaches exactly whom it may, and its page explains everybody else.

mod admins;
mod api;
mod pages;
pub mod stage;
mod writing;

use chrono::TimeDelta;
use okla::{
    app::clock::Clock as _,
    domain::{hours::Hours, limits::Limit, user::Role},
};
use sqlx::PgPool;

use self::stage::{Stage, counted, forget_earlier, phone};
use crate::app::{Options, PASSWORD};

#[sqlx::test]
async fn an_offer_reaches_exactly_those_whom_it_may_and_every_other_is_explained(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..100).await;
    stage.opt_out(0..10).await;
    stage.got_one(10..14, &stage.dealer).await;
    stage.set_dealers_limit(Limit::DealerHour, 1_000).await;
    stage.set_dealers_limit(Limit::UserHour, 1_000).await;
    // 0.015 each.
    stage.set_dealers_limit_to(Limit::DealerBudget, "0.90").await;

    let page = stage.draft("50,000 menos este sábado").await;
    let check = stage.dealer_browser.get(&page).await.body;
    for words in ["86 personas", "De baja: 10", "7 días: 4", "alcanza para 60 de 86", "US$\u{a0}1.29"] {
        assert!(check.contains(words), "{words}: {check}");
    }
    assert_eq!(stage.app.count("campaign_items").await, 0, "nothing is done yet");
    stage.confirm(&page, 86).await;
    stage.confirm(&page, 86).await;
    stage.serve().await;

    let sent = stage.sent().await;
    assert_eq!(sent.len(), 60, "what the budget pays");
    assert!(sent.iter().all(|(_, times)| *times == 1));
    for number in 0..14 {
        assert!(!sent.contains_key(&phone(number)), "{number} wants none, or has had one");
    }
    let shown = stage.dealer_browser.get(&page).await.body;
    for words in [
        "Enviadas: 60 de 86",
        "En pausa",
        "Se agotó su presupuesto",
        "De 100 personas, 40 no la han recibido",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let without: i64 = counted(&shown).iter().map(|(_, people)| people).sum();
    assert_eq!(without + 60, 100, "everybody is told of once: {shown}");

    // More money: the others get it, nobody twice.
    stage.set_dealers_limit_to(Limit::DealerBudget, "90").await;
    stage.order(&page, "seguir").await;
    stage.serve().await;
    let sent = stage.sent().await;
    assert_eq!((sent.len(), sent.values().sum::<usize>()), (86, 86));
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("Terminada") && shown.contains("Enviadas: 86 de 86"), "{shown}");
    forget_earlier(&stage.app.pool).await;
    crate::soak::audit::books_are_right(&stage.app.pool).await;
}

#[sqlx::test]
async fn what_arrives_bears_its_label_the_persons_name_and_the_way_out(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..1).await;
    // He has just written: free text would reach him, an offer goes by its template nevertheless.
    stage.app.open_window(&phone(0)).await;
    stage.send_to_all("50,000 menos\neste sábado", 1).await;
    let truth = stage.app.sim_messages(&phone(0)).await;
    let arrived = truth[0]["body"].as_str().unwrap();
    assert!(
        arrived.starts_with("PUBLICIDAD de auto-feria por OKLA. Hola, Persona 0: 50,000 menos · este sábado"),
        "{arrived}"
    );
    assert!(arrived.ends_with("responda BAJA."), "{arrived}");
    assert_ne!(truth[0]["contentSid"], serde_json::Value::Null);
}

#[sqlx::test]
async fn baja_answers_an_offer_and_nothing_more_reaches_him(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.send_to_all("Rebaja", 2).await;
    stage
        .app
        .sim
        .receive(&[("From", &phone(0)), ("Body", "BAJA"), ("ButtonText", "BAJA"), ("ButtonPayload", "baja")])
        .await;
    stage.app.work().await;
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("<dt>De baja después</dt><dd>1</dd>"), "{shown}");
    stage.app.clock.advance(TimeDelta::days(8));
    stage.dealer_browser.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let next = stage.draft("Otra rebaja").await;
    let check = stage.dealer_browser.get(&next).await.body;
    assert!(check.contains("1 persona") && check.contains("De baja: 1"), "{check}");
    // Whoever leaves, or takes his word back, between the confirmation and the sending gets nothing.
    stage.confirm(&next, 1).await;
    stage.opt_out(1..2).await;
    let before = stage.app.sim_messages("").await.len();
    stage.serve().await;
    assert_eq!(stage.app.sim_messages("").await.len(), before);
    let shown = stage.dealer_browser.get(&next).await.body;
    assert_eq!(counted(&shown).iter().map(|(_, people)| people).sum::<i64>(), 2, "{shown}");
}

#[sqlx::test]
async fn what_a_person_decides_after_the_confirmation_holds(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..5).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 5).await;
    for (number, change) in [
        (0, "offers_since = null"),
        (1, "phone_proved_at = null"),
        (2, "disabled_at = now()"),
        (3, "phone = '+18095559234'"),
    ] {
        let change = format!("update users set {change} where phone = '{}'", phone(number));
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&stage.app.pool).await.unwrap();
    }
    stage.serve().await;
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent.contains_key(&phone(4)) && sent.contains_key("+18095559234"), "to his number of now");
    let shown = stage.dealer_browser.get(&page).await.body;
    for words in ["No aceptaron recibir ofertas", "Con el número sin comprobar", "Con la cuenta cerrada"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    for name in ["Persona 0", "Persona 1", "Persona 2"] {
        assert!(!shown.contains(name), "nobody is told who refused: {shown}");
    }
    let reason = stage.dealer_browser.get(&format!("{page}?motivo=consent")).await;
    assert_eq!(reason.status, 404, "nor by asking for it");
}

#[sqlx::test]
async fn two_campaigns_at_once_never_pass_anybodys_cap(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..30).await;
    let other = stage.other_dealer("cibao-motors", "+18095550102").await;
    let third = stage.other_dealer("este-premium", "+18095550103").await;
    let mut pages = Vec::new();
    // Of one dealer two, and one each of two others: one of the dealer's and two of all may come through.
    for browser in [&stage.dealer_browser, &stage.dealer_browser, &other, &third] {
        let page = stage.draft_by(browser, "Rebaja").await;
        stage.confirm_by(browser, &page, 30).await;
        pages.push(page);
    }
    let serving = (0..4).map(|_| stage.serve());
    futures::future::join_all(serving).await;
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 30);
    assert!(sent.values().all(|times| *times == 2), "{sent:?}");
    let of_one: i64 = stage
        .app
        .value("select max(n) from (select count(*) as n from offers where dealer_id is not null and $1 = '' group by buyer_id, dealer_id) as o", "")
        .await;
    assert_eq!(of_one, 1, "of one dealer one");
    assert_eq!(stage.app.count("campaign_items where state = 'pending'").await, 0);
}

#[sqlx::test]
async fn full_limits_are_waited_for_and_leave_nobody_out(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..25).await;
    stage.set_dealers_limit(Limit::DealerHour, 10).await;
    let page = stage.draft("Rebaja").await;
    let check = stage.dealer_browser.get(&page).await.body;
    assert!(check.contains("saldrán unas 10 por hora"), "{check}");
    stage.confirm(&page, 25).await;
    for sent in [10, 20, 25] {
        stage.serve().await;
        assert_eq!(stage.sent().await.len(), sent);
        if sent < 25 {
            let shown = stage.dealer_browser.get(&page).await.body;
            assert!(shown.contains("Se llenó uno de sus límites. La oferta espera y sigue sola"), "{shown}");
        }
        stage.app.advance(TimeDelta::minutes(61)).await;
    }
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("Terminada"), "{shown}");
}

#[sqlx::test]
async fn a_campaign_stops_and_goes_on_by_its_dealers_word_and_by_an_admins(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..4).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 4).await;
    stage.order(&page, "pausar").await;
    stage.serve().await;
    assert!(stage.sent().await.is_empty());
    assert!(stage.dealer_browser.get(&page).await.body.contains("Usted la puso en pausa"));
    stage.order(&page, "seguir").await;
    sqlx::query(
        "insert into pauses (id, kind, reason, since) values (gen_random_uuid(), 'offer', 'prueba', $1)",
    )
    .bind(stage.app.clock.now())
    .execute(&stage.app.pool)
    .await
    .unwrap();
    stage.serve().await;
    assert!(stage.sent().await.is_empty());
    assert!(stage.dealer_browser.get(&page).await.body.contains("OKLA detuvo sus envíos"));
    sqlx::query("delete from pauses").execute(&stage.app.pool).await.unwrap();
    stage.set_dealers_limit(Limit::DealerHour, 3).await;
    stage.serve().await;
    stage.order(&page, "detener").await;
    stage.app.advance(TimeDelta::hours(2)).await;
    stage.serve().await;
    stage.order(&page, "seguir").await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 3, "what is ended stays ended");
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("Detenida") && shown.contains("El concesionario detuvo la oferta"), "{shown}");
    let names = stage.dealer_browser.get(&format!("{page}?motivo=stopped")).await.body;
    assert_eq!(names.matches("<li>Persona ").count(), 1, "{names}");
}

#[sqlx::test]
async fn what_waits_to_leave_waits_with_a_pause_and_stays_at_home_after_a_stop(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..4).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 4).await;
    stage.set_dealers_limit(Limit::DealerHour, 3).await;
    while okla::app::offers::offer_next(&stage.app.app).await.unwrap() == okla::app::deliver::Step::Worked {}
    assert_eq!(stage.app.places(Limit::DealerHour).await, 3);
    let order = async |order: &str| stage.order(&page, order).await;
    order("pausar").await;
    stage.app.work().await;
    assert!(stage.sent().await.is_empty(), "taken in, not gone");
    order("detener").await;
    stage.app.work().await;
    assert!(stage.sent().await.is_empty());
    assert_eq!(stage.app.places(Limit::DealerHour).await, 0, "paid back");
    let one: String = stage.app.value("select id::text from messages where kind = $1 limit 1", "offer").await;
    let told = stage.dealer_browser.get(&format!("/panel/mensajes/{one}")).await.body;
    assert!(told.contains("se detuvo mientras esperaba"), "{told}");
}

#[sqlx::test]
async fn nothing_leaves_by_night_and_what_is_left_waits_for_the_morning(pool: PgPool) {
    let options = Options { workers: false, offer_hours: "9-19", per_second: 2_000, ..Options::default() };
    let stage = Stage::start_with(pool, options).await;
    stage.people(0..3).await;
    let hours = Hours::default();
    let ahead = |stage: &Stage| hours.opening(stage.app.clock.now()) - stage.app.clock.now();
    // A minute before the end of the day.
    stage.app.advance(ahead(&stage)).await;
    let closing = hours.closing(stage.app.clock.now()) - stage.app.clock.now() - TimeDelta::minutes(1);
    stage.app.advance(closing).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 3).await;
    stage.set_dealers_limit(Limit::DealerHour, 1).await;
    while okla::app::offers::offer_next(&stage.app.app).await.unwrap() == okla::app::deliver::Step::Worked {}
    stage.set_dealers_limit(Limit::DealerHour, 100).await;
    stage.app.advance(TimeDelta::minutes(2)).await;
    stage.serve().await;
    assert!(stage.sent().await.is_empty(), "not even what was taken in before");
    stage.app.advance(TimeDelta::hours(2)).await;
    stage.serve().await;
    assert!(stage.dealer_browser.get(&page).await.body.contains("A esta hora no salen ofertas"));
    stage.app.advance(ahead(&stage) - TimeDelta::seconds(5)).await;
    stage.serve().await;
    assert!(stage.sent().await.is_empty());
    stage.app.advance(TimeDelta::seconds(5)).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 3);
}

#[sqlx::test]
async fn whoever_decides_otherwise_overnight_gets_nothing_in_the_morning(pool: PgPool) {
    let options = Options { workers: false, offer_hours: "9-19", per_second: 2_000, ..Options::default() };
    let stage = Stage::start_with(pool, options).await;
    stage.people(0..4).await;
    let hours = Hours::default();
    stage.app.advance(hours.opening(stage.app.clock.now()) - stage.app.clock.now()).await;
    stage
        .app
        .advance(hours.closing(stage.app.clock.now()) - stage.app.clock.now() - TimeDelta::minutes(1))
        .await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 4).await;
    while okla::app::offers::offer_next(&stage.app.app).await.unwrap() == okla::app::deliver::Step::Worked {}
    assert_eq!(stage.app.count("outbox").await, 4, "taken in by day");
    stage.app.advance(TimeDelta::hours(2)).await;
    for (number, what) in
        ["offers_since = null", "phone_proved_at = null", "disabled_at = now()"].into_iter().enumerate()
    {
        let change = format!("update users set {what} where phone = $1");
        sqlx::query(sqlx::AssertSqlSafe(change)).bind(phone(number)).execute(&stage.app.pool).await.unwrap();
    }
    stage.app.advance(hours.opening(stage.app.clock.now()) - stage.app.clock.now()).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.into_keys().collect::<Vec<_>>(), [phone(3)]);
    let causes: i64 = stage.app.value("select count(*) from messages where own_reason = $1", "consent").await;
    assert_eq!(causes, 3);
    crate::soak::audit::books_are_right(&stage.app.pool).await;
}

#[sqlx::test]
async fn people_never_wait_behind_offers(pool: PgPool) {
    let stage =
        Stage::start_with(pool, Options { workers: false, per_second: 4, ..Options::default() }).await;
    stage.people(0..100).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 100).await;
    while okla::app::offers::offer_next(&stage.app.app).await.unwrap() == okla::app::deliver::Step::Worked {}
    let waiting = stage.app.count("outbox").await;
    assert!((1..=40).contains(&waiting), "{waiting}: no more than leave within seconds");
    let buyer = stage.app.token_for(Role::Buyer).await;
    buyer.write_async(crate::app::DEALER_PHONE, "¿Sigue disponible?").await;
    okla::app::deliver::deliver_next(&stage.app.app).await.unwrap();
    assert_eq!(stage.app.sim_messages(crate::app::DEALER_PHONE).await.len(), 1, "before a hundred offers");
}

#[sqlx::test]
async fn a_template_that_meta_stops_holds_the_campaign_in_words(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.draft("Rebaja").await;
    stage.decide_template("paused").await;
    assert!(stage.dealer_browser.get(&page).await.body.contains("no está disponible ahora"));
    stage.confirm(&page, 2).await;
    assert_eq!(stage.app.count("campaign_items").await, 0, "it does not begin");
    stage.decide_template("approved").await;
    stage.confirm(&page, 2).await;
    stage.decide_template("rejected").await;
    stage.serve().await;
    assert!(stage.sent().await.is_empty());
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("WhatsApp no deja pasar ahora la plantilla de las ofertas"), "{shown}");
    stage.decide_template("approved").await;
    stage.order(&page, "seguir").await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 2);
}

#[sqlx::test]
async fn whoever_confirmed_it_and_may_not_send_any_more_sends_nothing(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 2).await;
    sqlx::query("update users set disabled_at = now() where email = 'jefe@ejemplo.do'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.serve().await;
    assert!(stage.sent().await.is_empty());
    stage.app.add_user("otra@ejemplo.do", Role::Dealer, Some(crate::app::DEALER)).await;
    let other = stage.app.browser();
    other.sign_in("otra@ejemplo.do", PASSWORD).await;
    assert!(other.get(&page).await.body.contains("ya no puede enviar por su concesionario"));
    let id = page.rsplit('/').next().unwrap();
    other.post_form("/fn/oferta-orden", &[("id", id), ("accion", "seguir")]).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 2);
}

#[sqlx::test]
async fn an_answer_to_an_offer_is_in_the_buyers_conversation(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..1).await;
    stage.send_to_all("Rebaja", 1).await;
    stage.app.clock.advance(TimeDelta::seconds(1));
    let says = async |words: &str| {
        stage.app.sim.receive(&[("From", &phone(0)), ("Body", words)]).await;
        stage.app.work().await;
        stage.app.clock.advance(TimeDelta::seconds(1));
    };
    says("Me interesa").await;
    let thread: String =
        stage.app.value("select thread_id::text from messages where kind = 'offer' and $1 = ''", "").await;
    let shown = stage.dealer_browser.get(&format!("/panel/conversaciones/{thread}")).await.body;
    assert!(shown.contains("Persona 0") && shown.contains("Me interesa"), "{shown}");
    assert!(shown.contains("PUBLICIDAD de auto-feria"), "under what it answers: {shown}");
    let campaign: String = stage.app.value("select id::text from campaigns where $1 = ''", "").await;
    let shown = stage.dealer_browser.get(&format!("/panel/ofertas/{campaign}")).await.body;
    assert!(shown.contains("<dt>Respondieron</dt><dd>1</dd>"), "{shown}");

    // With two dealers' offers he is asked, by their names, whom he means.
    let other = stage.other_dealer("cibao-motors", "+18095550102").await;
    let page = stage.draft_by(&other, "Rebaja").await;
    stage.confirm_by(&other, &page, 1).await;
    stage.serve().await;
    stage.app.clock.advance(TimeDelta::seconds(1));
    says("¿Todavía?").await;
    let truth = stage.app.sim_messages(&phone(0)).await;
    let asked = truth.last().unwrap()["body"].as_str().unwrap();
    assert!(asked.contains("cibao-motors") && asked.contains("auto-feria"), "{asked}");
}

#[sqlx::test]
async fn a_failed_offer_is_not_sent_again_as_it_is(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..1).await;
    // 63018 by callback: what else fails so may be sent again.
    sqlx::query("update users set phone = '+18095551018' where email like 'persona-%'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.send_to_all("Rebaja", 1).await;
    let id: String = stage.app.value("select message_id::text from offers where $1 = ''", "").await;
    stage.app.wait_for(&id, "failed").await;
    let page = stage.dealer_browser.get("/panel/fallidos?rango=hoy").await.body;
    assert!(page.contains("Ofertas (se repiten con una oferta nueva): 1"), "{page}");
    stage.dealer_browser.post_form("/fn/reenviar", &[("id", &id)]).await;
    assert_eq!(stage.app.count("messages").await, 1);
}
