//! `okla user`: a user in any role; the way back for who lost his second factor.

use std::io::{IsTerminal, Read};

use super::{CliResult, sentence, tools};
use crate::{
    app::{
        add_user::{AddUser, add_user},
        set_second_factor::reset_second_factor,
    },
    domain::user::Role,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Añade un usuario; la contraseña se lee de la entrada estándar
    Add(Add),
    /// Quita el segundo factor de quien perdió su teléfono y sus códigos de recuperación
    ResetSecondFactor(ResetSecondFactor),
}

#[derive(clap::Args)]
pub struct ResetSecondFactor {
    /// La cuenta
    #[arg(long)]
    email: String,
}

#[derive(clap::Args)]
pub struct Add {
    /// Correo electrónico: con él se entra
    #[arg(long)]
    email: String,
    /// Nombre de la persona; si falta, el principio del correo
    #[arg(long)]
    name: Option<String>,
    /// buyer (comprador), dealer (concesionario) o admin
    #[arg(long)]
    role: Role,
    /// Concesionario del usuario, por su nombre corto; solo para dealer
    #[arg(long, value_name = "SLUG")]
    dealer: Option<String>,
}

#[expect(clippy::print_stdout, reason = "it talks with the operator")]
pub async fn run(command: Command) -> CliResult {
    match command {
        Command::Add(add) => run_add(add).await,
        Command::ResetSecondFactor(ResetSecondFactor { email }) => {
            reset_second_factor(&tools().await?, &email).await.map_err(sentence)?;
            println!("{email} entra otra vez solo con su contraseña.");
            Ok(())
        }
    }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks with the operator")]
async fn run_add(add: Add) -> CliResult {
    if std::io::stdin().is_terminal() {
        eprintln!("Escriba la contraseña y termine con Ctrl-D:");
    }
    let mut password = String::new();
    std::io::stdin().read_to_string(&mut password)?;
    let user = AddUser {
        email: &add.email,
        name: add.name.as_deref(),
        role: add.role,
        dealer: add.dealer.as_deref(),
        password: password.trim_end_matches(['\r', '\n']),
        demo: false,
    };
    add_user(&tools().await?, user).await.map_err(sentence)?;
    println!("Usuario {} añadido como {}.", add.email, add.role);
    Ok(())
}
