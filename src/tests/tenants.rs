//! What is one dealer's is not found by another: every route there is, walked with the other's ids. The routes are the
//! router's own, so that a new one cannot be forgotten: it must be given its place here.

use std::collections::BTreeMap;

use okla::domain::{limits::Limit, user::Role};
use reqwest::Method;
use sqlx::PgPool;

use crate::{
    app::{Api, Browser, PASSWORD, TestApp},
    stock::{upload, with},
};

/// The other's: a dealer whose every word bears a mark.
const OTHER: &str = "el-otro";
const OTHER_PHONE: &str = "+18295550777";
/// In each of the other's texts; must never be seen by the first.
const MARK: &str = "marca-del-otro";
/// 63018 by callback: it failed and may be sent again.
const BUSY: &str = "+18297771018";

/// Forms of which nothing belongs to a dealer, or it is not named by an id.
pub const OPEN: [&str; 25] = [
    "contactar",
    "me-interesa",
    "ingresar",
    "ingresar-codigo",
    "salir",
    "telefono",
    "escribir",
    "registro",
    "solicitar",
    "aviso-leido",
    "segundo-factor-empezar",
    "segundo-factor-confirmar",
    "segundo-factor-quitar",
    "sesiones-cerrar-otras",
    "numero-codigo",
    "numero-tomar",
    "numero-cambiar",
    "clave-olvidada",
    "clave-nueva",
    "clave-cambiar",
    "permiso-dar",
    "permiso-retirar",
    "datos-nombre",
    "datos-correo",
    "borrar-cuenta",
];

/// Routes that are the same for everybody, or hold nothing that is a dealer's.
const SAME_FOR_ALL: [&str; 31] = [
    "/",
    "/vehiculos/:id",
    "/vehiculos/:id/contactar",
    "/ingresar",
    "/ingresar/codigo",
    "/registro",
    "/olvide-mi-clave",
    "/olvide-mi-clave/eventos",
    // Of one's own number, which no id names.
    "/cuenta/numero/eventos",
    "/api/docs",
    "/leer/:token",
    "/demo/telefono",
    // Streams of one's own figures, which hold his user's id in their key, and of the simulated telephone.
    "/panel/eventos",
    "/panel/mensajes/eventos",
    "/panel/conversaciones/eventos",
    "/demo/telefono/eventos",
    "/demo/telefono/numeros/eventos",
    "/tema",
    "/webhooks/twilio/status",
    "/webhooks/twilio/inbound",
    "/vehiculos/imagen/{name}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    "/api",
    "/api/",
    "/api/{*rest}",
    "/v/{version}/pkg",
    "/v/{version}/pkg/",
    "/v/{version}/pkg/{*__private__axum_nest_tail_param}",
];

/// How a route is asked for what is not the visitor's.
enum Ask {
    /// With an id of the other's: not found.
    Theirs(String),
    /// Without an id: nothing of the other's is in it.
    Own(String),
    /// The same for everybody, or another role's.
    Open,
}

pub struct Stage {
    pub app: TestApp,
    pub first: Browser,
    pub api: Api,
    message: String,
    sid: String,
    vehicle: String,
    bulk: String,
    import: String,
    thread: String,
    /// As a form names the conversation.
    writes_to: String,
    /// A file in it.
    file: String,
    drive: String,
    campaign: String,
    /// Words from the other's number that are in no conversation.
    words: String,
}

pub async fn stage(pool: PgPool) -> Stage {
    let app = TestApp::start(pool).await;
    app.set_limit(Limit::PlatformDay, Some(7_654)).await;
    for (slug, phone) in [("el-primero", "+18295550111"), (OTHER, OTHER_PHONE)] {
        app.have_dealer(slug, phone).await;
        app.add_user(&format!("{slug}@okla.test"), Role::Dealer, Some(slug)).await;
    }
    let (first, other) = (app.browser(), app.browser());
    first.sign_in("el-primero@okla.test", PASSWORD).await;
    other.sign_in("el-otro@okla.test", PASSWORD).await;
    let marked = with(&[("modelo", MARK), ("referencia", MARK), ("descripcion", MARK)]);
    other.post_form("/fn/vehiculo", &marked).await;
    let import =
        upload(&other, MARK, "referencia,marca,modelo,año,tipo,color,km,transmisión,combustible,precio\n")
            .await;
    let sent = app.token_of("el-otro@okla.test").await.write(BUSY, MARK).await;
    let message = sent.id();
    app.wait_for(&message, "failed").await;
    let sid = sent.json["messageId"].as_str().unwrap().to_owned();
    let bulk = uuid::Uuid::now_v7().to_string();
    let today = okla::domain::time::day_in_santo_domingo(app.app.clock.now()).to_string();
    other
        .post_form(
            "/fn/reenviar-varios",
            &[("id", &bulk), ("desde", &today), ("hasta", &today), ("cuantos", "9")],
        )
        .await;
    assert_eq!(other.get(&format!("/panel/reenvios/{bulk}")).await.status, 200);
    let vehicle: String = app.value("select id::text from vehicles where model = $1", MARK).await;
    let import = import.location.rsplit('/').next().unwrap().to_owned();
    let thread: String =
        app.value("select thread_id::text from messages where id = $1::uuid", &message).await;
    let campaign = uuid::Uuid::now_v7().to_string();
    let offer = [("id", campaign.as_str()), ("texto", MARK)];
    assert!(other.post_form("/fn/oferta", &offer).await.location.ends_with(&campaign));
    let api = app.token_of("el-primero@okla.test").await;
    let drive = test_drive(&app, &vehicle).await;
    let file = attach(&app, &thread).await;
    let writes_to = format!("conversacion:{thread}");
    let words: String = app
        .value(
            "insert into inbound_messages (id, sid, from_address, body, fields, received_at, handled_at)
             values (gen_random_uuid(), gen_random_uuid()::text, $1, 'marca-del-otro', '{\"x\": 1}', now(), now())
             returning id::text",
            OTHER_PHONE,
        )
        .await;
    Stage {
        app,
        first,
        api,
        message,
        sid,
        vehicle,
        bulk,
        import,
        thread,
        writes_to,
        file,
        drive,
        campaign,
        words,
    }
}

/// A picture that somebody sent into a conversation; its id.
pub async fn attach(app: &TestApp, thread: &str) -> String {
    sqlx::query_scalar(
        "with words as (
           insert into inbound_messages (id, sid, from_address, body, fields, received_at, handled_at, thread_id)
           values (gen_random_uuid(), gen_random_uuid()::text, '+18095557788', '', '{\"x\": 1}', now(), now(), $1::uuid) returning id
         )
         insert into inbound_media (id, inbound_id, place, url, declared_type, state, kind, size, bytes, next_try_at, created_at)
         select gen_random_uuid(), id, 0, '', 'image/png', 'stored', 'png', 3, 'abc', now(), now() from words returning id::text",
    )
    .bind(thread)
    .fetch_one(&app.pool)
    .await
    .unwrap()
}

/// Somebody asked for a test drive of that vehicle.
async fn test_drive(app: &TestApp, vehicle: &str) -> String {
    app.add_user("luis@okla.test", Role::Buyer, None).await;
    app.value(
        "insert into test_drives (id, vehicle_id, dealer_id, buyer_id, status, slots, created_at, changed_at)
         select gen_random_uuid(), v.id, v.dealer_id, u.id, 'asked', array[now() + interval '2 days'], now(), now()
         from vehicles v cross join users u where v.id = $1::uuid and u.email = 'luis@okla.test' returning id::text",
        vehicle,
    )
    .await
}

impl Stage {
    fn gets(&self) -> BTreeMap<&'static str, Ask> {
        let Self { message, vehicle, bulk, import, thread, file, drive, campaign, words, .. } = self;
        let theirs = [
            ("/panel/mensajes/:id", format!("/panel/mensajes/{message}")),
            ("/panel/mensajes/{id}/eventos", format!("/panel/mensajes/{message}/eventos")),
            ("/mensajes/:id", format!("/mensajes/{message}")),
            ("/mensajes/{id}/eventos", format!("/mensajes/{message}/eventos")),
            ("/panel/conversaciones/:id", format!("/panel/conversaciones/{thread}")),
            ("/panel/conversaciones/sin-asignar/:id", format!("/panel/conversaciones/sin-asignar/{words}")),
            ("/panel/ofertas/:id", format!("/panel/ofertas/{campaign}")),
            ("/panel/ofertas/{id}/eventos", format!("/panel/ofertas/{campaign}/eventos")),
            ("/panel/ofertas/{id}/resultado.csv", format!("/panel/ofertas/{campaign}/resultado.csv")),
            ("/panel/conversaciones/{id}/eventos", format!("/panel/conversaciones/{thread}/eventos")),
            ("/panel/conversaciones/adjuntos/{id}", format!("/panel/conversaciones/adjuntos/{file}")),
            ("/mensajes/adjuntos/{id}", format!("/mensajes/adjuntos/{file}")),
            ("/mensajes/{id}/conversacion/eventos", format!("/mensajes/{message}/conversacion/eventos")),
            ("/panel/reenvios/:id", format!("/panel/reenvios/{bulk}")),
            ("/panel/reenvios/{id}/eventos", format!("/panel/reenvios/{bulk}/eventos")),
            ("/panel/vehiculos/:id", format!("/panel/vehiculos/{vehicle}")),
            ("/panel/vehiculos/:id/renovar", format!("/panel/vehiculos/{vehicle}/renovar")),
            ("/panel/pruebas/:id", format!("/panel/pruebas/{drive}")),
            ("/pruebas/:id", format!("/pruebas/{drive}")),
            ("/panel/vehiculos/importar/:id", format!("/panel/vehiculos/importar/{import}")),
        ];
        let own = [
            ("/panel", "/panel".to_owned()),
            ("/panel/mensajes", format!("/panel/mensajes?q={MARK}&vehiculo={vehicle}&despues={message}")),
            ("/panel/mensajes.csv", format!("/panel/mensajes.csv?despues={message}")),
            ("/panel/conversaciones", format!("/panel/conversaciones?q={MARK}&despues={thread}")),
            ("/panel/ofertas", format!("/panel/ofertas?despues={campaign}")),
            ("/panel/conversaciones/respuestas", "/panel/conversaciones/respuestas".to_owned()),
            ("/panel/costos", "/panel/costos".to_owned()),
            ("/panel/limites", "/panel/limites".to_owned()),
            ("/panel/costos.csv", "/panel/costos.csv".to_owned()),
            ("/panel/fallidos", "/panel/fallidos?rango=hoy".to_owned()),
            ("/panel/vehiculos", format!("/panel/vehiculos?buscar={MARK}")),
            ("/panel/vehiculos/nuevo", "/panel/vehiculos/nuevo".to_owned()),
            ("/panel/vehiculos/importar", "/panel/vehiculos/importar".to_owned()),
            ("/panel/pruebas", "/panel/pruebas".to_owned()),
            ("/panel/intereses", "/panel/intereses".to_owned()),
            ("/pruebas", "/pruebas".to_owned()),
            ("/mensajes", "/mensajes".to_owned()),
            ("/cuenta", "/cuenta".to_owned()),
            ("/cuenta/segundo-factor", "/cuenta/segundo-factor".to_owned()),
            ("/cuenta/numero", "/cuenta/numero".to_owned()),
            ("/cuenta/datos", "/cuenta/datos".to_owned()),
            ("/cuenta/datos.json", "/cuenta/datos.json".to_owned()),
            ("/cuenta/clave", "/cuenta/clave".to_owned()),
            ("/cuenta/borrar", "/cuenta/borrar".to_owned()),
        ];
        let api = [
            ("/api/whatsapp/status/{id}", Ask::Theirs(format!("/api/whatsapp/status/{message}"))),
            ("/api/whatsapp/messages", Ask::Own(format!("/api/whatsapp/messages?q={MARK}"))),
            ("/api/whatsapp/send", Ask::Open),
            // An admin's are nobody else's.
            ("/admin/limites", Ask::Theirs("/admin/limites".to_owned())),
            ("/admin/limites/cambiar", Ask::Theirs("/admin/limites/cambiar?limite=dealer_day".to_owned())),
            ("/admin/tarifas", Ask::Theirs("/admin/tarifas".to_owned())),
            ("/admin/tarifas/nueva", Ask::Theirs("/admin/tarifas/nueva".to_owned())),
            ("/admin/costos", Ask::Theirs("/admin/costos".to_owned())),
            ("/admin/costos.csv", Ask::Theirs("/admin/costos.csv".to_owned())),
            ("/admin/auditoria", Ask::Theirs("/admin/auditoria".to_owned())),
            ("/admin/ofertas", Ask::Theirs("/admin/ofertas".to_owned())),
            ("/admin/ofertas/:id", Ask::Theirs(format!("/admin/ofertas/{campaign}"))),
            ("/admin/ofertas/{id}/eventos", Ask::Theirs(format!("/admin/ofertas/{campaign}/eventos"))),
            ("/admin/sistema", Ask::Theirs("/admin/sistema".to_owned())),
            ("/admin/sin-asignar", Ask::Theirs("/admin/sin-asignar".to_owned())),
            ("/admin/sin-asignar/:id", Ask::Theirs(format!("/admin/sin-asignar/{words}"))),
            ("/admin/usuarios", Ask::Theirs("/admin/usuarios".to_owned())),
            ("/admin/usuarios/concesionarios", Ask::Theirs("/admin/usuarios/concesionarios".to_owned())),
            ("/admin/usuarios/intentos", Ask::Theirs("/admin/usuarios/intentos".to_owned())),
            ("/admin/usuarios/:id", Ask::Theirs(format!("/admin/usuarios/{message}"))),
            // To write on the other's draft.
            ("/panel/ofertas/nueva", Ask::Theirs(format!("/panel/ofertas/nueva?id={campaign}"))),
            // To write to a contact of the other's.
            ("/panel/escribir", Ask::Theirs(format!("/panel/escribir?a={message}"))),
        ];
        let theirs = theirs.into_iter().map(|(route, path)| (route, Ask::Theirs(path)));
        let own = own.into_iter().map(|(route, path)| (route, Ask::Own(path)));
        theirs.chain(own).chain(SAME_FOR_ALL.map(|route| (route, Ask::Open))).chain(api).collect()
    }

    /// Forms by their endpoint, posted with the other's ids.
    pub fn posts(&self) -> BTreeMap<&'static str, Vec<(&'static str, &str)>> {
        let vehicle = [("id", self.vehicle.as_str())];
        BTreeMap::from([
            ("responder", vec![("thread", self.thread.as_str()), ("message", MARK)]),
            ("vista-previa", vec![("vista", self.writes_to.as_str()), ("message", MARK)]),
            ("mensajes-responder", vec![("id", self.message.as_str()), ("message", MARK)]),
            ("conversacion-asignar", vec![("thread", self.thread.as_str()), ("persona", "")]),
            ("respuesta-guardar", vec![("id", self.thread.as_str()), ("titulo", MARK), ("texto", MARK)]),
            ("respuesta-borrar", vec![("id", self.thread.as_str())]),
            (
                "admin/palabras-asignar",
                vec![("id", self.words.as_str()), ("conversacion", self.thread.as_str())],
            ),
            ("admin/oferta-detener", vec![("id", self.campaign.as_str()), ("motivo", MARK)]),
            ("admin/palabras-cerrar", vec![("id", self.words.as_str())]),
            ("asignar", vec![("thread", self.thread.as_str()), ("words", self.words.as_str())]),
            ("descartar", vec![("words", self.words.as_str())]),
            ("oferta", vec![("id", self.campaign.as_str()), ("texto", MARK)]),
            ("oferta-confirmar", vec![("id", self.campaign.as_str()), ("cuantos", "9")]),
            ("oferta-borrar", vec![("id", self.campaign.as_str())]),
            ("oferta-orden", vec![("id", self.campaign.as_str()), ("accion", "detener")]),
            ("reenviar", vec![("id", self.message.as_str())]),
            (
                "reenviar-varios",
                vec![
                    ("id", self.bulk.as_str()),
                    ("desde", "2026-01-01"),
                    ("hasta", "2026-01-01"),
                    ("cuantos", "9"),
                ],
            ),
            ("admin/pausar", vec![("palabra", "PAUSAR"), ("motivo", MARK)]),
            ("admin/reanudar", vec![("id", self.message.as_str())]),
            ("admin/preguntar", vec![("parte", self.message.as_str())]),
            ("admin/probar-avisos", Vec::new()),
            (
                "admin/limite",
                vec![("limite", "dealer_day"), ("concesionario", OTHER), ("valor", "1"), ("motivo", MARK)],
            ),
            ("admin/negar", vec![("solicitud", self.message.as_str()), ("respuesta", MARK)]),
            ("admin/deshacer", vec![("id", "1")]),
            ("admin/tarifa", vec![("precio", "0.02"), ("motivo", MARK)]),
            ("admin/tarifa-retirar", vec![("id", self.message.as_str())]),
            ("admin/tasa", vec![("pesos", "61.25"), ("fecha", "2026-01-01"), ("fuente", MARK)]),
            ("admin/usuario-numero", vec![("id", &self.message), ("motivo_numero", MARK)]),
            ("admin/mensaje-numeros", vec![("id", &self.message), ("motivo_numero", MARK)]),
            (
                "admin/usuario-estado",
                vec![("id", &self.message), ("desactivar", "si"), ("motivo_estado", MARK)],
            ),
            ("admin/usuario-papel", vec![("id", &self.message), ("papel", "admin"), ("motivo_papel", MARK)]),
            ("admin/usuario-factor", vec![("id", &self.message), ("motivo_factor", MARK)]),
            ("admin/usuario-sesiones", vec![("id", &self.message)]),
            ("admin/usuario-token", vec![("id", &self.message), ("token", &self.message)]),
            ("vehiculo", vehicle.into_iter().chain(with(&[])).collect()),
            ("renovar", vec![vehicle[0], ("last_day", "2026-12-01")]),
            ("prueba-hora", vec![("id", self.drive.as_str()), ("when", "2026-12-04T10:00")]),
            ("prueba-cancelar", vec![("id", self.drive.as_str())]),
            ("vehiculo-pausa", vec![vehicle[0], ("pausar", "si")]),
            ("vehiculos-importar", vec![("id", self.import.as_str())]),
        ])
    }
}

/// Every path but those that forms are posted to.
pub fn routes(app: &TestApp) -> impl Iterator<Item = &str> {
    app.routes.iter().map(String::as_str).filter(|route| !route.starts_with("/fn/"))
}

/// A page's route is `/mensajes/:id` to Leptos and `/mensajes/{id}` to the router.
fn as_routed(route: &str) -> String {
    let segment =
        |part: &str| part.strip_prefix(':').map_or_else(|| part.to_owned(), |id| format!("{{{id}}}"));
    route.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Every form's endpoint.
pub fn endpoints() -> Vec<String> {
    let all: Vec<_> = leptos::server_fn::axum::server_fn_paths()
        .filter_map(|(path, _)| path.strip_prefix("/fn/").map(str::to_owned))
        .collect();
    assert!(all.len() > 8, "the forms could not be listed: {all:?}");
    all
}

/// Whoever posts the form is told by a page that it is not there: an admin's form at once, another's by where it leads.
pub async fn assert_not_found(browser: &Browser, endpoint: &str, fields: &[(&str, &str)]) {
    let landing = browser.post_form(&format!("/fn/{endpoint}"), fields).await;
    if endpoint.starts_with("admin/") {
        assert_eq!(landing.status, 404, "{endpoint}");
        assert!(landing.body.contains("</html>"), "{endpoint}: {}", landing.body);
    } else {
        let page = browser.get(&landing.location).await;
        assert_eq!(page.status, 404, "{endpoint} led to {}", landing.location);
    }
}

#[sqlx::test]
async fn every_route_keeps_the_other_dealers_things_to_himself(pool: PgPool) {
    let stage = stage(pool).await;
    let asks: BTreeMap<_, _> = stage.gets().into_iter().map(|(route, ask)| (as_routed(route), ask)).collect();
    let mut wrong = Vec::new();
    for route in routes(&stage.app) {
        let Some(ask) = asks.get(route) else {
            wrong.push(format!("{route}: say here how it refuses another dealer"));
            continue;
        };
        let (path, must) = match ask {
            Ask::Theirs(path) => (path, 404),
            Ask::Own(path) => (path, 200),
            Ask::Open => continue,
        };
        let (status, body) = if path.starts_with("/api/") {
            let reply = crate::app::Reply::of(stage.api.request(Method::GET, path)).await;
            (reply.status.as_u16(), reply.text)
        } else {
            let page = stage.first.get(path).await;
            (page.status.as_u16(), page.body)
        };
        let typed = path.matches(MARK).count();
        if status != must || (typed == 0 && body.contains(MARK)) || body.contains(&OTHER_PHONE[2..]) {
            wrong.push(format!("{route}: {status} {body}"));
        }
        if body.contains("7,654") || body.contains("7654") {
            wrong.push(format!("{route}: shows the platform's limit"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let by_sid = stage.api.status(&stage.sid).await;
    assert_eq!(by_sid.status, 404);
}

#[sqlx::test]
async fn no_form_touches_the_other_dealers_things(pool: PgPool) {
    let stage = stage(pool).await;
    let posts = stage.posts();
    for endpoint in endpoints() {
        if OPEN.contains(&endpoint.as_str()) {
            continue;
        }
        let fields = posts.get(endpoint.as_str());
        let fields = fields.unwrap_or_else(|| panic!("{endpoint}: say here how it refuses another dealer"));
        assert_not_found(&stage.first, &endpoint, fields).await;
    }
    let written = "select count(*) from messages m join users u on u.id = m.sender_id where u.email = $1";
    assert_eq!(stage.app.value::<i64>(written, "el-primero@okla.test").await, 0);
    assert_eq!(stage.app.count("vehicles").await, 1);
    let paused: bool = stage.app.value("select paused from vehicles where model = $1", MARK).await;
    assert!(!paused);
}

#[sqlx::test]
async fn a_visitor_is_sent_to_sign_in_and_a_buyer_finds_no_panel(pool: PgPool) {
    let stage = stage(pool).await;
    let (visitor, buyer) = (stage.app.browser(), stage.app.browser());
    buyer.sign_up("ana@okla.test").await;
    for route in routes(&stage.app).filter(|route| route.starts_with("/panel")) {
        let path = route.replace("{id}", &stage.message);
        let (away, not_his) = (visitor.get(&path).await, buyer.get(&path).await);
        assert!([303, 401].contains(&away.status.as_u16()), "{path}: {}", away.status);
        assert!(away.status == 401 || away.location.starts_with("/ingresar"), "{path}: {}", away.location);
        assert_eq!(not_his.status, 404, "{path}");
    }
}

#[sqlx::test]
async fn a_slash_too_many_leads_to_the_page_and_never_elsewhere(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let browser = app.browser();
    for route in routes(&app).filter(|route| !route.contains('{') && !["/api", "/api/"].contains(route)) {
        let reply = browser.get(&format!("{}/?x=1", route.trim_end_matches('/'))).await;
        if route == "/" {
            assert_eq!(reply.status, 200);
        } else {
            assert_eq!(reply.status, 308, "{route}");
            assert_eq!(reply.location, format!("{route}?x=1"));
        }
    }
    assert_eq!(browser.get("//evil.example/").await.status, 404);
    assert_eq!(browser.get("/%5Cevil.example/").await.location, "/%5Cevil.example");
    // To a router of paths as they are written it is no page; to a browser it is one.
    assert_eq!(browser.get("/panel%2F").await.status, 404);
    assert!(browser.post_form("/panel/", &[]).await.location.starts_with("/ingresar"));
}
