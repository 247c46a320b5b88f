//! PostgreSQL stopped, and killed, in the middle of a run: what was taken in is there, once, and arrives.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use futures::future::join_all;
use okla::store::migrations;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::time::sleep;

use super::{fleet::Fleet, scale::scaled};
use crate::binary::process::Environment;

/// A PostgreSQL of this test's own, run by the project's own script; it writes through to the disk, as a real one.
struct Database(TempDir);

impl Drop for Database {
    fn drop(&mut self) {
        self.script("stop");
    }
}

impl Database {
    fn start() -> Self {
        let database = Self(tempfile::tempdir().unwrap());
        database.script("start");
        database
    }

    fn home(&self) -> PathBuf {
        self.0.path().join("pg")
    }

    fn script(&self, order: &str) -> String {
        let done = Command::new("scripts/postgres.sh").arg(order).arg(self.home()).output().unwrap();
        assert!(done.status.success(), "{order}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    async fn connect(&self) -> PgPool {
        let url = format!("{}/postgres", self.script("url"));
        let pool = PgPoolOptions::new().max_connections(5).connect(&url).await.unwrap();
        migrations::apply(&mut pool.acquire().await.unwrap()).await.unwrap();
        pool
    }

    /// SIGKILL to the server itself; its children follow when they notice.
    fn kill(&self) {
        let file = fs::read_to_string(self.home().join("data/postmaster.pid")).unwrap();
        let pid = file.lines().next().unwrap();
        assert!(Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn database_that_goes_away_in_the_middle_loses_nothing_and_repeats_nothing() {
    let database = Database::start();
    let fleet = Fleet::over(database.connect().await, 2).await;
    let servers = join_all(fleet.environments.iter().map(Environment::serve)).await;
    let messages = scaled(60, 1_000);
    let writers = (0..6).map(|_| async {
        for _ in 0..messages / 6 {
            fleet.write().await;
        }
    });
    let breaking = async {
        for (after, break_it) in [(messages / 3, "stop"), (2 * messages / 3, "kill")] {
            while fleet.asked() < after {
                sleep(Duration::from_millis(5)).await;
            }
            tokio::task::block_in_place(|| {
                if break_it == "stop" {
                    database.script("stop");
                } else {
                    database.kill();
                }
                database.script("start");
            });
        }
    };
    fleet
        .hurried(async {
            tokio::join!(join_all(writers), breaking);
            fleet.healed().await;
        })
        .await;
    drop(servers);
    fleet.all_is_true().await;
    println!("{} messages, PostgreSQL stopped once and killed once", fleet.asked());
}
