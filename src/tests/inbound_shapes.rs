//! Fifty shapes in which a webhook of somebody's message comes, captured (fact sheet §5.1) or forged: each is answered right,
//! and of each is stored what it says and no more.

use okla::domain::user::Role;
use serde_json::Value;
use sqlx::PgPool;

use crate::{
    app::{DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp, Webhook},
    simulator::rig::{ACCOUNT, TOKEN},
};

/// What is stored of it.
enum Kept {
    /// Nothing.
    No,
    /// A row whose body is this, with so many files, and a word of what is neither.
    Row(&'static str, i64, Option<&'static str>),
}
use Kept::{No, Row};

struct Shape {
    name: &'static str,
    fields: Vec<(&'static str, String)>,
    status: u16,
    kept: Kept,
}

const FROM: &str = "whatsapp:+18095551234";
const API: &str = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM00000000000000000000000000000002/Media/ME00000000000000000000000000000003";

/// As Twilio sends a text, with these fields in the place of its own; an empty one is left out.
fn shape(name: &'static str, changed: &[(&'static str, &str)], kept: Kept) -> Shape {
    let mut fields: Vec<(&'static str, String)> = [
        ("SmsMessageSid", "own"),
        ("NumMedia", "0"),
        ("ProfileName", "Pedro"),
        ("MessageType", "text"),
        ("SmsSid", "own"),
        ("WaId", "18095551234"),
        ("SmsStatus", "received"),
        ("Body", "Hola"),
        ("To", "whatsapp:+14155238886"),
        ("NumSegments", "1"),
        ("ReferralNumMedia", "0"),
        ("MessageSid", "own"),
        ("AccountSid", ACCOUNT),
        (
            "ChannelMetadata",
            r#"{"type":"whatsapp","data":{"context":{"ProfileName":"Pedro","WaId":"18095551234"}}}"#,
        ),
        ("From", FROM),
        ("ApiVersion", "2010-04-01"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec();
    for (name, value) in changed {
        fields.retain(|(own, _)| own != name);
        if !value.is_empty() {
            fields.push((name, (*value).to_owned()));
        }
    }
    Shape { name, fields, status: 204, kept }
}

fn shapes() -> Vec<Shape> {
    let mut all = plain();
    all.extend(kinds());
    all.extend(files());
    all
}

fn plain() -> Vec<Shape> {
    let long = "x".repeat(5_000);
    vec![
        shape("a text", &[], Row("Hola", 0, None)),
        shape("no words at all", &[("Body", "")], Row("", 0, Some("text"))),
        shape("without a profile", &[("ProfileName", "")], Row("Hola", 0, None)),
        shape("without WaId", &[("WaId", "")], Row("Hola", 0, None)),
        shape("without a type", &[("MessageType", ""), ("Body", "")], Row("", 0, Some("sin texto"))),
        shape("without an account", &[("AccountSid", "")], Row("Hola", 0, None)),
        shape("without To", &[("To", "")], Row("Hola", 0, None)),
        shape("only the old sid", &[("MessageSid", ""), ("SmsMessageSid", "")], Row("Hola", 0, None)),
        shape("without any sid", &[("MessageSid", ""), ("SmsSid", ""), ("SmsMessageSid", "")], No),
        shape("without From", &[("From", "")], No),
        shape("nothing but From", &[("MessageSid", ""), ("SmsSid", ""), ("Body", ""), ("To", "")], No),
        shape("another account", &[("AccountSid", "AC99999999999999999999999999999999")], No),
        shape("another number of ours", &[("To", "whatsapp:+14155230000")], No),
        shape("a bare To", &[("To", "+14155238886")], Row("Hola", 0, None)),
        shape("NUL in the words", &[("Body", "a\0b")], Row("a\u{fffd}b", 0, None)),
        shape("NUL in the name", &[("ProfileName", "\0")], Row("Hola", 0, None)),
        shape("a sid that no index holds", &[("MessageSid", &long), ("SmsSid", &long)], No),
        shape("a sender that is none", &[("From", &long)], No),
        shape("a long quoted sid", &[("OriginalRepliedMessageSid", &long)], Row("Hola", 0, None)),
        shape("a long button", &[("ButtonPayload", &long)], Row("Hola", 0, None)),
        shape("a long name", &[("ProfileName", &long)], Row("Hola", 0, None)),
        shape(
            "a huge number for an answer",
            &[("ButtonPayload", "quien-99999999999999999999")],
            Row("Hola", 0, None),
        ),
        shape("an empty address", &[("From", "whatsapp:")], Row("Hola", 0, None)),
        shape("another channel", &[("From", "telegram:pedro")], Row("Hola", 0, None)),
    ]
}

fn kinds() -> Vec<Shape> {
    vec![
        shape("BSUID only", &[("From", "whatsapp:DO.1a2B3c"), ("WaId", "")], Row("Hola", 0, None)),
        shape(
            "BSUID of an enterprise",
            &[("From", "whatsapp:DO.ENT.1a2B3c"), ("WaId", "")],
            Row("Hola", 0, None),
        ),
        shape("a number and its BSUID", &[("ExternalUserId", "whatsapp:DO.9z8Y7x")], Row("Hola", 0, None)),
        shape(
            "a BSUID that is none",
            &[("ExternalUserId", "whatsapp:'; drop table users")],
            Row("Hola", 0, None),
        ),
        shape(
            "a button",
            &[
                ("MessageType", "button"),
                ("ButtonText", "Confirmar"),
                ("Body", "Confirmar"),
                ("ButtonPayload", "si"),
            ],
            Row("Confirmar", 0, None),
        ),
        shape(
            "a button without a body",
            &[("MessageType", "button"), ("ButtonText", "Confirmar"), ("Body", "")],
            Row("Confirmar", 0, None),
        ),
        shape(
            "a list's row",
            &[
                ("MessageType", "interactive"),
                ("ListId", "2"),
                ("ListTitle", "Mañana"),
                ("ListDescription", "de 9 a 12"),
                ("Body", ""),
            ],
            Row("Mañana: de 9 a 12", 0, None),
        ),
        shape(
            "a place",
            &[
                ("MessageType", "location"),
                ("Latitude", "18.4861"),
                ("Longitude", "-69.9312"),
                ("Label", "Auto Feria"),
                ("Body", ""),
            ],
            Row("", 0, Some("Auto Feria")),
        ),
        shape(
            "a place nowhere on earth",
            &[("MessageType", "location"), ("Latitude", "1e9"), ("Longitude", "NaN"), ("Body", "")],
            Row("", 0, Some("location")),
        ),
        shape(
            "a sticker",
            &[
                ("MessageType", "sticker"),
                ("NumMedia", "1"),
                ("MediaUrl0", API),
                ("MediaContentType0", "image/webp"),
                ("Body", ""),
            ],
            Row("", 1, None),
        ),
        shape(
            "a contact",
            &[
                ("MessageType", "contacts"),
                ("NumMedia", "1"),
                ("MediaUrl0", API),
                ("MediaContentType0", "text/vcard"),
                ("Body", ""),
            ],
            Row("", 1, None),
        ),
        shape("an order", &[("MessageType", "order"), ("Body", "")], Row("", 0, Some("order"))),
        shape(
            "a type of tomorrow",
            &[("MessageType", "<hologram>"), ("Body", "")],
            Row("", 0, Some("<hologram>")),
        ),
    ]
}

fn files() -> Vec<Shape> {
    let long = "x".repeat(5_000);
    let forty: Vec<(&'static str, String)> =
        (0..40).map(|n| (&*format!("MediaUrl{n}").leak(), format!("https://evil.example/{n}"))).collect();
    let media = |url: &str| {
        let name: &'static str = url.to_owned().leak();
        shape(
            name,
            &[("NumMedia", "1"), ("MediaUrl0", name), ("MediaContentType0", "image/jpeg"), ("Body", "")],
            Row("", 1, None),
        )
    };
    let mut all = vec![
        shape("a file that is claimed and not named", &[("NumMedia", "1")], Row("Hola", 0, None)),
        shape("fewer than none", &[("NumMedia", "-3"), ("MediaUrl0", API)], Row("Hola", 1, None)),
        shape("a number of files that is none", &[("NumMedia", "muchas")], Row("Hola", 0, None)),
        shape(
            "from an advertisement",
            &[
                ("ReferralSourceUrl", "https://fb.me/x"),
                ("ReferralMediaUrl", "https://evil.example/x"),
                ("ReferralNumMedia", "1"),
            ],
            Row("Hola", 0, None),
        ),
        media("http://127.0.0.1:5432/"),
        media("http://169.254.169.254/latest/meta-data"),
        media("https://api.twilio.com.evil.example/2010-04-01/x"),
        media("https://api.twilio.com@evil.example/x"),
        media(
            "https://api.twilio.com/2010-04-01/Accounts/AC99999999999999999999999999999999/Messages/MM00000000000000000000000000000002/Media/ME00000000000000000000000000000003",
        ),
        media("https://api.twilio.com/..%2f..%2fetc/passwd"),
        media("file:///etc/passwd"),
        media(&long[..2_000]),
    ];
    let mut many = shape("forty files", &[("NumMedia", "40")], Row("Hola", 10, None));
    many.fields.extend(forty);
    all.push(many);
    let big = "a".repeat(1_000_000);
    all.push(Shape { status: 413, ..shape("a megabyte", &[("Body", &big)], No) });
    let odd: &'static str = "Otro campo\u{202e}";
    all.push(shape("fields that nobody knows", &[(odd, "x"), ("X\0Y", "z")], Row("Hola", 0, None)));
    all
}

#[sqlx::test]
async fn each_of_fifty_shapes_is_answered_right_and_stored_as_what_it_says(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    let shapes = shapes();
    assert!(shapes.len() >= 50, "{}", shapes.len());
    for (number, shape) in shapes.iter().enumerate() {
        let own = format!("SM{number:032}");
        let fields: Vec<(&str, &str)> = shape
            .fields
            .iter()
            .map(|(name, value)| (*name, if value == "own" { own.as_str() } else { value.as_str() }))
            .collect();
        let before = app.count("inbound_messages").await;
        // Twice: it is stored once.
        for _ in 0..2 {
            let answer = Webhook::signed(&app, "/webhooks/twilio/inbound", &fields, TOKEN).post(&app).await;
            assert_eq!(answer.status.as_u16(), shape.status, "{}", shape.name);
            assert_eq!(answer.text, "", "{}: a text would reach the person as a reply", shape.name);
        }
        app.work().await;
        let rows: Vec<(String, Option<Value>, i64, Value)> = sqlx::query_as(
            "select body, extra, (select count(*) from inbound_media f where f.inbound_id = i.id), fields
             from inbound_messages i where sid = $1",
        )
        .bind(&own)
        .fetch_all(&app.pool)
        .await
        .unwrap();
        let stored = app.count("inbound_messages").await - before;
        match &shape.kept {
            No => assert_eq!(stored, 0, "{}", shape.name),
            Row(body, files, word) => {
                assert_eq!((stored, rows.len()), (1, 1), "{}", shape.name);
                let (kept, extra, count, fields) = &rows[0];
                assert_eq!((kept.as_str(), count), (*body, files), "{}", shape.name);
                let extra = extra.as_ref().map(ToString::to_string).unwrap_or_default();
                assert_eq!(word.is_some(), !extra.is_empty(), "{}: {extra}", shape.name);
                assert!(extra.contains(word.unwrap_or_default()), "{}: {extra}", shape.name);
                // Who he is stands in columns that are erased, not in what is kept of the webhook.
                let fields = fields.to_string();
                assert!(
                    !fields.contains("18095551234") && !fields.contains("Pedro"),
                    "{}: {fields}",
                    shape.name
                );
            }
        }
    }
    assert_eq!(app.count("inbound_messages where handled_at is null").await, 0);
    let fetched = app.count("inbound_media where state = 'stored'").await;
    assert_eq!(fetched, 0, "none of the addresses was the simulator's");
    let told = app.sim_messages(PLAIN).await;
    assert_eq!(told.len(), 1, "of the button of no question alone, once: {told:?}");
    assert!(told[0]["body"].as_str().unwrap().contains("Esa opción no está en la pregunta"), "{told:?}");
}

#[sqlx::test]
async fn webhook_with_bytes_that_are_no_text_is_stored_as_far_as_it_is(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let fields = [("MessageSid", "SM1"), ("From", FROM), ("Body", "\u{fffd}\u{fffd}")];
    let mut hook = Webhook::signed(&app, "/webhooks/twilio/inbound", &fields, TOKEN);
    hook.body = hook.body.replace("%EF%BF%BD%EF%BF%BD", "%FF%FE");
    assert_eq!(hook.post(&app).await.status, 204);
    let body: String = app.value("select body from inbound_messages where sid = $1", "SM1").await;
    assert_eq!(body, "\u{fffd}\u{fffd}");
}

#[sqlx::test]
async fn what_is_no_text_is_told_in_words_on_both_sides(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let (dealer, buyer) = (app.browser(), app.browser());
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    let message = app.token_of("ana@ejemplo.do").await.write_async(DEALER_PHONE, "¿Dónde están?").await.id();
    app.work().await;
    for fields in [
        vec![("Latitude", "18.4861"), ("Longitude", "-69.9312"), ("Label", "Auto <b>Feria</b>")],
        vec![("MessageType", "order")],
    ] {
        let all: Vec<(&str, &str)> = [("From", DEALER_PHONE)].into_iter().chain(fields).collect();
        assert_eq!(app.sim.receive(&all).await["webhookStatus"], 204);
        app.work().await;
    }
    let thread: String =
        app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
    for (browser, page) in
        [(&buyer, format!("/mensajes/{message}")), (&dealer, format!("/panel/conversaciones/{thread}"))]
    {
        let shown = browser.get(&page).await.body;
        assert!(shown.contains("Ubicación: Auto &lt;b&gt;Feria&lt;/b&gt;"), "{shown}");
        assert!(shown.contains("https://www.openstreetmap.org/?mlat=18.4861&amp;mlon=-69.9312"), "{shown}");
        assert!(shown.contains("Mandó un mensaje de un tipo que OKLA no muestra (order)."), "{shown}");
    }
    let list = dealer.get("/panel/conversaciones").await.body;
    assert!(list.contains("que OKLA no muestra (order)"), "{list}");
}

#[sqlx::test]
async fn whoever_hides_his_number_is_found_by_what_he_answers_and_known_from_then_on(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer_api = app.token_for(Role::Dealer).await;
    dealer_api.write_async(PLAIN, "Le escribo por su visita").await;
    app.work().await;
    let sid = app.sim_messages(PLAIN).await[0]["sid"].as_str().unwrap().to_owned();
    let hidden = |sid: &'static str, more: Vec<(&'static str, String)>| {
        let fields = [
            ("MessageSid", sid.to_owned()),
            ("From", "whatsapp:DO.abc123".to_owned()),
            ("ProfileName", "Pedro".to_owned()),
        ];
        fields.into_iter().chain(more).collect::<Vec<_>>()
    };
    let owner = async |sid: &str| -> Option<String> {
        app.value("select thread_id::text from inbound_messages where sid = $1", sid).await
    };
    let say = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = Webhook::signed(&app, "/webhooks/twilio/inbound", &fields, TOKEN).post(&app).await;
        assert_eq!(answer.status, 204);
        app.work().await;
    };
    say(hidden("SM1", vec![("Body", "¿Quién?".to_owned())])).await;
    assert_eq!(owner("SM1").await, None, "nobody knows whose it is");
    say(hidden("SM2", vec![("Body", "Dígame".to_owned()), ("OriginalRepliedMessageSid", sid)])).await;
    let thread = owner("SM2").await.expect("he quotes what was sent to him");
    say(hidden("SM3", vec![("Body", "¿Sigue ahí?".to_owned())])).await;
    assert_eq!(owner("SM3").await, Some(thread.clone()), "he is known from then on");

    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let dealer = app.browser();
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let page = dealer.get(&format!("/panel/conversaciones/{thread}")).await.body;
    assert!(page.contains("+1 809 555 1234 · Pedro") && page.contains("¿Sigue ahí?"), "{page}");
    let answer = [("thread", thread.as_str()), ("message", "Aquí estoy"), ("form_key", "")];
    dealer.post_form("/fn/responder", &answer).await;
    app.work().await;
    assert_eq!(
        app.sim_messages(PLAIN).await.last().unwrap()["body"],
        "Aquí estoy",
        "free: he has just written"
    );
}

#[sqlx::test]
async fn number_and_what_stands_for_it_that_came_together_are_one_person(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.token_for(Role::Dealer).await.write_async(PLAIN, "Le escribo por su visita").await;
    app.work().await;
    for (sid, from, id) in [
        ("SM1", "whatsapp:+18095551234", Some("whatsapp:DO.abc123")),
        ("SM2", "whatsapp:DO.abc123", None),
        ("SM3", "whatsapp:DO.another", None),
    ] {
        let mut fields = vec![("MessageSid", sid), ("From", from), ("Body", "Hola")];
        fields.extend(id.map(|id| ("ExternalUserId", id)));
        assert_eq!(
            Webhook::signed(&app, "/webhooks/twilio/inbound", &fields, TOKEN).post(&app).await.status,
            204
        );
        app.work().await;
    }
    let owners: Vec<bool> =
        sqlx::query_scalar("select thread_id is not null from inbound_messages order by sid")
            .fetch_all(&app.pool)
            .await
            .unwrap();
    assert_eq!(owners, [true, true, false]);
}
