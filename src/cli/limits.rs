//! `okla limits set`: the limits of all, or of one dealer.

use rust_decimal::Decimal;

use super::{CliResult, sentence, tools};
use crate::{
    app::set_limit::{SetLimit, set_limit},
    domain::limits::Limit,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Fija un límite para todos o para un concesionario
    Set(Set),
}

#[derive(clap::Args)]
pub struct Set {
    /// `platform_day`, `dealer_hour`, `user_hour`, `dealer_day`, `buyer_day`, `pair_day`, `dealer_budget` o `meta_tier`
    name: Limit,
    /// Un número entero (`dealer_budget`: US$ al mes, con hasta seis decimales), o none: sin límite
    #[arg(value_parser = parse_value)]
    value: Value,
    /// Solo para este concesionario, por su nombre corto
    #[arg(long, value_name = "SLUG")]
    dealer: Option<String>,
}

#[derive(Clone, Copy)]
struct Value(Option<Decimal>);

fn parse_value(text: &str) -> Result<Value, String> {
    if text == "none" {
        return Ok(Value(None));
    }
    let most = Decimal::from(99_999_999);
    let number = text.parse().ok().filter(|number: &Decimal| {
        !number.is_sign_negative() && *number <= most && number.normalize().scale() <= 6
    });
    number
        .map(|number| Value(Some(number)))
        .ok_or_else(|| "escriba un número de 0 o más, hasta 99,999,999, o none".to_owned())
}

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run(command: Command) -> CliResult {
    let Command::Set(set) = command;
    let fraction = set.value.0.is_some_and(|value| value.normalize().scale() > 0);
    if fraction && set.name != Limit::DealerBudget {
        return Err(
            format!("{} cuenta {}: escriba un número entero", set.name.name(), set.name.unit()).into()
        );
    }
    let change = SetLimit { limit: set.name, value: set.value.0, dealer: set.dealer.as_deref() };
    set_limit(&tools().await?, change).await.map_err(sentence)?;
    let value = set.value.0.map_or_else(|| "sin límite".to_owned(), |value| value.to_string());
    let whose = set.dealer.as_deref().unwrap_or("todos");
    println!("{} de {whose}: {value}.", set.name.name());
    Ok(())
}
