//! `okla token`: an API token, shown once; what there is of them; the end of one.

use chrono::{DateTime, Utc};

use super::{CliResult, sentence, tools};
use crate::{
    app::tokens::{Token, create_token, list_tokens, revoke_token},
    domain::{ids::TokenId, time::spoken},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Crea un token de la API y lo muestra una sola vez, como última palabra
    Create(Create),
    /// Lista los tokens de una cuenta: su identificador, su nombre y su último uso
    List(List),
    /// Revoca un token: la próxima petición que lo lleve se rechaza
    Revoke(Revoke),
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

#[derive(clap::Args)]
pub struct List {
    /// La cuenta
    #[arg(long)]
    email: String,
}

#[derive(clap::Args)]
pub struct Revoke {
    /// El identificador que muestra «okla token list»
    id: TokenId,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let tools = tools().await?;
    match command {
        Command::Create(create) => {
            let token = create_token(&tools, &create.email, &create.name).await.map_err(sentence)?;
            println!("Guárdelo ahora, no se volverá a mostrar: {token}");
        }
        Command::List(list) => {
            let now = tools.clock.now();
            for token in list_tokens(&tools, &list.email).await.map_err(sentence)? {
                println!("{}", line(&token, now));
            }
        }
        Command::Revoke(revoke) => {
            revoke_token(&tools, revoke.id).await.map_err(sentence)?;
            println!("Revocado: {}", revoke.id);
        }
    }
    Ok(())
}

fn line(token: &Token, now: DateTime<Utc>) -> String {
    let used =
        token.last_used_at.map_or_else(|| "sin uso".to_owned(), |at| format!("usado {}", spoken(at, now)));
    let revoked = token.revoked_at.map(|at| format!(" · revocado {}", spoken(at, now))).unwrap_or_default();
    format!("{}  {} · creado {} · {used}{revoked}", token.id, token.name, spoken(token.created_at, now))
}
