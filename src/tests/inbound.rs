//! What people write to OKLA's number finds its conversation, or its writer is asked; it is never guessed. Who leaves gets
//! nothing more.

use chrono::TimeDelta;
use okla::domain::{limits::Limit, user::Role};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    app::{Api, DEALER_PHONE, Options, PLAIN, TestApp, Webhook},
    simulator::rig::TOKEN,
    soak::audit::books_are_right,
};

/// Nothing is done but by [`TestApp::work`].
async fn start(pool: PgPool) -> TestApp {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(crate::app::DEALER, DEALER_PHONE).await;
    app.sim.set(json!({ "enforceWindow": true, "callbackDelayMs": 20 })).await;
    app
}

impl TestApp {
    async fn answer(&self, from: &str, fields: &[(&str, &str)]) {
        let fields: Vec<(&str, &str)> = [("From", from)].into_iter().chain(fields.iter().copied()).collect();
        assert_eq!(self.sim.receive(&fields).await["webhookStatus"], 204);
        self.work().await;
    }

    /// The latest thing that arrived at a number.
    async fn latest(&self, to: &str) -> Value {
        self.sim_messages(to).await.last().cloned().unwrap()
    }

    /// What it says.
    async fn told(&self, to: &str) -> String {
        self.latest(to).await["body"].as_str().unwrap().to_owned()
    }

    /// Two buyers ask the dealer something, about a vehicle or about none.
    async fn have_two_asking(&self) {
        for name in ["Ana Peña", "Luis Díaz"] {
            self.buyer(name).await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
        }
        self.work().await;
    }

    /// Whose each thing is that was received: the name of the buyer, or nothing.
    async fn owners(&self) -> Vec<(String, Option<String>)> {
        sqlx::query_as(
            "select i.body, u.name from inbound_messages i left join threads t on t.id = i.thread_id
             left join users u on u.id = t.buyer_id where not i.to_okla order by i.received_at, i.id",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    async fn buyer(&self, name: &str) -> Api {
        let api = self.token_for(Role::Buyer).await;
        sqlx::query("update users set name = $1 where id = (select id from users where role = 'buyer' order by created_at desc, id desc limit 1)")
            .bind(name)
            .execute(&self.pool)
            .await
            .unwrap();
        self.clock.advance(TimeDelta::seconds(1));
        api
    }
}

const NO_OPTION: &str =
    "Esa opción no está en la pregunta: pulse uno de sus botones, o responda citando el mensaje.";

fn owned(body: &str, by: Option<&str>) -> (String, Option<String>) {
    (body.to_owned(), by.map(str::to_owned))
}

#[sqlx::test]
async fn answer_to_the_only_open_conversation_is_its_own(pool: PgPool) {
    let app = start(pool).await;
    let ana = app.buyer("Ana").await;
    ana.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
    app.work().await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, venga mañana")]).await;
    assert_eq!(app.owners().await, [owned("Sí, venga mañana", Some("Ana"))]);
    app.answer("+18095559999", &[("Body", "¿Quién es?")]).await;
    assert_eq!(app.owners().await[1], owned("¿Quién es?", None), "nobody wrote to that number");
}

#[sqlx::test]
async fn of_three_open_conversations_none_gets_an_answer_that_names_none_until_its_writer_says_which(
    pool: PgPool,
) {
    let app = start(pool).await;
    for name in ["Ana", "Luis", "Eva"] {
        app.buyer(name).await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
    }
    app.work().await;
    let created = app.sim_messages(DEALER_PHONE).await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, venga mañana")]).await;
    app.answer(DEALER_PHONE, &[("Body", "Y traiga su cédula")]).await;
    assert_eq!(
        app.owners().await,
        [owned("Sí, venga mañana", None), owned("Y traiga su cédula", None)],
        "never a guess"
    );
    let asked: Vec<Value> = app.sim_messages(DEALER_PHONE).await.split_off(created.len());
    assert_eq!(asked.len(), 1, "asked once");
    let question = asked[0]["body"].as_str().unwrap();
    assert!(question.contains("1: Eva. 2: Luis. 3: Ana."), "{question}");

    let pressed = [("ButtonText", "2"), ("ButtonPayload", "quien-2"), ("Body", "2")];
    app.answer(DEALER_PHONE, &pressed).await;
    assert_eq!(
        app.owners().await,
        [owned("Sí, venga mañana", Some("Luis")), owned("Y traiga su cédula", Some("Luis"))]
    );
    // A quoted one needs no question.
    let of_ana = created[0]["sid"].as_str().unwrap();
    app.answer(DEALER_PHONE, &[("Body", "Aún está"), ("OriginalRepliedMessageSid", of_ana)]).await;
    assert_eq!(app.owners().await[2], owned("Aún está", Some("Ana")));
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn number_that_quotes_something_else_is_no_answer_to_the_question(pool: PgPool) {
    let app = start(pool).await;
    for name in ["Ana", "Luis"] {
        app.buyer(name).await.write_async(DEALER_PHONE, "¿Cuántos dueños tuvo?").await;
    }
    app.work().await;
    let of_ana = app.sim_messages(DEALER_PHONE).await[0]["sid"].as_str().unwrap().to_owned();
    app.answer(DEALER_PHONE, &[("Body", "Ya está vendido")]).await;
    let question = app.latest(DEALER_PHONE).await["sid"].as_str().unwrap().to_owned();
    app.answer(DEALER_PHONE, &[("Body", "2"), ("OriginalRepliedMessageSid", &of_ana)]).await;
    assert_eq!(app.owners().await, [owned("Ya está vendido", None), owned("2", Some("Ana"))]);
    // Under the question itself it is one.
    let pressed = [("Body", "2"), ("ButtonPayload", "quien-2"), ("OriginalRepliedMessageSid", &*question)];
    app.answer(DEALER_PHONE, &pressed).await;
    assert_eq!(app.owners().await[0], owned("Ya está vendido", Some("Ana")));
    // The old question's button, pressed again while another is open, chooses nothing.
    app.answer(DEALER_PHONE, &[("Body", "Mañana abrimos a las nueve")]).await;
    app.answer(DEALER_PHONE, &pressed).await;
    assert!(app.owners().await.contains(&owned("Mañana abrimos a las nueve", None)));
    assert!(app.told(DEALER_PHONE).await.ends_with(NO_OPTION));
}

#[sqlx::test]
async fn number_that_is_no_answer_to_the_question_is_words_like_any(pool: PgPool) {
    let app = start(pool).await;
    for name in ["Ana", "Luis"] {
        app.buyer(name).await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
    }
    app.work().await;
    app.answer(DEALER_PHONE, &[("Body", "Cuesta 500 mil")]).await;
    app.answer(DEALER_PHONE, &[("Body", "1 llave perdida, 2 no")]).await;
    assert!(app.owners().await.iter().all(|(_, owner)| owner.is_none()));
    app.answer(DEALER_PHONE, &[("Body", "3")]).await;
    assert!(app.owners().await.iter().all(|(_, owner)| owner.is_none()), "neither of the two");
    assert!(app.told(DEALER_PHONE).await.ends_with(NO_OPTION), "and he is told");
    app.answer(DEALER_PHONE, &[("Body", "Otra cosa")]).await;
    app.answer(DEALER_PHONE, &[("Body", "1.")]).await;
    assert_eq!(app.owners().await[2], owned("Otra cosa", Some("Luis")));
}

#[sqlx::test]
async fn reply_to_a_message_that_went_to_another_number_is_not_let_into_its_conversation(pool: PgPool) {
    let app = start(pool).await;
    app.buyer("Ana").await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
    app.work().await;
    let sid = app.latest(DEALER_PHONE).await["sid"].as_str().unwrap().to_owned();
    app.answer("+18095559999", &[("Body", "Sí"), ("OriginalRepliedMessageSid", &sid)]).await;
    assert_eq!(app.owners().await, [owned("Sí", None)]);
}

#[sqlx::test]
async fn whoever_leaves_is_told_once_and_gets_nothing_more_until_he_comes_back(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let waiting = dealer.write_async(PLAIN, "Le espero").await.id();
    for word in ["¡BAJA!", "no más 🙏", "Cancelar"] {
        app.answer(PLAIN, &[("Body", word)]).await;
    }
    let told = app.sim_messages(PLAIN).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["body"].as_str().unwrap().contains("responda ALTA"));
    assert_eq!(dealer.status(&waiting).await.json["status"], "failed", "it waited and stays at home");

    for send in [
        json!({ "toPhoneNumber": PLAIN, "messageBody": "hola" }),
        json!({ "toPhoneNumber": "809-555-1234", "messageBody": "hola", "kind": "test_drive" }),
        json!({ "toPhoneNumber": PLAIN, "template": "okla_mensaje", "variables": { "1": "A", "2": "B", "3": "C" } }),
    ] {
        let refused = dealer.send(send).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (409, "opted_out"), "{}", refused.text);
    }
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
    let ledger: i64 = app
        .value("select count(*) from ledger_entries where amount <> 0 and message_id::text <> $1", &waiting)
        .await;
    assert_eq!(ledger, 1, "only what confirmed it");

    app.answer(PLAIN, &[("Body", "Alta")]).await;
    assert!(app.latest(PLAIN).await["body"].as_str().unwrap().contains("de nuevo"));
    assert_eq!(dealer.write_async(PLAIN, "hola").await.status, 202);
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn sentence_that_contains_such_a_word_lets_nobody_leave(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for words in ["¿El precio baja?", "baja por favor", "No más de 500 mil", "para mañana"] {
        app.answer(PLAIN, &[("Body", words)]).await;
    }
    assert_eq!(dealer.write_async(PLAIN, "hola").await.status, 202);
}

#[sqlx::test]
async fn rest_of_a_long_message_follows_the_first_answer_once_and_is_paid_for_then(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let words: Vec<String> = (0..200).map(|place| format!("palabra{place}")).collect();
    let first = dealer.write_async(PLAIN, &words.join(" ")).await.id();
    app.work().await;
    assert_eq!(app.sim_messages(PLAIN).await.len(), 1);
    assert_eq!(app.places(Limit::PairDay).await, 1);
    for answer in ["Dígame", "¿Y entonces?"] {
        app.clock.advance(TimeDelta::seconds(1));
        app.answer(PLAIN, &[("Body", answer)]).await;
    }
    let truth = app.sim_messages(PLAIN).await;
    assert_eq!(truth.len(), 2, "once");
    assert_eq!(truth[1]["contentSid"], Value::Null);
    let head = truth[0]["body"].as_str().unwrap();
    let head = head.split_once('«').unwrap().1.split_once('…').unwrap().0;
    let all = format!("{head} {}", truth[1]["body"].as_str().unwrap());
    assert_eq!(all.split_whitespace().collect::<Vec<_>>(), words, "every word once");
    assert_eq!(app.places(Limit::PairDay).await, 2);
    assert_eq!(dealer.status(&first).await.json["partStates"][0]["waitingCharacters"], Value::Null);
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn whatever_shape_a_webhook_has_it_is_answered_and_nothing_leaks(pool: PgPool) {
    let app = start(pool).await;
    let long = "x".repeat(500);
    let media: Vec<(String, String)> =
        (0..40).map(|n| (format!("MediaUrl{n}"), format!("https://evil.example/{n}"))).collect();
    let many: Vec<(&str, &str)> = media.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let shapes: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("MessageSid", "SM1")],
        vec![("From", "whatsapp:+18095551234")],
        vec![("MessageSid", "SM2"), ("From", "whatsapp:+18095551234")],
        vec![("MessageSid", "SM2"), ("From", "whatsapp:+18095551234"), ("Body", "otra vez")],
        vec![("SmsSid", "SM3"), ("From", "whatsapp:DO.1A2B3C"), ("Body", "sin número")],
        vec![("MessageSid", "SM4"), ("From", &long)],
        vec![("MessageSid", &long), ("From", "whatsapp:+18095551234")],
        vec![("MessageSid", "SM5"), ("From", "whatsapp:+18095551234"), ("Body", "a\0b")],
        vec![("MessageSid", "SM6"), ("From", "whatsapp:+18095551234"), ("AccountSid", "AC00")],
        vec![("MessageSid", "SM7"), ("From", "whatsapp:+18095551234"), ("OriginalRepliedMessageSid", &long)],
        vec![
            ("MessageSid", "SM8"),
            ("From", "whatsapp:+18095551234"),
            ("ButtonPayload", "quien-99999999999999999999"),
        ],
        vec![("MessageSid", "SM9"), ("From", "whatsapp:"), ("Body", "BAJA")],
        vec![("MessageSid", "SM10"), ("From", "telegram:x"), ("MessageType", "unheard-of")],
        [vec![("MessageSid", "SM11"), ("From", "whatsapp:+18095551234"), ("NumMedia", "40")], many].concat(),
        vec![("MessageSid", "SM12"), ("From", "whatsapp:DO.1A2B3C"), ("Body", "BAJA")],
    ];
    for shape in &shapes {
        let answer = Webhook::signed(&app, "/webhooks/twilio/inbound", shape, TOKEN).post(&app).await;
        assert_eq!(answer.status, 204, "{shape:?}");
        app.work().await;
    }
    let unhandled: i64 =
        app.value("select count(*) from inbound_messages where handled_at is null and $1 = ''", "").await;
    assert_eq!(unhandled, 0);
    let stored: i64 = app.value("select count(*) from inbound_messages where sid <> $1", "").await;
    assert_eq!(stored, 9);
    // Only of the button that is no question's.
    let told = app.sim_messages(PLAIN).await;
    assert!(
        !told.is_empty() && told.iter().all(|one| one["body"].as_str().unwrap().contains(NO_OPTION)),
        "{told:?}"
    );
}

#[sqlx::test]
async fn answer_is_for_the_burst_that_was_asked_about_and_what_came_later_is_asked_about_anew(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, está aquí")]).await;
    app.clock.advance(TimeDelta::seconds(119));
    app.answer(DEALER_PHONE, &[("Body", "Venga mañana")]).await;
    app.clock.advance(TimeDelta::hours(3));
    app.answer(DEALER_PHONE, &[("Body", "Ya se vendió")]).await;
    app.clock.advance(TimeDelta::seconds(5));
    app.answer(DEALER_PHONE, &[("Body", "Lo siento mucho")]).await;
    let before = app.sim_messages(DEALER_PHONE).await.len();
    app.answer(DEALER_PHONE, &[("Body", "1")]).await;
    let first = [
        owned("Sí, está aquí", Some("Luis Díaz")),
        owned("Venga mañana", Some("Luis Díaz")),
        owned("Ya se vendió", None),
        owned("Lo siento mucho", None),
    ];
    assert_eq!(app.owners().await, first, "only what he was asked about");
    let told = app.sim_messages(DEALER_PHONE).await.split_off(before);
    let told: Vec<&str> = told.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "Listo: 2 mensajes quedaron en la conversación con Luis Díaz.");
    assert!(told[1].contains("¿Para quién es «Ya se vendió»? 1: Luis Díaz. 2: Ana Peña."), "{told:?}");
    app.answer(DEALER_PHONE, &[("Body", "2")]).await;
    let owners = app.owners().await;
    assert_eq!(owners[..2], first[..2]);
    assert_eq!(
        owners[2..],
        [owned("Ya se vendió", Some("Ana Peña")), owned("Lo siento mucho", Some("Ana Peña"))]
    );
    // Nothing is asked any more: a number is something that is said, and it is for nobody yet.
    app.answer(DEALER_PHONE, &[("Body", "7")]).await;
    assert!(app.told(DEALER_PHONE).await.contains("¿Para quién es «7»?"));
    books_are_right(&app.pool).await;
}

#[sqlx::test]
async fn presses_numbers_and_what_quotes_something_become_no_words_of_a_conversation(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, está aquí")]).await;
    let question = app.latest(DEALER_PHONE).await["sid"].as_str().unwrap().to_owned();
    for fields in [
        vec![("Body", "9")],
        vec![("Body", "0")],
        vec![("Body", "5"), ("ButtonPayload", "quien-5"), ("ButtonText", "5")],
        vec![("Body", "3"), ("ButtonPayload", "quien-3"), ("OriginalRepliedMessageSid", &question)],
        vec![("Body", "1"), ("ButtonPayload", "quien-1"), ("OriginalRepliedMessageSid", "SMdesconocido")],
    ] {
        let before = app.sim_messages(DEALER_PHONE).await.len();
        app.answer(DEALER_PHONE, &fields).await;
        assert_eq!(app.sim_messages(DEALER_PHONE).await.len(), before + 1, "{fields:?}");
        assert_eq!(app.told(DEALER_PHONE).await, NO_OPTION, "{fields:?}");
    }
    // Words under the question choose none of the two, and an answer to something else is not moved with the others.
    app.answer(DEALER_PHONE, &[("Body", "Para Ana"), ("OriginalRepliedMessageSid", &question)]).await;
    app.answer(DEALER_PHONE, &[("Body", "1")]).await;
    assert_eq!(
        app.owners().await,
        [owned("Sí, está aquí", Some("Luis Díaz")), owned("Para Ana", None)],
        "nothing else became words"
    );
    assert_eq!(
        app.told(DEALER_PHONE).await,
        "Listo: 1 mensaje quedó en la conversación con Luis Díaz.",
        "and nothing is asked anew"
    );
    // The answered question's button is an older one's now.
    let pressed = [("Body", "2"), ("ButtonPayload", "quien-2"), ("OriginalRepliedMessageSid", &*question)];
    app.answer(DEALER_PHONE, &pressed).await;
    assert_eq!(app.told(DEALER_PHONE).await, NO_OPTION);
    assert_eq!(app.owners().await.len(), 2);
}

#[sqlx::test]
async fn older_questions_button_chooses_nothing_of_one_that_was_asked_late(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    // Both bursts are dealt with only after the second was written.
    app.sim.receive(&[("From", DEALER_PHONE), ("Body", "Sí, está aquí")]).await;
    app.clock.advance(TimeDelta::minutes(3));
    app.answer(DEALER_PHONE, &[("Body", "Ya se vendió")]).await;
    let older = app.latest(DEALER_PHONE).await["sid"].as_str().unwrap().to_owned();
    let press = [("Body", "1"), ("ButtonPayload", "quien-1"), ("OriginalRepliedMessageSid", &*older)];
    app.answer(DEALER_PHONE, &press).await;
    let expected = [owned("Sí, está aquí", Some("Luis Díaz")), owned("Ya se vendió", None)];
    assert_eq!(app.owners().await, expected);
    app.answer(DEALER_PHONE, &press).await;
    assert_eq!(app.owners().await, expected, "the same button again");
    assert_eq!(app.told(DEALER_PHONE).await, NO_OPTION);
}

#[sqlx::test]
async fn answer_that_is_dealt_with_again_answers_no_other_question(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, está aquí")]).await;
    app.clock.advance(TimeDelta::minutes(5));
    app.answer(DEALER_PHONE, &[("Body", "Ya se vendió")]).await;
    app.answer(DEALER_PHONE, &[("Body", "1")]).await;
    let (owners, told) = (app.owners().await, app.sim_messages(DEALER_PHONE).await.len());
    assert_eq!(owners[1], owned("Ya se vendió", None));
    // Whoever dealt with it died before he had noted that.
    sqlx::query("update inbound_messages set handled_at = null, handling_until = null where body = '1'")
        .execute(&app.pool)
        .await
        .unwrap();
    app.work().await;
    assert_eq!(app.owners().await, owners);
    assert_eq!(app.sim_messages(DEALER_PHONE).await.len(), told, "and nothing is said twice");
}

#[sqlx::test]
async fn question_that_nobody_answered_for_a_day_gives_way_to_another(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    app.answer(DEALER_PHONE, &[("Body", "Sí, está aquí")]).await;
    app.clock.advance(TimeDelta::hours(25));
    app.answer(DEALER_PHONE, &[("Body", "Ya se vendió")]).await;
    assert!(app.told(DEALER_PHONE).await.contains("¿Para quién es «Ya se vendió»?"));
    app.answer(DEALER_PHONE, &[("Body", "2")]).await;
    assert_eq!(
        app.owners().await,
        [owned("Sí, está aquí", None), owned("Ya se vendió", Some("Ana Peña"))],
        "the first is still nobody's"
    );
}

#[sqlx::test]
async fn person_who_chooses_is_told_the_dealers_name_and_the_vehicle(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer_named("el-otro", "Autos Otro", "+18095550177").await;
    for (slug, words) in [(crate::app::DEALER, "Le escribo por su visita"), ("el-otro", "Ya llegó su carro")]
    {
        let email = format!("{slug}@ejemplo.do");
        app.add_user(&email, Role::Dealer, Some(slug)).await;
        app.token_of(&email).await.write_async(PLAIN, words).await;
        app.work().await;
        app.clock.advance(TimeDelta::seconds(1));
    }
    app.answer(PLAIN, &[("Body", "Gracias, voy mañana")]).await;
    assert!(app.told(PLAIN).await.contains("1: Autos Otro."), "{}", app.told(PLAIN).await);
    app.answer(PLAIN, &[("Body", "1")]).await;
    assert_eq!(app.told(PLAIN).await, "Listo: 1 mensaje quedó en la conversación con Autos Otro.");
}

#[sqlx::test]
async fn what_came_without_words_is_asked_about_too(pool: PgPool) {
    let app = start(pool).await;
    app.have_two_asking().await;
    app.answer(DEALER_PHONE, &[("Latitude", "18.4861"), ("Longitude", "-69.9312")]).await;
    assert!(app.told(DEALER_PHONE).await.contains("¿Para quién es «lo que mandó sin texto»?"));
}
