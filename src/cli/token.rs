//! `okla token create`: an API token, shown once.

use super::{CliResult, sentence, tools};
use crate::app::tokens::create_token;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Crea un token de la API y lo muestra una sola vez, como última palabra
    Create(Create),
}

#[derive(clap::Args)]
pub struct Create {
    /// Cuenta en cuyo nombre habla el token
    #[arg(long)]
    email: String,
    /// Para reconocerlo después
    #[arg(long, default_value = "api")]
    name: String,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Create(create) = command;
    let token = create_token(&tools().await?, &create.email, &create.name).await.map_err(sentence)?;
    println!("Guárdelo ahora, no se volverá a mostrar: {token}");
    Ok(())
}
