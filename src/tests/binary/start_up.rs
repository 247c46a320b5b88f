//! A wrong or half-set configuration ends start-up with one sentence that names the variable.

use sqlx::PgPool;

use super::process::{Environment, free_address};

/// The sentence that start-up ended with.
async fn refusal(environment: &Environment) -> String {
    let output = environment.run(&["serve"]).await;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let said: Vec<&str> = text.lines().filter(|line| line.starts_with("okla: ")).collect();
    assert_eq!(said.len(), 1, "one sentence: {text}");
    said[0].to_owned()
}

fn demo(pool: &PgPool) -> Environment {
    Environment::live(pool)
        .without("OKLA_SECRET_KEY")
        .with("OKLA_DEMO", "1")
        .with("TWILIO_API_BASE_URL", "http://127.0.0.1:9")
}

#[sqlx::test]
async fn each_missing_setting_is_named(pool: PgPool) {
    for name in [
        "DATABASE_URL",
        "OKLA_SECRET_KEY",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_NUMBER",
    ] {
        let environment = Environment::live(&pool);
        for environment in [environment.clone().without(name), environment.with(name, "  ")] {
            let said = refusal(&environment).await;
            assert!(said.contains(&format!("{name}: falta")), "{said}");
        }
    }
}

#[sqlx::test]
async fn each_wrong_setting_is_named(pool: PgPool) {
    for (name, wrong) in [
        ("LEPTOS_SITE_ADDR", "localhost"),
        ("PUBLIC_URL", "okla.example"),
        ("PUBLIC_URL", "ftp://okla.example"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing"),
        ("OKLA_SECRET_KEY", "short"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", " , "),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp"),
        ("TWILIO_API_BASE_URL", "api.twilio.com"),
        ("TWILIO_API_KEY_SID", "SK123"),
        ("OKLA_DAILY_LIMIT", "-1"),
        ("OKLA_HOURLY_LIMIT", "many"),
        ("OKLA_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("OKLA_VERIFY_INTERVAL_SECONDS", "1m"),
        ("OKLA_DEMO", "yes"),
    ] {
        let mut environment = Environment::live(&pool).with(name, wrong);
        if name == "TWILIO_API_KEY_SID" {
            environment = environment.with("TWILIO_API_KEY_SECRET", "x");
        }
        let said = refusal(&environment).await;
        assert!(said.contains(&format!("{name}: ")), "{name}={wrong}: {said}");
    }
}

#[sqlx::test]
async fn half_an_api_key_names_the_other_half(pool: PgPool) {
    let key = "SK00000000000000000000000000000001";
    let said = refusal(&Environment::live(&pool).with("TWILIO_API_KEY_SID", key)).await;
    assert!(said.contains("TWILIO_API_KEY_SECRET: falta"), "{said}");
    let said = refusal(&Environment::live(&pool).with("TWILIO_API_KEY_SECRET", "x")).await;
    assert!(said.contains("TWILIO_API_KEY_SID: falta"), "{said}");
}

#[sqlx::test]
async fn demo_mode_is_refused_on_a_public_address(pool: PgPool) {
    for (name, public) in [
        ("LEPTOS_SITE_ADDR", "0.0.0.0:3000"),
        ("LEPTOS_SITE_ADDR", "[::]:3000"),
        ("LEPTOS_SITE_ADDR", "192.0.2.1:3000"),
        ("PUBLIC_URL", "https://okla.example"),
        ("PUBLIC_URL", "http://localhost.okla.example"),
        ("TWILIO_API_BASE_URL", "https://api.twilio.com"),
    ] {
        let said = refusal(&demo(&pool).with(name, public)).await;
        assert!(said.contains(&format!("{name}: ")), "{name}={public}: {said}");
        assert!(said.contains("modo de prueba"), "{said}");
    }
    let said = refusal(&demo(&pool).without("TWILIO_API_BASE_URL")).await;
    assert!(said.contains("TWILIO_API_BASE_URL: "), "a demo never talks to Twilio: {said}");
}

#[sqlx::test]
async fn demo_mode_starts_on_loopback_without_a_secret_key(pool: PgPool) {
    demo(&pool).serve().await;
    demo(&pool).with("PUBLIC_URL", "http://localhost:3000").serve().await;
}

#[sqlx::test]
async fn taken_address_is_named(pool: PgPool) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&Environment::live(&pool).with("LEPTOS_SITE_ADDR", &address)).await;
    assert!(said.contains("LEPTOS_SITE_ADDR: "), "{said}");
    assert!(said.contains(&address), "{said}");
}

#[sqlx::test(migrations = false)]
async fn unmigrated_database_is_refused_until_it_is_migrated(pool: PgPool) {
    let environment = Environment::live(&pool);
    let said = refusal(&environment).await;
    assert!(said.contains("okla migrate") && said.contains("0001"), "{said}");
    let migrated = environment.run(&["migrate"]).await;
    assert!(migrated.status.success());
    let text = String::from_utf8(migrated.stdout).unwrap();
    assert!(text.contains("aplicada"), "{text}");
    environment.serve().await;
    let again = environment.run(&["migrate"]).await;
    assert!(String::from_utf8(again.stdout).unwrap().contains("ya está al día"));
}

#[sqlx::test(migrations = false)]
async fn serve_migrates_when_told_to(pool: PgPool) {
    // Refused for its address, after it has migrated.
    let taken = std::net::TcpListener::bind(free_address()).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let environment = Environment::live(&pool).with("LEPTOS_SITE_ADDR", &address);
    environment.run(&["serve", "--migrate"]).await;
    let said = refusal(&environment).await;
    assert!(said.contains("LEPTOS_SITE_ADDR: "), "{said}");
}

#[sqlx::test]
async fn first_values_of_the_limits_are_the_environments_and_then_the_operators(pool: PgPool) {
    let environment = Environment::live(&pool).with("OKLA_DAILY_LIMIT", "7").with("OKLA_HOURLY_LIMIT", "3");
    environment.serve().await;
    let set = environment.run(&["limits", "set", "platform_day", "9"]).await;
    assert!(set.status.success());
    environment.serve().await;
    let values: Vec<(String, Option<i32>)> =
        sqlx::query_as("select name, value::int from limits order by name").fetch_all(&pool).await.unwrap();
    let values: Vec<(&str, Option<i32>)> = values.iter().map(|(name, value)| (&**name, *value)).collect();
    assert_eq!(values, [("dealer_hour", Some(3)), ("platform_day", Some(9)), ("user_hour", Some(3))]);
    let told: Vec<String> =
        sqlx::query_scalar("select action || ' ' || reason from audit order by id limit 4")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(told[0], "limit_followed Valor inicial: OKLA_DAILY_LIMIT.");
    assert_eq!((told.len(), &*told[3]), (4, "limit_set "), "three by OKLA itself, one at the command line");

    // What an admin took away stays away, whatever the environment says.
    sqlx::query("delete from limits where name = 'platform_day'").execute(&pool).await.unwrap();
    environment.serve().await;
    let left: i64 = sqlx::query_scalar("select count(*) from limits").fetch_one(&pool).await.unwrap();
    let told: i64 = sqlx::query_scalar("select count(*) from audit").fetch_one(&pool).await.unwrap();
    assert_eq!((left, told), (2, 4));
}
