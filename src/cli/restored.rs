//! `okla restored`: before the first worker starts over a restored copy.

use super::{CliResult, sentence, tools};
use crate::app::settle_restored::settle_restored;

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run() -> CliResult {
    let settled = settle_restored(&tools().await?).await.map_err(sentence)?;
    println!("Partes que se buscarán en Twilio: {}", settled.doubtful);
    println!("Avisos que no saldrán: {}", settled.late);
    println!("Reenvíos en grupo detenidos: {}", settled.resends);
    println!("Ofertas terminadas: {}, y personas que ya no las reciben: {}", settled.offers, settled.people);
    Ok(())
}
