//! `okla dealer add`: a dealer's account.

use super::{CliResult, sentence};
use crate::app::{
    add_dealer::add_dealer,
    clock::{Clock, SystemClock},
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Añade un concesionario
    Add(Add),
}

#[derive(clap::Args)]
pub struct Add {
    /// Nombre corto y único: minúsculas, cifras y guiones, como auto-feria
    #[arg(long)]
    slug: String,
    /// Nombre que ven los compradores
    #[arg(long)]
    name: String,
    /// Teléfono de WhatsApp con + y código de país, como +18095550101
    #[arg(long, value_name = "E164")]
    phone: String,
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Add(Add { slug, name, phone }) = command;
    let pool = super::connect_alone().await?;
    let dealer = add_dealer(&pool, &slug, &name, &phone, SystemClock.now()).await.map_err(sentence)?;
    println!("Concesionario «{}» añadido como {}.", dealer.name, dealer.slug);
    Ok(())
}
