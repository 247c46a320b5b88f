//! Twilio at its worst: callbacks lost, doubled and shuffled, answers lost, connections broken, requests refused for a
//! while. Every message reaches its true end by itself.

use std::time::Duration;

use chrono::TimeDelta;
use futures::{StreamExt, stream};
use okla::domain::{limits::Limit, user::Role};
use rand::{RngExt, seq::IndexedRandom};
use serde_json::json;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use super::{
    audit::all_is_true,
    scale::{dice, scaled},
};
use crate::app::{Options, TestApp};

/// One in twenty loses its answer, one in twenty is told to come later.
const LOST: [&str; 3] = ["502", "504", "506"];
const LATER: &str = "429";
/// The worst waits, summed: the plan of questions after lost callbacks, the two looks, the back-off.
const MOST_MINUTES: i64 = 24 * 60;

#[sqlx::test]
async fn whatever_twilio_does_every_message_reaches_its_true_end(pool: PgPool) {
    let options =
        Options { twilio_timeout: Duration::from_secs(2), per_second: 10_000, ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    app.sim.set(json!({ "dropRate": 0.2, "duplicateRate": 0.2, "shuffle": true })).await;
    for limit in Limit::ALL {
        app.set_limit(limit, None).await;
    }
    let admin = app.token_for(Role::Admin).await;
    let mut dice = dice();
    let letters: Vec<(String, String)> = (0..scaled(80, 2_000))
        .map(|number| {
            let end = match dice.random_range(0..20) {
                0 => (*LOST.choose(&mut dice).unwrap()).to_owned(),
                1 => LATER.to_owned(),
                _ => "234".to_owned(),
            };
            let long = dice.random_bool(0.1);
            let body = if long { "palabra ".repeat(250) } else { "¿Sigue disponible?".to_owned() };
            (format!("+1809{number:04}{end}"), format!("{number}: {body}"))
        })
        .collect();
    let writing = stream::iter(&letters).for_each_concurrent(16, |(to, body)| async {
        let reply = admin.write_async(to, body).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
    });
    writing.await;
    let minutes = until_all_ended(&app).await;
    all_is_true(&app.pool, &app.sim).await;
    let parts = app.count("message_parts").await;
    assert_eq!(app.sim_messages("").await.len(), usize::try_from(parts).unwrap(), "a create for each part");
    let read: i64 = app.value("select count(*) from messages where status = $1", "read").await;
    assert_eq!(usize::try_from(read).unwrap(), letters.len());
    println!("{} messages, {parts} parts, all read after {minutes} minutes", letters.len());
}

/// Puts the clock forward a little whenever nothing moves; returns by how many minutes.
async fn until_all_ended(app: &TestApp) -> i64 {
    let (mut minutes, mut still) = (0, Instant::now());
    let mut before = (0, 0);
    loop {
        let now = (unfinished(app).await, app.count("message_events").await);
        if now.0 == 0 {
            return minutes;
        }
        if now != before {
            (before, still) = (now, Instant::now());
        }
        // Longer than the client waits for an answer, so that no call is under way.
        if still.elapsed() > Duration::from_millis(2_500) {
            assert!(minutes < MOST_MINUTES, "{} parts have no end", now.0);
            app.advance(TimeDelta::minutes(1)).await;
            minutes += 1;
            still = Instant::now();
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn unfinished(app: &TestApp) -> i64 {
    app.value(
        "select (select count(*) from message_parts where status <> $1) + (select count(*) from outbox)",
        "read",
    )
    .await
}
