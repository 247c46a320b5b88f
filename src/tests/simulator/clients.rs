//! Twilio's own clients, unmodified, against the simulator. `scripts/twilio-clients.sh` installs them.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::json;

use super::rig::{ACCOUNT, Rig, SENDER, TOKEN};

#[tokio::test]
async fn official_python_client_is_at_home() {
    let python = installed("OKLA_TWILIO_PYTHON", ".data/tools/twilio-python/bin/python", None);
    let mut command = Command::new(python);
    command.arg(script("twilio_client.py"));
    run(command).await;
}

#[tokio::test]
async fn official_node_client_is_at_home() {
    let folder = installed(
        "OKLA_TWILIO_NODE_DIR",
        ".data/tools/twilio-node",
        Some("node_modules/twilio/package.json"),
    );
    let mut command = Command::new("node");
    command.arg(script("twilio_client.mjs")).env("OKLA_TWILIO_NODE_DIR", folder);
    run(command).await;
}

/// A client that is not there fails the test: these proofs are not to be skipped.
fn installed(variable: &str, usual: &str, inside: Option<&str>) -> PathBuf {
    let place = std::env::var_os(variable)
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(usual), PathBuf::from);
    assert!(
        inside.map_or_else(|| place.clone(), |inside| place.join(inside)).exists(),
        "{} is missing: run scripts/twilio-clients.sh",
        place.display()
    );
    place
}

fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests/clients").join(name)
}

async fn run(mut command: Command) {
    let rig = Rig::start().await;
    rig.set(json!({ "callbackDelayMs": 50 })).await;
    command
        .env("SIM_URL", &rig.url)
        .env("ACCOUNT", ACCOUNT)
        .env("TOKEN", TOKEN)
        .env("SENDER", SENDER)
        .env_remove("TWILIO_EDGE")
        .env_remove("TWILIO_REGION")
        .stdin(Stdio::null());
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the client starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.ends_with("all well\n"), "{said}\n{complained}");
}
