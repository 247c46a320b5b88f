//! People as an admin finds them, and what he ends in their name.

use chrono::TimeDelta;
use okla::{
    app::{clock::Clock as _, tidy_up::tidy_up, tokens::revoke_token},
    domain::user::Role,
};
use sqlx::PgPool;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

const ADMIN: &str = "admin@ejemplo.do";
const LUIS: &str = "luis.feria@ejemplo.do";
const ANA: &str = "ana@okla.test";

struct Stage {
    app: TestApp,
    admin: Browser,
}

/// An admin, a dealer's user and a buyer with a number.
async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user(ADMIN, Role::Admin, None).await;
    app.add_user(LUIS, Role::Dealer, Some(DEALER)).await;
    app.browser().sign_up(ANA).await;
    let admin = app.browser();
    admin.sign_in(ADMIN, PASSWORD).await;
    Stage { app, admin }
}

impl Stage {
    async fn id(&self, email: &str) -> String {
        self.app.value("select id::text from users where email = $1", email).await
    }

    async fn page(&self, email: &str) -> String {
        self.admin.get(&format!("/admin/usuarios/{}", self.id(email).await)).await.body
    }

    async fn list(&self, query: &str) -> String {
        self.admin.get(&format!("/admin/usuarios{query}")).await.body
    }

    /// Presses a button of that user's page, and reads the page it leads to.
    async fn press(&self, form: &str, email: &str, fields: &[(&str, &str)]) -> String {
        let id = self.id(email).await;
        let fields: Vec<_> = [("id", id.as_str())].into_iter().chain(fields.iter().copied()).collect();
        let landing = self.admin.post_form(&format!("/fn/admin/{form}"), &fields).await;
        self.admin.get(&landing.location).await.body
    }

    async fn audit(&self) -> String {
        self.admin.get("/admin/auditoria?de=cuentas").await.body
    }
}

async fn is_in(browser: &Browser) -> bool {
    browser.get("/mensajes").await.status == 200
}

#[sqlx::test]
async fn people_are_found_by_a_piece_of_name_or_email_by_role_and_by_dealer(pool: PgPool) {
    let stage = stage(pool).await;
    let all = stage.list("").await;
    assert!([ADMIN, LUIS, ANA].iter().all(|email| all.contains(email)), "{all}");
    for (query, found) in [
        ("?buscar=peña", ANA),
        ("?buscar=PENA", ANA),
        ("?buscar=Luis.F", LUIS),
        ("?papel=admin", ADMIN),
        ("?concesionario=auto-feria", LUIS),
        ("?papel=dealer&buscar=feria", LUIS),
    ] {
        let page = stage.list(query).await;
        for email in [ADMIN, LUIS, ANA] {
            assert_eq!(page.contains(email), email == found, "{query}: {email}");
        }
    }
    for nobody in [
        "?concesionario=%00",
        "?buscar=%25",
        "?buscar=ana_okla",
        "?concesionario=nadie",
        "?papel=dealer&buscar=ana",
    ] {
        assert!(stage.list(nobody).await.contains("Nadie con estos filtros"), "{nobody}");
    }
}

#[sqlx::test]
async fn each_dealer_is_listed_with_who_works_there(pool: PgPool) {
    let stage = stage(pool).await;
    for name in ["ana", "eva", "rosa"] {
        stage.app.add_user(&format!("{name}@feria.do"), Role::Dealer, Some(DEALER)).await;
    }
    stage.app.token_of(LUIS).await;
    stage.app.have_dealer("el-vacio", "+18295550999").await;
    let all = stage.list("/concesionarios").await;
    assert!(all.contains("4 cuentas") && all.contains(" y 1 más") && all.contains("nadie"), "{all}");
    assert!(all.contains("/admin/usuarios?concesionario=auto-feria"), "{all}");
    stage.press("usuario-estado", LUIS, &[("desactivar", "si"), ("motivo_estado", "x")]).await;
    let found = stage.list("/concesionarios?buscar=FERIA").await;
    assert!(found.contains("3 cuentas") && !found.contains("el-vacio"), "{found}");
    let after = stage.list("/concesionarios?despues=auto-feria").await;
    assert!(after.contains("el-vacio") && !after.contains("3 cuentas"), "{after}");
    assert!(stage.list("/concesionarios?buscar=%25").await.contains("Ningún concesionario"));
}

#[sqlx::test]
async fn dealers_are_told_with_how_they_answer_as_buyers_read_it(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.have_dealer("el-vacio", "+18295550999").await;
    sqlx::query(
        "with people as (
           insert into users (id, email, name, password_hash, role, created_at)
           select gen_random_uuid(), 'r' || n || '@masa.do', 'Persona', '!', 'buyer', $1 from generate_series(1, 8) as n
           returning id, substring(email from '[0-9]+')::int as n
         )
         insert into threads (id, dealer_id, buyer_id, created_at, last_at, first_asked_at, first_answered_at)
         select p.id, d.id, p.id, at, at, at, case when p.n <= 5 then at + p.n * interval '10 minutes' end
         from people p join dealers d on d.slug = $2
         -- The eighth asked too long ago to say how he answers now.
         cross join lateral (select $1::timestamptz - case when p.n < 8 then 1 else 91 end * interval '1 day' as at) as t",
    )
    .bind(stage.app.clock.now())
    .bind(DEALER)
    .execute(&stage.app.pool)
    .await
    .unwrap();
    let list = stage.list("/concesionarios").await;
    let row = |slug: &str| {
        let (_, rest) = list.split_once(&format!(">{slug}</p>")).unwrap();
        rest.split("</tr>").next().unwrap().to_owned()
    };
    let his = row(DEALER);
    for told in ["71.4 %", "(5 de 7)", "Suele responder en 30 min"] {
        assert!(his.contains(told), "{told}: {his}");
    }
    assert!(row("el-vacio").contains("Sin contactos"), "{list}");
}

#[sqlx::test]
async fn the_list_goes_on_page_by_page_and_names_everybody_once(pool: PgPool) {
    let stage = stage(pool).await;
    sqlx::query(
        "insert into users (id, email, name, password_hash, role, created_at)
         select gen_random_uuid(), 'u' || n || '@masa.do', 'Persona', '', 'buyer', now() from generate_series(1, 110) n",
    )
    .execute(&stage.app.pool)
    .await
    .unwrap();
    let (mut path, mut seen) = ("/admin/usuarios?buscar=masa.do".to_owned(), Vec::new());
    for rows in [50, 50, 10] {
        let page = stage.admin.get(&path).await.body;
        let mut pieces: Vec<&str> = page.split("@masa.do").collect();
        pieces.pop();
        let found: Vec<String> =
            pieces.into_iter().map(|text| text.rsplit('>').next().unwrap().to_owned()).collect();
        assert_eq!(found.len(), rows, "{path}");
        seen.extend(found);
        let next =
            page.split_once(">Siguientes<").map(|(before, _)| before.rsplit_once("href=\"").unwrap().1);
        assert_eq!(next.is_some(), rows == 50);
        if let Some(next) = next {
            path = next.split('"').next().unwrap().replace("&amp;", "&");
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 110);
}

#[sqlx::test]
async fn a_number_is_hidden_until_somebody_says_why_and_that_is_told(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.page(ANA).await;
    assert!(page.contains("…88") && !page.contains("5557788"), "{page}");
    let page = stage.press("usuario-numero", ANA, &[]).await;
    assert!(page.contains("Motivo: escriba por qué") && !page.contains("555 7788"), "{page}");
    let page = stage.press("usuario-numero", ANA, &[("motivo_numero", "Pidió ayuda por teléfono")]).await;
    assert!(page.contains("+1 809 555 7788"), "{page}");
    assert!(!stage.page(ANA).await.contains("555 7788"), "for one page");
    let audit = stage.audit().await;
    assert!(audit.contains("admin vio el número de Ana Peña.") && audit.contains("Pidió ayuda"), "{audit}");
    assert!(!audit.contains("7788"));
}

#[sqlx::test]
async fn a_messages_numbers_are_hidden_from_admins_until_one_says_why(pool: PgPool) {
    let stage = stage(pool).await;
    let message = stage.app.token_of(LUIS).await.write("+18095551234", "Hola").await.id();
    let path = format!("/panel/mensajes/{message}");
    let page = stage.admin.get(&path).await.body;
    assert!(page.contains("+1809…34") && !page.contains("555 1234"), "{page}");
    let press = async |motivo| {
        let form = [("id", message.as_str()), ("motivo_numero", motivo)];
        stage.admin.post_form("/fn/admin/mensaje-numeros", &form).await;
        stage.admin.get(&path).await.body
    };
    assert!(press(" ").await.contains("Motivo: escriba por qué"));
    assert!(press("Reclamo del comprador").await.contains("+1 809 555 1234"));
    assert!(!stage.admin.get(&path).await.body.contains("555 1234"), "for one page");
    let audit = stage.audit().await;
    let told = format!("admin vio los números del mensaje {}.", &message[..8]);
    assert!(audit.contains(&told) && audit.contains("Reclamo del comprador"), "{audit}");
}

#[sqlx::test]
async fn what_is_revealed_of_one_shows_on_no_other_page(pool: PgPool) {
    let stage = stage(pool).await;
    let form = [("id", &*stage.id(ANA).await), ("motivo_numero", "Pidió ayuda")];
    stage.admin.post_form("/fn/admin/usuario-numero", &form).await;
    assert!(!stage.page(LUIS).await.contains("555 7788"));
}

#[sqlx::test]
async fn a_disabled_account_is_out_at_once_everywhere_and_can_be_let_in_again(pool: PgPool) {
    let stage = stage(pool).await;
    let browser = stage.app.browser();
    browser.sign_in(LUIS, PASSWORD).await;
    let token = stage.app.token_of(LUIS).await;
    assert_eq!(token.write_async(PLAIN, "Hola").await.status, 202);
    let page = stage.press("usuario-estado", LUIS, &[("desactivar", "si")]).await;
    assert!(page.contains("Motivo: escriba por qué") && is_in(&browser).await);
    let reason = ("motivo_estado", "Ya no trabaja ahí");
    let page = stage.press("usuario-estado", LUIS, &[("desactivar", "si"), reason]).await;
    assert!(page.contains("Cuenta desactivada"), "{page}");
    assert!(!is_in(&browser).await);
    assert_eq!(token.write_async(PLAIN, "Hola").await.status, 401);
    let landing = browser.sign_in(LUIS, PASSWORD).await;
    assert!(browser.get(&landing.location).await.body.contains("Su cuenta está desactivada"));
    assert!(!is_in(&browser).await);
    let wrong = browser.sign_in(LUIS, "otra contraseña").await;
    assert!(browser.get(&wrong.location).await.body.contains("no son correctos"), "only its owner is told");
    assert!(stage.list("").await.contains("Desactivada"));

    // What else is done to the account leaves it the newest of its kind.
    stage.press("usuario-numero", ANA, &[("motivo_numero", "Prueba")]).await;
    stage.press("usuario-estado", ANA, &[("desactivar", "si"), ("motivo_estado", "Error")]).await;
    let disabled = stage.app.count("audit").await.to_string();
    stage.press("usuario-numero", ANA, &[("motivo_numero", "Para disculparnos")]).await;
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &disabled)]).await;
    assert!(stage.audit().await.contains("admin activó de nuevo la cuenta de Ana Peña."));

    stage.press("usuario-estado", LUIS, &[("desactivar", "no"), ("motivo_estado", "Volvió")]).await;
    browser.sign_in(LUIS, PASSWORD).await;
    assert!(is_in(&browser).await);
    assert_eq!(token.write_async(PLAIN, "Hola").await.status, 401, "what was revoked stays so");
    let audit = stage.audit().await;
    assert!(audit.contains("admin desactivó la cuenta de luis.feria."), "{audit}");
    assert!(audit.contains("admin activó de nuevo la cuenta de luis.feria."), "{audit}");
}

#[sqlx::test]
async fn sessions_say_where_and_since_when_and_end_one_by_one_or_all(pool: PgPool) {
    let stage = stage(pool).await;
    let (telephone, desk) = (stage.app.browser(), stage.app.browser());
    let form = [("email", LUIS), ("password", PASSWORD)];
    let android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
    let request =
        telephone.request(reqwest::Method::POST, "/fn/ingresar").header("sec-fetch-site", "same-origin");
    telephone.land(request.header("user-agent", android).form(&form)).await;
    desk.sign_in(LUIS, PASSWORD).await;
    let page = stage.page(LUIS).await;
    assert_eq!(page.matches("name=\"sesion\"").count(), 2, "{page}");
    let row = page.split_once("Chrome en Android").expect("the device").1;
    let name = row.split_once("name=\"sesion\" value=\"").unwrap().1.split('"').next().unwrap();
    let page = stage.press("usuario-sesiones", LUIS, &[("sesion", name)]).await;
    assert!(!page.contains("Chrome en Android"), "{page}");
    assert!(!is_in(&telephone).await && is_in(&desk).await);
    // Of another's page the name opens nothing.
    desk.sign_in(LUIS, PASSWORD).await;
    stage.press("usuario-sesiones", ANA, &[]).await;
    assert!(is_in(&desk).await);
    stage.press("usuario-sesiones", LUIS, &[]).await;
    assert!(!is_in(&desk).await && is_in(&stage.admin).await);
    assert!(stage.audit().await.contains("cerró una sesión de luis.feria."));
}

#[sqlx::test]
async fn one_ends_his_other_sessions_and_keeps_this_one(pool: PgPool) {
    let stage = stage(pool).await;
    let (here, there) = (stage.app.browser(), stage.app.browser());
    for browser in [&here, &there] {
        browser.sign_in(LUIS, PASSWORD).await;
    }
    let page = here.get("/cuenta").await.body;
    assert!(page.contains("Cerrar las demás") && page.matches(" · esta").count() == 1, "{page}");
    here.post_form("/fn/sesiones-cerrar-otras", &[]).await;
    assert!(is_in(&here).await && !is_in(&there).await && is_in(&stage.admin).await);
    let page = here.get("/cuenta").await.body;
    assert!(
        page.contains("Las demás sesiones están cerradas") && !page.contains("Cerrar las demás"),
        "{page}"
    );
}

#[sqlx::test]
async fn a_token_shows_its_last_use_and_ends_with_the_press(pool: PgPool) {
    let stage = stage(pool).await;
    let token = stage.app.token_of(LUIS).await;
    assert!(stage.page(LUIS).await.contains("sin uso"));
    assert_eq!(token.write_async(PLAIN, "Hola").await.status, 202);
    let id: String = stage.app.value("select id::text from api_tokens where name = $1", "prueba").await;
    let page = stage.press("usuario-token", LUIS, &[("token", &id)]).await;
    assert!(page.contains("El token está revocado") && page.contains("Revocado <time"), "{page}");
    assert_eq!(token.write_async(PLAIN, "Hola").await.status, 401);
    assert!(stage.audit().await.contains("admin revocó un token de la API de luis.feria."));
    stage.app.token_of(LUIS).await;
    let id: String = stage
        .app
        .value("select id::text from api_tokens where revoked_at is null and name = $1", "prueba")
        .await;
    revoke_token(&stage.app.tools(), id.parse().unwrap()).await.unwrap();
    assert!(stage.audit().await.contains("La consola revocó un token de la API de luis.feria."));
}

#[sqlx::test]
async fn a_role_changes_with_its_dealer_and_ends_what_was_open(pool: PgPool) {
    let stage = stage(pool).await;
    let browser = stage.app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    let reason = ("motivo_papel", "Trabaja en la feria");
    let page = stage.press("usuario-papel", ANA, &[("papel", "dealer"), reason]).await;
    assert!(
        page.contains("Concesionario: diga de cuál es") && page.contains("value=\"Trabaja en la feria\""),
        "{page}"
    );
    let of_dealer = [("papel", "dealer"), ("concesionario", DEALER), reason];
    stage.press("usuario-papel", ANA, &of_dealer).await;
    assert!(!is_in(&browser).await);
    browser.sign_in(ANA, PASSWORD).await;
    assert_eq!(browser.get("/panel").await.status, 200);
    assert!(
        stage
            .audit()
            .await
            .contains("admin cambió el rol de Ana Peña de comprador a concesionario de auto-feria.")
    );

    stage.press("usuario-papel", ANA, &[("papel", "admin"), reason]).await;
    let undo = async || {
        let newest = stage.app.count("audit").await.to_string();
        stage.admin.post_form("/fn/admin/deshacer", &[("id", &newest)]).await;
        stage.audit().await
    };
    let told = undo().await;
    assert!(
        told.contains("admin cambió el rol de Ana Peña de administrador a concesionario de auto-feria."),
        "{told}"
    );
    assert!(
        undo().await.contains("de concesionario de auto-feria a administrador"),
        "what was undone can be, too"
    );
    assert!(stage.page(ANA).await.contains("<dd>Administrador</dd>"));
}

#[sqlx::test]
async fn nobody_takes_his_own_account_away_so_one_admin_always_stays(pool: PgPool) {
    let stage = stage(pool).await;
    stage.press("usuario-estado", ADMIN, &[("desactivar", "si"), ("motivo_estado", "x")]).await;
    stage.press("usuario-papel", ADMIN, &[("papel", "buyer"), ("motivo_papel", "x")]).await;
    assert_eq!(stage.admin.get("/admin/limites").await.status, 200);
    assert!(!stage.page(ADMIN).await.contains("Desactivar la cuenta"));

    // Two who disable each other in the same instant: one of them stays.
    stage.app.add_user("otra@ejemplo.do", Role::Admin, None).await;
    let other = stage.app.browser();
    other.sign_in("otra@ejemplo.do", PASSWORD).await;
    let (mine, hers) = (stage.id(ADMIN).await, stage.id("otra@ejemplo.do").await);
    let fields = |id| [("id", id), ("desactivar", "si"), ("motivo_estado", "x")];
    let (to_her, to_me) = (fields(hers.as_str()), fields(mine.as_str()));
    tokio::join!(
        stage.admin.post_form("/fn/admin/usuario-estado", &to_her),
        other.post_form("/fn/admin/usuario-estado", &to_me)
    );
    let left: i64 =
        stage.app.value("select count(*) from users where role = $1 and disabled_at is null", "admin").await;
    assert_eq!(left, 1);
}

#[sqlx::test]
async fn failed_sign_ins_are_counted_by_account_and_network_and_forgotten_after_a_month(pool: PgPool) {
    let stage = stage(pool).await;
    let stranger = stage.app.browser();
    for _ in 0..3 {
        stranger.sign_in(LUIS, "no es esta, no").await;
    }
    stranger.sign_in("nadie@correo.do", "x").await;
    stranger.sign_in("mi contraseña secreta", "x").await;
    let page = stage.admin.get("/admin/usuarios/intentos").await.body;
    let row = page.split_once("luis.feria@ejemplo.do").expect("his row").1.split_once("</tr>").unwrap().0;
    assert!(
        row.contains("Contraseña equivocada") && row.contains("127.0.0.…") && row.contains(">3<"),
        "{row}"
    );
    assert!(page.contains("Correos que nadie tiene") && !page.contains("correo.do"), "{page}");
    assert!(!page.contains("nadie@") && !page.contains("secreta"), "{page}");
    assert!(stage.page(LUIS).await.contains("Contraseña equivocada"));
    assert!(stage.page(ANA).await.contains("Ninguno en los últimos treinta días"));
    for _ in 0..9 {
        stranger.sign_in(LUIS, "no es esta, no").await;
    }
    assert!(stage.page(LUIS).await.contains("Demasiados intentos"));
    stage.app.clock.advance(TimeDelta::days(31));
    tidy_up(&stage.app.app).await.unwrap();
    assert_eq!(stage.app.count("sign_in_failures").await, 0);
}

#[sqlx::test]
async fn nobody_else_finds_the_people_or_touches_them(pool: PgPool) {
    let stage = stage(pool).await;
    let (visitor, dealer) = (stage.app.browser(), stage.app.browser());
    dealer.sign_in(LUIS, PASSWORD).await;
    let (id, recorded) = (stage.id(ANA).await, stage.app.count("audit").await);
    let page = format!("/admin/usuarios/{id}");
    assert_eq!(dealer.get(&page).await.status, 404);
    assert!(visitor.get(&page).await.location.starts_with("/ingresar"));
    for browser in [&visitor, &dealer] {
        for (form, field) in [
            ("usuario-numero", ("motivo_numero", "x")),
            ("usuario-estado", ("motivo_estado", "x")),
            ("usuario-papel", ("motivo_papel", "x")),
            ("usuario-factor", ("motivo_factor", "x")),
            ("usuario-sesiones", ("sesion", "")),
            ("usuario-token", ("token", id.as_str())),
        ] {
            let fields = [("id", id.as_str()), ("desactivar", "si"), ("papel", "admin"), field];
            browser.post_form(&format!("/fn/admin/{form}"), &fields).await;
        }
    }
    assert_eq!(stage.app.count("audit").await, recorded);
    assert_eq!(stage.app.sessions_of(ANA).await, 1);
    assert_eq!(stage.admin.get("/admin/usuarios/no-es-uno").await.status, 404);
    assert_eq!(stage.admin.get(&format!("/admin/usuarios/{}", uuid::Uuid::nil())).await.status, 404);
}
