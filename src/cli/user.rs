//! `okla user add`: a user in any role.

use std::io::{IsTerminal, Read};

use super::{CliResult, sentence, tools};
use crate::{
    app::add_user::{AddUser, add_user},
    domain::user::Role,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Añade un usuario; la contraseña se lee de la entrada estándar
    Add(Add),
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

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks with the operator")]
pub async fn run(command: Command) -> CliResult {
    let Command::Add(add) = command;
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
