//! Test drives: asked for, set, moved, called off, each side told once; nobody is engaged twice.

use chrono::{DateTime, Days, TimeDelta, Utc};
use okla::{
    app::{clock::Clock as _, demo_data::seed_catalogue, index_words::index_words, tidy_up::tidy_up},
    domain::{
        limits::Limit,
        time::{day_begins, day_in_santo_domingo, field_moment, spoken_appointment},
        user::Role,
    },
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, Reply, TestApp};

const ANA: &str = "+18095557788";
const LUIS: &str = "+18095557799";

struct Stage {
    app: TestApp,
    dealer: Browser,
    vehicle: String,
}

/// In the morning; nothing is done but by [`TestApp::work`].
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.advance_to(1, 9).await;
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

impl Stage {
    fn at(&self, days: u64, hours: i64) -> DateTime<Utc> {
        day_begins(day_in_santo_domingo(self.app.clock.now()) + Days::new(days)) + TimeDelta::hours(hours)
    }

    /// Somebody whose number is proved.
    async fn buyer(&self, name: &str, phone: &str) -> Browser {
        let email = format!("{}@ejemplo.do", name.to_lowercase());
        self.app.add_user(&email, Role::Buyer, None).await;
        sqlx::query("update users set name = $1, phone = $2, phone_proved_at = now() where email = $3")
            .bind(name)
            .bind(phone)
            .bind(&email)
            .execute(&self.app.pool)
            .await
            .unwrap();
        let browser = self.app.browser();
        browser.sign_in(&email, PASSWORD).await;
        browser
    }

    /// Asks for a test drive of the vehicle; where the form led.
    async fn asks(&self, buyer: &Browser, vehicle: &str, slots: &[DateTime<Utc>]) -> String {
        let slot = |place: usize| slots.get(place).map(|at| field_moment(*at)).unwrap_or_default();
        let (first, second) = (slot(0), slot(1));
        let fields = [
            ("vehicle", vehicle),
            ("reason", "prueba"),
            ("slot1", &first),
            ("slot2", &second),
            ("message", "Voy con mi esposa"),
            ("form_key", &uuid::Uuid::now_v7().to_string()),
        ];
        let landing = buyer.post_form("/fn/contactar", &fields).await;
        self.app.work().await;
        landing.location
    }

    async fn drive(&self) -> String {
        self.app
            .value("select id::text from test_drives where $1 = '' order by created_at desc limit 1", "")
            .await
    }

    async fn arrived(&self, phone: &str) -> Vec<String> {
        self.app.work().await;
        let arrived = self.app.sim_messages(phone).await;
        arrived.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    async fn presses(&self, phone: &str, button: &str, sid: &str) {
        let fields = [
            ("From", phone),
            ("Body", button),
            ("ButtonPayload", button),
            ("OriginalRepliedMessageSid", sid),
        ];
        self.app.sim.receive(&fields).await;
        self.app.work().await;
    }

    async fn latest_sid(&self, phone: &str) -> String {
        self.app.sim_messages(phone).await.last().unwrap()["sid"].as_str().unwrap().to_owned()
    }

    async fn sets(&self, drive: &str, at: DateTime<Utc>) -> String {
        let when = field_moment(at);
        let landing = self.dealer.post_form("/fn/prueba-hora", &[("id", drive), ("when", &when)]).await;
        self.dealer.get(&landing.location).await.body
    }
}

#[sqlx::test]
async fn asked_on_the_vehicles_page_and_set_by_a_button_both_are_told_reminded_and_freed(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    let (first, second) = (stage.at(3, 10), stage.at(4, 15));
    let page = stage.asks(&ana, &stage.vehicle, &[first, second]).await;
    assert!(page.starts_with("/mensajes/"), "{page}");
    let asked = stage.arrived(DEALER_PHONE).await;
    let times = format!("{} o {}", spoken_appointment(first), spoken_appointment(second));
    assert!(
        asked.len() == 1 && asked[0].contains(&times) && asked[0].contains("«Voy con mi esposa»"),
        "{asked:?}"
    );

    stage.presses(DEALER_PHONE, "prueba-segunda", &stage.latest_sid(DEALER_PHONE).await).await;
    let when = spoken_appointment(second);
    for (phone, told) in [(ANA, 1), (DEALER_PHONE, 2)] {
        let arrived = stage.arrived(phone).await;
        assert_eq!(arrived.len(), told, "{arrived:?}");
        assert!(arrived[told - 1].contains(&format!("quedó para el {when} con")), "{arrived:?}");
    }
    let drive = stage.drive().await;
    for (browser, page) in [(&ana, "/pruebas"), (&stage.dealer, "/panel/pruebas")] {
        for page in [page.to_owned(), format!("{page}/{drive}")] {
            let shown = browser.get(&page).await.body;
            assert!(shown.contains("Confirmada") && shown.contains(&when), "{page}: {shown}");
        }
    }
    stage.app.advance_to(3, 16).await;
    assert_eq!(stage.arrived(ANA).await.len(), 1, "not before five in the afternoon");
    stage.app.advance_to(0, 17).await;
    for (phone, told) in [(ANA, 2), (DEALER_PHONE, 3)] {
        let arrived = stage.arrived(phone).await;
        assert!(
            arrived.len() == told && arrived[told - 1].contains(&format!("mañana {when}")),
            "{arrived:?}"
        );
    }

    // She cannot come.
    stage.presses(ANA, "prueba-cancelar", &stage.latest_sid(ANA).await).await;
    let (hers, his) = (stage.arrived(ANA).await, stage.arrived(DEALER_PHONE).await);
    assert!(hers.last().unwrap().contains("quedó cancelada. Le avisamos a"), "{hers:?}");
    assert!(his.last().unwrap().contains("quedó cancelada por Ana"), "{his:?}");
    ana.sign_in("ana@ejemplo.do", PASSWORD).await;
    assert!(ana.get(&format!("/pruebas/{drive}")).await.body.contains("Cancelada"));
    let counts = (stage.arrived(ANA).await.len(), stage.arrived(DEALER_PHONE).await.len());
    stage.app.advance(TimeDelta::days(3)).await;
    assert_eq!((stage.arrived(ANA).await.len(), stage.arrived(DEALER_PHONE).await.len()), counts);
}

#[sqlx::test]
async fn the_preview_is_what_arrives_its_link_included_and_an_hour_is_wanted(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    let page = format!("/vehiculos/{}/contactar", stage.vehicle);
    let key = uuid::Uuid::now_v7().to_string();
    let slot = field_moment(stage.at(3, 10));
    let fields = |slot1: &'static str| {
        [("vehicle", ""), ("reason", "prueba"), ("slot1", slot1), ("message", "Voy sola"), ("form_key", "")]
    };
    let mut without = fields("");
    without[0].1 = &stage.vehicle;
    assert_eq!(ana.post_form("/fn/contactar", &without).await.location, page);
    let refused = ana.get(&page).await.body;
    assert!(refused.contains("elija cuándo quiere probarlo") && refused.contains("Voy sola"), "{refused}");
    assert_eq!(stage.app.count("messages").await, 0);

    let shown = format!("vehiculo:{}", stage.vehicle);
    let with = [
        ("vista", shown.as_str()),
        ("vehicle", &stage.vehicle),
        ("reason", "prueba"),
        ("slot1", &slot),
        ("message", "Voy sola"),
        ("form_key", &key),
    ];
    ana.post_form("/fn/vista-previa", &with).await;
    let preview = ana.get(&page).await.body;
    let sent = ana.post_form("/fn/contactar", &with[1..]).await.location;
    assert!(sent.starts_with("/mensajes/"), "{sent}");
    let arrived = stage.arrived(DEALER_PHONE).await;
    assert!(preview.contains(&arrived[0]), "{arrived:?} {preview}");
}

#[sqlx::test]
async fn a_vehicle_is_driven_by_one_at_a_time_and_nobody_drives_two(pool: PgPool) {
    let stage = start(pool).await;
    let (ana, luis) = (stage.buyer("Ana", ANA).await, stage.buyer("Luis", LUIS).await);
    let ten = stage.at(3, 10);
    stage.asks(&ana, &stage.vehicle, &[ten]).await;
    let hers = stage.drive().await;
    stage.app.advance(TimeDelta::seconds(1)).await;
    stage.asks(&luis, &stage.vehicle, &[ten, ten + TimeDelta::minutes(30)]).await;
    let his = stage.drive().await;
    assert_ne!(hers, his);
    assert!(stage.sets(&hers, ten).await.contains("La hora está puesta"));
    for clash in [ten, ten + TimeDelta::minutes(30), ten - TimeDelta::minutes(59)] {
        let page = stage.sets(&his, clash).await;
        assert!(page.contains("ya tiene una prueba de manejo a esa hora"), "{page}");
    }
    // By a button it is said on WhatsApp, with the way out.
    stage
        .presses(
            DEALER_PHONE,
            "prueba-primera",
            stage.app.sim_messages(DEALER_PHONE).await[1]["sid"].as_str().unwrap(),
        )
        .await;
    let told = stage.arrived(DEALER_PHONE).await;
    let says_so = |words: &String| words.contains("ya tiene una prueba") && words.contains(&his);
    assert!(told.iter().any(says_so), "{told:?}");
    assert!(
        stage.sets(&his, ten + TimeDelta::hours(1)).await.contains("La hora está puesta"),
        "the next hour is free"
    );

    let other: String = stage.app.value("select id::text from vehicles where id <> $1::uuid and dealer_id = (select dealer_id from vehicles where id = $1::uuid) limit 1", &stage.vehicle).await;
    stage.app.advance(TimeDelta::seconds(1)).await;
    stage.asks(&ana, &other, &[ten]).await;
    let page = stage.sets(&stage.drive().await, ten).await;
    assert!(page.contains("El comprador ya tiene otra prueba a esa hora"), "{page}");
}

#[sqlx::test]
async fn two_presses_at_once_book_once(pool: PgPool) {
    let stage = start(pool).await;
    let (ana, luis) = (stage.buyer("Ana", ANA).await, stage.buyer("Luis", LUIS).await);
    let ten = stage.at(3, 10);
    stage.asks(&ana, &stage.vehicle, &[ten]).await;
    let hers = stage.drive().await;
    stage.app.advance(TimeDelta::seconds(1)).await;
    stage.asks(&luis, &stage.vehicle, &[ten]).await;
    let his = stage.drive().await;
    let _pages = tokio::join!(stage.sets(&hers, ten), stage.sets(&his, ten));
    let set: i64 = stage.app.value("select count(*) from test_drives where status = $1", "set").await;
    assert_eq!(set, 1);
}

#[sqlx::test]
async fn moved_by_the_dealer_both_are_told_again_and_reminded_of_the_new_day_only(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    let drive = stage.drive().await;
    stage.sets(&drive, stage.at(3, 10)).await;
    assert_eq!(stage.arrived(ANA).await.len(), 1);
    let moved = stage.at(5, 11);
    stage.sets(&drive, moved).await;
    let told = stage.arrived(ANA).await;
    assert!(told.len() == 2 && told[1].contains(&spoken_appointment(moved)), "{told:?}");
    stage.app.advance_to(2, 18).await;
    assert_eq!(stage.arrived(ANA).await.len(), 2, "the old day is not spoken of");
    stage.app.advance_to(2, 18).await;
    let told = stage.arrived(ANA).await;
    assert!(told.len() == 3 && told[2].contains("mañana"), "{told:?}");
}

#[sqlx::test]
async fn cancelar_in_answer_to_an_appointment_calls_it_off_and_elsewhere_is_a_goodbye(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    stage.sets(&stage.drive().await, stage.at(3, 10)).await;
    assert_eq!(stage.arrived(ANA).await.len(), 1);
    stage.app.sim.receive(&[("From", ANA), ("Body", "Cancelar")]).await;
    let told = stage.arrived(ANA).await;
    assert!(told.last().unwrap().contains("quedó cancelada"), "{told:?}");
    assert_eq!(stage.app.count("opt_outs").await, 0);
    stage.app.sim.receive(&[("From", "+18095551212"), ("Body", "Cancelar")]).await;
    stage.app.work().await;
    assert_eq!(stage.app.count("opt_outs").await, 1);
}

#[sqlx::test]
async fn what_cannot_be_kept_is_refused_by_its_field_and_nothing_is_sent(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    let form = stage.asks(&ana, &stage.vehicle, &[stage.at(0, 10)]).await;
    let page = ana.get(&form).await.body;
    assert!(page.contains("ya pasó o está muy cerca") && page.contains("Voy con mi esposa"), "{page}");
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    let form = stage.asks(&ana, &stage.vehicle, &[stage.at(4, 10)]).await;
    assert!(ana.get(&form).await.body.contains("Ya pidió una prueba de este vehículo"));
    assert_eq!(stage.arrived(DEALER_PHONE).await.len(), 1);
    // A refused message leaves no appointment behind.
    stage.app.set_limit(Limit::PlatformDay, Some(0)).await;
    let luis = stage.buyer("Luis", LUIS).await;
    stage.asks(&luis, &stage.vehicle, &[stage.at(3, 10)]).await;
    assert_eq!(stage.app.count("test_drives").await, 1);
    // Once its time has passed another may be asked for.
    stage.app.set_limit(Limit::PlatformDay, None).await;
    stage.app.advance(TimeDelta::days(5)).await;
    ana.sign_in("ana@ejemplo.do", PASSWORD).await;
    assert!(stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await.starts_with("/mensajes/"));
}

#[sqlx::test]
async fn an_unproved_number_is_told_nothing_and_the_page_says_so(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    sqlx::query("update users set phone_proved_at = null").execute(&stage.app.pool).await.unwrap();
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    let drive = stage.drive().await;
    stage.sets(&drive, stage.at(3, 10)).await;
    assert_eq!(stage.arrived(ANA).await.len(), 0);
    assert!(ana.get(&format!("/pruebas/{drive}")).await.body.contains("No le avisaremos por WhatsApp"));
}

#[sqlx::test]
async fn a_death_after_the_message_leaves_a_test_drive_whose_buttons_work(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    sqlx::query("update test_drives set message_id = null, thread_id = null")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    tidy_up(&stage.app.app).await.unwrap();
    stage.presses(DEALER_PHONE, "prueba-primera", &stage.latest_sid(DEALER_PHONE).await).await;
    assert_eq!(stage.arrived(ANA).await.len(), 1);
    // One that never was asked for stands in nobody's way.
    let luis = stage.buyer("Luis", LUIS).await;
    stage.asks(&luis, &stage.vehicle, &[stage.at(4, 10)]).await;
    let his = stage.drive().await;
    sqlx::query("update test_drives set message_id = null, vehicle_id = (select id from vehicles v where v.id <> vehicle_id limit 1) where id = $1::uuid")
        .bind(&his)
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.app.advance(TimeDelta::minutes(61)).await;
    tidy_up(&stage.app.app).await.unwrap();
    assert_eq!(stage.app.count("test_drives").await, 1);
}

/// A dealer reads whom OKLA told by his name; by his number only while he shows it, or where the dealer typed it himself.
#[sqlx::test]
async fn whom_okla_told_is_his_name_to_the_dealer_and_his_number_is_nowhere(pool: PgPool) {
    let stage = start(pool).await;
    let app = &stage.app;
    let ana = stage.buyer("Ana", ANA).await;
    sqlx::query("update users set answers_since = now() where phone = $1")
        .bind(ANA)
        .execute(&app.pool)
        .await
        .unwrap();
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    stage.sets(&stage.drive().await, stage.at(3, 10)).await;
    let thread: String = app.value("select id::text from threads where $1 = '' limit 1", "").await;
    let answer = [("thread", thread.as_str()), ("message", "Lo espero"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    app.advance(TimeDelta::minutes(3)).await;
    assert_eq!(stage.arrived(ANA).await.len(), 2, "a confirmation and an answer");
    let told: Vec<String> = sqlx::query_scalar("select id::text from messages where to_phone = $1")
        .bind(ANA)
        .fetch_all(&app.pool)
        .await
        .unwrap();
    let api = app.token_of("jefe@ejemplo.do").await;
    let listed = async |digits: &str| {
        let asked = api.request(reqwest::Method::GET, "/api/whatsapp/messages").query(&[("q", digits)]);
        Reply::of(asked).await.text
    };
    let shows = |body: &str| body.contains("555 7788") || body.contains("5557788");
    let link = |body: &str| told.iter().any(|id| body.contains(&format!("/panel/mensajes/{id}")));
    let nowhere = async || {
        for page in ["/panel/mensajes", "/panel/mensajes.csv", "/panel/mensajes?tipo=test_drive", "/panel"] {
            let body = stage.dealer.get(page).await.body;
            assert!(!shows(&body), "{page}: {body}");
            assert!(page == "/panel" || body.contains("Ana"), "{page}: {body}");
        }
        for id in &told {
            let page = stage.dealer.get(&format!("/panel/mensajes/{id}")).await.body;
            assert!(page.contains("<dt>Enviado a</dt><dd>Ana</dd>") && !shows(&page), "{page}");
            assert!(!page.contains("Escribir a este contacto"), "{page}");
            assert!(page.contains(&format!("/panel/conversaciones/{thread}")), "{page}");
            assert!(!shows(&stage.dealer.get(&format!("/panel/escribir?a={id}")).await.body));
            let live = stage.dealer.request(reqwest::Method::GET, &format!("/panel/mensajes/{id}/eventos"));
            let live = live.send().await.unwrap().chunk().await.unwrap().unwrap();
            assert!(!shows(&String::from_utf8_lossy(&live)), "{live:?}");
        }
        for digits in ["5557788", "809 555 7788"] {
            let found = stage.dealer.get(&format!("/panel/mensajes?q={digits}")).await.body;
            assert!(!link(&found), "{found}");
            let found = listed(digits).await;
            assert!(!told.iter().any(|id| found.contains(id)), "{found}");
        }
        let all = listed("").await;
        assert!(told.iter().all(|id| all.contains(id)) && !shows(&all), "{all}");
    };
    nowhere().await;
    // Also once its words are in the index that a search reads.
    app.work().await;
    index_words(&app.app).await.unwrap();
    nowhere().await;
    // An admin's page is as it was: masked, to be revealed for a reason.
    app.add_user("okla@ejemplo.do", Role::Admin, None).await;
    let admin = app.browser();
    admin.sign_in("okla@ejemplo.do", PASSWORD).await;
    let page = admin.get(&format!("/panel/mensajes/{}", told[0])).await.body;
    assert!(page.contains("Mostrar los números") && !shows(&page), "{page}");

    let show = "update users set shows_phone_since = $1 where phone = $2";
    sqlx::query(show).bind(app.clock.now()).bind(ANA).execute(&app.pool).await.unwrap();
    let page = stage.dealer.get(&format!("/panel/mensajes/{}", told[0])).await.body;
    assert!(page.contains("<dt>Enviado a</dt><dd>+1 809 555 7788</dd>"), "{page}");
    sqlx::query("update users set shows_phone_since = null").execute(&app.pool).await.unwrap();
    nowhere().await;
    // Nor does sending a failed one again make a conversation with the number.
    let fail = "update messages set status = 'failed', error_code = 63018 where id = $1::uuid";
    sqlx::query(fail).bind(&told[0]).execute(&app.pool).await.unwrap();
    let back = stage.dealer.post_form("/fn/reenviar", &[("id", &told[0])]).await;
    let page = stage.dealer.get(&back.location).await.body;
    assert!(page.contains("Un aviso de OKLA no se reenvía") && !page.contains(">Reenviar<"), "{page}");
    assert!(!shows(&stage.dealer.get("/panel/conversaciones").await.body));

    // What he typed himself he reads as he typed it.
    let typed = api.write_async(ANA, "¿Viene mañana?").await.id();
    let page = stage.dealer.get(&format!("/panel/mensajes/{typed}")).await.body;
    assert!(page.contains("<dt>Enviado a</dt><dd>+1 809 555 7788</dd>"), "{page}");
    let found = listed("5557788").await;
    assert!(found.contains(&typed) && !found.contains(&told[0]), "{found}");
}

#[sqlx::test]
async fn the_dealers_conversation_leads_to_its_open_test_drive(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    let drive = stage.drive().await;
    let thread: String = stage.app.value("select id::text from threads where $1 = '' limit 1", "").await;
    let page = async || stage.dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
    let link = format!("href=\"/panel/pruebas/{drive}\"");
    let shown = page().await;
    assert!(shown.contains(&link) && shown.contains("Motivo: Prueba de manejo"), "{shown}");
    assert!(shown.contains(&spoken_appointment(stage.at(3, 10))), "{shown}");
    stage.sets(&drive, stage.at(3, 10)).await;
    assert!(page().await.contains("Confirmada"));
    stage.dealer.post_form("/fn/prueba-cancelar", &[("id", &drive)]).await;
    assert!(!page().await.contains(&link));
}

/// The title of the button is a word by which people leave.
async fn presses_cancelar(stage: &Stage, phone: &str, sid: &str) {
    let fields = [
        ("From", phone),
        ("Body", "Cancelar"),
        ("ButtonText", "Cancelar"),
        ("ButtonPayload", "prueba-cancelar"),
        ("OriginalRepliedMessageSid", sid),
    ];
    stage.app.sim.receive(&fields).await;
    stage.app.work().await;
    stage.app.clock.advance(TimeDelta::seconds(1));
}

#[sqlx::test]
async fn an_hour_chosen_after_the_buyer_called_it_off_is_answered_and_is_no_word_of_the_dealers(
    pool: PgPool,
) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    let asked = stage.latest_sid(DEALER_PHONE).await;
    ana.post_form("/fn/prueba-cancelar", &[("id", &*stage.drive().await)]).await;
    stage.app.work().await;
    for button in ["prueba-primera", "prueba-otra"] {
        stage.presses(DEALER_PHONE, button, &asked).await;
        let told = stage.arrived(DEALER_PHONE).await;
        assert!(told.last().unwrap().contains("no se puso ninguna hora"), "{told:?}");
    }
    assert_eq!(stage.app.count("inbound_messages where thread_id is not null").await, 0);
}

#[sqlx::test]
async fn cancelar_about_an_appointment_that_is_off_is_answered_and_lets_nobody_leave(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    sqlx::query("update users set answers_since = now(), offers_since = now() where phone = $1")
        .bind(ANA)
        .execute(&stage.app.pool)
        .await
        .unwrap();
    stage.asks(&ana, &stage.vehicle, &[stage.at(3, 10)]).await;
    stage.sets(&stage.drive().await, stage.at(3, 10)).await;
    stage.arrived(ANA).await;
    let confirmation = stage.latest_sid(ANA).await;
    let tells = async |times: usize, after: &str| {
        let told = stage.arrived(ANA).await;
        let nothing = told.iter().filter(|words| words.contains("No queda ninguna prueba de manejo")).count();
        assert_eq!(nothing, times, "{after}: {told:?}");
        assert_eq!(stage.app.count("opt_outs").await, 0, "{after}");
        let agrees: bool = stage
            .app
            .value(
                "select answers_since is not null and offers_since is not null from users where phone = $1",
                ANA,
            )
            .await;
        assert!(agrees, "{after}");
    };
    presses_cancelar(&stage, ANA, &confirmation).await;
    tells(0, "it is off now").await;
    presses_cancelar(&stage, ANA, &confirmation).await;
    tells(1, "pressed twice").await;

    // Another one, which the dealer calls off.
    stage.asks(&ana, &stage.vehicle, &[stage.at(4, 10)]).await;
    let second = stage.drive().await;
    stage.sets(&second, stage.at(4, 10)).await;
    stage.arrived(ANA).await;
    let confirmation = stage.latest_sid(ANA).await;
    stage.dealer.post_form("/fn/prueba-cancelar", &[("id", &*second)]).await;
    let told = stage.arrived(ANA).await;
    assert!(told.last().unwrap().contains("quedó cancelada"), "{told:?}");
    presses_cancelar(&stage, ANA, &confirmation).await;
    tells(2, "the dealer was first").await;
    for times in 3..5 {
        stage.app.sim.receive(&[("From", ANA), ("Body", "cancelar")]).await;
        stage.app.work().await;
        stage.app.clock.advance(TimeDelta::seconds(1));
        tells(times, "typed").await;
    }
    // So long after it the word means us.
    stage.app.advance(TimeDelta::days(7)).await;
    stage.app.sim.receive(&[("From", ANA), ("Body", "cancelar")]).await;
    let told = stage.arrived(ANA).await;
    assert!(told.last().unwrap().contains("no le escribirá más"), "{told:?}");
    assert_eq!(stage.app.count("opt_outs").await, 1);
}

#[sqlx::test]
async fn what_did_not_go_is_read_on_the_test_drives_page_by_both_and_counted_for_admins(pool: PgPool) {
    let stage = start(pool).await;
    let ana = stage.buyer("Ana", ANA).await;
    let at = stage.at(3, 10);
    stage.asks(&ana, &stage.vehicle, &[at]).await;
    let drive = stage.drive().await;
    let (his, hers) = (format!("/panel/pruebas/{drive}"), format!("/pruebas/{drive}"));
    stage.app.set_limit(Limit::DealerHour, Some(0)).await;
    assert!(!stage.sets(&drive, at).await.contains("por WhatsApp:"), "nothing was tried yet");
    stage.app.work().await;
    let why =
        "todavía no sale por WhatsApp: sus mensajes llegaron al límite por hora. OKLA sigue intentándolo.";
    let page = stage.dealer.get(&his).await.body;
    for whom in ["al comprador", "para usted"] {
        assert!(page.contains(&format!("La confirmación {whom} {why}")), "{whom}: {page}");
    }
    stage.app.set_limit(Limit::DealerHour, None).await;
    stage.app.advance(TimeDelta::minutes(5)).await;
    stage.app.work().await;
    let page = stage.dealer.get(&his).await.body;
    assert!(!page.contains("por WhatsApp:"), "what went is no matter any more: {page}");

    // Until the reminders are of no use.
    stage.app.set_limit(Limit::DealerHour, Some(0)).await;
    stage.app.advance_to(2, 18).await;
    stage.app.work().await;
    stage.app.advance_to(1, 9).await;
    stage.app.work().await;
    let page = stage.dealer.get(&his).await.body;
    let why = "El recordatorio al comprador no salió por WhatsApp: sus mensajes llegaron al límite por hora. Avísele usted.";
    assert!(page.contains(why), "{page}");
    ana.sign_in("ana@ejemplo.do", PASSWORD).await;
    let page = ana.get(&hers).await.body;
    let why =
        "El recordatorio para usted no salió por WhatsApp: el concesionario llegó a su límite de mensajes.";
    assert!(page.contains(why) && !page.contains("por hora"), "{page}");

    stage.app.add_user("okla@ejemplo.do", Role::Admin, None).await;
    let admin = stage.app.browser();
    admin.sign_in("okla@ejemplo.do", PASSWORD).await;
    let lost = |count: i64| format!("<dt>Avisos perdidos</dt><dd>{count} en 24 horas");
    let page = admin.get("/admin/sistema").await.body;
    assert!(page.replace("<!>", "").contains(&lost(2)), "{page}");
    stage.app.advance(TimeDelta::hours(25)).await;
    admin.sign_in("okla@ejemplo.do", PASSWORD).await;
    let page = admin.get("/admin/sistema").await.body;
    assert!(page.replace("<!>", "").contains(&lost(0)), "{page}");
}
