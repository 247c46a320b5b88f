//! Conversations as several people of a dealer share them, as both sides go on in them, and what is shown before it is sent.

use std::time::Duration;

use chrono::TimeDelta;
use okla::{app::clock::Clock as _, domain::user::Role};
use reqwest::Method;
use sqlx::PgPool;

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp},
    simulator::rig::PATIENCE,
    stock::with,
};

const LIST: &str = "/panel/conversaciones";

struct Stage {
    app: TestApp,
    dealer: Browser,
}

/// A dealer's person, signed in; nothing is done but by [`TestApp::work`].
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.sim.set(serde_json::json!({ "enforceWindow": true })).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    Stage { app, dealer }
}

impl Stage {
    /// A buyer of that name writes to the dealer: his browser, his message, and the conversation.
    async fn writes(&self, name: &str, words: &str) -> (Browser, String, String) {
        let email = format!("{}@ejemplo.do", name.to_lowercase());
        self.app.add_user(&email, Role::Buyer, None).await;
        sqlx::query("update users set name = $1 where email = $2")
            .bind(name)
            .bind(&email)
            .execute(&self.app.pool)
            .await
            .unwrap();
        let buyer = self.app.browser();
        buyer.sign_in(&email, PASSWORD).await;
        let message = self.app.token_of(&email).await.write_async(DEALER_PHONE, words).await.id();
        self.app.work().await;
        self.app.clock.advance(TimeDelta::seconds(1));
        let thread =
            self.app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
        (buyer, message, thread)
    }

    /// The dealer's own conversation with somebody without an account.
    async fn writes_to_plain(&self) -> String {
        let message =
            self.app.token_of("jefe@ejemplo.do").await.write_async(PLAIN, "Le escribo por su visita").await;
        self.app.work().await;
        self.app.clock.advance(TimeDelta::seconds(1));
        self.app.value("select thread_id::text from messages where id = $1::uuid", &message.id()).await
    }

    async fn list(&self, query: &str) -> String {
        self.dealer.get(&format!("{LIST}{query}")).await.body
    }
}

#[sqlx::test]
async fn unread_mine_and_nobodys_are_lists_of_their_own_and_unread_ones_are_counted(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.add_user("rosa@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    stage.app.have_dealer("el-otro", "+18095550177").await;
    stage.app.add_user("ajeno@ejemplo.do", Role::Dealer, Some("el-otro")).await;
    let (_, _, of_ana) = stage.writes("Ana", "Hola").await;
    let (_, _, of_luis) = stage.writes("Luis", "Buenas").await;
    assert!(stage.list("").await.contains("Sin leer (2)"));
    stage.dealer.get(&format!("{LIST}/{of_ana}")).await;
    let unread = stage.list("?ver=sin-leer").await;
    assert!(
        unread.contains("Sin leer (1)") && unread.contains(&of_luis) && !unread.contains(&of_ana),
        "{unread}"
    );

    let id = async |email: &str| -> String {
        stage.app.value("select id::text from users where email = $1", email).await
    };
    let (me, other, stranger) =
        (id("jefe@ejemplo.do").await, id("rosa@ejemplo.do").await, id("ajeno@ejemplo.do").await);
    for (thread, person) in [(&of_ana, &me), (&of_luis, &other)] {
        let landing = stage
            .dealer
            .post_form("/fn/conversacion-asignar", &[("thread", thread), ("persona", person)])
            .await;
        assert_eq!(landing.location, format!("{LIST}/{thread}"));
    }
    let mine = stage.list("?ver=mias").await;
    assert!(mine.contains(&of_ana) && !mine.contains(&of_luis), "{mine}");
    assert!(stage.list("?ver=sin-asignar").await.contains("Todas tienen quien las atienda"));
    for person in [stranger.as_str(), "nadie"] {
        stage.dealer.post_form("/fn/conversacion-asignar", &[("thread", &of_ana), ("persona", person)]).await;
    }
    assert!(stage.list("?ver=mias").await.contains(&of_ana), "another dealer's person is nobody here");
    stage.dealer.post_form("/fn/conversacion-asignar", &[("thread", &of_ana), ("persona", "")]).await;
    assert!(stage.list("?ver=sin-asignar").await.contains(&of_ana));
}

#[sqlx::test]
async fn conversation_is_found_by_who_by_what_and_by_any_word_said_on_either_side(pool: PgPool) {
    let stage = start(pool).await;
    let (_, _, of_ana) = stage.writes("Ana", "¿Acepta un camión en parte de pago?").await;
    stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", "Depende del kilometraje")]).await;
    stage.app.work().await;
    let (_, _, of_luis) = stage.writes("Luis", "Buenas").await;
    let answer = [("thread", of_luis.as_str()), ("message", "Traiga la matrícula"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &answer).await;
    let plain = stage.writes_to_plain().await;
    for (asked, found) in [
        ("ANA", &of_ana),
        ("camion", &of_ana),
        ("kilometraje", &of_ana),
        ("MATR%C3%8DCULA", &of_luis),
        ("809+555-1234", &plain),
    ] {
        let page = stage.list(&format!("?q={asked}")).await;
        for thread in [&of_ana, &of_luis, &plain] {
            assert_eq!(page.contains(&format!("{LIST}/{thread}\"")), thread == found, "{asked}: {page}");
        }
    }
    assert!(stage.list("?q=matricula&ver=sin-leer").await.contains("Ninguna con esas palabras"));
    assert!(stage.list("?q=zzz").await.contains("Ninguna con esas palabras"));
}

#[sqlx::test]
async fn ready_answers_are_a_dealers_own_and_a_press_writes_one_into_the_composer(pool: PgPool) {
    let stage = start(pool).await;
    let (_, _, thread) = stage.writes("Ana", "Hola").await;
    let page = format!("{LIST}/{thread}");
    assert!(
        stage.dealer.get(&page).await.body.contains("Sigue disponible"),
        "there are some from the beginning"
    );
    let press = async |word: &str, typed: &str| {
        let fields = [("thread", thread.as_str()), ("message", typed), ("form_key", ""), ("respuesta", word)];
        let landing = stage.dealer.post_form("/fn/responder", &fields).await;
        assert_eq!(landing.location, format!("{page}#message"));
        stage.dealer.get(&page).await.body
    };
    let shown = press("1", "Buenas.").await;
    assert!(shown.contains("Buenas.\nSí, sigue disponible.</textarea>"), "what was typed stays: {shown}");
    assert_eq!(stage.app.count("answers").await, 0, "it is read once more before it goes");
    let fields =
        [("thread", thread.as_str()), ("message", "A medio escribir"), ("form_key", ""), ("persona", "")];
    stage.dealer.post_form("/fn/conversacion-asignar", &fields).await;
    assert!(stage.dealer.get(&page).await.body.contains("A medio escribir</textarea>"));

    let quick = format!("{LIST}/respuestas");
    let save = async |id: &str, title: &str, words: &str| {
        let fields = [("id", id), ("titulo", title), ("texto", words)];
        let landing = stage.dealer.post_form("/fn/respuesta-guardar", &fields).await;
        stage.dealer.get(&landing.location).await
    };
    assert!(save("", "Horario", "De 9 a 6, <b>todos</b> los días").await.body.contains("quedó guardada"));
    assert!(save("", "Horario", "Otra").await.body.contains("Ya hay una con ese título"));
    assert!(save("", " ", " ").await.body.contains("Escriba la respuesta."));
    let id: String = stage.app.value("select id::text from quick_answers where title = $1", "Horario").await;
    let shown = press(&id, "").await;
    assert!(shown.contains("De 9 a 6, &lt;b>todos&lt;/b> los días</textarea>"), "{shown}");
    assert!(!shown.contains("Puede verlo hoy"), "his own take the place of the first ones");
    save(&id, "Horario nuevo", "De 8 a 5").await;
    assert!(stage.dealer.get(&quick).await.body.contains("De 8 a 5"));

    for number in 1..20 {
        save("", &format!("Número {number}"), "x").await;
    }
    assert!(save("", "Una de más", "x").await.body.contains("Ya tiene 20"));
    assert_eq!(stage.app.count("quick_answers").await, 20);

    stage.app.have_dealer("el-otro", "+18095550177").await;
    stage.app.add_user("ajeno@ejemplo.do", Role::Dealer, Some("el-otro")).await;
    let other = stage.app.browser();
    other.sign_in("ajeno@ejemplo.do", PASSWORD).await;
    for (form, fields) in [
        ("/fn/respuesta-guardar", vec![("id", id.as_str()), ("titulo", "Mía"), ("texto", "x")]),
        ("/fn/respuesta-borrar", vec![("id", id.as_str())]),
    ] {
        let landing = other.post_form(form, &fields).await;
        assert_eq!(other.get(&landing.location).await.status, 404, "{form}");
    }
    stage.dealer.post_form("/fn/respuesta-borrar", &[("id", id.as_str())]).await;
    assert_eq!(stage.app.count("quick_answers").await, 19);
}

#[sqlx::test]
async fn buyer_goes_on_in_the_conversation_and_the_dealer_gets_it_on_whatsapp(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    let page = format!("/mensajes/{message}");
    let form = "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20";
    for _ in 0..2 {
        let fields = [("id", message.as_str()), ("message", "¿Y a qué hora abren?"), ("form_key", form)];
        let landing = buyer.post_form("/fn/mensajes-responder", &fields).await;
        assert_eq!(landing.location, format!("{page}#conversacion"));
    }
    stage.app.work().await;
    let truth = stage.app.sim_messages(DEALER_PHONE).await;
    assert_eq!(truth.len(), 2, "pressed twice, it goes once");
    assert!(truth[1]["body"].as_str().unwrap().contains("¿Y a qué hora abren?"), "{truth:?}");
    assert!(buyer.get(&page).await.body.contains("¿Y a qué hora abren?"));
    assert!(stage.dealer.get(&format!("{LIST}/{thread}")).await.body.contains("¿Y a qué hora abren?"));
    assert_eq!(stage.app.count("threads").await, 1);

    let other = stage.app.browser();
    other.sign_up("luis@ejemplo.do").await;
    let fields = [("id", message.as_str()), ("message", "Soy otro"), ("form_key", "")];
    let landing = other.post_form("/fn/mensajes-responder", &fields).await;
    assert_eq!(other.get(&landing.location).await.status, 404);
    let empty = [("id", message.as_str()), ("message", " "), ("form_key", "")];
    let landing = buyer.post_form("/fn/mensajes-responder", &empty).await;
    assert!(buyer.get(&landing.location).await.body.contains("Escriba un mensaje."));
    assert_eq!(stage.app.count("messages").await, 2);
}

#[sqlx::test]
async fn buyer_who_opens_his_message_has_seen_the_answer(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    let seen = "select buyer_seen_at is not null from threads where id = $1::uuid";
    assert!(!stage.app.value::<bool>(seen, &thread).await);
    buyer.get(&format!("/mensajes/{message}")).await;
    assert!(stage.app.value::<bool>(seen, &thread).await);
}

#[sqlx::test]
async fn what_okla_itself_says_is_not_shown_as_the_dealers_words(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    sqlx::query(
        "insert into messages
         select own.* from messages m cross join lateral jsonb_populate_record(m, jsonb_build_object(
           'id', gen_random_uuid(), 'sender_id', '00000000-0000-7000-8000-00000000000a', 'sender_role', 'dealer',
           'body', 'Aviso de OKLA', 'created_at', m.created_at + interval '1 second')) as own",
    )
    .execute(&stage.app.pool)
    .await
    .unwrap();
    for page in [
        buyer.get(&format!("/mensajes/{message}")).await.body,
        stage.dealer.get(&format!("{LIST}/{thread}")).await.body,
        stage.list("").await,
    ] {
        assert!(page.contains("¿Sigue disponible?") && !page.contains("Aviso de OKLA"), "{page}");
    }
}

#[sqlx::test]
async fn composer_says_by_which_way_it_goes_and_shows_exactly_what_arrives(pool: PgPool) {
    let stage = start(pool).await;
    let thread = stage.writes_to_plain().await;
    let page = format!("{LIST}/{thread}");
    let preview = async |words: &str| {
        let fields = [("vista", format!("conversacion:{thread}")), ("message", words.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let landing = stage.dealer.post_form("/fn/vista-previa", &fields).await;
        assert_eq!(landing.location, page);
        stage.dealer.get(&page).await.body
    };
    let send = async |words: &str| {
        stage
            .dealer
            .post_form("/fn/responder", &[("thread", thread.as_str()), ("message", words), ("form_key", "")])
            .await;
        stage.app.work().await;
        stage.app.sim_messages(PLAIN).await.last().unwrap()["body"].as_str().unwrap().to_owned()
    };
    let shown = preview("¿Viene hoy?\nLe esperamos").await;
    assert!(shown.contains("solo deja pasar una plantilla aprobada"), "{shown}");
    let arrived = send("¿Viene hoy?\nLe esperamos").await;
    assert!(arrived.contains("¿Viene hoy? · Le esperamos"), "{arrived}");
    assert!(shown.contains(&format!("<p>{arrived}</p>")), "{arrived} is not in {shown}");

    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Dígame")]).await;
    stage.app.work().await;
    stage.app.clock.advance(TimeDelta::minutes(20 * 60 + 45));
    let shown = preview("¿Viene hoy?\nLe esperamos").await;
    assert!(shown.contains("Puede escribirle libremente hasta ") && shown.contains("quedan "), "{shown}");
    assert!(shown.contains("3 h 9 min"), "{shown}");
    assert!(shown.contains("<p>¿Viene hoy?\nLe esperamos</p>"), "{shown}");
}

#[sqlx::test]
async fn open_composer_hears_of_an_answer_and_of_the_end_of_the_day(pool: PgPool) {
    let stage = start(pool).await;
    let thread = stage.writes_to_plain().await;
    let of = format!("conversacion:{thread}");
    let look = async |words: &str| stage.dealer.preview(&[("vista", &of), ("message", words)]).await;
    let page = stage.dealer.get(&format!("{LIST}/{thread}")).await.body;
    assert!(page.contains("solo deja pasar una plantilla"), "before a word is typed: {page}");

    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Dígame")]).await;
    stage.app.work().await;
    let shown = look("").await;
    assert!(shown.contains("quedan ") && shown.contains("Escriba para ver"), "{shown}");
    let shown = look("¿Viene hoy?").await;
    assert!(shown.contains("<p>¿Viene hoy?</p>") && shown.contains("Con sus propias palabras."), "{shown}");
    stage.app.clock.advance(TimeDelta::minutes(24 * 60 - 6));
    let shown = look("¿Viene hoy?").await;
    let left = shown.split("data-left=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!((30..=60).contains(&left.parse::<i64>().unwrap()), "{shown}");
    stage.app.clock.advance(TimeDelta::minutes(1));
    let shown = look("¿Viene hoy?").await;
    assert!(shown.contains("solo deja pasar una plantilla") && shown.contains("«¿Viene hoy?»"), "{shown}");
    assert!(!shown.contains("data-left") && !shown.contains("<p>¿Viene hoy?</p>"), "{shown}");

    let long = look(&"a".repeat(4_097)).await;
    assert!(long.contains("Acórtelo") && !long.contains("aaaa"), "{long}");
    stage.app.add_user("luis@ejemplo.do", Role::Buyer, None).await;
    let other = stage.app.browser();
    other.sign_in("luis@ejemplo.do", PASSWORD).await;
    let shown = other.preview(&[("vista", &of), ("message", "Hola")]).await;
    assert!(!shown.contains("plantilla") && !shown.contains("quedan") && !shown.contains("Hola"), "{shown}");
}

/// What arrived there last: its words and its picture.
async fn arrived(stage: &Stage, phone: &str) -> (String, Option<String>) {
    stage.app.work().await;
    let truth = stage.app.sim_messages(phone).await;
    let last = truth.last().unwrap();
    (last["body"].as_str().unwrap().to_owned(), last["mediaUrl"].as_str().map(ToOwned::to_owned))
}

#[sqlx::test]
async fn picture_is_shown_as_it_travels(pool: PgPool) {
    const PICTURE: &str = "https://ejemplo.do/foto.jpg";
    let stage = start(pool).await;
    stage.writes_to_plain().await;
    let fields = [("to", PLAIN), ("message", "Mire"), ("image_url", PICTURE), ("form_key", "")];
    let look = async || stage.dealer.preview(&[&[("vista", "numero")], &fields[..]].concat()).await;

    let shown = look().await;
    stage.dealer.post_form("/fn/escribir", &fields).await;
    let (words, picture) = arrived(&stage, PLAIN).await;
    assert_eq!(picture, None, "a template bears none");
    assert!(words.contains(PICTURE) && shown.contains(&format!("<p>{words}</p>")), "{words}: {shown}");
    assert!(!shown.contains("Imagen adjunta"), "{shown}");

    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Dígame")]).await;
    stage.app.work().await;
    let shown = look().await;
    stage.dealer.post_form("/fn/escribir", &fields).await;
    let (words, picture) = arrived(&stage, PLAIN).await;
    assert_eq!((words.as_str(), picture.as_deref()), ("Mire", Some(PICTURE)));
    assert!(shown.contains("<p>Mire</p>") && shown.contains("Imagen adjunta"), "{shown}");
    assert!(shown.contains(&format!("href=\"{PICTURE}\"")), "{shown}");
}

#[sqlx::test]
async fn who_writes_to_a_number_sees_what_arrives_and_learns_nothing_of_what_it_said_to_others(pool: PgPool) {
    const SILENT: &str = "+18095551235";
    const LEFT: &str = "+18095551236";
    let stage = start(pool).await;
    stage.app.have_dealer("el-otro", "+18095550177").await;
    stage.app.add_user("ajeno@ejemplo.do", Role::Dealer, Some("el-otro")).await;
    let other = stage.app.browser();
    other.sign_in("ajeno@ejemplo.do", PASSWORD).await;
    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Hola")]).await;
    stage.app.sim.receive(&[("From", LEFT), ("Body", "BAJA")]).await;
    stage.app.work().await;
    let page = "/panel/escribir";
    let written = stage.dealer.get(page).await.body;
    assert!(written.contains("Se decide al enviar.") && written.contains("Vista previa"), "{written}");

    let look = async |browser: &Browser, to: &str| {
        browser.preview(&[("vista", "numero"), ("to", to), ("message", "Llegó su carro")]).await
    };
    let silent = look(&stage.dealer, SILENT).await;
    assert!(silent.contains("Se decide al enviar.") && silent.contains("«Llegó su carro»"), "{silent}");
    for known in [PLAIN, LEFT] {
        assert_eq!(look(&stage.dealer, known).await, silent, "{known}");
    }
    let cost = async |to: &str| {
        let fields = [("vista", "numero"), ("to", to), ("message", "Llegó su carro")];
        assert_eq!(stage.dealer.post_form("/fn/vista-previa", &fields).await.location, page);
        let body = stage.dealer.get(page).await.body;
        assert!(body.contains("«Llegó su carro»") && body.contains("Llegó su carro</textarea>"), "{body}");
        let (_, cost) = body.split_once("Costo estimado: ").unwrap();
        cost.split(" por parte").next().unwrap().to_owned()
    };
    assert_eq!(cost(PLAIN).await, cost(SILENT).await, "nor by the price");

    for to in ["", "12"] {
        let shown = look(&stage.dealer, to).await;
        assert!(shown.contains("Se decide al enviar.") && !shown.contains("Llegó su carro"), "{shown}");
    }
    let send = [("to", SILENT), ("message", "Llegó su carro"), ("form_key", "")];
    stage.dealer.post_form("/fn/escribir", &send).await;
    let (words, _) = arrived(&stage, SILENT).await;
    assert!(silent.contains(&format!("<p>{words}</p>")), "{words} is not in {silent}");

    // Who has sent has read on the message's page by which way it went.
    stage.writes_to_plain().await;
    let known = look(&stage.dealer, PLAIN).await;
    assert!(known.contains("quedan ") && known.contains("<p>Llegó su carro</p>"), "{known}");
    assert!(look(&stage.dealer, SILENT).await.contains("no le ha escrito a OKLA"));
    let others = look(&other, PLAIN).await;
    assert!(others.contains("Se decide al enviar.") && !others.contains("quedan"), "{others}");

    stage.app.add_user("luis@ejemplo.do", Role::Buyer, None).await;
    let buyer = stage.app.browser();
    buyer.sign_in("luis@ejemplo.do", PASSWORD).await;
    for nobody in [look(&buyer, PLAIN).await, look(&stage.app.browser(), PLAIN).await] {
        assert!(!nobody.contains("Llegó su carro") && !nobody.contains("OKLA"), "{nobody}");
    }
}

#[sqlx::test]
async fn contact_form_shows_the_template_that_arrives_of_the_words_it_begins_with(pool: PgPool) {
    let stage = start(pool).await;
    stage.dealer.post_form("/fn/vehiculo", &with(&[])).await;
    let vehicle: String = stage
        .app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let buyer = stage.app.browser();
    buyer.sign_up("ana@ejemplo.do").await;
    let form = format!("/vehiculos/{vehicle}/contactar");
    let shown = buyer.get(&form).await.body;
    assert!(
        shown.contains("Ana Peña le escribe en OKLA por")
            && shown.contains("Motivo: Disponibilidad. «Hola, me interesa"),
        "{shown}"
    );
    let fields = [
        ("vista", format!("vehiculo:{vehicle}")),
        ("message", "¿Lo último?".to_owned()),
        ("reason", "precio".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let landing = buyer.post_form("/fn/vista-previa", &fields).await;
    let shown = buyer.get(&landing.location).await.body;
    assert!(shown.contains("Motivo: Precio. «¿Lo último?»"), "{shown}");
    assert_eq!(stage.app.count("messages").await, 0, "a look sends nothing");
}

async fn comes(browser: &Browser, path: &str, words: &str, act: impl Future<Output = ()>) {
    let act = Box::pin(act);
    let mut events = browser.request(Method::GET, path).send().await.unwrap();
    assert_eq!(events.status(), 200, "{path}");
    let mut seen = String::from_utf8(events.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(!seen.contains(words), "{path}");
    act.await;
    let waiting = async {
        while !seen.contains(words) {
            let chunk = events.chunk().await.unwrap().unwrap();
            seen.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let quick = tokio::time::timeout(PATIENCE.min(Duration::from_secs(5)), waiting).await;
    assert!(quick.is_ok(), "{path}: it never came");
}

#[sqlx::test]
async fn what_is_said_shows_by_itself_on_both_sides_and_in_the_list(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    let own = format!("/mensajes/{message}/conversacion/eventos");
    comes(&buyer, &own, "Sí, venga hoy", async {
        stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", "Sí, venga hoy")]).await;
        stage.app.work().await;
    })
    .await;
    comes(&buyer, &own, "Aquí le espero", async {
        let fields = [("thread", thread.as_str()), ("message", "Aquí le espero"), ("form_key", "")];
        stage.dealer.post_form("/fn/responder", &fields).await;
    })
    .await;
    let says = async |words: &str| {
        let fields = [("id", message.as_str()), ("message", words), ("form_key", "")];
        buyer.post_form("/fn/mensajes-responder", &fields).await;
    };
    comes(&stage.dealer, &format!("{LIST}/{thread}/eventos"), "Voy en camino", says("Voy en camino")).await;
    comes(&stage.dealer, &format!("{LIST}/eventos"), "Ya casi llego", says("Ya casi llego")).await;
}

#[sqlx::test]
async fn panel_says_how_many_were_answered_how_soon_and_what_each_cost(pool: PgPool) {
    let stage = start(pool).await;
    for (name, minutes) in [("Ana", Some(10)), ("Luis", Some(30)), ("Eva", Some(50)), ("Juan", None)] {
        let (_, _, thread) = stage.writes(name, "¿Sigue disponible?").await;
        if let Some(minutes) = minutes {
            stage.app.clock.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
            let fields = [("thread", thread.as_str()), ("message", "Sí"), ("form_key", "")];
            stage.dealer.post_form("/fn/responder", &fields).await;
        }
    }
    // His own words to somebody are no contact that asks for an answer.
    stage.writes_to_plain().await;
    let panel = stage.dealer.get("/panel").await.body;
    assert!(panel.contains("<strong>75 %</strong>"), "{panel}");
    assert!(panel.contains("La mitad, en menos de 30 min."), "{panel}");
    assert!(panel.contains("3 de 4 conversaciones nuevas respondidas"), "{panel}");
    assert!(panel.contains("0.02</strong>"), "four contacts at 0.015, three answers: {panel}");
    assert!(panel.contains(r#"data-label="Respondidos" class="num">75 %</td>"#), "{panel}");
}

/// So many buyers asked the dealer that many hours ago, about no vehicle; each had an answer after so many minutes.
async fn asked(app: &TestApp, many: i32, hours: i32, answered_after: Option<i32>) {
    let now = app.clock.now();
    sqlx::query(
        "with people as (
           insert into users (id, email, name, password_hash, role, created_at)
           select id, id || '@masa.do', 'Persona', '!', 'buyer', $4
           from (select gen_random_uuid() as id from generate_series(1, $1)) as fresh returning id
         )
         insert into threads (id, dealer_id, buyer_id, created_at, last_at, buyer_spoke_at, first_asked_at)
         select p.id, d.id, p.id, at, at, at, at from people p join dealers d on d.slug = $3
         cross join lateral (select $4::timestamptz - $2 * interval '1 hour' as at) as t",
    )
    .bind(many)
    .bind(hours)
    .bind(DEALER)
    .bind(now)
    .execute(&app.pool)
    .await
    .unwrap();
    sqlx::query(
        "update threads set first_answered_at = first_asked_at + $2 * interval '1 minute'
         where first_answered_at is null and first_asked_at = $3::timestamptz - $1 * interval '1 hour'",
    )
    .bind(hours)
    .bind(answered_after)
    .bind(now)
    .execute(&app.pool)
    .await
    .unwrap();
}

#[sqlx::test]
async fn of_very_many_all_are_counted_and_the_latest_tell_how_soon_and_the_page_says_so(pool: PgPool) {
    let stage = start(pool).await;
    stage.writes("Ana", "¿Sigue disponible?").await;
    asked(&stage.app, 1_100, 40, Some(300)).await;
    asked(&stage.app, 200, 30, None).await;
    let panel = stage.dealer.get("/panel").await.body;
    assert!(panel.contains("1,100 de 1,301 conversaciones nuevas respondidas"), "{panel}");
    assert!(panel.contains("<strong>84.6 %</strong>"), "{panel}");
    assert!(panel.contains("De las últimas 1,000, la mitad, en menos de 5 h."), "{panel}");
    asked(&stage.app, 1_000, 20, Some(10)).await;
    let panel = stage.dealer.get("/panel").await.body;
    assert!(panel.contains("De las últimas 1,000, la mitad, en menos de 10 min."), "{panel}");
    assert!(panel.contains("2,100 de 2,301 conversaciones nuevas respondidas"), "{panel}");
}

#[sqlx::test]
async fn what_is_kept_by_day_is_what_the_conversations_come_to(pool: PgPool) {
    let stage = start(pool).await;
    for (name, answers) in [("Ana", true), ("Luis", false)] {
        let (_, _, thread) = stage.writes(name, "¿Sigue disponible?").await;
        for _ in 0..2 {
            if answers {
                let fields = [("thread", thread.as_str()), ("message", "Sí"), ("form_key", "")];
                stage.dealer.post_form("/fn/responder", &fields).await;
            }
            stage.writes_to_plain().await;
        }
    }
    // Each hour of two days: some are on the other side of Santo Domingo's midnight.
    for hours in 1..48 {
        asked(&stage.app, 2, hours, (hours % 3 > 0).then_some(7)).await;
    }
    let kept = |table: &str| {
        format!(
            "select coalesce(string_agg(day || ' ' || asked || ' ' || answered, ', ' order by day), '') from {table} where $1 = ''"
        )
    };
    let counted =
        "(select (first_asked_at at time zone 'America/Santo_Domingo')::date as day, count(*) as asked,
        count(first_answered_at) as answered from threads where buyer_id is not null group by 1) as t";
    let by_vehicle = "(select day, sum(asked)::bigint as asked, sum(answered)::bigint as answered
        from daily_vehicle_answers group by 1) as t";
    let mut told = Vec::new();
    for table in [counted, "daily_answers", by_vehicle] {
        let days: String = sqlx::query_scalar(sqlx::AssertSqlSafe(kept(table)))
            .bind("")
            .fetch_one(&stage.app.pool)
            .await
            .unwrap();
        told.push(days);
    }
    assert!(told[0].contains(','), "several days: {told:?}");
    assert!(told[1] == told[0] && told[2] == told[0], "{told:?}");
}

/// The buyer agreed to be told of answers, and his number is proved.
async fn agrees(stage: &Stage, email: &str, phone: &str) {
    sqlx::query(
        "update users set phone = $1, phone_proved_at = now(), answers_since = now() where email = $2",
    )
    .bind(phone)
    .bind(email)
    .execute(&stage.app.pool)
    .await
    .unwrap();
}

const BUYER_PHONE: &str = "+18095557788";

impl Stage {
    async fn dealer_says(&self, thread: &str, words: &str) {
        let fields = [("thread", thread), ("message", words), ("form_key", "")];
        self.dealer.post_form("/fn/responder", &fields).await;
    }

    async fn later(&self, minutes: i64) {
        self.app.clock.advance(TimeDelta::minutes(minutes));
        self.app.work().await;
    }
}

#[sqlx::test]
async fn buyer_who_agreed_is_told_of_answers_once_until_he_looks_and_his_reply_lands_there(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.advance_to(1, 10).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    agrees(&stage, "ana@ejemplo.do", BUYER_PHONE).await;
    stage.dealer_says(&thread, "Sí").await;
    stage.later(1).await;
    assert!(stage.app.sim_messages(BUYER_PHONE).await.is_empty(), "not at once");
    stage.dealer_says(&thread, "Venga cuando guste").await;
    stage.later(2).await;
    let told = stage.app.sim_messages(BUYER_PHONE).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let words = told[0]["body"].as_str().unwrap();
    assert!(
        words.contains(&format!("{DEALER} contestó en OKLA"))
            && words.contains(&format!("/mensajes/{message}")),
        "{words}"
    );
    stage.dealer_says(&thread, "¿Viene hoy?").await;
    stage.later(10).await;
    assert_eq!(stage.app.sim_messages(BUYER_PHONE).await.len(), 1, "he has not looked yet: once is enough");

    let reply = [("From", BUYER_PHONE), ("Body", "Voy esta tarde")];
    stage.app.sim.receive(&reply).await;
    stage.app.work().await;
    assert!(stage.dealer.get(&format!("{LIST}/{thread}")).await.body.contains("Voy esta tarde"));
    let page = buyer.get(&format!("/mensajes/{message}")).await.body;
    assert!(page.contains("Voy esta tarde") && !page.contains("contestó en OKLA"), "{page}");
    stage.app.clock.advance(TimeDelta::seconds(1));
    stage.dealer_says(&thread, "Perfecto").await;
    stage.later(3).await;
    assert_eq!(
        stage.app.sim_messages(BUYER_PHONE).await.len(),
        2,
        "he has looked, and there is something new"
    );
}

#[sqlx::test]
async fn whoever_looks_did_not_agree_or_has_left_is_not_told_and_nobody_is_by_night(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.advance_to(1, 10).await;
    let (ana, message, of_ana) = stage.writes("Ana", "¿Sigue disponible?").await;
    let (_, _, of_luis) = stage.writes("Luis", "¿Sigue disponible?").await;
    let (_, _, of_eva) = stage.writes("Eva", "¿Sigue disponible?").await;
    agrees(&stage, "ana@ejemplo.do", BUYER_PHONE).await;
    agrees(&stage, "eva@ejemplo.do", "+18095557799").await;
    stage.app.sim.receive(&[("From", "+18095557799"), ("Body", "BAJA")]).await;
    stage.app.work().await;
    let before = stage.app.sim_messages("+18095557799").await.len();
    for thread in [&of_ana, &of_luis, &of_eva] {
        stage.dealer_says(thread, "Sí").await;
    }
    stage.app.clock.advance(TimeDelta::seconds(10));
    ana.get(&format!("/mensajes/{message}")).await;
    stage.later(5).await;
    assert!(stage.app.sim_messages(BUYER_PHONE).await.is_empty(), "she has seen it");
    assert_eq!(stage.app.sim_messages("+18095557799").await.len(), before, "she has left");

    stage.app.advance_to(1, 2).await;
    stage.dealer_says(&of_ana, "Buenas noches").await;
    stage.later(30).await;
    assert!(stage.app.sim_messages(BUYER_PHONE).await.is_empty(), "by night");
    stage.app.advance_to(0, 8).await;
    stage.later(1).await;
    assert_eq!(stage.app.sim_messages(BUYER_PHONE).await.len(), 1);
}

#[sqlx::test]
async fn a_buyer_reads_in_his_list_that_he_was_answered_until_he_looks(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, message, thread) = stage.writes("Ana", "¿Sigue disponible?").await;
    let (luis, ..) = stage.writes("Luis", "Buenas").await;
    let marked = async |browser: &Browser| browser.get("/mensajes").await.body.contains("Respuesta nueva");
    assert!(!marked(&buyer).await);
    let fields = [("thread", thread.as_str()), ("message", "Sí"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &fields).await;
    assert!(marked(&buyer).await && !marked(&luis).await);
    stage.app.clock.advance(TimeDelta::seconds(1));
    buyer.get(&format!("/mensajes/{message}")).await;
    assert!(!marked(&buyer).await, "he has looked");
    stage.app.clock.advance(TimeDelta::seconds(1));
    stage
        .app
        .sim
        .receive(&[
            ("From", DEALER_PHONE),
            ("Body", "Venga hoy"),
            ("OriginalRepliedMessageSid", &sid(&stage, &message).await),
        ])
        .await;
    stage.app.work().await;
    assert!(marked(&buyer).await, "also by WhatsApp");
}

async fn sid(stage: &Stage, message: &str) -> String {
    stage.app.value("select sid from message_parts where message_id = $1::uuid", message).await
}

#[sqlx::test]
async fn an_answer_says_what_it_costs_and_why_the_buyer_wrote(pool: PgPool) {
    let stage = start(pool).await;
    let (_, message, thread) = stage.writes("Ana", "¿Cuánto es lo último?").await;
    let page = async || stage.dealer.get(&format!("{LIST}/{thread}")).await.body;
    let shown = page().await;
    assert!(shown.contains("No cuesta nada") && !shown.contains("Motivo: "), "{shown}");
    let reason = "update messages set reason = 'precio' where id = $1::uuid";
    sqlx::query(reason).bind(&message).execute(&stage.app.pool).await.unwrap();
    let told = "update users set phone = '+18095557788', phone_proved_at = now(), answers_since = now() where name = 'Ana'";
    sqlx::query(told).execute(&stage.app.pool).await.unwrap();
    let shown = page().await;
    assert!(shown.contains("se le avisa por WhatsApp con una plantilla, a su cuenta"), "{shown}");
    assert!(!shown.contains("No cuesta nada") && shown.contains("Motivo: Precio"), "{shown}");
}
