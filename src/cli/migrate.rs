use super::CliResult;
use crate::store;

#[expect(clippy::print_stdout, reason = "its output is what the operator asked for")]
pub async fn run() -> CliResult {
    let pool = super::connect_alone().await?;
    let applied = store::migrations::apply(&mut *pool.acquire().await?).await?;
    for name in &applied {
        println!("aplicada {name}");
    }
    if applied.is_empty() {
        println!("La base de datos ya está al día.");
    }
    Ok(())
}
