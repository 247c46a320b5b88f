//! Conversations as their two sides read them.

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock as _, deliver::Step, demo_data::seed_catalogue, tidy_up::tidy_up},
    domain::user::Role,
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

struct Stage {
    app: TestApp,
    dealer: Browser,
}

/// A dealer's person, signed in; nothing is done but by [`TestApp::work`].
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    Stage { app, dealer }
}

impl Stage {
    async fn writes(&self, email: &str, words: &str) -> (Browser, String) {
        let buyer = self.app.browser();
        self.app.add_user(email, Role::Buyer, None).await;
        buyer.sign_in(email, PASSWORD).await;
        let id = self.app.token_of(email).await.write_async(DEALER_PHONE, words).await.id();
        self.app.work().await;
        self.app.clock.advance(TimeDelta::seconds(1));
        (buyer, id)
    }

    async fn dealers_phone_says(&self, words: &str) {
        self.app.sim.receive(&[("From", DEALER_PHONE), ("Body", words)]).await;
        self.app.work().await;
        self.app.clock.advance(TimeDelta::seconds(1));
    }

    async fn thread_of(&self, message: &str) -> String {
        self.app.value("select thread_id::text from messages where id = $1::uuid", message).await
    }

    async fn list(&self) -> String {
        self.dealer.get("/panel/conversaciones").await.body
    }
}

#[sqlx::test]
async fn answer_from_the_dealers_phone_is_under_the_buyers_message_and_in_the_dealers_list(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, id) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    assert!(stage.list().await.contains("Sin leer</span>"));
    stage.dealers_phone_says("Sí, <b>venga</b> hoy").await;
    let page = buyer.get(&format!("/mensajes/{id}")).await.body;
    assert!(page.contains("Sí, &lt;b&gt;venga&lt;/b&gt; hoy"), "{page}");
    let list = stage.list().await;
    assert!(
        list.contains("Usted: Sí, &lt;b&gt;venga&lt;/b&gt; hoy") && !list.contains("Sin leer</span>"),
        "{list}"
    );
}

#[sqlx::test]
async fn dealer_answers_in_the_panel_and_the_buyer_reads_it_once(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, id) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    let page = format!("/panel/conversaciones/{}", stage.thread_of(&id).await);
    assert!(stage.dealer.get(&page).await.body.contains("¿Sigue disponible?"));
    assert!(!stage.list().await.contains("Sin leer</span>"), "he has looked");
    let thread = page.rsplit('/').next().unwrap();
    let form = "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20";
    for _ in 0..2 {
        let fields = [("thread", thread), ("message", "Sí, está aquí"), ("form_key", form)];
        assert_eq!(stage.dealer.post_form("/fn/responder", &fields).await.location, page);
    }
    let shown = buyer.get(&format!("/mensajes/{id}")).await.body;
    assert_eq!(shown.matches("Sí, está aquí").count(), 1, "{shown}");
    assert_eq!(stage.app.count("messages").await, 1, "it costs nothing");

    let empty = [("thread", thread), ("message", "  "), ("form_key", "")];
    let back = stage.dealer.post_form("/fn/responder", &empty).await;
    assert!(stage.dealer.get(&back.location).await.body.contains("Escriba un mensaje."));
}

#[sqlx::test]
async fn whoever_has_no_account_is_answered_on_whatsapp(pool: PgPool) {
    let stage = start(pool).await;
    let id =
        stage.app.token_of("jefe@ejemplo.do").await.write_async(PLAIN, "Le escribo por su visita").await.id();
    stage.app.work().await;
    stage.app.clock.advance(TimeDelta::seconds(1));
    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Dígame")]).await;
    stage.app.work().await;
    let list = stage.list().await;
    assert!(list.contains("Sin leer</span>") && list.contains("809 555 1234"), "{list}");
    let thread = stage.thread_of(&id).await;
    let fields = [("thread", thread.as_str()), ("message", "¿Viene hoy?"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &fields).await;
    stage.app.work().await;
    let truth = stage.app.sim_messages(PLAIN).await;
    assert_eq!(truth[1]["body"], "¿Viene hoy?", "free text, for he has just written");
}

#[sqlx::test]
async fn words_that_fit_several_are_given_to_one_by_the_dealer_and_to_nobody_before(pool: PgPool) {
    let stage = start(pool).await;
    let (ana, of_ana) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    let (luis, of_luis) = stage.writes("luis@ejemplo.do", "¿Cuánto es?").await;
    stage.dealers_phone_says("Quinientos mil").await;
    for (buyer, id) in [(&ana, &of_ana), (&luis, &of_luis)] {
        assert!(!buyer.get(&format!("/mensajes/{id}")).await.body.contains("Quinientos mil"));
    }
    let list = stage.list().await;
    assert!(list.contains("Respuestas sin asignar") && list.contains("Quinientos mil"), "{list}");
    let words: String =
        stage.app.value("select id::text from inbound_messages where body = $1", "Quinientos mil").await;
    let thread = stage.thread_of(&of_luis).await;
    let fields = [("words", words.as_str()), ("thread", thread.as_str())];
    let landing = stage.dealer.post_form("/fn/asignar", &fields).await;
    assert_eq!(landing.location, format!("/panel/conversaciones/{thread}"));
    assert!(luis.get(&format!("/mensajes/{of_luis}")).await.body.contains("Quinientos mil"));
    assert!(!ana.get(&format!("/mensajes/{of_ana}")).await.body.contains("Quinientos mil"));
    assert!(!stage.list().await.contains("Respuestas sin asignar"));
    let again = stage
        .dealer
        .post_form("/fn/asignar", &[("words", words.as_str()), ("thread", &stage.thread_of(&of_ana).await)])
        .await;
    assert!(stage.dealer.get(&again.location).await.body.contains("ya no está"));
}

#[sqlx::test]
async fn list_is_searched_by_who_and_what_and_pages_go_on(pool: PgPool) {
    let stage = start(pool).await;
    for (email, words) in [("ana@ejemplo.do", "Hola"), ("luis@ejemplo.do", "Buenas")] {
        stage.writes(email, words).await;
    }
    let found = stage.dealer.get("/panel/conversaciones?q=LU%C3%8DS").await.body;
    assert!(found.contains("Buenas") && !found.contains("Hola</span>"), "{found}");
    let none = stage.dealer.get("/panel/conversaciones?q=%25").await.body;
    assert!(none.contains("Hola") && none.contains("Buenas"), "a sign alone narrows nothing");
    assert!(
        stage.dealer.get("/panel/conversaciones?q=nadie").await.body.contains("Ninguna con esas palabras")
    );
}

#[sqlx::test]
async fn vehicles_page_says_how_soon_its_seller_usually_answers_once_there_is_a_habit(pool: PgPool) {
    let stage = start(pool).await;
    let vehicle: String = stage
        .app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let page = format!("/vehiculos/{vehicle}");
    for (number, minutes) in [5, 35, 36, 90, 20].into_iter().enumerate() {
        assert!(!stage.dealer.get(&page).await.body.contains("Suele responder"), "after {number}");
        let (_, id) = stage.writes(&format!("b{number}@ejemplo.do"), "¿Sigue disponible?").await;
        let sid: String =
            stage.app.value("select sid from message_parts where message_id = $1::uuid", &id).await;
        stage.app.clock.advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        let reply = [("From", DEALER_PHONE), ("Body", "Sí"), ("OriginalRepliedMessageSid", sid.as_str())];
        stage.app.sim.receive(&reply).await;
        stage.app.work().await;
    }
    let body = stage.dealer.get(&page).await.body;
    assert!(body.contains("Suele responder en 35 min"), "{body}");
}

#[sqlx::test]
async fn reason_that_a_buyer_chose_arrives_with_his_words(pool: PgPool) {
    let stage = start(pool).await;
    let vehicle: String = stage
        .app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let buyer = stage.app.browser();
    stage.app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    let form = buyer.get(&format!("/vehiculos/{vehicle}/contactar")).await.body;
    for reason in ["Disponibilidad", "Precio", "Prueba de manejo", "Otra"] {
        assert!(form.contains(reason), "{reason}");
    }
    let fields =
        [("vehicle", vehicle.as_str()), ("reason", "precio"), ("message", "¿Lo último?"), ("form_key", "")];
    let page = buyer.post_form("/fn/contactar", &fields).await.location;
    stage.app.work().await;
    let arrived = stage.app.sim_messages(DEALER_PHONE).await[0]["body"].as_str().unwrap().to_owned();
    assert!(arrived.contains("Motivo: Precio. «¿Lo último?»"), "{arrived}");
    assert!(buyer.get(&page).await.body.contains("<dd>Precio</dd>"));
}

#[sqlx::test]
async fn what_was_said_is_erased_with_the_words_of_messages(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, id) = stage.writes("ana@ejemplo.do", &"palabra larga ".repeat(120)).await;
    stage.dealers_phone_says("Venga cuando guste").await;
    let thread = stage.thread_of(&id).await;
    let fields = [("thread", thread.as_str()), ("message", "Aquí le espero"), ("form_key", "")];
    stage.dealer.post_form("/fn/responder", &fields).await;
    stage.app.clock.advance(TimeDelta::days(401));
    while tidy_up(&stage.app.app).await.unwrap() == Step::Worked {}
    let left: String = stage
        .app
        .value(
            "select concat(string_agg(m.body || coalesce(m.rest, '') || coalesce(m.variables::text, ''), ''),
               (select string_agg(body, '') from message_parts), (select string_agg(body, '') from answers),
               (select string_agg(body, '') from inbound_messages)) from messages m where $1 = ''",
            "",
        )
        .await;
    assert_eq!(left, "");
    buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    let page = buyer.get(&format!("/mensajes/{id}")).await.body;
    assert!(page.contains("texto borrado por antigüedad") && !page.contains("Aquí le espero"), "{page}");
}

/// The conversation of the words with that text, if they are in one.
async fn in_thread(stage: &Stage, words: &str) -> Option<String> {
    stage.app.value("select thread_id::text from inbound_messages where body = $1", words).await
}

#[sqlx::test]
async fn whoever_quotes_something_is_not_guessed_to_answer_something_else(pool: PgPool) {
    let stage = start(pool).await;
    let (_, of_ana) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    let anas = stage.thread_of(&of_ana).await;
    let vehicle: String = stage
        .app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let luis = stage.app.browser();
    stage.app.add_user("luis@ejemplo.do", Role::Buyer, None).await;
    luis.sign_in("luis@ejemplo.do", PASSWORD).await;
    luis.post_form("/fn/me-interesa", &[("vehicle", &vehicle)]).await;
    stage.app.work().await;
    let notice = stage.app.sim_messages(DEALER_PHONE).await.last().unwrap().clone();
    assert!(notice["body"].as_str().unwrap().contains("interes"), "{notice}");
    let quotes = async |sid: &str, words: &str| {
        let fields = [("From", DEALER_PHONE), ("Body", words), ("OriginalRepliedMessageSid", sid)];
        stage.app.sim.receive(&fields).await;
        stage.app.work().await;
        stage.app.clock.advance(TimeDelta::seconds(1));
    };
    quotes(notice["sid"].as_str().unwrap(), "¿Y quién es esa persona?").await;
    assert_eq!(in_thread(&stage, "¿Y quién es esa persona?").await, None);
    assert!(stage.list().await.contains("¿Y quién es esa persona?"), "he finds it among what is nobody's");

    stage.dealers_phone_says("Sí, aquí está").await;
    assert_eq!(in_thread(&stage, "Sí, aquí está").await.as_ref(), Some(&anas), "only one is open");
    stage.writes("eva@ejemplo.do", "¿Cuánto es?").await;
    let own: String =
        stage.app.value("select sid from inbound_messages where body = $1", "Sí, aquí está").await;
    quotes(&own, "Y tiene un solo dueño").await;
    assert_eq!(in_thread(&stage, "Y tiene un solo dueño").await.as_ref(), Some(&anas));
}

#[sqlx::test]
async fn line_that_is_dealt_with_after_its_reader_looked_is_unread_and_told_of(pool: PgPool) {
    let stage = start(pool).await;
    let (buyer, id) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    sqlx::query("update users set phone = '+18095557788', phone_proved_at = now(), answers_since = now() where email = 'ana@ejemplo.do'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    // It waits while a server is down; meanwhile she looks.
    stage.app.sim.receive(&[("From", DEALER_PHONE), ("Body", "Sí, venga")]).await;
    stage.app.clock.advance(TimeDelta::seconds(30));
    assert!(!buyer.get(&format!("/mensajes/{id}")).await.body.contains("Sí, venga"));
    stage.app.clock.advance(TimeDelta::seconds(30));
    stage.app.work().await;
    assert_eq!(stage.app.count("reminders where errand = 'new_answer'").await, 1, "she will be told");

    let api = stage.app.token_of("jefe@ejemplo.do").await;
    let written = api.write_async(PLAIN, "Le escribo por su visita").await.id();
    stage.app.work().await;
    stage.app.clock.advance(TimeDelta::seconds(1));
    stage.app.sim.receive(&[("From", PLAIN), ("Body", "Dígame")]).await;
    stage.app.clock.advance(TimeDelta::seconds(30));
    let thread = stage.thread_of(&written).await;
    // He looks at all of them.
    for thread in [thread, stage.thread_of(&id).await] {
        let page = stage.dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
        assert!(!page.contains("Dígame"));
    }
    assert!(!stage.list().await.contains("Sin leer</span>"));
    stage.app.clock.advance(TimeDelta::seconds(30));
    stage.app.work().await;
    assert!(stage.list().await.contains("Sin leer</span>"));
}

#[sqlx::test]
async fn whoever_chooses_is_told_the_buyers_name_and_the_vehicle(pool: PgPool) {
    let stage = start(pool).await;
    let (vehicle, name): (String, String) = sqlx::query_as(
        "select v.id::text, v.make || ' ' || v.model || ' ' || v.year from vehicles v join dealers d on d.id = v.dealer_id
         where d.slug = $1 limit 1",
    )
    .bind(DEALER)
    .fetch_one(&stage.app.pool)
    .await
    .unwrap();
    stage.writes("luis@ejemplo.do", "¿Cuánto es?").await;
    let ana = stage.app.browser();
    stage.app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    ana.sign_in("ana@ejemplo.do", PASSWORD).await;
    let fields =
        [("vehicle", vehicle.as_str()), ("reason", "precio"), ("message", "¿Y esta?"), ("form_key", "")];
    ana.post_form("/fn/contactar", &fields).await;
    stage.app.work().await;
    sqlx::query("update users set name = 'Ana Peña' where email = 'ana@ejemplo.do'")
        .execute(&stage.app.pool)
        .await
        .unwrap();
    for words in ["Quinientos mil", "Lo último", "1"] {
        stage.dealers_phone_says(words).await;
    }
    let told = stage.app.sim_messages(DEALER_PHONE).await.last().unwrap()["body"].clone();
    assert_eq!(told, format!("Listo: 2 mensajes quedaron en la conversación con Ana Peña, por {name}."));
}

/// Ana writes and erases her account; her conversation.
async fn erased(stage: &Stage) -> String {
    let (ana, id) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    let fields = [("palabra", "borrar"), ("password", PASSWORD)];
    ana.post_form("/fn/borrar-cuenta", &fields).await;
    assert_eq!(stage.app.count("users where erased_at is not null").await, 1, "she is erased");
    stage.thread_of(&id).await
}

#[sqlx::test]
async fn conversation_of_an_erased_person_is_read_and_takes_no_answer(pool: PgPool) {
    let stage = start(pool).await;
    let anas = erased(&stage).await;
    let page = format!("/panel/conversaciones/{anas}");
    let shown = stage.dealer.get(&page).await.body;
    assert!(shown.contains("Esta persona borró su cuenta: ya no recibe respuestas."), "{shown}");
    assert!(!shown.contains("Su respuesta") && !shown.contains("Respuestas rápidas"), "{shown}");
    // A page that he had opened before still has the form.
    let fields = [("thread", anas.as_str()), ("message", "Sí, está aquí"), ("form_key", "")];
    assert_eq!(stage.dealer.post_form("/fn/responder", &fields).await.location, page);
    let shown = stage.dealer.get(&page).await.body;
    assert!(shown.contains("Revise lo siguiente") && !shown.contains("Sí, está aquí"), "{shown}");
    assert_eq!(stage.app.count("answers").await, 0);
}

#[sqlx::test]
async fn words_are_neither_offered_nor_given_to_whoever_is_erased_nor_guessed_for_another(pool: PgPool) {
    let stage = start(pool).await;
    stage.app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let admin = stage.app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    let anas = erased(&stage).await;
    let of_ana = stage.app.sim_messages(DEALER_PHONE).await[0]["sid"].as_str().unwrap().to_owned();
    let (_, of_luis) = stage.writes("luis@ejemplo.do", "¿Cuánto es?").await;
    let luises = stage.thread_of(&of_luis).await;
    stage.dealers_phone_says("Quinientos mil").await;
    assert_eq!(in_thread(&stage, "Quinientos mil").await, None, "it may be for her who is gone");
    let asked = stage.app.sim_messages(DEALER_PHONE).await.last().unwrap()["body"].clone();
    let asked = asked.as_str().unwrap();
    assert!(asked.contains("2: nadie más") && !asked.contains("Persona borrada"), "{asked}");
    let quoted = [("From", DEALER_PHONE), ("Body", "Ya no está"), ("OriginalRepliedMessageSid", &*of_ana)];
    stage.app.sim.receive(&quoted).await;
    stage.app.work().await;
    assert_eq!(in_thread(&stage, "Ya no está").await, None);

    let list = stage.list().await;
    assert!(
        list.contains(&format!("value=\"{luises}\"")) && !list.contains(&format!("value=\"{anas}\"")),
        "{list}"
    );
    let words: String =
        stage.app.value("select id::text from inbound_messages where body = $1", "Quinientos mil").await;
    let own = stage.dealer.get(&format!("/panel/conversaciones/sin-asignar/{words}")).await.body;
    let theirs = admin.get(&format!("/admin/sin-asignar/{words}?q=borrada")).await.body;
    assert!(!own.contains(&anas) && !theirs.contains(&anas), "{own}{theirs}");
    stage.dealer.post_form("/fn/asignar", &[("words", &*words), ("thread", &*anas)]).await;
    admin.post_form("/fn/admin/palabras-asignar", &[("id", &*words), ("conversacion", &*anas)]).await;
    assert_eq!(in_thread(&stage, "Quinientos mil").await, None);

    stage.dealers_phone_says("1").await;
    assert_eq!(in_thread(&stage, "Quinientos mil").await, Some(luises));
    assert_eq!(in_thread(&stage, "Ya no está").await, None);
}

#[sqlx::test]
async fn whoever_chooses_somebody_who_was_erased_meanwhile_is_told_and_may_choose_another(pool: PgPool) {
    let stage = start(pool).await;
    let (_, of_ana) = stage.writes("ana@ejemplo.do", "¿Sigue disponible?").await;
    let (_, of_luis) = stage.writes("luis@ejemplo.do", "¿Cuánto es?").await;
    stage.dealers_phone_says("Quinientos mil").await;
    let ana = stage.app.browser();
    ana.sign_in("ana@ejemplo.do", PASSWORD).await;
    let fields = [("palabra", "borrar"), ("password", PASSWORD)];
    ana.post_form("/fn/borrar-cuenta", &fields).await;
    assert_eq!(stage.app.count("users where erased_at is not null").await, 1);
    stage.dealers_phone_says("2").await;
    let told = stage.app.sim_messages(DEALER_PHONE).await.last().unwrap()["body"].clone();
    assert_eq!(told, "Esta persona borró su cuenta: ya no recibe respuestas.");
    assert_eq!(in_thread(&stage, "Quinientos mil").await, None, "{}", stage.thread_of(&of_ana).await);
    stage.dealers_phone_says("1").await;
    assert_eq!(in_thread(&stage, "Quinientos mil").await, Some(stage.thread_of(&of_luis).await));
}

#[sqlx::test]
async fn dealer_must_say_whose_words_are_and_may_say_that_they_are_nobodys(pool: PgPool) {
    let stage = start(pool).await;
    for email in ["ana@ejemplo.do", "luis@ejemplo.do"] {
        stage.writes(email, "¿Sigue disponible?").await;
    }
    stage.dealers_phone_says("Número equivocado").await;
    let list = stage.list().await;
    let (_, select) = list.split_once("<select").unwrap();
    assert!(select.contains("required"), "{select}");
    let first = select.split_once("<option").unwrap().1;
    assert!(first.starts_with(" value=\"\">Elija…") || first.starts_with(" value>Elija…"), "{first}");
    let words: String =
        stage.app.value("select id::text from inbound_messages where body = $1", "Número equivocado").await;
    let landing = stage.dealer.post_form("/fn/asignar", &[("words", &*words), ("thread", "")]).await;
    assert!(
        stage
            .dealer
            .get(&landing.location)
            .await
            .body
            .contains("Elija en «Es para» de quién es la respuesta")
    );
    assert_eq!(in_thread(&stage, "Número equivocado").await, None);

    let own = stage.dealer.get(&format!("/panel/conversaciones/sin-asignar/{words}")).await.body;
    assert!(list.contains("No es de nadie</button>") && own.contains("No es de nadie</button>"), "{list}");
    let landing = stage.dealer.post_form("/fn/descartar", &[("words", &*words)]).await;
    let list = stage.dealer.get(&landing.location).await.body;
    assert!(list.contains("Esa respuesta no es de nadie") && !list.contains("Número equivocado"), "{list}");
    // A second press says the same.
    let again = stage.dealer.post_form("/fn/descartar", &[("words", &*words)]).await;
    assert!(stage.dealer.get(&again.location).await.body.contains("Esa respuesta no es de nadie"));
    assert_eq!(stage.app.count("audit where action = 'words_closed'").await, 1);
    // What is put away is moved by no answer.
    stage.dealers_phone_says("1").await;
    assert_eq!(in_thread(&stage, "Número equivocado").await, None);
}
