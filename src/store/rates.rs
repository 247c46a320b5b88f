//! The rate card.

use sqlx::PgConnection;

use super::corrupt;
use crate::domain::rates::Rate;

/// All of it: a few rows, some of them not in effect yet.
pub async fn list_rates(conn: &mut PgConnection) -> sqlx::Result<Vec<Rate>> {
    let rows = sqlx::query!("select kind, category, market, effective_from, price from rates order by id")
        .fetch_all(conn)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Rate {
                kind: row.kind.map(|word| word.parse()).transpose().map_err(corrupt("kind"))?,
                category: row.category.map(|word| word.parse()).transpose().map_err(corrupt("category"))?,
                market: row.market.map(|word| word.parse()).transpose().map_err(corrupt("market"))?,
                effective_from: row.effective_from,
                price: row.price,
            })
        })
        .collect()
}
