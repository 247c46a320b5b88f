//! Files that people send are fetched from Twilio and from nowhere else, are what they say they are, and are seen by the two
//! sides of their conversation only.

use chrono::TimeDelta;
use okla::{
    app::{
        deliver::Step,
        media_source::{MediaError, MediaSource as _},
        tidy_up::tidy_up,
    },
    domain::{media::Unshown, user::Role},
    twilio::client::{self, TwilioClient},
};
use reqwest::Method;
use serde_json::Value;
use sqlx::PgPool;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp, Webhook},
    simulator::rig::{ACCOUNT, TOKEN},
};

const SAMPLE_PATH: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/MM00000000000000000000000000000002/Media/ME00000000000000000000000000000003";

struct Stage {
    app: TestApp,
    dealer: Browser,
    buyer: Browser,
    /// The buyer's message.
    message: String,
    thread: String,
}

/// A buyer has written to a dealer; nothing is done but by [`TestApp::work`].
async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.add_user("ana@ejemplo.do", Role::Buyer, None).await;
    let (dealer, buyer) = (app.browser(), app.browser());
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    let message =
        app.token_of("ana@ejemplo.do").await.write_async(DEALER_PHONE, "¿Me manda fotos?").await.id();
    app.work().await;
    let thread = app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
    Stage { app, dealer, buyer, message, thread }
}

impl Stage {
    async fn dealers_phone_sends(&self, fields: &[(&str, &str)]) {
        let all: Vec<(&str, &str)> =
            [("From", DEALER_PHONE)].into_iter().chain(fields.iter().copied()).collect();
        assert_eq!(self.app.sim.receive(&all).await["webhookStatus"], 204);
        self.app.work().await;
    }

    /// Time passes until whatever was put off was tried again.
    async fn wait(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.app.work().await;
    }

    async fn states(&self) -> Vec<(String, Option<String>, Option<String>)> {
        sqlx::query_as("select state, kind, problem from inbound_media order by created_at, place")
            .fetch_all(&self.app.pool)
            .await
            .unwrap()
    }

    async fn file(&self) -> String {
        self.app.value("select id::text from inbound_media where $1 = '' limit 1", "").await
    }

    async fn bring(&self, content_type: &str, bytes: Vec<u8>) -> String {
        let url = format!("{}/sim/media", self.app.sim.url);
        let sent = self
            .app
            .sim
            .http
            .post(url)
            .header("content-type", content_type)
            .body(bytes)
            .send()
            .await
            .unwrap();
        sent.json::<Value>().await.unwrap()["name"].as_str().unwrap().to_owned()
    }

    /// Every file's end, once there is nothing left to wait for.
    async fn end_of(&self, content_type: &str, bytes: Vec<u8>) -> (String, Option<String>) {
        let name = self.bring(content_type, bytes).await;
        self.dealers_phone_sends(&[("Sample", &name)]).await;
        self.wait(TimeDelta::seconds(2)).await;
        let (state, kind, problem) = self.states().await.pop().unwrap();
        (state, kind.or(problem))
    }
}

#[sqlx::test]
async fn picture_that_is_not_there_at_once_comes_a_second_later_and_both_sides_see_it(pool: PgPool) {
    let stage = start(pool).await;
    stage.dealers_phone_sends(&[("Sample", "foto"), ("Body", "Aquí está")]).await;
    assert_eq!(stage.states().await, [("waiting".to_owned(), None, None)], "Twilio did not have it yet");
    let page = format!("/mensajes/{}", stage.message);
    assert!(stage.buyer.get(&page).await.body.contains("Recibiendo un archivo"));
    stage.wait(TimeDelta::seconds(2)).await;
    assert_eq!(stage.states().await, [("stored".to_owned(), Some("png".to_owned()), None)]);

    let file = stage.file().await;
    for (browser, page, folder) in [
        (&stage.buyer, page, "/mensajes/adjuntos"),
        (&stage.dealer, format!("/panel/conversaciones/{}", stage.thread), "/panel/conversaciones/adjuntos"),
    ] {
        let shown = browser.get(&page).await.body;
        let image = format!(
            "<img src=\"{folder}/{file}\" alt=\"Imagen · 1 KB. Se abre en grande.\" width=\"320\" height=\"240\" loading=\"lazy\">"
        );
        assert!(shown.contains(&image) && shown.contains("Aquí está"), "{shown}");
        let answer = browser.request(Method::GET, &format!("{folder}/{file}")).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/png");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
        assert!(header("content-disposition").starts_with("inline"));
        assert!(header("cache-control").starts_with("private"));
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes.starts_with(b"\x89PNG"));
    }
    let list = stage.dealer.get("/panel/conversaciones").await.body;
    assert!(list.contains("Aquí está"), "{list}");
}

#[sqlx::test]
async fn file_is_found_by_the_two_sides_of_its_conversation_and_by_nobody_else(pool: PgPool) {
    let stage = start(pool).await;
    stage.dealers_phone_sends(&[("Sample", "foto")]).await;
    stage.wait(TimeDelta::seconds(2)).await;
    let file = stage.file().await;
    stage.app.have_dealer("el-otro", "+18095550177").await;
    for (email, role, slug) in [
        ("luis@ejemplo.do", Role::Buyer, None),
        ("otro@ejemplo.do", Role::Dealer, Some("el-otro")),
        ("a@ejemplo.do", Role::Admin, None),
    ] {
        stage.app.add_user(email, role, slug).await;
        let browser = stage.app.browser();
        browser.sign_in(email, PASSWORD).await;
        for folder in ["/mensajes/adjuntos", "/panel/conversaciones/adjuntos"] {
            assert_eq!(browser.get(&format!("{folder}/{file}")).await.status, 404, "{email} {folder}");
        }
    }
    assert_eq!(stage.app.browser().get(&format!("/mensajes/adjuntos/{file}")).await.status, 401);
    assert_eq!(stage.buyer.get("/mensajes/adjuntos/no-es-un-id").await.status, 404);
}

#[sqlx::test]
async fn what_is_no_picture_is_there_to_be_saved_and_never_opened_as_a_page(pool: PgPool) {
    let stage = start(pool).await;
    for sample in ["cotizacion", "contacto"] {
        stage.dealers_phone_sends(&[("Sample", sample)]).await;
        stage.wait(TimeDelta::seconds(2)).await;
    }
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.message)).await.body;
    assert!(page.contains("Documento PDF · 559 bytes") && page.contains("Contacto · 89 bytes"), "{page}");
    let files: Vec<String> =
        sqlx::query_scalar("select id::text from inbound_media").fetch_all(&stage.app.pool).await.unwrap();
    for file in files {
        let answer =
            stage.buyer.request(Method::GET, &format!("/mensajes/adjuntos/{file}")).send().await.unwrap();
        assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
}

#[sqlx::test]
async fn file_that_is_not_what_it_is_said_to_be_or_too_large_is_not_kept(pool: PgPool) {
    let stage = start(pool).await;
    let png = include_bytes!("../simulator/samples/foto.png").to_vec();
    let refused = |why: &str| ("refused".to_owned(), Some(why.to_owned()));
    assert_eq!(stage.end_of("image/jpeg", png.clone()).await, refused("type"));
    assert_eq!(stage.end_of("image/png", b"<html><script>alert(1)</script>".to_vec()).await, refused("type"));
    assert_eq!(
        stage.end_of("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()).await,
        refused("type")
    );
    assert_eq!(stage.end_of("application/x-msdownload", b"MZ\x90\0".to_vec()).await, refused("type"));
    assert_eq!(stage.end_of("image/png", Vec::new()).await, refused("type"));
    let mut large = png.clone();
    large.resize(16 * 1024 * 1024 + 1, 0);
    assert_eq!(stage.end_of("image/png", large).await, refused("too_large"));
    assert_eq!(stage.end_of("image/png", png).await, ("stored".to_owned(), Some("png".to_owned())));
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.message)).await.body;
    assert!(page.contains("de un tipo no admitido") && page.contains("de más de 16 MB"), "{page}");
}

#[sqlx::test]
async fn file_that_twilio_never_gives_is_given_up_after_a_day_with_a_word(pool: PgPool) {
    let stage = start(pool).await;
    let nowhere = format!("{}{SAMPLE_PATH}", stage.app.sim.url);
    stage.dealers_phone_sends(&[("MediaUrl0", &nowhere), ("NumMedia", "1")]).await;
    for minutes in [1, 1, 1, 1, 1, 10, 10, 10, 10, 10] {
        stage.wait(TimeDelta::minutes(minutes)).await;
        assert_eq!(stage.states().await[0].0, "waiting", "after {minutes} min");
    }
    for _ in 0..26 {
        stage.wait(TimeDelta::hours(1)).await;
    }
    let (state, _, problem) = stage.states().await.remove(0);
    assert_eq!((state.as_str(), problem.as_deref()), ("refused", Some("gone")));
    let attempts: i16 = stage.app.value("select attempts from inbound_media where $1 = ''", "").await;
    assert!((10..60).contains(&attempts), "{attempts}");
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.message)).await.body;
    assert!(page.contains("WhatsApp no entregó este archivo"), "{page}");
}

/// Listens, answers every request as told, and tells each request's head.
async fn listener(answer: impl Into<String>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (heard, hearing) = mpsc::unbounded_channel();
    let answer = answer.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16_384];
            let length = stream.read(&mut request).await.unwrap_or_default();
            heard.send(String::from_utf8_lossy(&request[..length]).into_owned()).ok();
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    (url, hearing)
}

#[sqlx::test]
async fn forged_address_of_a_file_is_never_asked_let_alone_with_credentials(pool: PgPool) {
    let stage = start(pool).await;
    let (evil, mut heard) = listener("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let (host, sim) = (evil.trim_start_matches("http://"), &stage.app.sim.url);
    let twilios = sim.trim_start_matches("http://");
    let forged = [
        format!("{evil}{SAMPLE_PATH}"),
        format!("{evil}/foto.jpg"),
        format!("http://{twilios}@{host}{SAMPLE_PATH}"),
        format!("http://{ACCOUNT}:{TOKEN}@{host}{SAMPLE_PATH}"),
        format!("http://{host}\\@{twilios}{SAMPLE_PATH}"),
        format!("{sim}{SAMPLE_PATH}/../../../../../../{host}"),
        format!("//{host}{SAMPLE_PATH}"),
        format!("http://localhost:{}{SAMPLE_PATH}", host.rsplit(':').next().unwrap()),
    ];
    for url in &forged {
        stage.dealers_phone_sends(&[("MediaUrl0", url), ("NumMedia", "1")]).await;
        stage.wait(TimeDelta::minutes(1)).await;
        let (state, _, problem) = stage.states().await.pop().unwrap();
        assert_eq!((state.as_str(), problem.as_deref()), ("refused", Some("foreign")), "{url}");
    }
    assert!(heard.try_recv().is_err(), "nobody knocked");
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.message)).await.body;
    assert!(page.contains("Archivo que no vino de WhatsApp") && !page.contains(host), "{page}");
}

#[tokio::test]
async fn redirect_to_a_foreign_host_is_not_followed_and_one_within_gets_no_credentials() {
    let (evil, mut foreign) = listener("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let (twilio, mut asked) = listener(format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {evil}/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ))
    .await;
    let source = client(&twilio);
    let refused = source.fetch(&format!("{twilio}{SAMPLE_PATH}")).await.unwrap_err();
    assert_eq!(refused, MediaError::Refused(Unshown::Foreign));
    assert!(
        asked.recv().await.unwrap().to_ascii_lowercase().contains("authorization: basic"),
        "Twilio itself is asked with them"
    );
    assert!(foreign.try_recv().is_err(), "nobody knocked");

    let (twilio, mut asked) = listener(
        "HTTP/1.1 302 Found\r\nlocation: /media/x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    )
    .await;
    let refused = client(&twilio).fetch(&format!("{twilio}{SAMPLE_PATH}")).await.unwrap_err();
    assert_eq!(refused, MediaError::Refused(Unshown::Foreign), "redirects have an end");
    assert!(asked.recv().await.unwrap().to_ascii_lowercase().contains("authorization:"));
    for _ in 0..2 {
        let head = asked.recv().await.unwrap().to_ascii_lowercase();
        assert!(head.starts_with("get /media/x ") && !head.contains("authorization"), "{head}");
    }
    assert!(asked.try_recv().is_err());
}

fn client(base: &str) -> TwilioClient {
    let settings = client::Settings::new(ACCOUNT.to_owned(), TOKEN.to_owned(), base.parse().unwrap());
    TwilioClient::new(settings).unwrap()
}

#[sqlx::test]
async fn of_forty_files_ten_are_taken_and_the_rest_is_counted(pool: PgPool) {
    let stage = start(pool).await;
    let media: Vec<(String, String)> =
        (0..40).map(|n| (format!("MediaUrl{n}"), format!("https://evil.example/{n}"))).collect();
    let mut fields: Vec<(&str, &str)> =
        media.iter().map(|(name, url)| (name.as_str(), url.as_str())).collect();
    fields.extend([("MessageSid", "MM40"), ("From", "whatsapp:+18095550101"), ("NumMedia", "40")]);
    let answer =
        Webhook::signed(&stage.app, "/webhooks/twilio/inbound", &fields, TOKEN).post(&stage.app).await;
    assert_eq!(answer.status, 204);
    stage.app.work().await;
    assert_eq!(stage.states().await.len(), 10);
    let page = stage.buyer.get(&format!("/mensajes/{}", stage.message)).await.body;
    assert!(page.contains("Y 30 archivos más que OKLA no tomó."), "{page}");
}

#[sqlx::test]
async fn files_are_erased_with_the_words_they_came_with(pool: PgPool) {
    let stage = start(pool).await;
    stage.dealers_phone_sends(&[("Sample", "foto")]).await;
    stage.wait(TimeDelta::seconds(2)).await;
    let file = stage.file().await;
    stage.app.clock.advance(TimeDelta::days(401));
    while tidy_up(&stage.app.app).await.unwrap() == Step::Worked {}
    assert_eq!(stage.app.count("inbound_media").await, 0);
    stage.buyer.sign_in("ana@ejemplo.do", PASSWORD).await;
    assert_eq!(stage.buyer.get(&format!("/mensajes/adjuntos/{file}")).await.status, 404);
    let left: String = stage
        .app
        .value(
            "select concat(fields::text, profile_name, extra::text) from inbound_messages where $1 = ''",
            "",
        )
        .await;
    assert_eq!(left, "{}");
}
