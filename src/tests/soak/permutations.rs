//! Callbacks in any order, however often, at two servers at once, some before the create is even answered: the end is
//! the one that their set of words has.

use std::{collections::BTreeSet, sync::Arc};

use futures::future::join_all;
use okla::{
    app::deliver::{Step, deliver_next},
    domain::{limits::Limit, user::Role},
};
use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    audit::books_are_right,
    scale::{dice, scaled},
};
use crate::{
    app::{Options, PLAIN, Reply, TestApp, Webhook},
    owner::GatewayMock,
    simulator::rig::TOKEN,
};

/// From the weakest to the strongest, with what a message of which it is the strongest has cost.
const WORDS: [(&str, &str); 6] = [
    ("queued", "0.015000"),
    ("sent", "0.015000"),
    ("failed", "0.001000"),
    ("undelivered", "0.000000"),
    ("delivered", "0.015000"),
    ("read", "0.015000"),
];

fn sid_of(part: &str) -> String {
    format!("SM{}", part.replace('-', ""))
}

/// A Twilio that takes everything, and whose sids are known beforehand.
fn twilio() -> GatewayMock {
    GatewayMock::with_sids(|message| {
        let (_, part) = message.status_callback.split_once("m=").unwrap();
        sid_of(part)
    })
}

#[sqlx::test]
async fn callbacks_in_any_order_at_two_servers_end_in_one_state(pool: PgPool) {
    let options = || Options {
        workers: false,
        gateway: Some(Arc::new(twilio())),
        per_second: 100_000,
        ..Options::default()
    };
    let servers = [
        TestApp::start_with(pool.clone(), options()).await,
        TestApp::start_with(pool.clone(), options()).await,
    ];
    for limit in Limit::ALL {
        servers[0].set_limit(limit, None).await;
    }
    let admin = servers[0].token_for(Role::Admin).await;
    let mut dice = dice();
    for number in 0..scaled(60, 4_000) {
        // Another number for each, so that nobody's pace delays it.
        let to = format!("{}{number:04}", &PLAIN[..8]);
        let id = admin.write_async(&to, "hola").await.id();
        let words: Vec<&str> =
            (0..dice.random_range(1..9)).map(|_| WORDS.choose(&mut dice).unwrap().0).collect();
        let (early, rest) = words.split_at(dice.random_range(0..=words.len()));
        let (meanwhile, late) = rest.split_at(dice.random_range(0..=rest.len()));
        say(&servers, &id, early, &mut dice).await;
        let worker = &servers[dice.random_range(0..2)].app;
        let delivering = async {
            // While a word about the message is taken in, no worker takes the message.
            while deliver_next(worker).await.unwrap() == Step::Nothing {}
        };
        tokio::join!(delivering, say(&servers, &id, meanwhile, &mut dice));
        say(&servers, &id, late, &mut dice).await;
        assert_eq!(end(&servers[0], &id).await, foreseen(&words), "{words:?}: {early:?}, then {meanwhile:?}");
    }
    assert_eq!(servers[0].count("outbox").await, 0);
    books_are_right(&pool).await;
    println!("{} messages, their callbacks in any order", scaled(60, 4_000));
}

/// All of these words at once, each at one of the servers: with or without our id, with or without a token.
async fn say(servers: &[TestApp; 2], id: &str, words: &[&str], dice: &mut StdRng) {
    let sid = sid_of(id);
    let posts = words.iter().map(|word| {
        let server = &servers[dice.random_range(0..2)];
        let mut fields = vec![("MessageSid", sid.as_str()), ("MessageStatus", word)];
        if matches!(*word, "failed" | "undelivered") {
            fields.push(("ErrorCode", "63016"));
        }
        let ours = if dice.random_bool(0.5) { format!("?m={id}") } else { String::new() };
        let hook = Webhook::signed(server, &format!("/webhooks/twilio/status{ours}"), &fields, TOKEN);
        let mut request = server
            .sim
            .http
            .post(hook.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", hook.signature.unwrap())
            .body(hook.body);
        if dice.random_bool(0.5) {
            request = request.header("i-twilio-idempotency-token", Uuid::new_v4().to_string());
        }
        async { assert_eq!(Reply::of(request).await.status, 204) }
    });
    let posts: Vec<_> = posts.collect();
    join_all(posts).await;
}

/// Status, the part's error code, what it cost, and the places it holds.
type End = (String, Option<i32>, String, i16);

async fn end(app: &TestApp, id: &str) -> End {
    sqlx::query_as(
        "select m.status, p.error_code, m.cost::text, m.places
         from messages m join message_parts p on p.message_id = m.id where m.id = $1::uuid",
    )
    .bind(id)
    .fetch_one(&app.pool)
    .await
    .unwrap()
}

fn foreseen(words: &[&str]) -> End {
    let said: BTreeSet<&str> = words.iter().copied().chain(["queued"]).collect();
    let (strongest, cost) = WORDS.into_iter().rev().find(|(word, _)| said.contains(word)).unwrap();
    let code = (said.contains("failed") || said.contains("undelivered")).then_some(63_016);
    (strongest.to_owned(), code, cost.to_owned(), 1)
}
