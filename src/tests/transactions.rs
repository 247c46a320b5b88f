//! A transaction that nobody waits for any more ends.

use std::{
    task::{Context, Waker},
    time::Duration,
};

use okla::store::connection::begin_snapshot;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::time::sleep;

/// As when a browser goes away at the worst moment: the next to use the connection must not find himself within it.
#[sqlx::test]
async fn one_cut_off_while_it_begins_leaves_no_trace_on_its_connection(pool: PgPool) {
    sqlx::query("create table kept (polls int)").execute(&pool).await.unwrap();
    let options = PgPoolOptions::new().max_connections(1);
    let only = options.connect_with((*pool.connect_options()).clone()).await.unwrap();
    for polls in 0..12 {
        let mut begin = Box::pin(begin_snapshot(&only));
        for _ in 0..polls {
            let mut context = Context::from_waker(Waker::noop());
            if begin.as_mut().poll(&mut context).is_ready() {
                break;
            }
            sleep(Duration::from_micros(100)).await;
        }
        drop(begin);
        let kept = sqlx::query("insert into kept values ($1)").bind(polls).execute(&only).await;
        assert!(kept.is_ok(), "cut off after {polls} polls: {kept:?}");
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 12);
}
