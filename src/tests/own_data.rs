//! One's own data: seen, corrected, taken along, erased.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock as _, deliver::Step, demo_data::seed_catalogue},
    domain::{consent::Consent, user::Role},
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, PASSWORD, TestApp},
    phone_proof::{code_on, send, start},
};

const NAME: &str = "Altagracia Quisqueyana";
const EMAIL: &str = "altagracia.q@correo-suyo.do";
const PHONE: &str = "+18297654321";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A buyer with a proved number, and a dealer's person; nothing is done but by [`TestApp::work`].
struct Stage {
    app: TestApp,
    buyer: Browser,
    dealer: Browser,
}

async fn stage(pool: PgPool) -> Stage {
    let app = start(pool).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let (dealer, buyer) = (app.browser(), app.browser());
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let form = [
        ("name", NAME),
        ("email", EMAIL),
        ("phone", "829-765-4321"),
        ("password", PASSWORD),
        ("consent", Consent::Contact.version()),
        ("avisos", Consent::Answers.version()),
        ("ofertas", Consent::Offers.version()),
        ("mi_numero", Consent::Phone.version()),
    ];
    buyer.post_form("/fn/registro", &form).await;
    let code = code_on(&buyer.get("/cuenta/numero").await.body);
    send(&app, PHONE, &code).await;
    Stage { app, buyer, dealer }
}

impl Stage {
    async fn vehicles(&self) -> Vec<String> {
        let query = "select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 order by 1 limit 2";
        sqlx::query_scalar(query).bind(DEALER).fetch_all(&self.app.pool).await.unwrap()
    }

    /// The message that he wrote about a vehicle.
    async fn writes(&self, vehicle: &str, words: &str) -> String {
        let fields = [
            ("vehicle", vehicle),
            ("reason", "precio"),
            ("message", words),
            ("image_url", "https://fotos.ejemplo.do/carambola.jpg"),
            ("form_key", ""),
        ];
        let page = self.buyer.post_form("/fn/contactar", &fields).await.location;
        page.strip_prefix("/mensajes/").unwrap_or_else(|| panic!("{page}")).to_owned()
    }

    async fn erase(&self) -> String {
        let fields = [("palabra", "borrar"), ("password", PASSWORD)];
        let landing = self.buyer.post_form("/fn/borrar-cuenta", &fields).await;
        self.buyer.get(&landing.location).await.body
    }

    /// Nothing is under way any more that would change a sum by itself.
    async fn all_is_read(&self) {
        let under_way = "select count(*) from messages where status in ('queued', 'sending', 'sent', 'delivered') and $1 = ''";
        for _ in 0..60 {
            if self.app.value::<i64>(under_way, "").await == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            self.app.clock.advance(TimeDelta::seconds(30));
            self.app.work().await;
        }
        panic!("some message never was read");
    }

    async fn thread_of(&self, message: &str) -> String {
        self.app.value("select thread_id::text from messages where id = $1::uuid", message).await
    }

    /// Every row of every table there is, as text.
    async fn dump(&self) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables
             where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
        )
        .fetch_all(&self.app.pool)
        .await
        .unwrap();
        assert!(tables.len() > 45, "{tables:?}");
        let mut all = Vec::new();
        for table in tables {
            let query = format!("select t::text from {table} t");
            let rows: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&self.app.pool).await.unwrap();
            all.extend(rows.into_iter().map(|row| format!("{table} {row}")));
        }
        all
    }

    /// What must not change when a person goes.
    async fn sums(&self) -> Vec<String> {
        let mut all = Vec::new();
        for query in [
            "select jsonb_agg(l order by id)::text from ledger_entries l",
            "select jsonb_agg(f order by f::text)::text from figures_of_history f",
            "select jsonb_agg(f order by f::text)::text from (
               select dealer_id, day, kind, by_buyer, status, cause, sum(messages), sum(parts), sum(cost), sum(told)
               from state_figures group by 1, 2, 3, 4, 5, 6 having sum(messages) <> 0) f",
            "select jsonb_agg(jsonb_build_array(id, sender_id, dealer_id, vehicle_id, kind, reason, status, cost, places,
               parts, created_at, delivered_at, outside_window, left(to_phone, 5)) order by id)::text from messages",
            "select count(distinct to_phone)::text from messages",
            "select jsonb_agg(o)::text from opt_outs o",
            "select jsonb_agg(jsonb_build_array(name, subject, used) order by name, subject)::text
             from limit_counters where name <> 'pair_day'",
        ] {
            let sum: Option<String> = sqlx::query_scalar(query).fetch_one(&self.app.pool).await.unwrap();
            all.push(sum.unwrap_or_default());
        }
        all
    }
}

/// How a text may stand in a dump: as it is, and as the bytes of a column.
fn forms(text: &str) -> [String; 2] {
    let bytes = text.bytes().fold(String::new(), |bytes, byte| format!("{bytes}{byte:02x}"));
    [text.to_lowercase(), bytes]
}

#[sqlx::test]
async fn whoever_is_erased_is_in_no_table_log_file_or_page_and_the_sums_stay(pool: PgPool) {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(lines);
    let stage = stage(pool).await;
    let (app, vehicles) = (&stage.app, stage.vehicles().await);

    // He writes about two vehicles, once so long that a part waits for an answer, and once as a program.
    let first = stage.writes(&vehicles[0], &format!("zarzaparrilla {}", "palabra larga ".repeat(120))).await;
    app.work().await;
    app.clock.advance(TimeDelta::seconds(2));
    let second = stage.writes(&vehicles[1], "mamajuana").await;
    app.work().await;
    let api = app.token_of(EMAIL).await;
    let keyed = api.post_send(&json!({ "toPhoneNumber": DEALER_PHONE, "messageBody": "jagua" }));
    crate::app::Reply::of(keyed.header("idempotency-key", "clave-de-tamarindo")).await;
    app.work().await;
    // He is answered here, and by WhatsApp: once to a message of his, once to nobody knows which.
    let thread = stage.thread_of(&first).await;
    let answer = [("thread", thread.as_str()), ("message", "guanábana, doña"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    let sid: String = app.value("select sid from message_parts where message_id = $1::uuid", &second).await;
    app.sim
        .receive(&[("From", DEALER_PHONE), ("Body", "mamoncillo"), ("OriginalRepliedMessageSid", &sid)])
        .await;
    app.work().await;
    send(app, DEALER_PHONE, "¿limoncillo?").await;
    let asked: String =
        app.value("select string_agg(body, ' ') from messages where template = $1", "who_for").await;
    assert!(asked.contains(NAME), "the dealer was asked whether it is for him: {asked}");
    // The dealer writes to his number, and he answers from there; something that no dealer said lies about too.
    app.token_of("jefe@ejemplo.do").await.write_async(PHONE, "caimito").await;
    app.work().await;
    send(app, PHONE, "¿Qué es caimito? tayota").await;
    let typed = [("to", "829 765 4321"), ("message", ""), ("form_key", "")];
    stage.dealer.post_form("/fn/escribir", &typed).await;
    // He says that a vehicle interests him, asks to drive it, is told when and that it is off; he sends a picture, a place and
    // words under a name of his own.
    stage.buyer.post_form("/fn/me-interesa", &[("vehicle", &vehicles[0])]).await;
    let slot =
        format!("{}T10:00", okla::domain::time::day_in_santo_domingo(app.clock.now()) + chrono::Days::new(3));
    let fields = [
        ("vehicle", vehicles[0].as_str()),
        ("reason", "prueba"),
        ("slot1", &slot),
        ("message", "níspero"),
        ("form_key", ""),
    ];
    stage.buyer.post_form("/fn/contactar", &fields).await;
    app.work().await;
    let drive: String = app.value("select id::text from test_drives where $1 = ''", "").await;
    let sid: String = app
        .value(
            "select p.sid from test_drives d join message_parts p on p.message_id = d.message_id where d.id = $1::uuid",
            &drive,
        )
        .await;
    let pressed = [
        ("From", DEALER_PHONE),
        ("Body", "Otra hora"),
        ("ButtonText", "Otra hora"),
        ("ButtonPayload", "prueba-otra"),
        ("OriginalRepliedMessageSid", sid.as_str()),
    ];
    app.sim.receive(&pressed).await;
    app.work().await;
    let answered = app.sim_messages(DEALER_PHONE).await;
    assert!(answered.last().unwrap()["body"].as_str().unwrap().contains(&format!("otra hora para {NAME}")));
    stage.dealer.post_form("/fn/prueba-hora", &[("id", drive.as_str()), ("when", &slot)]).await;
    app.work().await;
    stage.dealer.post_form("/fn/prueba-cancelar", &[("id", drive.as_str())]).await;
    app.work().await;
    let pictured = [
        ("From", PHONE),
        ("Body", "pitahaya"),
        ("ProfileName", "Quisqueya la Bella"),
        ("ExternalUserId", "whatsapp:DO.ciruela123"),
        ("Latitude", "18.4861"),
        ("Longitude", "-69.9312"),
        ("Address", "calle del Granadillo"),
    ];
    app.sim.receive(&pictured).await;
    app.work().await;
    crate::tenants::attach(app, &thread).await;
    // Somebody tries his account in vain; the second factor; a code that waits; and he leaves.
    app.browser().sign_in(EMAIL, "no es esta, no").await;
    sqlx::query("insert into second_factors (user_id, secret, confirmed_at) select id, '\\x00', now() from users where email = $1")
        .bind(EMAIL)
        .execute(&app.pool)
        .await
        .unwrap();
    app.browser().post_form("/fn/clave-olvidada", &[("email", EMAIL)]).await;
    send(app, PHONE, "BAJA").await;
    sqlx::query("delete from second_factors").execute(&app.pool).await.unwrap();
    app.clock.advance(TimeDelta::hours(1));
    app.work().await;

    let needles = [
        NAME,
        "Altagracia",
        "Quisqueyana",
        EMAIL,
        "8297654321",
        "829 765 4321",
        "829-765-4321",
        "zarzaparrilla",
        "palabra larga",
        "mamajuana",
        "jagua",
        "carambola",
        "guanábana",
        "mamoncillo",
        "caimito",
        "tayota",
        "níspero",
        "pitahaya",
        "Quisqueya la Bella",
        "ciruela123",
        "Granadillo",
        "clave-de-tamarindo",
    ];
    let before = stage.dump().await;
    for needle in needles {
        let found = before.iter().any(|row| row.to_lowercase().contains(&needle.to_lowercase()));
        // What was typed in vain is kept in no table.
        assert!(found || needle.starts_with("829"), "{needle:?} was never there: the test proves nothing");
    }
    stage.all_is_read().await;
    let sums = stage.sums().await;
    let page = stage.erase().await;
    assert!(page.contains("Su cuenta y sus datos están borrados."), "{page}");
    app.work().await;

    let dump = stage.dump().await;
    let csv = stage.dealer.get("/panel/mensajes.csv").await.body;
    let mut pages = vec![("the log".to_owned(), String::from_utf8(log.0.lock().unwrap().clone()).unwrap())];
    for page in ["/panel", "/panel/mensajes", "/panel/conversaciones", "/panel/escribir"] {
        pages.push((page.to_owned(), stage.dealer.get(page).await.body));
    }
    for page in [format!("/panel/mensajes/{first}"), format!("/panel/conversaciones/{thread}")] {
        let shown = stage.dealer.get(&page).await;
        assert_eq!(shown.status, 200, "{page}");
        assert!(shown.body.contains("Persona borrada"), "{page}: {}", shown.body);
        pages.push((page, shown.body));
    }
    pages.push(("csv".to_owned(), csv));
    for needle in needles {
        for form in forms(needle) {
            let left: Vec<_> = dump.iter().filter(|row| row.to_lowercase().contains(&form)).collect();
            assert!(left.is_empty(), "{needle:?} is still there: {left:#?}");
            for (what, text) in &pages {
                assert!(!text.to_lowercase().contains(&form), "{needle:?} is in {what}: {text}");
            }
        }
    }
    assert_eq!(stage.sums().await, sums);
    assert_eq!(app.count("inbound_media").await, 0, "nor are files that were sent into his conversations");
    assert_eq!(app.count("opt_outs").await, 1, "he is still left alone");

    // He is gone: neither session, token nor password opens anything, and the e-mail is free.
    assert!(stage.buyer.get("/mensajes").await.location.starts_with("/ingresar"));
    assert_eq!(api.write(DEALER_PHONE, "hola").await.status, 401);
    app.browser().sign_in(EMAIL, PASSWORD).await;
    assert_eq!(app.sessions_of(EMAIL).await, 0);
    assert_eq!(app.browser().sign_up(EMAIL).await.location, "/cuenta/numero");
    assert!(okla::app::audit::verify_audit(&app.pool, None).await.unwrap().broken_at.is_none());
}

#[sqlx::test]
async fn what_has_not_left_is_withdrawn_with_its_money_once_and_what_came_in_is_not_dealt_with(pool: PgPool) {
    let stage = stage(pool).await;
    let (app, vehicles) = (&stage.app, stage.vehicles().await);
    let id = stage.writes(&vehicles[0], "zarzaparrilla").await;
    app.token_of("jefe@ejemplo.do").await.write_async(PHONE, "caimito").await;
    app.sim.receive(&[("From", PHONE), ("Body", "tayota")]).await;
    assert!(stage.erase().await.contains("están borrados"));
    app.work().await;
    assert_eq!(app.sim_messages(DEALER_PHONE).await.len(), 0);
    let arrived = app.sim_messages(PHONE).await;
    assert!(arrived.iter().all(|message| message["body"] != "caimito"), "{arrived:?}");
    let charged: Vec<String> =
        sqlx::query_scalar("select amount::text from ledger_entries where message_id = $1::uuid order by id")
            .bind(&id)
            .fetch_all(&app.pool)
            .await
            .unwrap();
    assert_eq!(charged.len(), 2, "{charged:?}");
    assert_eq!(charged[1], format!("-{}", charged[0]), "{charged:?}");
    assert_eq!(app.stored_status(&id).await, "failed");
    let rows = stage.dump().await.join("\n");
    for words in ["zarzaparrilla", "caimito", "tayota", "8297654321"] {
        assert!(!rows.contains(words), "{words}");
    }
}

#[sqlx::test]
async fn nobody_is_erased_while_something_of_his_is_under_way(pool: PgPool) {
    let stage = stage(pool).await;
    let (app, vehicles) = (&stage.app, stage.vehicles().await);
    let id = stage.writes(&vehicles[0], "zarzaparrilla").await;
    // A worker has it.
    sqlx::query("update outbox set leased_until = $1")
        .bind(app.clock.now() + TimeDelta::minutes(1))
        .execute(&app.pool)
        .await
        .unwrap();
    let page = stage.erase().await;
    assert!(page.contains("Un mensaje suyo está saliendo"), "{page}");
    assert!(
        stage.buyer.get(&format!("/mensajes/{id}")).await.body.contains("zarzaparrilla"),
        "nothing was done"
    );
}

#[sqlx::test]
async fn word_and_password_are_wanted_and_the_last_admin_stays(pool: PgPool) {
    let stage = stage(pool).await;
    for (word, password) in [("", PASSWORD), ("BORRAR", "no es esta, no")] {
        let landing =
            stage.buyer.post_form("/fn/borrar-cuenta", &[("palabra", word), ("password", password)]).await;
        assert_eq!(landing.location, "/cuenta/borrar");
        assert!(stage.buyer.get("/cuenta/borrar").await.body.contains("role=\"alert\""));
    }
    assert_eq!(stage.app.sessions_of(EMAIL).await, 1);
    let app = &stage.app;
    let erase = [("palabra", "BORRAR"), ("password", PASSWORD)];
    let browsers = [app.browser(), app.browser()];
    for (number, browser) in browsers.iter().enumerate() {
        let email = format!("jefa{number}@ejemplo.do");
        app.add_user(&email, Role::Admin, None).await;
        browser.sign_in(&email, PASSWORD).await;
    }
    assert!(browsers[0].post_form("/fn/borrar-cuenta", &erase).await.location.starts_with("/ingresar"));
    browsers[1].post_form("/fn/borrar-cuenta", &erase).await;
    assert!(browsers[1].get("/cuenta/borrar").await.body.contains("único administrador"));
    // A dealer's person goes; the dealer, his messages and his number's stay.
    let id = app.token_of("jefe@ejemplo.do").await.write_async("+18095551234", "caimito").await.id();
    app.work().await;
    stage.dealer.post_form("/fn/borrar-cuenta", &erase).await;
    let left: String = app
        .value("select concat(m.body, ' ', m.to_phone, ' ', u.name) from messages m join users u on u.id = m.sender_id where m.id = $1::uuid", &id)
        .await;
    assert_eq!(left, "caimito +18095551234 Persona borrada");
}

#[sqlx::test]
async fn number_of_a_business_stays_whoever_proves_it(pool: PgPool) {
    let stage = stage(pool).await;
    let (app, vehicles) = (&stage.app, stage.vehicles().await);
    let other = app.browser();
    other.sign_up("luis@ejemplo.do").await;
    send(app, DEALER_PHONE, &code_on(&other.get("/cuenta/numero").await.body)).await;
    other.post_form("/fn/numero-tomar", &[("password", PASSWORD)]).await;
    let id = stage.writes(&vehicles[0], "zarzaparrilla").await;
    app.work().await;
    other.post_form("/fn/borrar-cuenta", &[("palabra", "BORRAR"), ("password", PASSWORD)]).await;
    let kept: String =
        app.value("select concat(to_phone, ' ', body) from messages where id = $1::uuid", &id).await;
    assert_eq!(kept, format!("{DEALER_PHONE} zarzaparrilla"));
}

#[sqlx::test]
async fn name_and_email_are_corrected(pool: PgPool) {
    let stage = stage(pool).await;
    let (app, buyer) = (&stage.app, &stage.buyer);
    buyer.post_form("/fn/datos-nombre", &[("name", "Altagracia de la Cruz")]).await;
    assert!(buyer.get("/cuenta/datos").await.body.contains("Su nombre quedó corregido."));
    assert!(buyer.get("/cuenta").await.body.contains("Altagracia de la Cruz"));
    buyer.post_form("/fn/datos-nombre", &[("name", "A")]).await;
    assert!(buyer.get("/cuenta/datos").await.body.contains("id=\"name-error\""));
    for (email, password, said) in [
        ("otra@correo.do", "no es esta, no", "Contraseña: no es la suya."),
        ("jefe@ejemplo.do", PASSWORD, "Ya hay una cuenta con este correo."),
        ("otra@correo.do", PASSWORD, "Su correo quedó corregido"),
    ] {
        buyer.post_form("/fn/datos-correo", &[("email", email), ("password", password)]).await;
        let page = buyer.get("/cuenta/datos").await.body;
        assert!(page.contains(said), "{said}: {page}");
    }
    app.browser().sign_in("otra@correo.do", PASSWORD).await;
    assert_eq!(app.sessions_of("otra@correo.do").await, 2);
}

#[sqlx::test]
async fn all_that_is_held_is_taken_along_in_one_file_and_nothing_of_others(pool: PgPool) {
    let stage = stage(pool).await;
    let (app, vehicles) = (&stage.app, stage.vehicles().await);
    let id = stage.writes(&vehicles[0], "zarzaparrilla «y comillas\"»").await;
    app.work().await;
    let thread = stage.thread_of(&id).await;
    let answer = [("thread", thread.as_str()), ("message", "guanábana"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    app.token_of("jefe@ejemplo.do").await.write_async(PHONE, "caimito").await;
    app.work().await;
    send(app, PHONE, "tayota").await;
    app.token_of(EMAIL).await;
    // More than one lot.
    sqlx::query(
        "insert into inbound_messages (id, sid, from_address, body, fields, received_at, handled_at)
         select gen_random_uuid(), 'SMx' || n, $1, 'línea ' || n, '{}', now(), now() from generate_series(1, 1200) as n",
    )
    .bind(PHONE)
    .execute(&app.pool)
    .await
    .unwrap();
    let other = app.browser();
    other.sign_up("luis@ejemplo.do").await;

    let answer = stage.buyer.request(reqwest::Method::GET, "/cuenta/datos.json").send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"okla-mis-datos-"));
    assert_eq!(
        (header("content-type"), header("cache-control")),
        ("application/json".to_owned(), "no-store".to_owned())
    );
    let text = answer.text().await.unwrap();
    let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!((&file["cuenta"]["nombre"], &file["cuenta"]["correo"]), (&json!(NAME), &json!(EMAIL)));
    assert_eq!(file["cuenta"]["telefono"], PHONE);
    assert_eq!(file["consentimientos"].as_array().unwrap().len(), 4);
    assert_eq!(file["tokens"][0]["nombre"], "prueba");
    assert_eq!(file["sesiones"].as_array().unwrap().len(), 1);
    assert_eq!(file["mensajes_que_escribio"][0]["texto"], "zarzaparrilla «y comillas\"»");
    assert_eq!(file["mensajes_que_escribio"][0]["motivo"], "precio");
    assert!(file["mensajes_a_su_numero"].to_string().contains("caimito"));
    assert_eq!(file["respuestas_en_sus_conversaciones"][0]["texto"], "guanábana");
    let heard: Vec<_> =
        file["mensajes_de_su_numero"].as_array().unwrap().iter().map(|line| &line["texto"]).collect();
    assert_eq!(heard.len(), 1_202, "his code, one answer and the lots");
    for foreign in ["luis@", "jefe@", "argon2"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
}

#[sqlx::test]
async fn offers_to_a_number_that_he_had_before_are_erased_with_him(pool: PgPool) {
    let stage = stage(pool).await;
    let app = &stage.app;
    stage.writes(&stage.vehicles().await[0], "¿Sigue disponible?").await;
    let id = uuid::Uuid::now_v7().to_string();
    stage.dealer.post_form("/fn/oferta", &[("id", &id), ("texto", "Rebaja")]).await;
    let seen = crate::offers::stage::seen(&stage.dealer.get(&format!("/panel/ofertas/{id}")).await.body);
    let confirm = [("id", &*id), ("cuantos", "1"), ("visto", &seen)];
    stage.dealer.post_form("/fn/oferta-confirmar", &confirm).await;
    while okla::app::offers::offer_next(&app.app).await.unwrap() == Step::Worked {}
    app.work().await;
    let arrived = app.sim_messages(PHONE).await;
    assert!(arrived.iter().any(|message| message["body"].as_str().unwrap().contains(NAME)), "{arrived:?}");
    app.clock.advance(TimeDelta::hours(1));
    app.work().await;
    sqlx::query("update users set phone = '+18297650000', phone_proved_at = null where email = $1")
        .bind(EMAIL)
        .execute(&app.pool)
        .await
        .unwrap();
    let page = stage.erase().await;
    assert!(page.contains("Su cuenta y sus datos están borrados."), "{page}");
    let offers: Vec<String> = stage
        .dump()
        .await
        .into_iter()
        .filter(|row| row.starts_with("public.messages ") && row.contains(",offer,"))
        .collect();
    assert_eq!(offers.len(), 1, "{offers:?}");
    assert!(!offers[0].contains(NAME) && !offers[0].contains("7654321"), "{offers:?}");
    assert_eq!(stage.dealer.get("/panel/mensajes").await.status, 200, "his list is whole");
    let shown = stage.dealer.get(&format!("/panel/ofertas/{id}")).await.body;
    assert!(shown.contains("Enviadas: 1 de 1") && !shown.contains(NAME), "{shown}");
}

#[sqlx::test]
async fn number_of_before_is_erased_with_him(pool: PgPool) {
    let stage = stage(pool).await;
    let app = &stage.app;
    stage.writes(&stage.vehicles().await[0], "¿Sigue disponible?").await;
    app.sim
        .receive(&[("From", PHONE), ("Body", "zarzaparrilla"), ("ProfileName", "Altagracia la del barrio")])
        .await;
    app.work().await;
    app.clock.advance(TimeDelta::hours(1));
    let form = [("phone", "829 765 0000"), ("password", PASSWORD)];
    stage.buyer.post_form("/fn/numero-cambiar", &form).await;
    stage.buyer.post_form("/fn/numero-codigo", &[]).await;
    send(app, "+18297650000", &code_on(&stage.buyer.get("/cuenta/numero").await.body)).await;
    app.clock.advance(TimeDelta::hours(1));
    stage.all_is_read().await;
    let page = stage.erase().await;
    assert!(page.contains("Su cuenta y sus datos están borrados."), "{page}");
    let left: Vec<String> = stage
        .dump()
        .await
        .into_iter()
        .filter(|row| {
            ["7654321", "7650000", "zarzaparrilla", "la del barrio"].iter().any(|trace| row.contains(trace))
        })
        .collect();
    assert!(left.is_empty(), "{left:#?}");
}

#[sqlx::test]
async fn whoever_has_a_number_after_another_has_nothing_of_what_was_said_at_it(pool: PgPool) {
    let stage = stage(pool).await;
    let app = &stage.app;
    let message = stage.writes(&stage.vehicles().await[0], "¿Sigue disponible?").await;
    app.work().await;
    let thread = stage.thread_of(&message).await;
    let answer = [("thread", thread.as_str()), ("message", "Sí, pase"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    app.clock.advance(TimeDelta::minutes(3));
    app.work().await;
    send(app, PHONE, "guanábana").await;
    let shown = stage.dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
    assert!(shown.contains("guanábana"), "told of the answer, she answered: {shown}");
    app.clock.advance(TimeDelta::hours(1));

    let luis = app.browser();
    let form = [
        ("name", "Luis Núñez"),
        ("email", "luis@ejemplo.do"),
        ("phone", "829-765-4321"),
        ("password", PASSWORD),
        ("consent", Consent::Contact.version()),
    ];
    luis.post_form("/fn/registro", &form).await;
    send(app, PHONE, &code_on(&luis.get("/cuenta/numero").await.body)).await;
    let proved: i64 =
        app.value("select count(*) from users where phone_proved_at is not null and phone = $1", PHONE).await;
    assert_eq!(proved, 1);
    let file = luis.get("/cuenta/datos.json").await.body;
    assert!(file.contains("quedó comprobado"), "his own is there: {file}");
    for hers in [NAME, "guanábana", "contestó"] {
        assert!(!file.contains(hers), "{hers}: {file}");
    }
    send(app, PHONE, "¿Quién es usted?").await;
    let shown = stage.dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
    assert!(!shown.contains("¿Quién es usted?"), "what he writes is not hers: {shown}");

    app.clock.advance(TimeDelta::hours(1));
    stage.all_is_read().await;
    luis.post_form("/fn/borrar-cuenta", &[("palabra", "BORRAR"), ("password", PASSWORD)]).await;
    let gone: i64 = app.value("select count(*) from users where erased_at is not null and $1 = ''", "").await;
    assert_eq!(gone, 1);
    let shown = stage.dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
    assert!(shown.contains("guanábana") && shown.contains(NAME), "hers stays: {shown}");
}

#[sqlx::test]
async fn what_came_beside_words_and_from_numbers_of_before_is_taken_along(pool: PgPool) {
    let stage = stage(pool).await;
    let app = &stage.app;
    let message = stage.writes(&stage.vehicles().await[0], "¿Sigue disponible?").await;
    app.work().await;
    let thread = stage.thread_of(&message).await;
    let answer = [("thread", thread.as_str()), ("message", "Sí, pase"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    app.clock.advance(TimeDelta::minutes(3));
    app.work().await;
    // Told of the answer, she answers with a picture; then she says where she is.
    app.sim
        .receive(&[("From", PHONE), ("Sample", "foto"), ("ProfileName", "Altagracia la del barrio")])
        .await;
    app.work().await;
    app.clock.advance(TimeDelta::seconds(2));
    app.work().await;
    let place = [("From", PHONE), ("Latitude", "18.4861"), ("Longitude", "-69.9312"), ("Label", "Colmado")];
    app.sim.receive(&place).await;
    app.work().await;
    app.clock.advance(TimeDelta::hours(1));
    let form = [("phone", "829 765 0000"), ("password", PASSWORD)];
    stage.buyer.post_form("/fn/numero-cambiar", &form).await;
    stage.buyer.post_form("/fn/numero-codigo", &[]).await;
    send(app, "+18297650000", &code_on(&stage.buyer.get("/cuenta/numero").await.body)).await;
    app.clock.advance(TimeDelta::hours(1));
    // Whoever has the number of before now: none of hers.
    send(app, PHONE, "zarzaparrilla").await;
    app.token_of("jefe@ejemplo.do").await.write_async(PHONE, "caimito").await;

    let text = stage.buyer.get("/cuenta/datos.json").await.body;
    let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(file["cuenta"]["telefono"], "+18297650000");
    let heard = file["mensajes_de_su_numero"].as_array().unwrap();
    let place = heard.iter().find(|line| !line["ubicacion"].is_null()).unwrap_or_else(|| panic!("{text}"));
    let place = &place["ubicacion"];
    assert_eq!((&place["name"], &place["latitude"]), (&json!("Colmado"), &json!(18.4861)));
    let picture = heard.iter().find(|line| line["archivos"] != json!([])).unwrap_or_else(|| panic!("{text}"));
    assert_eq!(picture["nombre_en_whatsapp"], "Altagracia la del barrio");
    let picture = &picture["archivos"][0];
    assert_eq!(picture["tipo"], "png");
    assert!(picture["bytes"].as_i64().unwrap() > 0, "{picture}");
    let link = picture["enlace"].as_str().unwrap().strip_prefix(&app.url).unwrap();
    assert_eq!(stage.buyer.get(link).await.status, 200);
    let id = link.strip_prefix("/mensajes/adjuntos/").unwrap();
    assert_eq!(picture["nombre"], format!("okla-{id}.png"));
    let sent_to = |number: &str| {
        file["mensajes_a_su_numero"].as_array().unwrap().iter().filter(|line| line["para"] == number).count()
    };
    assert!(sent_to(PHONE) >= 2 && sent_to("+18297650000") >= 1, "what was confirmed at either: {text}");
    assert!(!text.contains("caimito"), "{text}");
    assert!(heard.iter().all(|line| line["texto"] != "zarzaparrilla"), "{text}");
}
