//! Whoever has said goodbye gets nothing more, by whatever path it would come.

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock as _, demo_data::seed_catalogue, remind::remind_next},
    domain::user::Role,
};
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp};

/// A person's number, whose messages end in 63018 and may be sent again.
const PERSON: &str = "+18095551018";

struct Stage {
    app: TestApp,
    dealer: Browser,
    vehicle: String,
}

impl Stage {
    async fn says(&self, from: &str, words: &str) {
        self.app.sim.receive(&[("From", from), ("Body", words)]).await;
        self.app.work().await;
    }

    async fn buyer(&self, email: &str) -> Browser {
        self.app.add_user(email, Role::Buyer, None).await;
        let browser = self.app.browser();
        browser.sign_in(email, PASSWORD).await;
        browser
    }

    async fn arrived(&self, phone: &str) -> usize {
        self.app.work().await;
        self.app.sim_messages(phone).await.len()
    }
}

async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let vehicle = app
        .value(
            "select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.phone = $1 order by v.id limit 1",
            DEALER_PHONE,
        )
        .await;
    Stage { app, dealer, vehicle }
}

#[sqlx::test]
async fn a_person_who_left_gets_nothing_by_api_form_answer_or_resend(pool: PgPool) {
    let stage = start(pool).await;
    let api = stage.app.token_of("jefe@ejemplo.do").await;
    let failed = api.write_async(PERSON, "Buenas, le escribo por el Corolla").await.id();
    for _ in 0..3 {
        stage.app.work().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        stage.app.advance(TimeDelta::seconds(30)).await;
    }
    stage.app.wait_for(&failed, "failed").await;
    let thread: String =
        stage.app.value("select thread_id::text from messages where id = $1::uuid", &failed).await;
    let waiting = api.write_async(PERSON, "Este todavía no ha salido").await.id();
    stage.says(PERSON, "baja!").await;
    // One of them confirms that he has left.
    let before = stage.arrived(PERSON).await;
    assert_eq!(stage.app.stored_status(&waiting).await, "failed");

    let refused = api.send(json!({ "toPhoneNumber": PERSON, "messageBody": "Hola" })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "opted_out"));
    let template = json!({ "1": "Auto Feria", "2": "Corolla", "3": "Hola" });
    let refused =
        api.send(json!({ "toPhoneNumber": PERSON, "template": "okla_mensaje", "variables": template })).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "opted_out"));
    let key = uuid::Uuid::now_v7().to_string();
    for (form, fields) in [
        ("escribir", vec![("to", "809 555 1018"), ("message", "Hola"), ("form_key", &*key)]),
        ("responder", vec![("thread", &*thread), ("message", "Hola"), ("form_key", &*key)]),
        ("reenviar", vec![("id", &*failed)]),
    ] {
        let landing = stage.dealer.post_form(&format!("/fn/{form}"), &fields).await;
        let page = stage.dealer.get(&landing.location).await.body;
        assert!(page.contains("pidió no recibir mensajes"), "{form}: {page}");
    }
    assert_eq!(stage.arrived(PERSON).await, before);

    stage.says(PERSON, "ALTA").await;
    assert_eq!(api.write_async(PERSON, "Hola").await.status, 202);
}

#[sqlx::test]
async fn a_dealer_who_left_gets_neither_contacts_nor_notices(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("ana@ejemplo.do").await;
    stage.says(DEALER_PHONE, "No más").await;
    let before = stage.arrived(DEALER_PHONE).await;
    let form = uuid::Uuid::now_v7().to_string();
    let fields = [("vehicle", &*stage.vehicle), ("message", "¿Sigue?"), ("form_key", &*form)];
    let landing = ana.post_form("/fn/contactar", &fields).await;
    assert!(ana.get(&landing.location).await.body.contains("pidió no recibir mensajes"));
    ana.post_form("/fn/me-interesa", &[("vehicle", &stage.vehicle)]).await;
    stage.app.work().await;
    sqlx::query("update vehicles set expires_on = (now() at time zone 'America/Santo_Domingo')::date + 1")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    let drive: String = stage
        .app
        .value(
            "insert into test_drives (id, vehicle_id, dealer_id, buyer_id, status, slots, created_at, changed_at)
             select gen_random_uuid(), v.id, v.dealer_id, u.id, 'asked', array[now()], now(), now()
             from vehicles v cross join users u where v.id = $1::uuid and u.email = 'ana@ejemplo.do' returning id::text",
            &stage.vehicle,
        )
        .await;
    let tomorrow = okla::domain::time::field_moment(stage.app.clock.now() + TimeDelta::days(2));
    let at = format!("{}T11:00", &tomorrow[..10]);
    stage.dealer.post_form("/fn/prueba-hora", &[("id", &drive), ("when", &at)]).await;
    stage.app.advance_to(1, 10).await;
    assert_eq!(stage.arrived(DEALER_PHONE).await, before);
    let told: Vec<(String, String)> =
        sqlx::query_as("select distinct errand, outcome from reminders where outcome is not null order by 1")
            .fetch_all(&stage.app.pool)
            .await
            .unwrap();
    let ended = |errand: &str, outcome: &str| (errand.to_owned(), outcome.to_owned());
    for errand in ["drive_set_dealer", "listing_day", "new_interest"] {
        assert!(told.contains(&ended(errand, "opted_out")), "{errand}: {told:?}");
    }
}

#[sqlx::test]
async fn a_notice_that_waits_when_its_dealer_leaves_is_not_sent(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("ana@ejemplo.do").await;
    ana.post_form("/fn/me-interesa", &[("vehicle", &stage.vehicle)]).await;
    remind_next(&stage.app.app).await.unwrap();
    stage.says(DEALER_PHONE, "STOP").await;
    let told = stage.app.sim_messages(DEALER_PHONE).await;
    assert!(told.len() == 1 && told[0]["body"].as_str().unwrap().contains("no le escribirá más"), "{told:?}");
    let given_back: bool = stage
        .app
        .value("select cost = 0 and own_reason = 'opted_out' from messages where kind = $1", "new_interest")
        .await;
    assert!(given_back);
}

/// What the list keeps from somebody is said where he would look for it, with the way back.
#[sqlx::test]
async fn who_left_reads_so_on_the_site_and_so_does_who_would_write_to_him(pool: PgPool) {
    const HERS: &str = "+18095557788";
    let stage = start(pool).await;
    let buyer = stage.buyer("ana@ejemplo.do").await;
    let own = "update users set phone = $1 where email = 'ana@ejemplo.do'";
    sqlx::query(own).bind(HERS).execute(&stage.app.pool).await.unwrap();
    stage.says(HERS, "BAJA").await;
    let gone = "Su número pidió no recibir mensajes de OKLA. Para volver, escriba ALTA";
    let account = async || buyer.get("/cuenta").await.body;
    assert!(!account().await.contains(gone), "whose number it is nobody has proved");
    sqlx::query("update users set phone_proved_at = now() where phone = $1")
        .bind(HERS)
        .execute(&stage.app.pool)
        .await
        .unwrap();
    let shown = account().await;
    assert!(
        shown.contains(gone) && shown.contains("https://wa.me/") && shown.contains("?text=ALTA"),
        "{shown}"
    );
    stage.says(HERS, "ALTA").await;
    assert!(!account().await.contains(gone));

    let pages = ["/panel", "/panel/conversaciones", "/panel/intereses"];
    let gone = "El número de su negocio pidió no recibir mensajes de OKLA";
    let form = format!("/vehiculos/{}/contactar", stage.vehicle);
    let refused = "Este número pidió no recibir mensajes de OKLA";
    for page in pages {
        assert!(!stage.dealer.get(page).await.body.contains(gone), "{page}");
    }
    assert!(stage.dealer.get("/panel/intereses").await.body.contains("Le avisamos por WhatsApp"));
    assert!(!buyer.get(&form).await.body.contains(refused));
    stage.says(DEALER_PHONE, "BAJA").await;
    for page in pages {
        let shown = stage.dealer.get(page).await.body;
        assert!(shown.contains(gone) && shown.contains("?text=ALTA"), "{page}: {shown}");
    }
    assert!(!stage.dealer.get("/panel/intereses").await.body.contains("Le avisamos por WhatsApp"));
    let shown = buyer.get(&form).await.body;
    assert!(shown.contains(refused), "before a word is typed: {shown}");
    stage.says(DEALER_PHONE, "ALTA").await;
    assert!(!buyer.get(&form).await.body.contains(refused));
}

#[sqlx::test]
async fn an_alta_that_is_dealt_with_again_does_not_undo_the_baja_after_it(pool: PgPool) {
    let stage = start(pool).await;
    for words in ["BAJA", "ALTA", "No más"] {
        stage.says(PERSON, words).await;
        stage.app.clock.advance(TimeDelta::seconds(1));
    }
    let told = stage.arrived(PERSON).await;
    // Whoever dealt with it died before he had noted that.
    sqlx::query("update inbound_messages set handled_at = null, handling_until = null where body = 'ALTA'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    assert_eq!(stage.arrived(PERSON).await, told, "and nobody is told that he may be written to");
    assert_eq!(stage.app.count("opt_outs").await, 1);
    let api = stage.app.token_of("jefe@ejemplo.do").await;
    let refused = api.send(json!({ "toPhoneNumber": PERSON, "messageBody": "Hola" })).await;
    assert_eq!(refused.code(), "opted_out");
}

#[sqlx::test]
async fn what_one_person_says_is_dealt_with_in_its_order_whoever_dies_over_it(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.sim.receive(&[("From", PERSON), ("Body", "BAJA")]).await;
    stage.app.clock.advance(TimeDelta::seconds(1));
    stage.app.sim.receive(&[("From", PERSON), ("Body", "ALTA")]).await;
    sqlx::query("update inbound_messages set handling_until = $1 where body = 'BAJA'")
        .bind(stage.app.clock.now() + TimeDelta::seconds(30))
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.says(DEALER_PHONE, "Buenas").await;
    let waiting: Vec<String> =
        sqlx::query_scalar("select body from inbound_messages where handled_at is null order by received_at")
            .fetch_all(&stage.app.pool)
            .await
            .unwrap();
    assert_eq!(waiting, ["BAJA", "ALTA"], "nobody else's waits for them");
    stage.app.advance(TimeDelta::minutes(1)).await;
    stage.app.work().await;
    assert_eq!(stage.app.count("opt_outs").await, 0, "he came back after he had left");
    let told = stage.app.sim_messages(PERSON).await;
    assert!(told.last().unwrap()["body"].as_str().unwrap().contains("de nuevo"), "{told:?}");
}

#[sqlx::test]
async fn whoever_leaves_while_he_is_being_asked_something_gets_the_goodbye_alone(pool: PgPool) {
    let stage = start(pool).await;
    for email in ["ana@ejemplo.do", "luis@ejemplo.do"] {
        stage.buyer(email).await;
        stage.app.token_of(email).await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
        stage.app.clock.advance(TimeDelta::seconds(1));
    }
    let before = stage.arrived(DEALER_PHONE).await;
    for words in ["Sí, venga", "BAJA"] {
        stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", words)]).await;
        stage.app.clock.advance(TimeDelta::seconds(1));
    }
    // Both are dealt with before anything leaves.
    let after = stage.arrived(DEALER_PHONE).await;
    let told = stage.app.sim_messages(DEALER_PHONE).await;
    assert_eq!(after, before + 1, "{told:?}");
    assert!(told[before]["body"].as_str().unwrap().contains("no le escribirá más"), "{told:?}");
    assert_eq!(stage.app.count("messages where template = 'who_for' and own_reason = 'opted_out'").await, 1);
}
