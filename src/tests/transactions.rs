//! A transaction that nobody waits for any more ends.

use std::{
    task::{Context, Waker},
    time::Duration,
};

use okla::{
    app::{
        actor::Actor,
        dry_run::dry_run,
        set_limit::Setting,
        state::{App, Ports},
    },
    domain::{ids::UserId, limits::Limit, user::Role},
    store::connection::begin_snapshot,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::time::sleep;

use crate::app::TestApp;

/// As when a browser goes away at the worst moment: the next to use the connection must not find himself within it.
#[sqlx::test]
async fn one_cut_off_while_it_begins_leaves_no_trace_on_its_connection(pool: PgPool) {
    sqlx::query("create table kept (polls int)").execute(&pool).await.unwrap();
    let only = one_connection(&pool).await;
    for polls in 0..12 {
        give_up(begin_snapshot(&only), polls).await;
        let kept = sqlx::query("insert into kept values ($1)").bind(polls).execute(&only).await;
        assert!(kept.is_ok(), "cut off after {polls} polls: {kept:?}");
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, 12);
}

/// As when an admin goes away while the effect of a limit is worked out: its COPY must not answer whoever comes next.
#[sqlx::test]
async fn a_dry_run_that_was_given_up_answers_nobody_else(pool: PgPool) {
    let stage = TestApp::start(pool.clone()).await;
    let only = one_connection(&pool).await;
    let app = App::start(Ports { searches: only.clone(), ..Ports::clone(&stage.app) });
    let admin =
        Actor { user_id: UserId::fresh(), name: "jefa".to_owned(), role: Role::Admin, dealer_id: None };
    for polls in 0..80_i32 {
        give_up(dry_run(&app, &admin, Limit::DealerDay, None, Setting::Most(3.into())), polls).await;
        for _ in 0..3 {
            let echo = sqlx::query_scalar("select $1::int").bind(polls).fetch_one(&only).await;
            assert_eq!(echo.ok(), Some(polls), "given up after {polls} polls");
        }
    }
}

async fn one_connection(pool: &PgPool) -> PgPool {
    let options = PgPoolOptions::new().max_connections(1);
    options.connect_with((*pool.connect_options()).clone()).await.unwrap()
}

/// Drops what is under way after so many polls.
async fn give_up(work: impl Future, polls: i32) {
    let mut work = Box::pin(work);
    for _ in 0..polls {
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            break;
        }
        sleep(Duration::from_micros(100)).await;
    }
}
