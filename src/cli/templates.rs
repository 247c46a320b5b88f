//! `okla templates`: how the templates stand with Meta, and submitting those that it has not.

use super::{CliResult, sentence, serve, tools};
use crate::{
    app::{
        state::Tools,
        templates::{Standing, read_templates, submit_templates},
    },
    config::Config,
    domain::template::Approval,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Pregunta a Twilio cómo está cada plantilla y lo guarda
    Sync,
    /// Crea en Twilio las que faltan y pide a Meta que las apruebe
    Submit,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let gateway = serve::twilio_client(&Config::from_env()?)?;
    let Tools { pool, clock } = tools().await?;
    let mut wrong = 0;
    if matches!(command, Command::Submit) {
        for done in submit_templates(&gateway).await? {
            println!("{} {}: {}", if done.is_wrong { '✘' } else { '✔' }, done.name, done.said);
            wrong += usize::from(done.is_wrong);
        }
    }
    let told = read_templates(&gateway, &pool, clock.now()).await.map_err(sentence)??;
    if matches!(command, Command::Sync) {
        for one in Standing::of_all(&told) {
            let mark = if one.approval() == Some(Approval::Approved) { '✔' } else { '✘' };
            println!("{mark} {}: {}", one.definition.name, one.label().to_lowercase());
        }
    }
    match wrong {
        0 => Ok(()),
        wrong => Err(format!("plantillas sin enviar: {wrong}").into()),
    }
}
