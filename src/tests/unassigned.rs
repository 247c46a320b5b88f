//! Words that are nobody's: a dealer gives what came from his line to a conversation, an admin gives anybody's or puts it
//! away, and the audit says so.

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock as _, deliver::Step, tidy_up::tidy_up},
    domain::user::Role,
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

struct Stage {
    app: TestApp,
    admin: Browser,
    dealer: Browser,
}

async fn start(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let (admin, dealer) = (app.browser(), app.browser());
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    Stage { app, admin, dealer }
}

impl Stage {
    async fn says(&self, from: &str, words: &str) -> String {
        self.app.sim.receive(&[("From", from), ("Body", words), ("ProfileName", "Pedro")]).await;
        self.app.work().await;
        self.app.value("select id::text from inbound_messages where body = $1", words).await
    }

    async fn list(&self) -> String {
        self.admin.get("/admin/sin-asignar").await.body
    }
}

#[sqlx::test]
async fn admin_gives_a_strangers_words_to_a_conversation_found_by_name_and_it_is_audited(pool: PgPool) {
    let stage = start(pool).await;
    let Stage { app, admin, dealer } = &stage;
    let buyer = app.browser();
    buyer.sign_up("ana@ejemplo.do").await;
    let message =
        app.token_of("ana@ejemplo.do").await.write_async(DEALER_PHONE, "¿Sigue disponible?").await.id();
    app.work().await;
    let thread: String =
        app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
    let words = stage.says("+18095559999", "Soy el vendedor, escribo de otro teléfono").await;

    let list = stage.list().await;
    assert!(list.contains("Soy el vendedor") && list.contains("Pedro · +1809…99"), "{list}");
    assert!(!list.contains("5559999"), "the number stays hidden");
    assert!(!dealer.get("/panel/conversaciones").await.body.contains("Soy el vendedor"));

    let page = format!("/admin/sin-asignar/{words}");
    assert!(admin.get(&page).await.body.contains("Ninguna. Busque otra"), "that number has no conversation");
    let found = admin.get(&format!("{page}?q=PE%C3%91A")).await.body;
    assert!(found.contains(&thread) && found.contains(&format!("Ana Peña con {DEALER}")), "{found}");
    let by_dealer = admin.get(&format!("{page}?q=feria")).await.body;
    assert!(by_dealer.contains(&thread), "{by_dealer}");

    let fields = [("id", words.as_str()), ("conversacion", thread.as_str())];
    let landing = admin.post_form("/fn/admin/palabras-asignar", &fields).await;
    assert!(admin.get(&landing.location).await.body.contains("La respuesta está en su conversación."));
    assert!(!stage.list().await.contains("Soy el vendedor"));
    assert!(dealer.get(&format!("/panel/conversaciones/{thread}")).await.body.contains("Soy el vendedor"));
    let audit = admin.get("/admin/auditoria").await.body;
    assert!(
        audit.contains(&format!("dio una respuesta sin asignar a una conversación de {DEALER}")),
        "{audit}"
    );

    // Nobody gives it twice.
    admin.post_form("/fn/admin/palabras-asignar", &fields).await;
    assert!(stage.list().await.contains("ya no está"));
    assert_eq!(app.count("audit where action = 'words_assigned'").await, 1);
}

#[sqlx::test]
async fn what_is_for_nobody_is_put_away_once_and_audited(pool: PgPool) {
    let stage = start(pool).await;
    let words = stage.says("+18095559999", "Número equivocado").await;
    for _ in 0..2 {
        stage.admin.post_form("/fn/admin/palabras-cerrar", &[("id", words.as_str())]).await;
    }
    assert!(!stage.list().await.contains("Número equivocado"));
    assert_eq!(stage.admin.get(&format!("/admin/sin-asignar/{words}")).await.status, 404);
    assert_eq!(stage.app.count("audit where action = 'words_closed'").await, 1);
}

#[sqlx::test]
async fn words_of_one_dealers_line_are_his_and_an_admins_to_give_and_only_to_his_buyers(pool: PgPool) {
    let stage = start(pool).await;
    let Stage { app, admin, dealer } = &stage;
    app.have_dealer("el-otro", "+18095550177").await;
    let mut threads = Vec::new();
    for (email, phone) in [
        ("ana@ejemplo.do", DEALER_PHONE),
        ("luis@ejemplo.do", DEALER_PHONE),
        ("ana@ejemplo.do", "+18095550177"),
        ("jefe@ejemplo.do", PLAIN),
    ] {
        if !email.starts_with("jefe") && threads.len() < 2 {
            app.add_user(email, Role::Buyer, None).await;
        }
        let message = app.token_of(email).await.write_async(phone, "¿Sigue disponible?").await.id();
        app.work().await;
        app.clock.advance(TimeDelta::seconds(1));
        let thread: String =
            app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
        threads.push(thread);
    }
    let words = stage.says(DEALER_PHONE, "Quinientos mil").await;
    assert!(dealer.get("/panel/conversaciones").await.body.contains("Quinientos mil"));
    let list = stage.list().await;
    assert!(list.contains("Quinientos mil") && list.contains(&format!("De la línea de {DEALER}")), "{list}");
    assert!(!list.contains("5550101"), "the number stays hidden");

    let page = format!("/admin/sin-asignar/{words}");
    let offered = admin.get(&page).await.body;
    let shows = |body: &str| threads.iter().map(|thread| body.contains(thread)).collect::<Vec<_>>();
    assert_eq!(shows(&offered), [true, true, false, false], "{offered}");
    let (of_luis, of_other, of_plain) = (&threads[1], &threads[2], &threads[3]);
    sqlx::query("update users set name = 'Luis Cabral' where email = 'luis@ejemplo.do'")
        .execute(&app.pool)
        .await
        .unwrap();
    let found = admin.get(&format!("{page}?q=cabral")).await.body;
    assert_eq!(shows(&found), [false, true, false, false], "{found}");

    // Whatever a form is made to say, another dealer's buyer does not read them, nor does a number that he wrote to.
    for thread in [of_other, of_plain] {
        let fields = [("id", words.as_str()), ("conversacion", thread)];
        admin.post_form("/fn/admin/palabras-asignar", &fields).await;
        assert!(stage.list().await.contains("ya no está"), "it is not given");
        dealer.post_form("/fn/asignar", &[("words", words.as_str()), ("thread", thread)]).await;
    }
    assert!(stage.list().await.contains("Quinientos mil"));
    assert_eq!(app.count("audit where action = 'words_assigned'").await, 0);

    let fields = [("id", words.as_str()), ("conversacion", of_luis)];
    admin.post_form("/fn/admin/palabras-asignar", &fields).await;
    let conversation = dealer.get(&format!("/panel/conversaciones/{of_luis}")).await.body;
    assert!(conversation.contains("<span class=\"unseen\">Usted: </span>Quinientos mil"), "{conversation}");
    assert!(!dealer.get("/panel/conversaciones").await.body.contains("Respuestas sin asignar"));
    let audit = admin.get("/admin/auditoria").await.body;
    assert!(
        audit.contains(&format!("dio una respuesta sin asignar a una conversación de {DEALER}")),
        "{audit}"
    );
}

#[sqlx::test]
async fn words_of_a_number_that_two_dealers_share_are_an_admins_alone(pool: PgPool) {
    let stage = start(pool).await;
    stage.says(DEALER_PHONE, "Quinientos mil").await;
    stage.app.have_dealer("el-hermano", DEALER_PHONE).await;
    assert!(!stage.dealer.get("/panel/conversaciones").await.body.contains("Quinientos mil"));
    let list = stage.list().await;
    assert!(list.contains("Quinientos mil") && !list.contains("De la línea de"), "{list}");
}

#[sqlx::test]
async fn what_came_without_words_says_what_it_is_and_what_is_erased_is_not_there(pool: PgPool) {
    let stage = start(pool).await;
    let Stage { app, admin, dealer } = &stage;
    app.have_dealer("el-otro", "+18095550177").await;
    app.add_user("ajeno@ejemplo.do", Role::Dealer, Some("el-otro")).await;
    let other = app.browser();
    other.sign_in("ajeno@ejemplo.do", PASSWORD).await;
    let place: &[(&str, &str)] = &[("Latitude", "18.4861"), ("Longitude", "-69.9312"), ("Label", "El patio")];
    for fields in [place, &[("MessageType", "sticker_pack")], &[("Sample", "foto")]] {
        let fields: Vec<_> = [("From", DEALER_PHONE)].into_iter().chain(fields.iter().copied()).collect();
        app.sim.receive(&fields).await;
        app.work().await;
        app.clock.advance(TimeDelta::seconds(2));
    }
    app.work().await;
    let file: String = app.value("select id::text from inbound_media where $1 = ''", "").await;
    let src = format!("/panel/conversaciones/adjuntos/{file}");

    let list = dealer.get("/panel/conversaciones").await.body;
    for told in ["Ubicación: El patio", "openstreetmap.org", "de un tipo que OKLA no muestra", &src] {
        assert!(list.contains(told), "{told}: {list}");
    }
    assert!(!list.contains("<p class=\"words\"></p>"), "no line is empty: {list}");
    assert_eq!(dealer.get(&src).await.status, 200);
    assert_eq!(other.get(&src).await.status, 404);

    let list = stage.list().await;
    for told in ["Ubicación: El patio", "de un tipo que OKLA no muestra", "Imagen · 1 KB"] {
        assert!(list.contains(told), "{told}: {list}");
    }
    assert!(!list.contains(&file), "an admin is told of it, and does not open it");

    app.clock.advance(TimeDelta::days(401));
    while tidy_up(&app.app).await.unwrap() == Step::Worked {}
    dealer.sign_in("jefe@ejemplo.do", PASSWORD).await;
    assert!(!dealer.get("/panel/conversaciones").await.body.contains("Respuestas sin asignar"));
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    assert!(stage.list().await.contains("No queda ninguna"));
}

#[sqlx::test]
async fn dealer_is_offered_all_his_conversations_with_buyers_whatever_his_list_shows(pool: PgPool) {
    let stage = start(pool).await;
    let Stage { app, dealer, .. } = &stage;
    buyers(app, 70).await;
    let words = stage.says(DEALER_PHONE, "Quinientos mil").await;
    for chosen in ["", "?ver=mias", "?q=nadie"] {
        let list = dealer.get(&format!("/panel/conversaciones{chosen}")).await.body;
        assert_eq!(list.matches("<option").count(), 21, "one of them is none: {chosen}: {list}");
        assert!(list.contains("Comprador 70") && list.contains("Es para otra conversación"), "{list}");
    }

    let all = format!("/panel/conversaciones/sin-asignar/{words}");
    let (mut page, mut seen) = (all.clone(), Vec::new());
    for _ in 0..2 {
        let body = dealer.get(&page).await.body;
        seen.extend((1..=70).filter(|n| body.contains(&format!("<strong>Comprador {n}</strong>"))));
        let Some((_, rest)) = body.split_once(&format!("href=\"{all}?despues=")) else { break };
        page = format!("{all}?despues={}", rest.split('"').next().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=70).collect::<Vec<i32>>());

    let found = dealer.get(&format!("{all}?q=comprador+3")).await.body;
    assert!(
        found.contains("<strong>Comprador 3</strong>") && !found.contains("<strong>Comprador 4</strong>")
    );
    assert!(dealer.get(&format!("{all}?q=nadie")).await.body.contains("Ninguna. Busque con otras palabras."));
    let oldest: String = app
        .value(
            "select t.id::text from threads t join users u on u.id = t.buyer_id where u.name = $1",
            "Comprador 1",
        )
        .await;
    dealer.post_form("/fn/asignar", &[("words", words.as_str()), ("thread", &oldest)]).await;
    assert!(dealer.get(&format!("/panel/conversaciones/{oldest}")).await.body.contains("Quinientos mil"));
    assert_eq!(dealer.get(&all).await.status, 404, "it is somebody's now");
}

/// So many have each a conversation with the dealer, the last of them the newest.
async fn buyers(app: &TestApp, many: i32) {
    sqlx::query(
        "with people as (
           insert into users (id, email, name, password_hash, role, created_at)
           select gen_random_uuid(), 'c' || n || '@ejemplo.do', 'Comprador ' || n, '!', 'buyer', $2
           from generate_series(1, $1) as n returning id, substring(name from '[0-9]+')::int as n
         )
         insert into threads (id, dealer_id, buyer_id, created_at, last_at, buyer_spoke_at, first_asked_at)
         select gen_random_uuid(), d.id, p.id, at, at, at, at from people p
         cross join lateral (select $2::timestamptz - interval '1 hour' + p.n * interval '1 second' as at) as t
         join dealers d on d.slug = $3",
    )
    .bind(many)
    .bind(app.clock.now())
    .bind(DEALER)
    .execute(&app.pool)
    .await
    .unwrap();
}

#[sqlx::test]
async fn list_goes_on_page_by_page_without_loss_or_repeat(pool: PgPool) {
    let stage = start(pool).await;
    sqlx::query(
        "insert into inbound_messages (id, sid, from_address, body, fields, received_at, handled_at)
         select gen_random_uuid(), 'SM' || n, '+18095559999', 'palabra-' || n || '.', '{\"x\": 1}', now(), now()
         from generate_series(1, 70) as n",
    )
    .execute(&stage.app.pool)
    .await
    .unwrap();
    let (mut page, mut seen) = ("/admin/sin-asignar".to_owned(), Vec::new());
    for _ in 0..3 {
        let body = stage.admin.get(&page).await.body;
        seen.extend((1..=70).filter(|n| body.contains(&format!("palabra-{n}."))));
        let Some((_, rest)) = body.split_once("href=\"/admin/sin-asignar?antes=") else { break };
        page = format!("/admin/sin-asignar?antes={}", rest.split('"').next().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=70).collect::<Vec<i32>>());
}
