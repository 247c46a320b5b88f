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

use crate::app::{Api, Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

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

    /// Posts what the page holds once the effect of this value is seen, and grants what the dealer asks for.
    async fn save(&self, value: &str) -> String {
        let page = self.see(&format!("valor&valor={value}")).await;
        let mut form = saving(&page);
        if page.contains("Conceder y guardar") {
            let asked = page.split_once("name=\"solicitud\" value=\"").unwrap().1;
            form.push(("solicitud".to_owned(), asked.split('"').next().unwrap().to_owned()));
            form.push(("contesta".to_owned(), "Suerte en la feria".to_owned()));
        }
        self.post(&form).await
    }

    /// The page with the effect of this rule.
    async fn see(&self, rule: &str) -> String {
        let motive = "motivo=Campa%C3%B1a%20de%20feria";
        self.admin.get(&format!("{}&probar=si&regla={rule}&{motive}", edit())).await.body
    }

    async fn post(&self, form: &[(String, String)]) -> String {
        let form: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
        let landing = self.admin.post_form("/fn/admin/limite", &form).await;
        self.admin.get(&landing.location).await.body
    }
}

/// What the last saving form of the page sends: hidden fields, and nothing that can be typed.
fn saving(page: &str) -> Vec<(String, String)> {
    let form = page.rsplit_once("action=\"/fn/admin/limite\"").expect("the effect is seen").1;
    let form = form.split_once("</form>").unwrap().0;
    let inputs = form.split("<input ").skip(1).map(|input| {
        let value = |name: &str| {
            let after = input.split_once(&format!("{name}=\"")).map_or("", |(_, after)| after);
            after.split('"').next().unwrap().to_owned()
        };
        assert_eq!(value("type"), "hidden", "{input}");
        (value("name"), value("value"))
    });
    inputs.collect()
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
    stage.app.set_limit(Limit::DealerDay, Some(100)).await;
    let page = stage.ask("muchos", "Feria").await;
    assert!(
        page.contains("Cuánto necesita: escriba un número entero") && page.contains("value=\"Feria\""),
        "{page}"
    );
    let page = stage.ask("300", "Feria del 4 de diciembre").await;
    assert!(page.contains("Su solicitud está enviada") && page.contains("En espera"), "{page}");
    assert!(stage.ask("400", "Otra vez").await.contains("Ya hay una solicitud suya"), "one at a time");

    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("Una solicitud espera su decisión."), "{page}");
    let page = stage.admin.get("/admin/limites?filtro=solicitud").await.body;
    assert!(page.contains("Pide 300") && page.contains("Feria del 4 de diciembre"), "{page}");
    let page = stage.admin.get(&edit()).await.body;
    assert!(page.contains("El concesionario pide 300."), "{page}");
    let input = page.split_once("id=\"valor\"").unwrap().1.split_once('>').unwrap().0;
    assert!(input.contains("value=\"300\""), "{input}");

    // Less than now, or what holds for all, is saved and grants nothing; nor can it be pressed to.
    for rule in ["valor&valor=80", "general"] {
        let page = stage.see(rule).await;
        assert!(page.contains("Guardar sin conceder") && !page.contains("Conceder y guardar"), "{page}");
    }
    let mut forged = saving(&stage.see("valor&valor=80").await);
    let id = page.split_once("name=\"solicitud\" value=\"").unwrap().1.split('"').next().unwrap();
    forged.push(("solicitud".to_owned(), id.to_owned()));
    assert!(stage.post(&forged).await.contains("no es más que el de ahora"));
    let mut forged = saving(&stage.see("general").await);
    forged.push(("solicitud".to_owned(), id.to_owned()));
    assert!(stage.post(&forged).await.contains("ponga un valor propio"));
    assert!(stage.dealer.get("/panel/limites").await.body.contains("En espera"));

    assert!(stage.save("250").await.contains("La solicitud está concedida"));
    let page = stage.dealer.get("/panel/limites").await.body;
    assert!(page.contains("Concedida") && page.contains("OKLA: Suerte en la feria"), "{page}");
    assert!(page.contains("Se le concedió 250 hasta el ") && !page.contains("Campaña de feria"), "{page}");
    assert!(!page.contains("Ahora rige"), "{page}");
    assert!(
        stage.admin.get("/admin/limites?filtro=solicitud").await.body.contains("Ninguno con estos filtros.")
    );

    // Taken back, it holds no more, and the dealer reads what does.
    let granted = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &granted)]).await;
    let page = stage.dealer.get("/panel/limites").await.body;
    assert!(page.contains("Concedida; ya no rige") && page.contains("Ahora rige: 100."), "{page}");

    stage.ask("9000", "Más").await;
    let page = stage.admin.get(&edit()).await.body;
    let id = page.split_once("name=\"solicitud\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let denial = [("solicitud", id.as_str()), ("limite", "dealer_day"), ("concesionario", DEALER)];
    let back = stage.admin.post_form("/fn/admin/negar", &denial).await;
    assert!(stage.admin.get(&back.location).await.body.contains("Respuesta: escriba por qué no"));
    let hidden: Vec<_> = denial.into_iter().chain([("respuesta", "Es\u{202e} mucho")]).collect();
    let back = stage.admin.post_form("/fn/admin/negar", &hidden).await;
    assert!(
        stage.admin.get(&back.location).await.body.contains("Respuesta: escriba solo texto en una línea")
    );
    let with_answer: Vec<_> = denial.into_iter().chain([("respuesta", "Es demasiado")]).collect();
    stage.admin.post_form("/fn/admin/negar", &with_answer).await;
    let page = stage.dealer.get("/panel/limites").await.body;
    assert!(page.contains("Negada") && page.contains("OKLA: Es demasiado"), "{page}");
    let page = stage.admin.get("/admin/auditoria").await.body;
    assert!(page.contains("negó una solicitud de auto-feria de otro «Concesionario, por día»."), "{page}");
    // What is decided is not granted afterwards.
    let mut late = saving(&stage.see("valor&valor=9000").await);
    late.push(("solicitud".to_owned(), id));
    assert!(stage.post(&late).await.contains("ya está decidida"));
}

#[sqlx::test]
async fn what_is_typed_of_an_end_counts_and_what_is_set_is_filled_in(pool: PgPool) {
    let stage = stage(pool).await;
    let checked = |page: &str| {
        let input = page.split_once("type=\"checkbox\"").unwrap().1.split_once('>').unwrap().0;
        input.contains("checked")
    };
    let page = stage.see("valor&valor=5&permanente=si").await;
    assert!(page.contains("<dt>Último día</dt><dd>permanente</dd>"), "{page}");
    stage.post(&saving(&page)).await;
    let page = stage.admin.get(&edit()).await.body;
    assert!(checked(&page) && page.contains("value=\"5\""), "{page}");

    // Unticked and a day chosen: that day.
    let page = stage.see("valor&valor=5&vence=2099-08-12").await;
    assert!(!checked(&page) && page.contains("<dd>12 ago 2099</dd>"), "{page}");
    stage.post(&saving(&page)).await;
    let page = stage.admin.get(&edit()).await.body;
    assert!(!checked(&page) && page.contains("value=\"2099-08-12\""), "an end that is set stays: {page}");

    let page = stage.see("valor&valor=5&vence=2099-08-12&permanente=si").await;
    assert!(page.contains("Último día: bórrelo") && !page.contains("Qué pasaría"), "{page}");
    let page = stage.see("valor&valor=5&vence=2001-08-12").await;
    assert!(page.contains("Último día: elija uno que todavía no haya pasado."), "{page}");
    let ended: Option<chrono::DateTime<chrono::Utc>> =
        sqlx::query_scalar("select expires_at from limits where dealer_id is not null and is_temporary")
            .fetch_one(&stage.app.pool)
            .await
            .unwrap();
    assert_eq!(ended.unwrap().to_rfc3339(), "2099-08-13T04:00:00+00:00");
}

#[sqlx::test]
async fn what_is_granted_is_for_a_while_though_what_holds_is_permanent(pool: PgPool) {
    let stage = stage(pool).await;
    stage.post(&saving(&stage.see("valor&valor=5&permanente=si").await)).await;
    stage.ask("300", "Feria del 4 de diciembre").await;
    let page = stage.admin.get(&edit()).await.body;
    let input = page.split_once("type=\"checkbox\"").unwrap().1.split_once('>').unwrap().0;
    assert!(page.contains("value=\"300\"") && !input.contains("checked"), "{page}");
}

#[sqlx::test]
async fn a_limit_taken_away_and_set_again_is_another(pool: PgPool) {
    let stage = stage(pool).await;
    stage.save("5").await;
    let old = saving(&stage.see("valor&valor=6").await);
    stage.post(&saving(&stage.see("general").await)).await;
    stage.save("5").await;
    let page = stage.post(&old).await;
    assert!(page.contains("ahora es 5; usted puso 6"), "{page}");
}

#[sqlx::test]
async fn a_dealer_is_named_as_people_name_him_and_a_wrong_name_is_mended_where_it_was_typed(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.have_dealer_named("otro", "Autos Ñandú", "+18095550199").await;
    let page = async |limit: &str, name: &str| {
        stage.admin.get(&format!("/admin/limites/cambiar?limite={limit}&concesionario={name}")).await
    };
    let found = page("dealer_day", "AUTOS%20nand%C3%BA").await;
    assert!(found.body.contains("Autos Ñandú") && found.body.contains("value=\"otro\""), "{}", found.body);
    let unknown = page("dealer_day", "Nadie").await.body;
    assert!(unknown.contains("Concesionario: no hay ninguno con ese nombre"), "{unknown}");
    assert!(unknown.contains("value=\"Nadie\"") && unknown.contains("value=\"otro\""), "{unknown}");
    assert!(page("dealer_day", "%00").await.body.contains("no hay ninguno con ese nombre"));
    let for_all = page("pair_day", "otro").await.body;
    assert!(for_all.contains("vale para todos; elija uno de un concesionario."), "{for_all}");
    let landing = stage.admin.post_form("/fn/admin/limite", &[("limite", "nada"), ("regla", "sin")]).await;
    assert!(stage.admin.get(&landing.location).await.body.contains("Límite: elija uno de la lista."));
    let users = stage.admin.get("/admin/usuarios?concesionario=Autos%20%C3%91and%C3%BA").await.body;
    assert!(users.contains("Nadie con estos filtros"), "nobody works there: {users}");
}

#[sqlx::test]
async fn whoever_a_lowered_limit_shuts_off_is_told_and_found(pool: PgPool) {
    let stage = stage(pool).await;
    stage.send(4).await;
    assert_eq!(stage.app.count("limit_marks").await, 0);
    let near = "/admin/limites?filtro=cerca";
    assert!(stage.admin.get(near).await.body.contains("Ninguno con estos filtros."));
    // For all: who has nothing of his own is found, and is told.
    stage.app.set_limit(Limit::DealerDay, Some(5)).await;
    let page = stage.dealer.get("/panel").await.body;
    assert!(page.contains("está casi usado: 4 de 5"), "{page}");
    let page = stage.admin.get(near).await.body;
    assert!(page.contains("como para todos") && page.contains("4 de 5"), "{page}");
    // His own, below what he used.
    stage.save("3").await;
    let page = stage.dealer.get("/panel").await.body;
    assert!(page.contains("está usado por completo: 4 de 3"), "{page}");
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("llegó al 100 % de «Concesionario, por día»: 4 de 3."), "{page}");
    // What holds for all is not full of one whom it does not hold.
    let row = page.split("<tr>").find(|row| row.contains(">dealer_day<")).unwrap();
    assert!(row.contains("0 de 5") && row.contains("5 disponibles"), "{row}");
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
    assert!(!page.contains("llegó al 80 % de «Concesionario, por día»"), "the greater alone: {page}");
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
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &(newest - 1).to_string())]).await;
    assert!(stage.admin.get("/admin/auditoria").await.body.contains("ya no es el último"));
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &newest.to_string())]).await;
    let page = stage.admin.get("/admin/auditoria?de=limites").await.body;
    assert!(
        page.contains("bajó el límite «Concesionario, por día» de auto-feria de 9 a 7 hasta el"),
        "{page}"
    );
    assert!(page.contains(&format!("Deshace el cambio {newest}.")), "{page}");
    stage.send(7).await;
    assert_eq!(stage.api.write_async(PLAIN, "hola").await.code(), "dealer_daily_limit");

    stage.admin.post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "x")]).await;
    let pause = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &pause)]).await;
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
