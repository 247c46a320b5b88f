//! `okla costs`: a month by Twilio's usage records against our ledger.

use chrono::NaiveDate;

use super::{CliResult, sentence, tools};
use crate::{
    app::compare_usage::{compare_usage, first_of},
    domain::money::Money,
};

#[derive(clap::Args)]
pub struct Args {
    /// El mes (UTC), como 2026-11; sin él, el presente
    #[arg(long, value_name = "AAAA-MM", value_parser = parse_month)]
    month: Option<NaiveDate>,
}

fn parse_month(text: &str) -> Result<NaiveDate, String> {
    format!("{text}-01").parse().map_err(|_| "escriba año y mes, como 2026-11".to_owned())
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(args: Args) -> CliResult {
    let tools = tools().await?;
    let month = args.month.unwrap_or_else(|| first_of(tools.clock.now()));
    let found = compare_usage(&tools.pool, month).await.map_err(sentence)?;
    println!("Mes (UTC)                 {}", month.format("%Y-%m"));
    println!("Cobrado (estimado)        {}", Money::usd(found.ledger));
    println!("Parte de Twilio           {} ({} sin costo informado)", Money::usd(found.told), found.untold);
    match (found.confirmed, found.drift(), found.asked_at) {
        (Some(confirmed), Some(drift), Some(asked_at)) => {
            println!("Confirmado por Twilio     {}", Money::usd(confirmed));
            println!("Diferencia                {}", Money::usd(drift));
            println!("Preguntado                {}", asked_at.to_rfc3339());
        }
        _ => println!("Confirmado por Twilio     todavía no se ha preguntado"),
    }
    Ok(())
}
