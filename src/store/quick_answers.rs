//! What a dealer's people say again and again.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::{DealerId, QuickId};

pub struct QuickRow {
    pub id: QuickId,
    pub title: String,
    pub words: String,
}

/// A dealer's, in the order in which they were made.
pub async fn list_of_dealer(conn: &mut PgConnection, dealer: DealerId) -> sqlx::Result<Vec<QuickRow>> {
    sqlx::query_as!(
        QuickRow,
        r#"select id as "id: QuickId", title, words from quick_answers where dealer_id = $1 order by created_at, id"#,
        dealer.0
    )
    .fetch_all(conn)
    .await
}

/// A new one, if he has fewer than `most`; `false`: he has not, or has one of that title. Whoever adds holds the dealer.
pub async fn insert(
    conn: &mut PgConnection,
    dealer: DealerId,
    quick: &QuickRow,
    most: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into quick_answers (id, dealer_id, title, words, created_at)
         select $1, $2, $3, $4, $5 where (select count(*) from quick_answers where dealer_id = $2) < $6
         on conflict do nothing",
        quick.id.0,
        dealer.0,
        quick.title,
        quick.words,
        now,
        most
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// `Ok(false)`: it is not there, or not his. Another of that title is an error of the database.
pub async fn update(conn: &mut PgConnection, dealer: DealerId, quick: &QuickRow) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update quick_answers set title = $3, words = $4 where id = $1 and dealer_id = $2",
        quick.id.0,
        dealer.0,
        quick.title,
        quick.words
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// `false`: it is not there, or not his.
pub async fn delete(conn: &mut PgConnection, dealer: DealerId, id: QuickId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from quick_answers where id = $1 and dealer_id = $2", id.0, dealer.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
