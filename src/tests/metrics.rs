//! `/metrics`: who may read it, and what is in it.

use okla::{
    app::{ask_sender::ask_sender, beat::beat},
    domain::user::Role,
};
use reqwest::Method;
use sqlx::PgPool;

use crate::app::{Api, Options, PASSWORD, PLAIN, Reply, TestApp};

async fn scrape(api: &Api) -> Reply {
    Reply::of(api.request(Method::GET, "/metrics")).await
}

#[sqlx::test]
async fn only_the_bearer_of_the_token_may_scrape(pool: PgPool) {
    let options = Options { metrics_token: Some("un secreto"), demo: true, ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let with = |token: &str| Api::new(&app.url, Some(token.to_owned()));
    assert_eq!(scrape(&with("un secreto")).await.status, 200);
    assert_eq!(scrape(&with("otro")).await.status, 401);
    assert_eq!(scrape(&app.anonymous()).await.status, 401);
    assert_eq!(
        scrape(&app.token_for(Role::Admin).await).await.status,
        401,
        "an API token opens nothing here"
    );
}

#[sqlx::test]
async fn without_a_token_it_is_there_in_demo_mode_only(pool: PgPool) {
    let app = TestApp::start(pool).await;
    assert_eq!(scrape(&app.anonymous()).await.status, 404);
}

#[sqlx::test]
async fn scrape_tells_requests_calls_and_what_waits(pool: PgPool) {
    let options = Options { demo: true, workers: false, ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let dealer = app.token_for(Role::Dealer).await;
    dealer.write_async(PLAIN, "hola").await;
    assert!(has(&scrape(&app.anonymous()).await, "okla_queue_depth 1"));
    app.work().await;
    let told = scrape(&app.anonymous()).await;
    assert_eq!(told.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        "okla_queue_depth 0",
        "okla_queue_overdue_seconds 0",
        "okla_verifying 0",
        r#"okla_twilio_call_duration_seconds_count{call="create",class="done"} 1"#,
        r#"okla_http_request_duration_seconds_count{method="POST",route="/api/whatsapp/send",status="2xx"} 1"#,
    ] {
        assert!(has(&told, line), "{line} is missing in\n{}", told.text);
    }
}

#[sqlx::test]
async fn scrape_tells_the_system_as_its_page_does(pool: PgPool) {
    let options = Options { demo: true, workers: false, ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let dealer = app.token_for(Role::Dealer).await;
    dealer.write_async(PLAIN, "hola").await;
    app.sim.set(serde_json::json!({ "messagingLimit": "Unlimited Customers/24hr" })).await;
    ask_sender(&app.app).await.unwrap();
    beat(&app.app).await.unwrap();
    let told = scrape(&app.anonymous()).await;
    for line in [
        r#"okla_queue_parts{state="due"} 1"#,
        r#"okla_queue_parts{state="leased"} 0"#,
        r#"okla_servers{state="delivering"} 1"#,
        r#"okla_servers{state="silent"} 0"#,
        "okla_silent 0",
        "okla_pace_allowed 8",
        r#"okla_stage_seconds{quantile="0.95",stage="call"} NaN"#,
        "okla_sender_online 1",
        "okla_sender_quality 3",
        "okla_messaging_limit inf",
        "okla_pauses 0",
        "okla_limit_requests 0",
        r#"okla_limit_used{limit="platform_day"} 1"#,
        r#"okla_limit_most{limit="platform_day"} 1000"#,
        r#"okla_usage_dollars{source="twilio"} NaN"#,
    ] {
        assert!(has(&told, line), "{line} is missing in\n{}", told.text);
    }
    let newest = std::fs::read_dir("migrations")
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .max();
    let newest = newest.unwrap().trim_end_matches(".sql").replace('_', " ");
    let built = format!(r#"okla_build_info{{migration="{newest}",version="0.1.0"}} 1"#);
    assert!(told.text.contains(&built), "{built} is missing in\n{}", told.text);
    app.work().await;
    let admin = app.browser();
    app.add_user("jefa@okla.test", Role::Admin, None).await;
    admin.sign_in("jefa@okla.test", "no es esta").await;
    admin.sign_in("jefa@okla.test", PASSWORD).await;
    admin.post_form("/fn/admin/pausar", &[("palabra", "PAUSAR"), ("motivo", "Prueba")]).await;
    let told = scrape(&app.anonymous()).await;
    assert!(has(&told, "okla_pauses 1"), "{}", told.text);
    assert!(has(&told, r#"okla_sign_in_failures_total{kind="password"} 1"#), "{}", told.text);
    assert!(!has(&told, r#"okla_stage_seconds{quantile="0.95",stage="call"} NaN"#), "{}", told.text);
}

fn has(told: &Reply, wanted: &str) -> bool {
    told.text.lines().any(|line| line == wanted)
}
