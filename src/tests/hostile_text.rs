//! Words that would be markup, a script or a formula are shown as words: on every page, in titles, in text areas, in files.

use okla::domain::user::Role;
use reqwest::Method;
use sqlx::PgPool;

use crate::{
    app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp, Webhook, sign_up_form},
    simulator::rig::{SENDER, TOKEN},
    stock::{upload, with},
};

const HOSTILE: &str =
    "=1</textarea></title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'";
/// What it must never become.
const ALIVE: [&str; 3] = ["<script>alert", "<img src=x", "</textarea></title>"];

struct Stage {
    app: TestApp,
    buyer: Browser,
    dealer: Browser,
    admin: Browser,
    message: String,
    vehicle: String,
    import: String,
}

async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { demo: true, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    sqlx::query("update dealers set name = left($1, 120), location = $1")
        .bind(HOSTILE)
        .execute(&app.pool)
        .await
        .unwrap();
    app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    sqlx::query("update users set name = $1").bind(HOSTILE).execute(&app.pool).await.unwrap();
    app.add_user("jefe@okla.test", Role::Admin, None).await;
    let (buyer, dealer, admin) = (app.browser(), app.browser(), app.browser());
    dealer.sign_in("panel@okla.test", PASSWORD).await;
    admin.sign_in("jefe@okla.test", PASSWORD).await;
    let form = sign_up_form("ana@okla.test")
        .map(|(name, value)| (name, if name == "name" { HOSTILE } else { value }));
    buyer.post_form("/fn/registro", &form).await;

    let fields = ["referencia", "marca", "modelo", "version", "ubicacion", "descripcion"]
        .map(|name| (name, &HOSTILE[..60.min(HOSTILE.len())]));
    let added = dealer.post_form("/fn/vehiculo", &with(&fields)).await;
    assert_eq!(added.location, "/panel/vehiculos");
    let vehicle: String = app.value("select id::text from vehicles where color = $1", "blanco").await;
    let quoted = HOSTILE.replace('"', "\"\"");
    let file = format!(
        "referencia,marca,modelo,año,tipo,color,km,transmisión,combustible,precio,<script>alert(2)\n\"{quoted}\",\"{quoted}\",\"{quoted}\",\"{quoted}\",\"{quoted}\",x,x,x,x,x,x\n"
    );
    let import = upload(&dealer, "<script>alert(3)</script>.csv", &file).await;

    let contact = [
        ("vehicle", vehicle.as_str()),
        ("message", HOSTILE),
        ("consent", okla::domain::user::CONSENT_VERSION),
        ("name", HOSTILE),
        ("phone", "809 555 0134"),
    ];
    let written = buyer.post_form("/fn/contactar", &contact).await;
    let message = written.location.rsplit('/').next().unwrap().to_owned();
    app.wait_for(&message, "delivered").await;
    let inbound = [
        ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
        ("From", "whatsapp:+18095550134"),
        ("To", SENDER),
        ("Body", HOSTILE),
        ("ProfileName", HOSTILE),
        ("NumMedia", "0"),
    ];
    let stored = Webhook::signed(&app, "/webhooks/twilio/inbound", &inbound, TOKEN).post(&app).await;
    assert_eq!(stored.status, 204);
    let import = import.location.rsplit('/').next().unwrap().to_owned();
    Stage { app, buyer, dealer, admin, message, vehicle, import }
}

#[sqlx::test]
async fn hostile_words_are_words_on_every_page_and_in_every_file(pool: PgPool) {
    let stage = stage(pool).await;
    let Stage { app, buyer, dealer, admin, message, vehicle, import } = &stage;
    // What a refused form gives back.
    dealer.post_form("/fn/escribir", &[("to", HOSTILE), ("message", HOSTILE), ("image_url", HOSTILE)]).await;
    let visitor = app.browser();
    let visits: [(&Browser, &[String]); 4] = [
        (
            &visitor,
            &[
                "/".to_owned(),
                format!("/vehiculos/{vehicle}"),
                format!("/?texto={HOSTILE}").replace(' ', "%20"),
            ],
        ),
        (
            buyer,
            &[
                "/mensajes".to_owned(),
                format!("/mensajes/{message}"),
                format!("/vehiculos/{vehicle}/contactar"),
            ],
        ),
        (
            dealer,
            &[
                "/panel".to_owned(),
                "/panel/escribir".to_owned(),
                "/panel/mensajes".to_owned(),
                format!("/panel/mensajes/{message}"),
                format!("/panel/mensajes?q={}", HOSTILE.replace(' ', "+")),
                "/panel/costos".to_owned(),
                "/panel/fallidos".to_owned(),
                "/panel/vehiculos".to_owned(),
                format!("/panel/vehiculos/{vehicle}"),
                format!("/panel/vehiculos/importar/{import}"),
                "/demo/telefono?numero=%2B18095550101".to_owned(),
                "/demo/telefono?numero=%2B18095550134".to_owned(),
            ],
        ),
        (admin, &[format!("/panel/mensajes/{message}")]),
    ];
    let mut shown = 0;
    for (browser, paths) in visits {
        for path in paths {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            for alive in ALIVE {
                assert!(!page.body.contains(alive), "{path}: {}", page.body);
            }
            shown += usize::from(
                page.body.contains("&lt;script>alert(") || page.body.contains("&lt;script&gt;alert("),
            );
        }
    }
    assert!(shown > 14, "only {shown} pages showed the words");

    let file = dealer.land(dealer.request(Method::GET, "/panel/mensajes.csv")).await.body;
    let mut lines = csv::ReaderBuilder::new().from_reader(file.as_bytes());
    let first = lines.records().next().unwrap().unwrap();
    let of_people = [2, 4, 6].map(|column| first[column].to_owned());
    assert!(of_people.iter().all(|cell| cell.starts_with("'=1")), "{of_people:?}");
}
