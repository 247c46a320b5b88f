//! One idempotency key, many times at once, at two servers: one message and one answer, today and after a crash.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{audit::all_is_true, fleet::Fleet, scale::scaled};
use crate::{
    app::{Api, Reply},
    binary::process::{Environment, Running},
};

const AT_ONCE: usize = 50;

#[sqlx::test]
async fn one_key_at_two_servers_is_one_message_and_one_answer(pool: PgPool) {
    let fleet = Fleet::over(pool, 2).await;
    let mut servers = start(&fleet).await;
    let mut answers = Vec::new();
    for number in 0..scaled(3, 60) {
        answers.push(all_at_once(&fleet, number).await);
    }
    for (number, answer) in answers.iter().enumerate() {
        is_replayed(&fleet, number, answer).await;
    }
    for server in servers.drain(..) {
        server.kill();
    }
    servers = start(&fleet).await;
    for (number, answer) in answers.iter().enumerate() {
        is_replayed(&fleet, number, answer).await;
    }
    fleet.hurried(fleet.healed()).await;
    drop(servers);
    let stored: i64 =
        sqlx::query_scalar("select count(*) from messages").fetch_one(&fleet.pool).await.unwrap();
    assert_eq!(usize::try_from(stored).unwrap(), answers.len(), "one message for each key");
    all_is_true(&fleet.pool, &fleet.sim).await;
    println!("{} keys, each {AT_ONCE} times at once", answers.len());
}

async fn start(fleet: &Fleet) -> Vec<Running> {
    join_all(fleet.environments.iter().map(Environment::serve)).await
}

/// The one answer that all of them got who got one.
async fn all_at_once(fleet: &Fleet, number: usize) -> Value {
    let asked = (0..AT_ONCE).map(|time| ask(fleet, time, number, "hola"));
    let replies = join_all(asked).await;
    let (done, in_progress): (Vec<&Reply>, Vec<&Reply>) =
        replies.iter().partition(|reply| reply.status == 200);
    for reply in in_progress {
        assert_eq!(reply.status, 409, "{}", reply.text);
        assert!(reply.retry_after() >= 0);
    }
    let firsts = done.iter().filter(|reply| reply.header("idempotent-replayed").is_none()).count();
    assert_eq!(firsts, 1, "one of them is the first");
    let texts: BTreeSet<&str> = done.iter().map(|reply| reply.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    done[0].json.clone()
}

async fn is_replayed(fleet: &Fleet, number: usize, answer: &Value) {
    for server in 0..2 {
        let again = ask(fleet, server, number, "hola").await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.json, *answer);
        let other = ask(fleet, server, number, "otra cosa").await;
        assert_eq!(other.status, 422, "{}", other.text);
    }
}

async fn ask(fleet: &Fleet, server: usize, number: usize, text: &str) -> Reply {
    let body = json!({ "toPhoneNumber": format!("+1809{number:04}234"), "messageBody": text });
    let api: Api = fleet.api(server);
    Reply::of(api.post_send(&body).header("idempotency-key", format!("one {number}"))).await
}
