//! What people agree to, each thing by itself, and who may see a number.

use okla::{
    app::{clock::Clock as _, demo_data::seed_catalogue},
    domain::{consent::Consent, user::Role},
};
use sqlx::PgPool;

use crate::{
    app::{Browser, DEALER, PASSWORD, TestApp, sign_up_form},
    phone_proof::{code_on, send, start},
};

const ANA: &str = "ana@ejemplo.do";
const HERS: &str = "+18095557788";

async fn history(app: &TestApp) -> Vec<(String, String, String, bool, String)> {
    sqlx::query_as("select purpose, text_version, body, withdrawn, place from consents order by id")
        .fetch_all(&app.pool)
        .await
        .unwrap()
}

async fn in_force(app: &TestApp) -> String {
    app.value(
        "select concat_ws(' ', case when answers_since is not null then 'answers' end,
           case when offers_since is not null then 'offers' end,
           case when shows_phone_since is not null then 'phone' end) from users where email = $1",
        ANA,
    )
    .await
}

#[sqlx::test]
async fn boxes_of_the_sign_up_are_apart_unticked_and_each_kept_with_its_words(pool: PgPool) {
    let app = start(pool).await;
    let form = app.browser().get("/registro").await.body;
    for consent in Consent::FREE {
        let input =
            form.split("<input").find(|input| input.contains(&format!("name=\"{}\"", consent.field())));
        let input = input.unwrap().split('>').next().unwrap();
        assert!(input.contains("checkbox") && !input.contains("checked"), "{input}");
        assert!(form.contains(consent.text()), "{form}");
    }
    let ticked = [("ofertas", Consent::Offers.version())];
    app.browser().post_form("/fn/registro", &[&sign_up_form(ANA)[..], &ticked].concat()).await;
    let row = |consent: Consent| {
        let (version, text) = (consent.version().to_owned(), consent.text().to_owned());
        (consent.as_str().to_owned(), version, text, false, "/registro".to_owned())
    };
    assert_eq!(history(&app).await, [row(Consent::Contact), row(Consent::Offers)]);
    assert_eq!(in_force(&app).await, "offers");

    let stale = [("ofertas", "2020-01-01")];
    let browser = app.browser();
    let landing =
        browser.post_form("/fn/registro", &[&sign_up_form("luis@ejemplo.do")[..], &stale].concat()).await;
    assert!(browser.get(&landing.location).await.body.contains("El texto cambió mientras usted lo leía"));
    assert_eq!(app.count("users").await, 1);
}

#[sqlx::test]
async fn each_is_given_and_withdrawn_by_itself_and_the_history_stays(pool: PgPool) {
    let app = start(pool).await;
    let browser = app.browser();
    browser.sign_up(ANA).await;
    let give = |consent: Consent| [("permiso", consent.as_str()), ("version", consent.version())];
    for consent in [Consent::Answers, Consent::Phone, Consent::Phone] {
        browser.post_form("/fn/permiso-dar", &give(consent)).await;
    }
    assert_eq!(in_force(&app).await, "answers phone");
    browser.post_form("/fn/permiso-retirar", &[("permiso", "phone")]).await;
    assert_eq!(in_force(&app).await, "answers");
    let told: Vec<_> =
        history(&app).await.into_iter().map(|(what, _, _, gone, place)| (what, gone, place)).collect();
    let row = |what: &str, gone, place: &str| (what.to_owned(), gone, place.to_owned());
    assert_eq!(
        told,
        [
            row("contact", false, "/registro"),
            row("answers", false, "/cuenta"),
            row("phone", false, "/cuenta"),
            row("phone", true, "/cuenta")
        ],
        "what is so already is not said again"
    );
    let page = browser.get("/cuenta").await.body;
    assert!(page.contains("Historia de sus permisos") && page.contains(Consent::Contact.text()), "{page}");
    // Words that he did not read, and what one may not leave.
    let stale = [("permiso", "offers"), ("version", "2020-01-01")];
    let landing = browser.post_form("/fn/permiso-dar", &stale).await;
    assert!(browser.get(&landing.location).await.body.contains("El texto cambió mientras usted lo leía"));
    browser.post_form("/fn/permiso-retirar", &[("permiso", "contact")]).await;
    assert_eq!((history(&app).await.len(), in_force(&app).await.as_str()), (4, "answers"));
}

#[sqlx::test]
async fn baja_from_the_proved_number_ends_offers_and_notices_also_after_alta(pool: PgPool) {
    let app = start(pool).await;
    let browser = app.browser();
    browser.sign_up(ANA).await;
    let code = code_on(&browser.get("/cuenta/numero").await.body);
    for consent in Consent::FREE {
        let give = [("permiso", consent.as_str()), ("version", consent.version())];
        browser.post_form("/fn/permiso-dar", &give).await;
    }
    send(&app, HERS, "BAJA").await;
    assert_eq!(in_force(&app).await, "answers offers phone", "whose number it is nobody knows yet");
    send(&app, HERS, "ALTA").await;
    send(&app, HERS, &code).await;
    send(&app, HERS, "baja").await;
    assert_eq!(in_force(&app).await, "phone");
    send(&app, HERS, "ALTA").await;
    assert_eq!(in_force(&app).await, "phone");
    let told: i64 =
        app.value("select count(*) from consents where withdrawn and place = $1", "WhatsApp").await;
    assert_eq!(told, 2);
}

async fn write(app: &TestApp, buyer: &Browser) -> String {
    let vehicle: String = app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let fields =
        [("vehicle", vehicle.as_str()), ("reason", "precio"), ("message", "¿Lo último?"), ("form_key", "")];
    let page = buyer.post_form("/fn/contactar", &fields).await.location;
    app.work().await;
    page.strip_prefix("/mensajes/").unwrap().to_owned()
}

#[sqlx::test]
async fn dealer_sees_a_buyers_number_only_if_he_chose_so_and_cannot_find_it_out(pool: PgPool) {
    let app = start(pool).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let (dealer, buyer) = (app.browser(), app.browser());
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    buyer.sign_up(ANA).await;
    let id = write(&app, &buyer).await;
    let thread: String = app.value("select thread_id::text from messages where id = $1::uuid", &id).await;
    let pages = [
        format!("/panel/mensajes/{id}"),
        format!("/panel/conversaciones/{thread}"),
        format!("/panel/escribir?a={id}"),
    ];
    let everywhere = ["/panel/mensajes", "/panel/conversaciones", "/panel/mensajes.csv", "/panel"];
    let shows = |body: &str| body.contains("809 555 7788") || body.contains("8095557788");
    for page in pages.iter().map(String::as_str).chain(everywhere) {
        let body = dealer.get(page).await.body;
        assert!(!shows(&body), "{page}: {body}");
        assert!(page.contains("escribir") || page == "/panel" || body.contains("Ana Peña"), "{page}: {body}");
    }
    let found = dealer.get("/panel/mensajes?q=5557788").await.body;
    assert!(!found.contains("¿Lo último?"), "nor digit by digit: {found}");

    let give = [("permiso", "phone"), ("version", Consent::Phone.version())];
    buyer.post_form("/fn/permiso-dar", &give).await;
    for page in &pages {
        assert!(
            !shows(&dealer.get(page).await.body),
            "{page}: a number that nobody proved may be a stranger's"
        );
    }
    sqlx::query("update users set phone_proved_at = now() where email = $1")
        .bind(ANA)
        .execute(&app.pool)
        .await
        .unwrap();
    for page in &pages {
        assert!(shows(&dealer.get(page).await.body), "{page}");
    }
    for page in everywhere {
        assert!(!shows(&dealer.get(page).await.body), "{page}");
    }
    assert!(dealer.get("/panel/mensajes?q=5557788").await.body.contains("¿Lo último?"));
    buyer.post_form("/fn/permiso-retirar", &[("permiso", "phone")]).await;
    assert!(!shows(&dealer.get(&pages[0]).await.body));
}

#[sqlx::test]
async fn dealers_own_number_is_on_the_page_of_his_vehicle(pool: PgPool) {
    let app = start(pool).await;
    seed_catalogue(&mut app.pool.acquire().await.unwrap(), app.clock.now()).await.unwrap();
    let vehicle: String = app
        .value("select v.id::text from vehicles v join dealers d on d.id = v.dealer_id where d.slug = $1 limit 1", DEALER)
        .await;
    let page = app.browser().get(&format!("/vehiculos/{vehicle}")).await.body;
    assert!(page.contains("href=\"tel:+18095550101\"") && page.contains("+1 809 555 0101"), "{page}");
}
