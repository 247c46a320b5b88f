//! The admin's room: pauses, limits that end by themselves, and the proof of who changed what.

use chrono::TimeDelta;
use okla::{
    app::{audit::verify_audit, clock::Clock},
    domain::{limits::Limit, time::day_begins, time::day_in_santo_domingo, user::Role},
};
use sqlx::{AssertSqlSafe, PgPool};

use crate::app::{Api, Browser, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, TestApp};

struct Stage {
    app: TestApp,
    admin: Browser,
    dealer: Api,
}

async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.add_user("admin@ejemplo.do", Role::Admin, None).await;
    let dealer = app.token_for(Role::Dealer).await;
    let admin = app.browser();
    admin.sign_in("admin@ejemplo.do", PASSWORD).await;
    Stage { app, admin, dealer }
}

impl Stage {
    async fn pause(&self, fields: &[(&str, &str)]) -> String {
        let confirmed = [("palabra", "PAUSAR"), ("motivo", "Incidente en Twilio")];
        let fields: Vec<_> = fields.iter().copied().chain(confirmed).collect();
        self.admin.post_form("/fn/admin/pausar", &fields).await;
        self.admin.get("/admin/limites").await.body
    }

    /// Posts the form of one limit as it stands now, with these fields changed.
    async fn set(&self, limit: &str, slug: &str, fields: &[(&str, &str)]) -> String {
        let path = format!(
            "/admin/limites/cambiar?limite={limit}&concesionario={slug}&probar=si&regla=general&motivo=x"
        );
        let version = version_of(&self.admin.get(&path).await.body);
        let whole = [
            ("limite", limit),
            ("concesionario", slug),
            ("version", &version),
            ("regla", "valor"),
            ("motivo", "Campaña de feria"),
        ];
        let is_changed = |name: &str| fields.iter().any(|(changed, _)| *changed == name);
        let kept = whole.into_iter().filter(|(name, _)| !is_changed(name));
        let fields: Vec<_> = kept.chain(fields.iter().copied()).collect();
        let landing = self.admin.post_form("/fn/admin/limite", &fields).await;
        assert_eq!(landing.location, "/admin/limites", "{fields:?}");
        self.admin.get(&landing.location).await.body
    }
}

/// The newest pause of the page.
pub fn id_of(page: &str) -> String {
    page.split_once("name=\"id\" value=\"").expect("a pause").1.split_once('"').unwrap().0.to_owned()
}

/// The saving form's version of what it changes; it is there once the effect is seen.
pub fn version_of(page: &str) -> String {
    let input = page.split_once("name=\"version\" value=\"").expect("the form").1;
    input.split_once('"').unwrap().0.to_owned()
}

#[sqlx::test]
async fn a_pause_refuses_the_very_next_send_in_words_and_its_end_lets_it_go_on(pool: PgPool) {
    let stage = stage(pool).await;
    let page = stage.pause(&[]).await;
    assert!(page.contains("Todos los envíos") && page.contains("Incidente en Twilio"), "{page}");
    let refused = stage.dealer.write_async(PLAIN, "Hola").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (503, "paused"));
    assert_eq!(refused.header("retry-after"), None, "nobody knows until when");
    assert!(refused.json["error"].as_str().unwrap().contains("OKLA detuvo sus envíos"), "{}", refused.text);
    assert_eq!(stage.app.count("messages").await + stage.app.count("idempotency_keys").await, 0);

    let id = id_of(&page);
    stage.admin.post_form("/fn/admin/reanudar", &[("id", &id)]).await;
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
}

#[sqlx::test]
async fn a_pause_ends_by_itself_and_says_until_when(pool: PgPool) {
    let stage = stage(pool).await;
    let now = stage.app.clock.now();
    let until = now + TimeDelta::hours(2);
    let local = (until - TimeDelta::hours(4)).format("%Y-%m-%dT%H:%M").to_string();
    stage.pause(&[("hasta", &local)]).await;
    let refused = stage.dealer.write_async(PLAIN, "Hola").await;
    assert_eq!(refused.code(), "paused");
    assert!((7_100..=7_200).contains(&refused.retry_after()), "{}", refused.retry_after());
    stage.app.clock.advance(TimeDelta::seconds(refused.retry_after()));
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
}

#[sqlx::test]
async fn a_pause_of_one_dealer_or_kind_stops_no_other(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.have_dealer("otro", "+18095550199").await;
    stage.app.add_user("otro@ejemplo.do", Role::Dealer, Some("otro")).await;
    let other = stage.app.token_of("otro@ejemplo.do").await;
    stage.pause(&[("concesionario", DEALER)]).await;
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "paused");
    assert_eq!(other.write_async(PLAIN, "Hola").await.status, 202);
    stage.pause(&[("tipo", "test_drive")]).await;
    let drive = serde_json::json!({ "toPhoneNumber": PLAIN, "messageBody": "Mañana", "kind": "test_drive" });
    assert_eq!(other.send(drive).await.code(), "paused");
    assert_eq!(other.write_async(PLAIN, "Hola otra vez").await.status, 202);
}

#[sqlx::test]
async fn what_became_of_a_pause_is_said_and_an_ended_one_begins_again(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.have_dealer_named("otro", "Otro, S.R.L.", "+18095550199").await;
    let page = stage.pause(&[("concesionario", "OTRO, s.r.l.")]).await;
    assert!(page.contains("Los envíos de Otro, S.R.L.") && page.contains("Lo demás sigue activo."), "{page}");
    let id = id_of(&page);
    let end = async || stage.admin.post_form("/fn/admin/reanudar", &[("id", &id)]).await;
    end().await;
    end().await;
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("Esa pausa ya terminó: la reanudó admin, "), "{page}");
    let ended = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &ended)]).await;
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("Los envíos de Otro, S.R.L.") && id_of(&page) == id, "{page}");
    end().await;

    let until = stage.app.clock.now() + TimeDelta::hours(1);
    let local = (until - TimeDelta::hours(4)).format("%Y-%m-%dT%H:%M").to_string();
    let page = stage.pause(&[("hasta", &local)]).await;
    assert!(!page.contains("Lo demás sigue activo."), "{page}");
    let (id, entry) = (id_of(&page), stage.app.count("audit").await.to_string());
    let page = stage.admin.get("/admin/auditoria?de=pausas").await.body;
    assert!(page.contains("pausó los envíos hasta "), "{page}");
    assert_eq!(page.matches(">Deshacer<").count(), 2, "{page}");
    stage.app.clock.advance(TimeDelta::hours(1));
    let page = stage.admin.get("/admin/auditoria?de=pausas").await.body;
    assert_eq!(page.matches(">Deshacer<").count(), 1, "what ended by itself is not taken back: {page}");
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &entry)]).await;
    assert!(
        stage.admin.get("/admin/auditoria").await.body.contains("Esa pausa ya terminó: terminó por sí sola")
    );
    stage.admin.post_form("/fn/admin/reanudar", &[("id", &id)]).await;
    assert!(stage.admin.get("/admin/limites").await.body.contains("terminó por sí sola"));
}

#[sqlx::test]
async fn what_waits_in_the_queue_waits_on_while_it_is_paused(pool: PgPool) {
    let stage = stage(pool).await;
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    let page = stage.pause(&[]).await;
    stage.app.work().await;
    assert_eq!(stage.app.sim_messages(PLAIN).await.len(), 0);
    let id = id_of(&page);
    stage.admin.post_form("/fn/admin/reanudar", &[("id", &id)]).await;
    stage.app.work().await;
    assert_eq!(stage.app.sim_messages(PLAIN).await.len(), 1);
}

#[sqlx::test]
async fn what_grows_too_old_under_a_pause_fails_with_its_reason_and_is_given_back(pool: PgPool) {
    let stage = stage(pool).await;
    let id = stage.dealer.write_async(PLAIN, "Hola").await.id();
    stage.pause(&[]).await;
    stage.app.advance(TimeDelta::hours(5)).await;
    stage.app.work().await;
    let told = stage.dealer.status(&id).await.json;
    assert_eq!(
        (told["status"].as_str(), told["cost"].to_string().parse()),
        (Some("failed"), Ok(0.0)),
        "{told}"
    );
    assert_eq!(stage.app.sim_messages(PLAIN).await.len(), 0);
}

#[sqlx::test]
async fn a_pause_wants_its_word_and_its_reason_and_loses_nothing_typed(pool: PgPool) {
    let stage = stage(pool).await;
    let fields = [("palabra", "pausar"), ("motivo", "Prueba"), ("concesionario", DEALER)];
    stage.admin.post_form("/fn/admin/pausar", &fields).await;
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("escriba PAUSAR, en mayúsculas") && page.contains("value=\"Prueba\""), "{page}");
    stage.admin.post_form("/fn/admin/pausar", &[("palabra", "PAUSAR")]).await;
    assert!(stage.admin.get("/admin/limites").await.body.contains("Motivo: escriba por qué"));
    stage
        .admin
        .post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "x"), ("concesionario", "nadie")])
        .await;
    assert!(stage.admin.get("/admin/limites").await.body.contains("elija uno de la lista"));
    assert_eq!(
        stage.app.count("pauses").await + stage.app.count("audit").await,
        4,
        "two accounts, a token and a dealer"
    );
}

#[sqlx::test]
async fn an_override_ends_to_the_second_and_what_was_sent_meanwhile_counts(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.set_limit(Limit::DealerDay, Some(2)).await;
    let today = day_in_santo_domingo(stage.app.clock.now());
    let ends = day_begins(today + chrono::Days::new(1));
    stage.set("dealer_day", DEALER, &[("valor", "4"), ("vence", &today.to_string())]).await;
    for _ in 0..4 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "dealer_daily_limit");
    // The day's count begins anew in the very second in which the override ends.
    stage.app.clock.advance(ends - stage.app.clock.now());
    for _ in 0..2 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "dealer_daily_limit");

    // What has ended can be set again, and is no other admin's change.
    let today = day_in_santo_domingo(stage.app.clock.now());
    stage.set("dealer_day", DEALER, &[("valor", "3"), ("vence", &today.to_string())]).await;
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    stage.set("dealer_day", DEALER, &[("regla", "general")]).await;

    // A dealer's «no limit» is counted: when it ends, what he sent meanwhile is in the count.
    let today = day_in_santo_domingo(stage.app.clock.now());
    stage.app.set_limit(Limit::UserHour, Some(3)).await;
    stage.set("user_hour", DEALER, &[("regla", "sin"), ("vence", &today.to_string())]).await;
    let ends = day_begins(today + chrono::Days::new(1));
    stage.app.clock.advance(ends - stage.app.clock.now() - TimeDelta::minutes(5));
    stage.app.set_limit(Limit::DealerDay, None).await;
    stage.set("user_hour", DEALER, &[("regla", "sin"), ("vence", &today.to_string())]).await;
    for _ in 0..6 {
        let sent = stage.dealer.write_async(PLAIN, "Hola").await;
        assert_eq!(sent.status, 202, "{}", sent.text);
    }
    stage.app.clock.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202, "a second before it ends");
    stage.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "hourly_limit");
}

#[sqlx::test]
async fn what_was_permanent_holds_again_when_the_value_over_it_ends(pool: PgPool) {
    let stage = stage(pool).await;
    let today = day_in_santo_domingo(stage.app.clock.now());
    let ends = day_begins(today + chrono::Days::new(1));
    stage.set("dealer_day", DEALER, &[("valor", "1"), ("permanente", "si")]).await;
    let path = format!("/admin/limites/cambiar?limite=dealer_day&concesionario={DEALER}&probar=si&motivo=x");
    let seen = stage.admin.get(&format!("{path}&regla=valor&valor=50&vence={today}")).await.body;
    assert!(seen.contains("<dt>Al vencer rige</dt><dd>1</dd>"), "{seen}");
    let page = stage.set("dealer_day", DEALER, &[("valor", "50"), ("vence", &today.to_string())]).await;
    assert!(page.contains("; luego 1<"), "{page}");
    for _ in 0..2 {
        assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    }
    stage.app.clock.advance(ends - stage.app.clock.now());
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.status, 202);
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "dealer_daily_limit");

    // What is set for good ends the other, and is taken back with all that lay there.
    let tomorrow = today + chrono::Days::new(1);
    stage.set("dealer_day", DEALER, &[("valor", "50"), ("vence", &tomorrow.to_string())]).await;
    stage.set("dealer_day", DEALER, &[("valor", "7"), ("permanente", "si")]).await;
    assert_eq!(stage.app.count("limits where dealer_id is not null").await, 1);
    let newest = stage.app.count("audit").await.to_string();
    stage.admin.post_form("/fn/admin/deshacer", &[("id", &newest)]).await;
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("50") && page.contains("; luego 1<"), "{page}");
}

#[sqlx::test]
async fn two_admins_at_once_see_both_values(pool: PgPool) {
    let stage = stage(pool).await;
    let form = [("limite", "platform_day"), ("regla", "valor"), ("motivo", "Prueba")];
    let with = |value| form.into_iter().chain([("version", "0"), ("valor", value)]).collect::<Vec<_>>();
    sqlx::query("delete from limits").execute(&stage.app.pool).await.unwrap();
    stage.admin.post_form("/fn/admin/limite", &with("2,000")).await;
    let late = stage.admin.post_form("/fn/admin/limite", &with("1,500")).await;
    let page = stage.admin.get(&late.location).await.body;
    assert!(page.contains("ahora es 2,000; usted puso 1,500"), "{page}");
    assert!(page.contains("value=\"1,500\"") && page.contains("Qué pasaría"), "{page}");
    let version = stage.app.value::<i64>("select version from limits where name = $1", "platform_day").await;
    assert_eq!(version_of(&page), version.to_string());
}

#[sqlx::test]
async fn a_value_that_another_limit_makes_void_is_said_so(pool: PgPool) {
    let stage = stage(pool).await;
    stage.app.set_limit(Limit::MetaTier, Some(250)).await;
    stage.set("dealer_day", DEALER, &[("valor", "2000"), ("permanente", "si")]).await;
    let page = stage.admin.get("/admin/limites").await.body;
    assert!(page.contains("manda «Personas nuevas que permite Meta, en 24 horas»: 250"), "{page}");
    let page =
        stage.admin.get(&format!("/admin/limites/cambiar?limite=dealer_day&concesionario={DEALER}")).await;
    assert!(page.body.contains("Por encima de 250 no tendrá efecto"), "{}", page.body);
}

#[sqlx::test]
async fn every_change_is_a_sentence_and_the_chain_proves_it(pool: PgPool) {
    let stage = stage(pool).await;
    stage.set("dealer_day", DEALER, &[("valor", "1000"), ("permanente", "si")]).await;
    stage.set("dealer_day", DEALER, &[("valor", "2,000"), ("vence", "2099-08-12")]).await;
    stage.pause(&[("tipo", "offer")]).await;
    let page = stage.admin.get("/admin/auditoria").await.body;
    for sentence in [
        "subió el límite «Concesionario, por día» de auto-feria de 1,000 a 2,000 hasta el 12 ago 2099, y después 1,000.",
        "pausó los envíos de tipo «Oferta».",
        "La consola añadió a admin como administrador.",
        "La consola creó un token de la API de ",
        "Campaña de feria",
        "La cadena de 7 registros está entera.",
    ] {
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
    let page = stage.admin.get("/admin/auditoria?de=pausas").await.body;
    assert!(page.contains("pausó") && !page.contains("subió"));
    let page = stage.admin.get("/admin/auditoria?quien=consola").await.body;
    assert!(page.contains("La consola añadió") && !page.contains("pausó"), "{page}");
    let page = stage.admin.get("/admin/auditoria?quien=okla").await.body;
    assert!(page.contains("Ningún cambio"), "{page}");
}

#[sqlx::test]
async fn one_changed_byte_anywhere_is_found_and_the_database_refuses_changes(pool: PgPool) {
    let stage = stage(pool).await;
    stage.set("dealer_day", DEALER, &[("valor", "1000")]).await;
    stage.pause(&[("concesionario", DEALER)]).await;
    let verified = verify_audit(&stage.app.pool, None).await.unwrap();
    assert_eq!((verified.entries, verified.broken_at), (6, None));
    for refused in ["update audit set reason = 'x'", "delete from audit", "truncate audit"] {
        let error = sqlx::query(AssertSqlSafe(refused)).execute(&stage.app.pool).await.unwrap_err();
        assert!(error.to_string().contains("not allowed"), "{refused}: {error}");
    }
    // Whoever owns the database can take the trigger off; the chain still tells.
    sqlx::query("alter table audit disable trigger user").execute(&stage.app.pool).await.unwrap();
    for change in [
        "at = at + interval '1 microsecond'",
        "actor_id = gen_random_uuid()",
        "action = 'pause_ended'",
        "dealer_id = gen_random_uuid()",
        "subject = subject || ' '",
        "before = before || ' '",
        "after = after || ' '",
        "after = left(after, -1)",
        "reason = reason || ' '",
        "seal = set_byte(seal, 31, get_byte(seal, 31) # 1)",
        "id = id + 100",
    ] {
        for id in 1..=6 {
            let change = format!(
                "create table kept as select * from audit; update audit set {change} where id = {id}"
            );
            sqlx::raw_sql(AssertSqlSafe(change.clone())).execute(&stage.app.pool).await.unwrap();
            let broken = verify_audit(&stage.app.pool, None).await.unwrap().broken_at;
            assert!(broken.is_some_and(|at| at <= id + 1), "{change}: {broken:?}");
            let page = stage.admin.get("/admin/auditoria").await.body;
            assert!(page.contains("La cadena se rompe."), "{change}: {page}");
            sqlx::raw_sql("delete from audit; insert into audit select * from kept; drop table kept")
                .execute(&stage.app.pool)
                .await
                .unwrap();
        }
    }
    assert_eq!(verify_audit(&stage.app.pool, None).await.unwrap(), verified);
    // What is left of a chain whose end was cut off is whole; the seal that somebody noted is not in it.
    let noted = Some(verified.end);
    assert_eq!(verify_audit(&stage.app.pool, noted).await.unwrap().noted_at, Some(6));
    let page = stage.admin.get("/admin/auditoria").await.body;
    assert!(page.contains(&verified.end_in_hex()), "{page}");
    sqlx::query("delete from audit where id = 6").execute(&stage.app.pool).await.unwrap();
    let cut = verify_audit(&stage.app.pool, noted).await.unwrap();
    assert_eq!((cut.entries, cut.broken_at, cut.noted_at), (5, None, None));
}

#[sqlx::test]
async fn nobody_else_finds_the_room_or_touches_anything_in_it(pool: PgPool) {
    let stage = stage(pool).await;
    let (visitor, buyer, dealer) = (stage.app.browser(), stage.app.browser(), stage.app.browser());
    buyer.sign_up("ana@okla.test").await;
    stage.app.add_user("panel@okla.test", Role::Dealer, Some(DEALER)).await;
    dealer.sign_in("panel@okla.test", PASSWORD).await;
    let page = stage.pause(&[]).await;
    let id = id_of(&page);
    let (recorded, limits) = (stage.app.count("audit").await, stage.app.count("limits").await);
    let routes: Vec<_> =
        crate::tenants::routes(&stage.app).filter(|route| route.starts_with("/admin")).collect();
    assert!(routes.len() >= 3, "{routes:?}");
    for route in routes {
        let route = &route.replace("{id}", &id);
        let away = visitor.get(route).await;
        // A stream leads nowhere.
        let is_out = if route.ends_with("/eventos") {
            away.status == 401
        } else {
            away.status == 303 && away.location.starts_with("/ingresar")
        };
        assert!(is_out, "{route}: {}", away.status);
        for other in [&buyer, &dealer] {
            assert_eq!(other.get(&format!("{route}?limite=dealer_day")).await.status, 404, "{route}");
        }
    }
    let limit =
        [("limite", "dealer_day"), ("regla", "valor"), ("valor", "9"), ("motivo", "x"), ("version", "0")];
    for other in [&visitor, &buyer, &dealer] {
        other
            .post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "x"), ("tipo", "offer")])
            .await;
        other.post_form("/fn/admin/reanudar", &[("id", &id)]).await;
        other.post_form("/fn/admin/limite", &limit).await;
    }
    assert_eq!(stage.app.count("audit").await, recorded);
    assert_eq!((stage.app.count("limits").await, stage.app.count("pauses").await), (limits, 1));
    assert_eq!(stage.dealer.write_async(PLAIN, "Hola").await.code(), "paused");
}
