//! Servers killed at every step of a message's path: nothing is lost, nothing is created twice.

use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use okla::kill_point::POINTS;
use rand::RngExt;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    fleet::Fleet,
    scale::{dice, scaled},
};
use crate::binary::process::{Environment, Running};

const SIGABRT: i32 = 6;
/// Every point is on the way of some message long before.
const HIT_WITHIN: Duration = Duration::from_mins(1);

/// Ten servers at once, each to die at another point; who is left takes over what the dead held, until none is left.
#[sqlx::test]
#[cfg_attr(not(feature = "kill-points"), ignore = "nobody dies without the feature kill-points")]
async fn death_at_any_point_loses_nothing_and_repeats_nothing(pool: PgPool) {
    let fleet = Fleet::over(pool, POINTS.len()).await;
    for _ in 0..scaled(1, 20) {
        fleet.hurried(die_at_every_point(&fleet)).await;
        fleet.all_is_true().await;
    }
    println!(
        "{} messages, {} deaths at {} points",
        fleet.asked(),
        scaled(1, 20) * POINTS.len(),
        POINTS.len()
    );
}

async fn die_at_every_point(fleet: &Fleet) {
    let doomed = POINTS.iter().zip(&fleet.environments).map(|(point, environment)| async {
        (*point, environment.clone().with("OKLA_KILL_AT", point).serve().await)
    });
    let doomed: BTreeMap<&str, Running> = join_all(doomed).await.into_iter().collect();
    let all_dead = CancellationToken::new();
    let writing = async {
        while !all_dead.is_cancelled() {
            fleet.write().await;
            sleep(Duration::from_millis(20)).await;
        }
    };
    let dying = async {
        until_dead(doomed).await;
        all_dead.cancel();
        // As if the minute had passed for which a question keeps others off its part.
        let hurry = "update message_parts set next_check_at = now()
             where id in (select id from message_parts where next_check_at > now() for update skip locked)";
        sqlx::query(hurry).execute(&fleet.pool).await.unwrap();
        fleet.environments[0].serve().await
    };
    let ((), survivor) = tokio::join!(writing, dying);
    fleet.healed().await;
    survivor.kill();
}

async fn until_dead(mut doomed: BTreeMap<&str, Running>) {
    let patience = Instant::now() + HIT_WITHIN;
    while !doomed.is_empty() {
        doomed.retain(|point, server| {
            let signal = server.killed_by();
            assert!(signal.is_none_or(|signal| signal == SIGABRT), "{signal:?} at {point}");
            signal.is_none()
        });
        assert!(Instant::now() < patience, "never died: {:?}", doomed.keys());
        sleep(Duration::from_millis(20)).await;
    }
}

/// `kill -9` from outside, at no point in particular.
#[sqlx::test]
async fn kill_at_any_moment_loses_nothing_and_repeats_nothing(pool: PgPool) {
    let fleet = Fleet::over(pool, 3).await;
    let mut dice = dice();
    let mut servers: Vec<Running> = join_all(fleet.environments.iter().map(Environment::serve)).await;
    let (messages, kills) = scaled((60, 4), (1_000, 60));
    let writers = (0..6).map(|_| async {
        for _ in 0..messages / 6 {
            fleet.write().await;
        }
    });
    let killing = async {
        for _ in 0..kills {
            sleep(Duration::from_millis(dice.random_range(50..400))).await;
            let victim = dice.random_range(0..servers.len());
            servers.remove(victim).kill();
            servers.insert(victim, fleet.environments[victim].serve().await);
        }
    };
    fleet
        .hurried(async {
            tokio::join!(join_all(writers), killing);
            fleet.healed().await;
        })
        .await;
    drop(servers);
    fleet.all_is_true().await;
    println!("{} messages, {kills} servers killed", fleet.asked());
}
