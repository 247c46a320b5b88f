//! The second factor: a code of the telephone after the password.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use okla::{
    app::{clock::Clock, second_factor::step_of},
    domain::user::Role,
};
use sqlx::PgPool;
use totp_rs::{Builder, Secret};

use crate::app::{Browser, Options, PASSWORD, SESSION, TestApp};

const ANA: &str = "ana@ejemplo.do";
const BOSS: &str = "jefa@ejemplo.do";

async fn strict(pool: PgPool) -> TestApp {
    let options = Options { admins_need_second_factor: true, workers: false, ..Options::default() };
    TestApp::start_with(pool, options).await
}

/// A telephone with the secret that the page shows.
pub struct Telephone(Vec<u8>);

impl Telephone {
    pub async fn of(browser: &Browser) -> Self {
        let page = browser.get("/cuenta/segundo-factor").await.body;
        let words = page.split_once("class=\"secret\">").expect("a secret").1.split_once('<').unwrap().0;
        Self(Secret::try_from_base32(words.replace(' ', "")).unwrap().as_bytes().to_vec())
    }

    pub fn code(&self, app: &TestApp) -> String {
        self.code_at(app.clock.now())
    }

    fn code_at(&self, at: DateTime<Utc>) -> String {
        let totp = Builder::new().with_secret(self.0.clone()).with_account_name("x").build().unwrap();
        totp.generate(at.timestamp().try_into().unwrap()).to_string()
    }
}

/// Turns it on as its owner would at that instant.
pub async fn enrol_at(browser: &Browser, at: DateTime<Utc>) -> Telephone {
    browser.post_form("/fn/segundo-factor-empezar", &[("password", PASSWORD)]).await;
    let telephone = Telephone::of(browser).await;
    browser.post_form("/fn/segundo-factor-confirmar", &[("codigo", &telephone.code_at(at))]).await;
    telephone
}

/// The same; the recovery codes come with it.
pub async fn enrol(app: &TestApp, browser: &Browser) -> (Telephone, Vec<String>) {
    let telephone = enrol_at(browser, app.clock.now()).await;
    let page = browser.get("/cuenta/segundo-factor").await.body;
    let list = page.split_once("class=\"codes\">").expect("recovery codes").1.split_once("</ul>").unwrap().0;
    let codes: Vec<String> =
        list.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{codes:?}");
    app.clock.advance(TimeDelta::seconds(60));
    (telephone, codes)
}

async fn ana(app: &TestApp) -> (Browser, Telephone, Vec<String>) {
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    let (telephone, codes) = enrol(app, &browser).await;
    (browser, telephone, codes)
}

/// Whether a page for the signed-in opens.
async fn is_in(browser: &Browser) -> bool {
    browser.get("/mensajes").await.status == 200
}

async fn enter(browser: &Browser, code: &str) -> String {
    browser.post_form("/fn/ingresar-codigo", &[("codigo", code), ("back", "/mensajes")]).await.location
}

#[test]
fn codes_are_those_of_rfc_6238_within_one_step_on_either_side() {
    // Appendix B, SHA-1; of its eight digits the last six.
    let secret = b"12345678901234567890";
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap();
        let step = Some(seconds / 30);
        for near in [seconds, seconds - 30, seconds + 30] {
            assert_eq!(step_of(secret, code, at(near)).unwrap(), step, "{code} at {near}");
        }
        let begins = seconds - seconds % 30;
        for far in [begins - 31, begins + 60].into_iter().filter(|far| *far >= 0) {
            assert_eq!(step_of(secret, code, at(far)).unwrap(), None, "{code} at {far}");
        }
    }
    for wrong in ["", "28708", "2870822", "28708a", "２８７０８２"] {
        assert_eq!(
            step_of(secret, wrong, DateTime::from_timestamp(59, 0).unwrap()).unwrap(),
            None,
            "{wrong}"
        );
    }
}

#[sqlx::test]
async fn the_password_alone_opens_nothing_and_the_code_does(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, telephone, _) = ana(&app).await;
    let browser = app.browser();
    let form = [("email", ANA), ("password", PASSWORD), ("back", "/mensajes")];
    let landing = browser.post_form("/fn/ingresar", &form).await;
    assert_eq!(landing.location, "/ingresar/codigo?volver=%2Fmensajes");
    assert!(!is_in(&browser).await);
    let waiting = browser.cookie(SESSION).unwrap();

    let wrong = enter(&browser, "000000").await;
    assert_eq!(wrong, "/ingresar/codigo?volver=%2Fmensajes");
    let page = browser.get(&wrong).await.body;
    assert!(page.contains("no es correcto o ya se usó"), "{page}");
    assert!(!is_in(&browser).await);

    assert_eq!(enter(&browser, &telephone.code(&app)).await, "/mensajes");
    assert!(is_in(&browser).await);
    assert_ne!(browser.cookie(SESSION).unwrap(), waiting, "whoever knew the id before knows nothing");
}

#[sqlx::test]
async fn a_code_opens_once_and_no_earlier_one_does_after_it(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, telephone, _) = ana(&app).await;
    let earlier = telephone.code(&app);
    app.clock.advance(TimeDelta::seconds(30));
    let code = telephone.code(&app);
    let (first, second) = (app.browser(), app.browser());
    for browser in [&first, &second] {
        browser.sign_in(ANA, PASSWORD).await;
    }
    enter(&first, &code).await;
    assert!(is_in(&first).await);
    for used in [&code, &earlier] {
        enter(&second, used).await;
        assert!(!is_in(&second).await, "{used} opened again");
    }
    app.clock.advance(TimeDelta::seconds(30));
    enter(&second, &telephone.code(&app)).await;
    assert!(is_in(&second).await);
}

#[sqlx::test]
async fn a_recovery_code_opens_once_however_it_is_typed(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, _, codes) = ana(&app).await;
    let typed = codes[3].replace('-', " ").to_uppercase();
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    enter(&browser, &typed).await;
    assert!(is_in(&browser).await);
    let page = browser.get("/cuenta/segundo-factor").await.body;
    assert!(page.contains("Le quedan 9 códigos") && !page.contains(&codes[3]), "{page}");
    let again = app.browser();
    again.sign_in(ANA, PASSWORD).await;
    enter(&again, &codes[3]).await;
    assert!(!is_in(&again).await);
}

#[sqlx::test]
async fn the_code_is_waited_for_five_minutes_and_guessed_ten_times(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (_, telephone, _) = ana(&app).await;
    let late = app.browser();
    late.sign_in(ANA, PASSWORD).await;
    app.clock.advance(TimeDelta::minutes(5));
    assert!(enter(&late, &telephone.code(&app)).await.starts_with("/ingresar?"));
    assert!(late.get("/ingresar").await.body.contains("más de cinco minutos"));
    assert!(late.get("/ingresar/codigo").await.location.starts_with("/ingresar?"));

    let guesser = app.browser();
    guesser.sign_in(ANA, PASSWORD).await;
    for _ in 0..10 {
        enter(&guesser, "123456").await;
    }
    let page = guesser.get(&enter(&guesser, &telephone.code(&app)).await).await.body;
    assert!(page.contains("Demasiados intentos"), "{page}");
    assert!(!is_in(&guesser).await);
}

#[sqlx::test]
async fn the_database_alone_tells_neither_secret_nor_code(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    browser.post_form("/fn/segundo-factor-empezar", &[("password", PASSWORD)]).await;
    let telephone = Telephone::of(&browser).await;
    browser.post_form("/fn/segundo-factor-confirmar", &[("codigo", &telephone.code(&app))]).await;
    // Before the codes are shown, and after.
    for shown in [false, true] {
        let page = if shown { browser.get("/cuenta/segundo-factor").await.body } else { String::new() };
        assert_eq!(page.contains("class=\"codes\""), shown);
        let kept: String = app
            .value(
                "select concat((select string_agg(f::text, ' ') from second_factors f),
                   (select string_agg(c::text, ' ') from recovery_codes c),
                   (select string_agg(s.data::text, ' ') from sessions s)) where $1 = ''",
                "",
            )
            .await;
        let secret: Vec<String> = telephone.0.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!kept.contains(&secret.concat()), "{kept}");
        for code in page.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap()) {
            assert!(!kept.contains(code), "{code}: {kept}");
        }
    }
    assert!(!browser.get("/cuenta/segundo-factor").await.body.contains("class=\"codes\""), "shown once");

    // Another's sealed secret is worth nothing to whoever can write.
    app.add_user(BOSS, Role::Buyer, None).await;
    sqlx::query(
        "insert into second_factors (user_id, secret, confirmed_at)
         select u.id, f.secret, now() from users u, second_factors f where u.email = $1",
    )
    .bind(BOSS)
    .execute(&app.pool)
    .await
    .unwrap();
    app.clock.advance(TimeDelta::seconds(60));
    let thief = app.browser();
    thief.sign_in(BOSS, PASSWORD).await;
    enter(&thief, &telephone.code(&app)).await;
    assert!(!is_in(&thief).await);
}

#[sqlx::test]
async fn turning_it_off_wants_the_password_and_a_code_and_is_told(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let (browser, telephone, codes) = ana(&app).await;
    let code = telephone.code(&app);
    for (password, code, said) in
        [("otra", code.as_str(), "no es la suya"), (PASSWORD, "000000", "ya se usó")]
    {
        browser.post_form("/fn/segundo-factor-quitar", &[("password", password), ("codigo", code)]).await;
        let page = browser.get("/cuenta/segundo-factor").await.body;
        assert!(page.contains(said) && page.contains("está activo"), "{page}");
    }
    let fields = [("password", PASSWORD), ("codigo", codes[0].as_str())];
    browser.post_form("/fn/segundo-factor-quitar", &fields).await;
    assert_eq!(app.count("second_factors").await + app.count("recovery_codes").await, 0);
    let again = app.browser();
    again.sign_in(ANA, PASSWORD).await;
    assert!(is_in(&again).await);
    let told: Vec<String> =
        sqlx::query_scalar("select action from audit where actor_id is not null order by id")
            .fetch_all(&app.pool)
            .await
            .unwrap();
    assert_eq!(told, ["second_factor_on", "second_factor_off"]);
}

#[sqlx::test]
async fn an_admin_without_it_can_only_set_it_up(pool: PgPool) {
    let app = strict(pool).await;
    app.add_user(BOSS, Role::Admin, None).await;
    let browser = app.browser();
    let landing = browser.sign_in(BOSS, PASSWORD).await;
    assert_eq!(landing.location, "/cuenta/segundo-factor");
    let page = browser.get(&landing.location).await.body;
    assert!(page.contains("la sala del administrador no se abre"), "{page}");
    for path in ["/admin/limites", "/admin/usuarios", "/mensajes", "/cuenta"] {
        assert_eq!(browser.get(path).await.location, "/cuenta/segundo-factor", "{path}");
    }
    let pause = [("palabra", "PAUSAR"), ("motivo", "x")];
    assert_eq!(browser.post_form("/fn/admin/pausar", &pause).await.location, "/cuenta/segundo-factor");
    assert_eq!(app.count("pauses").await, 0);
    assert_eq!(
        app.token_of(BOSS).await.write("+18095551234", "Hola").await.status,
        202,
        "tokens are no sign-in"
    );

    let (telephone, _) = enrol(&app, &browser).await;
    assert_eq!(browser.get("/admin/limites").await.status, 200);
    let again = app.browser();
    again.sign_in(BOSS, PASSWORD).await;
    enter(&again, &telephone.code(&app)).await;
    assert_eq!(again.get("/admin/limites").await.status, 200);
}

/// Whoever stole the password before the owner had a second factor must not share it.
#[sqlx::test]
async fn a_second_factor_is_of_the_session_that_proved_it(pool: PgPool) {
    let app = strict(pool).await;
    app.add_user(BOSS, Role::Admin, None).await;
    let (owner, thief) = (app.browser(), app.browser());
    for browser in [&owner, &thief] {
        browser.sign_in(BOSS, PASSWORD).await;
    }
    owner.post_form("/fn/segundo-factor-empezar", &[("password", PASSWORD)]).await;
    let telephone = Telephone::of(&owner).await;
    assert!(
        !thief.get("/cuenta/segundo-factor").await.body.contains("class=\"secret\""),
        "it is the owner's"
    );
    let before = owner.cookie(SESSION).unwrap();
    owner.post_form("/fn/segundo-factor-confirmar", &[("codigo", &telephone.code(&app))]).await;
    assert_ne!(owner.cookie(SESSION).unwrap(), before, "whoever knew the id before knows nothing");
    assert_eq!(owner.get("/admin/limites").await.status, 200);
    assert!(thief.get("/admin/limites").await.location.starts_with("/ingresar?"));
    assert_eq!(app.count("second_factors").await, 1);

    // One that was signed in meanwhile, beside the table of sessions, as a race would leave it.
    app.clock.advance(TimeDelta::seconds(60));
    let again = app.browser();
    again.sign_in(BOSS, PASSWORD).await;
    enter(&again, &telephone.code(&app)).await;
    assert_eq!(again.get("/admin/limites").await.status, 200);
    sqlx::query("update second_factors set confirmed_at = confirmed_at + interval '1 second'")
        .execute(&app.pool)
        .await
        .unwrap();
    assert!(again.get("/admin/limites").await.location.starts_with("/ingresar?"), "of another factor");
}

#[sqlx::test]
async fn setting_it_up_wants_the_password_and_guessing_it_is_stopped_and_told(pool: PgPool) {
    let app = TestApp::start(pool).await;
    app.add_user(ANA, Role::Buyer, None).await;
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    for said in ["no es la suya"].repeat(10).into_iter().chain(["Demasiados intentos"]) {
        browser.post_form("/fn/segundo-factor-empezar", &[("password", "otra clave")]).await;
        let page = browser.get("/cuenta/segundo-factor").await.body;
        assert!(page.contains(said) && !page.contains("class=\"secret\""), "{page}");
    }
    let noted: i64 =
        app.value("select sum(times)::bigint from sign_in_failures where kind = $1", "password").await;
    assert_eq!(noted, 10);
}

#[sqlx::test]
async fn codes_are_guessed_thirty_times_a_day_from_wherever(pool: PgPool) {
    let app = TestApp::start(pool).await;
    // The day of a door is UTC's; the test's own hour is within one.
    let now = app.clock.now();
    app.clock.advance(TimeDelta::days(1) - (now.time() - NaiveTime::MIN));
    let (_, telephone, _) = ana(&app).await;
    let guesser = app.browser();
    for _ in 0..3 {
        guesser.sign_in(ANA, PASSWORD).await;
        for _ in 0..10 {
            enter(&guesser, "123456").await;
        }
        app.clock.advance(TimeDelta::minutes(16));
    }
    guesser.sign_in(ANA, PASSWORD).await;
    let page = guesser.get(&enter(&guesser, &telephone.code(&app)).await).await.body;
    assert!(page.contains("Demasiados intentos"), "{page}");
}

#[sqlx::test]
async fn a_lost_telephone_is_helped_by_the_console_and_by_another_admin(pool: PgPool) {
    let app = strict(pool).await;
    let (mine, _, _) = ana(&app).await;
    okla::app::set_second_factor::reset_second_factor(&app.tools(), ANA).await.unwrap();
    assert!(!is_in(&mine).await, "whoever holds the telephone is out");
    let browser = app.browser();
    browser.sign_in(ANA, PASSWORD).await;
    assert!(is_in(&browser).await);
    enrol(&app, &browser).await;

    app.add_user(BOSS, Role::Admin, None).await;
    let boss = app.browser();
    boss.sign_in(BOSS, PASSWORD).await;
    enrol(&app, &boss).await;
    let id: String = app.value("select id::text from users where email = $1", ANA).await;
    let page = format!("/admin/usuarios/{id}");
    boss.post_form("/fn/admin/usuario-factor", &[("id", &id)]).await;
    assert!(boss.get(&page).await.body.contains("Motivo: escriba por qué"));
    boss.post_form("/fn/admin/usuario-factor", &[("id", &id), ("motivo_factor", "Perdió el teléfono")]).await;
    assert!(boss.get(&page).await.body.contains("El segundo factor está quitado"));
    assert!(!is_in(&browser).await);
    let audit = boss.get("/admin/auditoria").await.body;
    for sentence in [
        "jefa quitó el segundo factor de ana.",
        "La consola quitó el segundo factor de ana.",
        "ana activó su segundo factor.",
    ] {
        assert!(audit.contains(sentence), "{sentence}: {audit}");
    }
    let own: String = app.value("select id::text from users where email = $1", BOSS).await;
    boss.post_form("/fn/admin/usuario-factor", &[("id", &own), ("motivo_factor", "x")]).await;
    assert!(boss.get(&format!("/admin/usuarios/{own}")).await.body.contains("Es su propia cuenta"));
    assert_eq!(app.count("second_factors").await, 1);
}
