//! Words that are nobody's: an admin gives them to a conversation or puts them away, and the audit says so.

use okla::domain::user::Role;
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp};

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
    assert!(admin.get(&page).await.body.contains("Ninguna. Busque"), "that number has no conversation");
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
async fn words_from_one_dealers_own_number_are_his_to_give_and_those_of_a_shared_one_an_admins(pool: PgPool) {
    let stage = start(pool).await;
    for email in ["ana@ejemplo.do", "luis@ejemplo.do"] {
        stage.app.add_user(email, Role::Buyer, None).await;
        stage.app.token_of(email).await.write_async(DEALER_PHONE, "¿Sigue disponible?").await;
    }
    stage.app.work().await;
    stage.says(DEALER_PHONE, "Quinientos mil").await;
    assert!(stage.dealer.get("/panel/conversaciones").await.body.contains("Quinientos mil"));
    assert!(!stage.list().await.contains("Quinientos mil"));
    stage.app.have_dealer("el-hermano", DEALER_PHONE).await;
    assert!(!stage.dealer.get("/panel/conversaciones").await.body.contains("Quinientos mil"));
    assert!(stage.list().await.contains("Quinientos mil"));
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
