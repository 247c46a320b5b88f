//! What a change of a limit would do, who asks for one, who is told, and how it is taken back.

use chrono::TimeDelta;
use okla::{
    app::{
        clock::Clock,
        peaks::keep_peaks,
        set_limit::{SetLimit, set_limit},
    },
    domain::{limits::Limit, time::next_midnight, user::Role},
};
use sqlx::PgPool;

use crate::{
    admin::version_of,
    app::{Api, Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp},
};

struct Stage {
    app: TestApp,
    admin: Browser,
    dealer: Browser,
    api: Api,
}

async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    app.add_user("feria@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let (admin, dealer) = (app.browser(), app.browser());
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    dealer.sign_in("feria@ejemplo.do", PASSWORD).await;
    // The test's own minutes are on one day.
    let now = app.clock.now();
    app.clock.advance(next_midnight(now) - now + TimeDelta::hours(6));
    let (admin_again, dealer_again) = (app.browser(), app.browser());
    admin_again.sign_in("admin@ejemplo.do", PASSWORD).await;
    dealer_again.sign_in("feria@ejemplo.do", PASSWORD).await;
    let api = app.token_of("feria@ejemplo.do").await;
    Stage { app, admin: admin_again, dealer: dealer_again, api }
}

impl Stage {
    async fn send(&self, times: usize) {
        for _ in 0..times {
            let sent = self.api.write_async(PLAIN, "hola").await;
            assert_eq!(sent.status, 202, "{}", sent.text);
        }
    }

    async fn ask(&self, value: &str, reason: &str) -> String {
        let form = [("limite", "dealer_day"), ("valor", value), ("motivo", reason)];
        let landing = self.dealer.post_form("/fn/solicitar", &form).await;
        assert_eq!(landing.location, "/panel/limites");
        self.dealer.get("/panel/limites").await.body
    }

    /// Posts what the edit page holds, with this value.
    async fn save(&self, value: &str) -> String {
        let page = self.admin.get(&edit()).await.body;
        let version = version_of(&page);
        let request = page
            .split_once("name=\"solicitud\" value=\"")
            .map_or("", |(_, rest)| rest.split('"').next().unwrap());
        let form = [
            ("limite", "dealer_day"),
            ("concesionario", DEALER),
            ("version", &version),
            ("regla", "valor"),
            ("valor", value),
            ("motivo", "Campaña de feria"),
            ("solicitud", request),
        ];
        let landing = self.admin.post_form("/fn/limite", &form).await;
        self.admin.get(&landing.location).await.body
    }
}

fn edit() -> String {
    format!("/admin/limites/cambiar?limite=dealer_day&concesionario={DEALER}")
}

#[sqlx::test]
async fn a_change_shows_what_it_would_have_refused_before_it_is_saved(pool: PgPool) {
    let stage = stage(pool).await;
    stage.send(5).await;
    let limits = stage.app.count("limits").await + 1;
    let tried = |value: &str| format!("{}&probar=si&regla=valor&valor={value}&motivo=Prueba", edit());
    let page = stage.admin.get(&edit()).await.body;
    assert!(!page.contains(">Guardar<") && page.contains("Ver el efecto"), "{page}");

    let page = stage.admin.get(&tried("3")).await.body;
    assert!(page.contains("De los 5 mensajes de los últimos 7 días se habrían rechazado 0 → 2."), "{page}");
    assert_eq!(page.matches("/panel/mensajes/").count(), 2, "{page}");
    assert!(page.contains(">Guardar<") && page.contains("value=\"Prueba\""), "{page}");

    let page = stage.admin.get(&tried("5")).await.body;
    assert!(page.contains("no se habría rechazado ninguno"), "{page}");
    stage.app.set_limit(Limit::MetaTier, Some(4)).await;
    let page = stage.admin.get(&tried("300")).await.body;
    assert!(page.contains("no tendrá efecto: manda «Personas nuevas"), "{page}");
    let page = stage.admin.get(&tried("tres")).await.body;
    assert!(page.contains("escriba un número entero") && page.contains("value=\"tres\""), "{page}");
    assert!(!page.contains("Qué pasaría") && stage.app.count("limits").await == limits, "nothing is saved");
}

#[sqlx::test]
async fn a_dealer_asks_for_more_and_reads_what_was_decided(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.ask("muchos", "Feria").await;
    assert!(page.contains("escriba un número entero") && page.contains("value=\"Feria\""), "{page}");
    let page = stage.ask("300", "Feria del 4 de diciembre").await;
    assert!(page.contains("Su solicitud está enviada") && page.contains("En espera"), "{page}");
    assert!(stage.ask("400", "Otra vez").await.contains("Ya hay una solicitud suya"), "one at a time");

    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("Una solicitud espera su decisión."), "{page}");
    let page = stage.admin.get("/admin/limites?filtro=solicitud").await.body;
    assert!(page.contains("Pide 300") && page.contains("Feria del 4 de diciembre"), "{page}");
    let page = stage.admin.get(&edit()).await.body;
    assert!(
        page.contains("El concesionario pide 300.") && page.contains("name=\"valor\" inputmode=\"decimal\""),
        "{page}"
    );
    assert!(stage.save("250").await.contains("El límite está guardado"));
    let page = stage.dealer.get("/panel/limites").await.body;
    assert!(page.contains("Concedida") && page.contains("OKLA: Campaña de feria"), "{page}");
    assert!(
        stage.admin.get("/admin/limites?filtro=solicitud").await.body.contains("Ninguno con estos filtros.")
    );

    stage.ask("9000", "Más").await;
    let page = stage.admin.get(&edit()).await.body;
    let id = page.split_once("name=\"solicitud\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let denial = [("solicitud", id.as_str()), ("limite", "dealer_day"), ("concesionario", DEALER)];
    let back = stage.admin.post_form("/fn/negar", &denial).await;
    assert!(stage.admin.get(&back.location).await.body.contains("Respuesta: escriba por qué no"));
    let with_answer: Vec<_> = denial.into_iter().chain([("respuesta", "Es demasiado")]).collect();
    stage.admin.post_form("/fn/negar", &with_answer).await;
    let page = stage.dealer.get("/panel/limites").await.body;
    assert!(page.contains("Negada") && page.contains("OKLA: Es demasiado"), "{page}");
    let page = stage.admin.get("/admin/auditoria").await.body;
    assert!(page.contains("negó una solicitud de auto-feria de otro «Concesionario, por día»."), "{page}");
    // What is decided is not granted afterwards.
    let late = [
        ("limite", "dealer_day"),
        ("concesionario", DEALER),
        ("version", "1"),
        ("regla", "valor"),
        ("valor", "9000"),
        ("motivo", "x"),
        ("solicitud", &id),
    ];
    let back = stage.admin.post_form("/fn/limite", &late).await;
    assert!(stage.admin.get(&back.location).await.body.contains("ya está decidida"));
}

#[sqlx::test]
async fn eighty_and_a_hundred_percent_are_told_once_a_day_to_dealer_and_admin(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.set_limit(Limit::DealerDay, Some(5)).await;
    stage.send(3).await;
    assert!(!stage.dealer.get("/panel").await.body.contains("Entendido"));
    stage.send(1).await;
    let page = stage.dealer.get("/panel/costos").await.body;
    assert!(page.contains("está casi usado: 4 de 5"), "{page}");
    let read = [("limite", "dealer_day"), ("porciento", "80"), ("volver", "/panel/costos")];
    assert_eq!(stage.dealer.post_form("/fn/aviso-leido", &read).await.location, "/panel/costos");
    assert!(!stage.dealer.get("/panel").await.body.contains("Entendido"), "he has read it");
    stage.send(1).await;
    let page = stage.dealer.get("/panel").await.body;
    assert!(page.contains("está usado por completo: 5 de 5"), "{page}");
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("llegó al 80 % de «Concesionario, por día»: 4 de 5."), "{page}");
    assert!(page.contains("llegó al 100 % de «Concesionario, por día»: 5 de 5."), "{page}");
    // Raised and used up again on the same day: said once.
    stage.app.set_limit(Limit::DealerDay, Some(6)).await;
    stage.send(1).await;
    assert_eq!(stage.app.count("limit_marks").await, 2);
    let now = stage.app.clock.now();
    stage.app.clock.advance(next_midnight(now) - now);
    stage.dealer.sign_in("feria@ejemplo.do", PASSWORD).await;
    assert!(!stage.dealer.get("/panel").await.body.contains("Entendido"), "yesterday's is over");
    stage.send(5).await;
    assert_eq!(stage.app.count("limit_marks").await, 3);
}

#[sqlx::test]
async fn the_newest_change_is_taken_back_and_an_older_one_is_not(pool: PgPool) {
    let stage = stage(pool).await;
    stage.save("7").await;
    stage.save("9").await;
    let page = stage.admin.get("/admin/auditoria?de=limites").await.body;
    assert_eq!(page.matches(">Deshacer<").count(), 1, "{page}");
    let newest = stage.app.count("audit").await;
    stage.admin.post_form("/fn/deshacer", &[("id", &(newest - 1).to_string())]).await;
    assert!(stage.admin.get("/admin/auditoria").await.body.contains("ya no es el último"));
    stage.admin.post_form("/fn/deshacer", &[("id", &newest.to_string())]).await;
    let page = stage.admin.get("/admin/auditoria?de=limites").await.body;
    assert!(
        page.contains("bajó el límite «Concesionario, por día» de auto-feria de 9 a 7 hasta el"),
        "{page}"
    );
    assert!(page.contains(&format!("Deshace el cambio {newest}.")), "{page}");
    stage.send(7).await;
    assert_eq!(stage.api.write_async(PLAIN, "hola").await.code(), "dealer_daily_limit");

    stage.admin.post_form("/fn/pausar", &[("palabra", "PAUSAR"), ("motivo", "x")]).await;
    let pause = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/deshacer", &[("id", &pause)]).await;
    assert!(stage.admin.get("/admin/limites").await.body.contains("Envío activo."));
    let page = stage.admin.get("/admin/auditoria?quien=00000000-0000-0000-0000-000000000001").await.body;
    assert!(page.contains("Ningún cambio"), "by nobody: {page}");
}

#[sqlx::test]
async fn own_rules_show_their_use_and_are_filtered_and_peaks_are_kept(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.have_dealer("otro", "+18095550199").await;
    stage.save("5").await;
    let own = SetLimit { limit: Limit::DealerHour, value: Some(50.into()), dealer: Some("otro") };
    set_limit(&stage.app.tools(), own).await.unwrap();
    stage.send(4).await;
    let page = stage.admin.get("/admin/limites?filtro=cerca").await.body;
    assert!(page.contains("4 de 5") && !page.contains("concesionario=otro"), "{page}");
    let page = stage.admin.get("/admin/limites?filtro=vence").await.body;
    assert!(page.contains("Ninguno con estos filtros."), "a week is left: {page}");
    stage.app.clock.advance(TimeDelta::days(6));
    stage.admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    let page = stage.admin.get("/admin/limites?filtro=vence").await.body;
    assert!(
        page.contains(&format!("concesionario={DEALER}")) && !page.contains("concesionario=otro"),
        "{page}"
    );
    let page = stage.admin.get("/admin/limites?buscar=OTR").await.body;
    assert!(
        page.contains("concesionario=otro") && !page.contains(&format!("concesionario={DEALER}\"")),
        "{page}"
    );

    // Six days later nothing is used any more; the greatest hour and the greatest day are known.
    while keep_peaks(&stage.app.app).await.unwrap() == okla::app::deliver::Step::Worked {}
    stage.send(1).await;
    let peak = |name: &'static str| {
        let app = &stage.app;
        async move { app.value::<i64>("select max(used) from limit_peaks where name = $1", name).await }
    };
    assert_eq!([peak("dealer_hour").await, peak("platform_day").await, peak("meta_tier").await], [4, 4, 1]);
    let page = stage.admin.get("/admin/limites").await.body;
    let row = page.split("<tr>").find(|row| row.contains(">user_hour<")).unwrap();
    assert!(
        row.contains("data-label=\"Máx. de 30 días\" class=\"num\">4<") && row.contains("1 de 100"),
        "{row}"
    );
}
