//! `okla check`: a line a check, the remedy under what is wrong, and exit code 1.

use serde_json::json;
use sqlx::PgPool;

use super::process::Environment;
use crate::simulator::rig::Sim;

async fn check(environment: &Environment) -> (Option<i32>, String) {
    let output = environment.run(&["check"]).await;
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn line<'a>(said: &'a str, name: &str) -> &'a str {
    let begins = format!("{name}:");
    let found = said.lines().find(|line| line.trim_start_matches(['✔', '✘', ' ']).starts_with(&begins));
    found.unwrap_or_else(|| panic!("{name} is missing in\n{said}"))
}

const ALL: [&str; 9] = [
    "Configuración",
    "Base de datos",
    "Reloj de la base de datos",
    "Repartidores",
    "Reloj",
    "Credenciales",
    "Número de WhatsApp",
    "Plantillas",
    "Avisos de Twilio",
];

#[sqlx::test]
async fn everything_right_is_said_line_by_line(pool: PgPool) {
    let environment = Environment::live(&pool);
    let sim = Sim::start(format!("{}/webhooks/twilio/inbound", environment.url())).await;
    sim.set(json!({ "messagingLimit": "2K Customers/24hr" })).await;
    let environment = environment.with("TWILIO_API_BASE_URL", &sim.url);
    let server = environment.serve().await;
    // A server says that it lives as soon as it runs.
    while sqlx::query_scalar::<_, i64>("select count(*) from servers").fetch_one(&pool).await.unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (code, said) = check(&environment).await;
    for name in ALL {
        assert!(line(&said, name).starts_with('✔'), "{said}");
    }
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("calidad alta; 2K Customers/24hr")
            && said.contains("Las 12 de OKLA están aprobadas por Meta."),
        "{said}"
    );
    drop(server);
}

#[sqlx::test]
async fn what_is_wrong_bears_its_remedy(pool: PgPool) {
    let environment = Environment::live(&pool);
    let sim = Sim::start(format!("{}/webhooks/twilio/inbound", environment.url())).await;
    sim.set(json!({ "senderStatus": "OFFLINE" })).await;
    let environment = environment
        .with("TWILIO_API_BASE_URL", &sim.url)
        .with("TWILIO_AUTH_TOKEN", "another-token")
        .with("PUBLIC_URL", "http://okla.invalid");
    let (code, said) = check(&environment).await;
    assert_eq!(code, Some(1), "{said}");
    for name in ["Repartidores", "Credenciales", "Número de WhatsApp", "Plantillas", "Avisos de Twilio"] {
        assert!(line(&said, name).starts_with('✘'), "{said}");
    }
    assert_eq!(said.matches("  → ").count(), 5, "{said}");
    assert!(said.contains("Twilio las rechaza (HTTP 401)") && said.contains("no tiene dirección"), "{said}");

    let (code, said) = check(&environment.with("TWILIO_AUTH_TOKEN", crate::simulator::rig::TOKEN)).await;
    assert_eq!(code, Some(1));
    assert!(line(&said, "Número de WhatsApp").contains("No está en línea: «OFFLINE»"), "{said}");
    assert!(line(&said, "Credenciales").starts_with('✔'), "{said}");
}

#[sqlx::test]
async fn a_server_that_refuses_its_own_signature_is_told_from_one_that_is_not_there(pool: PgPool) {
    let environment = Environment::live(&pool);
    let sim = Sim::start(format!("{}/webhooks/twilio/inbound", environment.url())).await;
    let environment = environment.with("TWILIO_API_BASE_URL", &sim.url);
    let (_, said) = check(&environment).await;
    assert!(line(&said, "Avisos de Twilio").contains("No se pudo conectar"), "{said}");
    let server = environment.clone().with("TWILIO_AUTH_TOKEN", "the-servers-own").serve().await;
    let (_, said) = check(&environment).await;
    assert!(line(&said, "Avisos de Twilio").contains("respondió 403"), "{said}");
    assert!(said.contains("X-Twilio-Signature"), "{said}");
    drop(server);
}

#[sqlx::test(migrations = false)]
async fn a_missing_setting_or_migration_is_named(pool: PgPool) {
    let (code, said) = check(&Environment::live(&pool).without("TWILIO_AUTH_TOKEN")).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(line(&said, "Configuración").contains("TWILIO_AUTH_TOKEN: falta"), "{said}");
    assert!(line(&said, "Base de datos").starts_with('✘') && said.contains("okla migrate"), "{said}");
}
