//! Writing an offer, whom it is for, and what its dealer reads of it.

use okla::domain::user::Role;
use sqlx::PgPool;
use uuid::Uuid;

use super::stage::{Stage, phone, seen};
use crate::{
    app::{Options, PASSWORD},
    stock::with,
};

#[sqlx::test]
async fn what_is_typed_comes_back_with_how_it_arrives_and_what_is_wrong(pool: PgPool) {
    let stage = Stage::start(pool).await;
    let browser = &stage.dealer_browser;
    let id = Uuid::now_v7().to_string();
    let typed = [
        ("id", id.as_str()),
        ("texto", "Rebaja </textarea><b>x"),
        ("desde", "2026-11-01"),
        ("accion", "vista"),
    ];
    let back = browser.post_form("/fn/oferta", &typed).await;
    let page = browser.get(back.location.split('#').next().unwrap()).await.body;
    assert!(
        page.contains("PUBLICIDAD de auto-feria por OKLA. Hola, José Peña: Rebaja &lt;/textarea"),
        "{page}"
    );
    assert!(page.contains("value=\"2026-11-01\"") && page.contains(&id), "{page}");
    assert_eq!(stage.app.count("campaigns").await, 0);

    let long = "palabra ".repeat(200);
    let wrong = [("id", id.as_str()), ("texto", long.as_str()), ("accion", "revisar")];
    let back = browser.post_form("/fn/oferta", &wrong).await;
    let page = browser.get(&back.location).await.body;
    assert!(page.contains("no cabe entera") && page.contains("palabra palabra"), "{page}");
    let wrong = [
        ("id", id.as_str()),
        ("texto", "x"),
        ("desde", "ayer"),
        ("hasta", "2026-13-01"),
        ("empieza", "luego"),
    ];
    let back = browser.post_form("/fn/oferta", &wrong).await;
    let page = browser.get(&back.location).await.body;
    for words in ["Escribió desde: ", "Escribió hasta: ", "Empieza: "] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[sqlx::test]
async fn filters_choose_among_those_who_wrote(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.dealer_browser.post_form("/fn/vehiculo", &with(&[])).await;
    stage.people(0..4).await;
    // The first asked about a vehicle and was answered, the second gave a reason, the third wrote long ago.
    let change = "
      with asked as (select id, make from vehicles where dealer_id = (select id from dealers where slug = 'auto-feria') limit 1)
      update threads t set vehicle_id = (select id from asked), first_answered_at = t.last_at
      from users u where u.id = t.buyer_id and u.phone = $1";
    sqlx::query(change).bind(phone(0)).execute(&stage.app.pool).await.unwrap();
    let old = "update threads t set buyer_spoke_at = '2026-01-05T12:00:00Z' from users u where u.id = t.buyer_id and u.phone = $1";
    sqlx::query(old).bind(phone(2)).execute(&stage.app.pool).await.unwrap();
    let vehicle: String = stage
        .app
        .value("select vehicle_id::text from threads where vehicle_id is not null and $1 = ''", "")
        .await;
    let make: String = stage.app.value("select make from vehicles where id = $1::uuid", &vehicle).await;
    let reach = async |filter: &[(&str, &str)]| {
        let id = Uuid::now_v7().to_string();
        let mut fields = vec![("id", id.as_str()), ("texto", "Rebaja")];
        fields.extend_from_slice(filter);
        let page = stage.dealer_browser.post_form("/fn/oferta", &fields).await.location;
        let page = stage.dealer_browser.get(&page).await.body;
        let said = page.split_once("<dt>Llega a</dt><dd>").unwrap_or_else(|| panic!("{page}")).1;
        said.split_once(' ').unwrap().0.parse::<usize>().unwrap()
    };
    assert_eq!(reach(&[]).await, 4);
    assert_eq!(reach(&[("interes", &vehicle)]).await, 1);
    assert_eq!(reach(&[("marca", &make)]).await, 1);
    assert_eq!(reach(&[("respondidos", "si")]).await, 1);
    assert_eq!(reach(&[("respondidos", "no")]).await, 3);
    assert_eq!(reach(&[("desde", "2026-01-05"), ("hasta", "2026-01-05")]).await, 1);
    assert_eq!(reach(&[("motivo", "precio")]).await, 0);
    let form = stage.dealer_browser.get("/panel/ofertas/nueva").await.body;
    assert!(form.contains(&format!("value=\"{make}\"")) && form.contains(&vehicle), "{form}");
}

#[sqlx::test]
async fn more_people_than_were_shown_are_not_written_to_unasked(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.draft("Rebaja").await;
    stage.people(2..3).await;
    stage.confirm(&page, 2).await;
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("más personas pasaron los filtros") && shown.contains("3 personas"), "{shown}");
    assert_eq!(stage.app.count("campaign_items").await, 0);
    let nobody = [
        ("id", &Uuid::now_v7().to_string()[..]),
        ("texto", "x"),
        ("desde", "2020-01-01"),
        ("hasta", "2020-01-01"),
    ];
    let empty = stage.dealer_browser.post_form("/fn/oferta", &nobody).await.location;
    stage.confirm(&empty, 9).await;
    assert!(stage.dealer_browser.get(&empty).await.body.contains("no hay a quién enviarla"));
}

#[sqlx::test]
async fn what_a_colleague_changed_since_it_was_looked_at_is_not_sent(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.draft("Rebaja de 50,000").await;
    let id = page.rsplit('/').next().unwrap();
    let looked_at = seen(&stage.dealer_browser.get(&page).await.body);
    stage.app.add_user("otra@ejemplo.do", Role::Dealer, Some(crate::app::DEALER)).await;
    let colleague = stage.app.browser();
    colleague.sign_in("otra@ejemplo.do", PASSWORD).await;
    let later = [("id", id), ("texto", "Rebaja de 50,000"), ("empieza", "2030-01-01T10:00")];
    let others = [("id", id), ("texto", "Rebaja de 50,000"), ("respondidos", "no")];
    let words = [("id", id), ("texto", "Rebaja de 90,000")];
    // Its beginning, whom it is for, its words: whatever it is. And a press that names nothing has seen nothing.
    for (change, seen) in
        [(&later[..], &*looked_at), (&others, &looked_at), (&words, &looked_at), (&words, "")]
    {
        colleague.post_form("/fn/oferta", change).await;
        let press = [("id", id), ("cuantos", "2"), ("visto", seen)];
        assert_eq!(stage.dealer_browser.post_form("/fn/oferta-confirmar", &press).await.location, page);
        let shown = stage.dealer_browser.get(&page).await.body;
        let said = "La oferta cambió desde que la vio: revísela y confirme de nuevo.";
        assert!(shown.contains(said), "{change:?}: {shown}");
        assert_eq!(stage.app.count("campaign_items").await, 0, "{change:?}");
    }
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("Hola, José Peña: Rebaja de 90,000"), "the words of now are before him: {shown}");
    stage.confirm(&page, 2).await;
    stage.serve().await;
    assert_eq!(stage.sent().await.len(), 2);
    let truth = stage.app.sim_messages(&phone(0)).await;
    assert!(truth[0]["body"].as_str().unwrap().contains("Rebaja de 90,000"), "{truth:?}");
}

#[sqlx::test]
async fn a_buyers_number_is_in_no_page_file_or_answer_of_the_dealers(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let page = stage.send_to_all("Rebaja", 2).await;
    let message: String = stage.app.value("select message_id::text from offers where $1 = ''", "").await;
    let browser = &stage.dealer_browser;
    for path in [
        page.clone(),
        format!("{page}/resultado.csv"),
        "/panel/ofertas".to_owned(),
        "/panel/mensajes".to_owned(),
        "/panel/mensajes.csv".to_owned(),
        "/panel/conversaciones".to_owned(),
        format!("/panel/mensajes/{message}"),
        format!("/panel/escribir?a={message}"),
        "/panel".to_owned(),
    ] {
        let shown = browser.get(&path).await;
        assert_eq!(shown.status, 200, "{path}");
        let bare: String = shown.body.chars().filter(char::is_ascii_digit).collect();
        assert!(!shown.body.contains("0000234") && !bare.contains("18090000234"), "{path}: {}", shown.body);
    }
    assert!(browser.get("/panel/mensajes").await.body.contains("Para Persona 0"));
    let found = browser.get("/panel/mensajes?q=8090000234").await.body;
    assert!(!found.contains("Para Persona"), "nor is it found by asking for it: {found}");
    let token = stage.app.token_of("jefe@ejemplo.do").await;
    let listed = crate::app::Reply::of(token.request(reqwest::Method::GET, "/api/whatsapp/messages")).await;
    assert!(!listed.text.contains("8090000234"), "{}", listed.text);
    let file = browser.get(&format!("{page}/resultado.csv")).await.body;
    assert!(file.contains("Persona 1,") && !file.contains("sin nombre"), "{file}");
    assert!(file.contains("Total,2 personas"), "{file}");
}

#[sqlx::test]
async fn the_page_tells_what_became_of_it(pool: PgPool) {
    let stage = Stage::start_with(pool, Options::default()).await;
    stage.people(0..3).await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 3).await;
    let shown = stage.wait_for_page(&page, "Leído").await;
    assert!(shown.contains("US$\u{a0}0.045") && shown.contains("Terminada"), "{shown}");
    let list = stage.dealer_browser.get("/panel/ofertas").await.body;
    assert!(list.contains("3 de 3") && list.contains("Terminada"), "{list}");
}

#[sqlx::test]
async fn anothers_campaign_is_not_found(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let draft = stage.draft("Secreta").await;
    let page = stage.draft("Rebaja").await;
    stage.confirm(&page, 2).await;
    let other = stage.other_dealer("cibao-motors", "+18095550102").await;
    for page in [&draft, &page] {
        for path in [
            page.clone(),
            format!("{page}/eventos"),
            format!("{page}/resultado.csv"),
            format!("{page}?motivo=pendientes"),
        ] {
            assert_eq!(other.get(&path).await.status, 404, "{path}");
        }
        let id = page.rsplit('/').next().unwrap();
        other.post_form("/fn/oferta-orden", &[("id", id), ("accion", "detener")]).await;
        other.post_form("/fn/oferta-confirmar", &[("id", id), ("cuantos", "9")]).await;
        other.post_form("/fn/oferta", &[("id", id), ("texto", "Otra cosa")]).await;
    }
    let words: String = stage
        .app
        .value(
            "select string_agg(words || ' ' || state, ', ' order by created_at) from campaigns where $1 = ''",
            "",
        )
        .await;
    assert_eq!(words, "Secreta draft, Rebaja running");
}

#[sqlx::test]
async fn a_draft_is_forgotten_by_its_dealer_alone_and_what_is_confirmed_by_nobody(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let (draft, page) = (stage.draft("Una").await, stage.draft("Otra").await);
    stage.confirm(&page, 2).await;
    let other = stage.other_dealer("cibao-motors", "+18095550102").await;
    let id = |page: &str| page.rsplit('/').next().unwrap().to_owned();
    other.post_form("/fn/oferta-borrar", &[("id", &id(&draft))]).await;
    assert!(stage.dealer_browser.get(&draft).await.body.contains("Borrar el borrador"));
    let landing = stage.dealer_browser.post_form("/fn/oferta-borrar", &[("id", &id(&draft))]).await;
    assert_eq!(landing.location, "/panel/ofertas");
    assert_eq!(stage.dealer_browser.get(&draft).await.status, 404);
    let landing = stage.dealer_browser.post_form("/fn/oferta-borrar", &[("id", &id(&page))]).await;
    let shown = stage.dealer_browser.get(&landing.location).await.body;
    assert!(shown.contains("ya está confirmada") && !shown.contains("Borrar el borrador"), "{shown}");
    assert_eq!(stage.app.count("campaigns").await, 1);
}

#[sqlx::test]
async fn orders_and_words_are_those_of_the_state_it_is_in(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    let id = Uuid::now_v7().to_string();
    let later = [("id", id.as_str()), ("texto", "Rebaja"), ("empieza", "2030-01-01T10:00")];
    let planned = stage.dealer_browser.post_form("/fn/oferta", &later).await.location;
    stage.confirm(&planned, 2).await;
    for page in [planned.as_str(), "/panel/ofertas"] {
        let shown = stage.dealer_browser.get(page).await.body;
        assert!(shown.contains("Programada") && !shown.contains("En marcha"), "{page}: {shown}");
    }
    // The live part bears what may be done, so that it goes when nothing may be done any more.
    let live = async |page: &str| {
        let events = stage.dealer_browser.request(reqwest::Method::GET, &format!("{page}/eventos"));
        let first = events.send().await.unwrap().chunk().await.unwrap().unwrap();
        String::from_utf8(first.to_vec()).unwrap()
    };
    let closes = "Puede cerrar esta página: la oferta continúa.";
    let running = live(&planned).await;
    assert!(
        running.contains("Pausar") && running.contains("Detener del todo") && running.contains(closes),
        "{running}"
    );
    stage.order(&planned, "pausar").await;
    let paused = live(&planned).await;
    assert!(paused.contains("Seguir") && !paused.contains(closes), "{paused}");
    stage.order(&planned, "detener").await;
    for shown in [live(&planned).await, stage.dealer_browser.get(&planned).await.body] {
        assert!(!shown.contains("Detener del todo") && !shown.contains(closes), "{shown}");
    }
}

#[sqlx::test]
async fn nobody_for_want_of_consents_or_room_is_not_blamed_on_the_filters(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..2).await;
    stage.got_one(0..1, &stage.dealer).await;
    stage.opt_out(1..2).await;
    let page = stage.draft("Rebaja").await;
    let shown = stage.dealer_browser.get(&page).await.body;
    assert!(shown.contains("ahora ninguno puede recibirla") && shown.contains("De baja: 1"), "{shown}");
    assert!(!shown.contains("Cámbielos") && !shown.contains("Confirmar y enviar"), "{shown}");
}

#[sqlx::test]
async fn an_offer_ends_with_a_stop_as_it_is_shown_and_as_it_is_sent(pool: PgPool) {
    let stage = Stage::start(pool).await;
    stage.people(0..1).await;
    let page = stage.send_to_all("Rebaja de 50,000", 1).await;
    let words = "Rebaja de 50,000. Si no quiere más ofertas";
    assert!(stage.dealer_browser.get(&page).await.body.contains(words));
    let sent = stage.app.sim_messages(&phone(0)).await;
    assert!(sent[0]["body"].as_str().unwrap().contains(words), "{sent:?}");
}
