//! `okla check`: before the first real day, and whenever something is odd: everything that must be right, each with its
//! remedy.

use super::{CliResult, serve};
use crate::{
    app::{
        callback_test::CallbackTest as _,
        check_setup::{Finding, check_database, check_provider, of_trip},
        clock::SystemClock,
    },
    config::{Config, ConfigError},
};

pub async fn run() -> CliResult {
    let config = Config::from_env();
    let mut found = vec![of_config(&config)];
    found.extend(database().await);
    if let Ok(config) = config {
        let (twilio, number) = (serve::twilio_client(&config)?, &config.twilio.number);
        found.extend(check_provider(&twilio, number.as_str(), &SystemClock).await);
        found.push(of_trip(&serve::callback_test(&config).call().await));
    }
    tell(&found)
}

fn of_config(config: &Result<Config, ConfigError>) -> Finding {
    let name = "Configuración";
    match config {
        Ok(config) => {
            let length = config.secret_key.expose().chars().count();
            Finding::right(name, format!("Completa; OKLA_SECRET_KEY tiene {length} caracteres."))
        }
        Err(error) => {
            let remedy = "Corríjala y repita: hasta entonces lo de Twilio no se puede probar.";
            Finding::wrong(name, format!("{error}."), remedy)
        }
    }
}

async fn database() -> Vec<Finding> {
    let conn = async { Ok::<_, Box<dyn std::error::Error>>(super::connect_alone().await?.acquire().await?) };
    match conn.await {
        Ok(mut conn) => check_database(&mut conn, &SystemClock).await,
        Err(error) => {
            let remedy = "Arranque PostgreSQL o corrija DATABASE_URL.";
            vec![Finding::wrong("Base de datos", format!("{error}."), remedy)]
        }
    }
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
fn tell(found: &[Finding]) -> CliResult {
    for Finding { name, said, remedy } in found {
        println!("{} {name}: {said}", if remedy.is_some() { '✘' } else { '✔' });
        if let Some(remedy) = remedy {
            println!("  → {remedy}");
        }
    }
    match found.iter().filter(|finding| finding.remedy.is_some()).count() {
        0 => Ok(()),
        1 => Err("una comprobación no pasa".into()),
        wrong => Err(format!("{wrong} comprobaciones no pasan").into()),
    }
}
