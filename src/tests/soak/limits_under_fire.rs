//! Many senders at once over three server processes on one database: a limit lets through what it allows, never one more
//! and never one less.

use std::{collections::HashSet, sync::Arc};

use futures::future::join_all;
use okla::{
    app::set_limit::{SetLimit, set_limit},
    domain::{limits::Limit, user::Role},
};
use rand::RngExt;
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::Barrier;

use super::{
    audit::{FIGURES, books_are_right},
    scale::{dice, scaled},
};
use crate::{
    app::{Api, DEALER_PHONE, Options, TestApp},
    binary::process::{Environment, Running},
};

const SERVERS: usize = 3;
/// What a part costs by the rate card.
const PRICE: Decimal = Decimal::from_parts(15, 0, 0, false, 3);

/// Everyone who sends here, as programs that speak to one of the servers.
struct Senders {
    dealers: Vec<String>,
    buyer: String,
    admin: String,
}

/// One limit under fire: its value, who sends, and to whom.
struct Fire<'a> {
    limit: Limit,
    value: Decimal,
    tokens: Vec<&'a str>,
    recipients: Vec<String>,
}

/// A try, and what became of it.
struct Try {
    to: String,
    parts: i64,
    accepted: bool,
}

#[sqlx::test]
async fn no_limit_lets_one_too_many_or_one_too_few_through(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let senders = open_accounts(&app).await;
    let environments: Vec<Environment> =
        (0..SERVERS).map(|_| Environment::live(&app.pool).with("RUST_LOG", "off")).collect();
    let fleet: Vec<Running> =
        join_all(environments.iter().map(|one| one.serve_as(&["serve", "--no-workers"]))).await;
    let urls: Vec<String> = environments.iter().map(Environment::url).collect();
    for limit in Limit::ALL {
        under_fire(&app, &urls, &senders.aimed_at(limit)).await;
    }
    drop(fleet);
}

async fn open_accounts(app: &TestApp) -> Senders {
    let mut dealers = Vec::new();
    for _ in 0..3 {
        dealers.extend(app.token_for(Role::Dealer).await.token);
    }
    let buyer = app.token_for(Role::Buyer).await.token.unwrap();
    Senders { dealers, buyer, admin: app.token_for(Role::Admin).await.token.unwrap() }
}

impl Senders {
    fn aimed_at(&self, limit: Limit) -> Fire<'_> {
        let places = scaled(20, 1_000);
        let (one, all) = (&self.dealers[0], self.dealers.iter().map(String::as_str));
        let (value, tokens): (i64, Vec<&str>) = match limit {
            Limit::PlatformDay => (places, all.chain([self.buyer.as_str(), &self.admin]).collect()),
            Limit::DealerHour | Limit::DealerDay | Limit::MetaTier => (places, all.collect()),
            Limit::UserHour | Limit::PairDay => (places, vec![one]),
            Limit::BuyerDay => (places, vec![&self.buyer]),
            Limit::DealerBudget => (places, all.chain([self.buyer.as_str()]).collect()),
        };
        let value = match limit {
            // A little more than so many parts cost, which no part fits into.
            Limit::DealerBudget => PRICE * Decimal::from(value) + Decimal::new(149, 4),
            _ => Decimal::from(value),
        };
        // A buyer may write to the dealer only.
        let recipients = match limit {
            Limit::MetaTier => (0..3 * places).map(|number| format!("+1809556{number:04}")).collect(),
            _ => vec![DEALER_PHONE.to_owned()],
        };
        Fire { limit, value, tokens, recipients }
    }
}

async fn under_fire(app: &TestApp, urls: &[String], fire: &Fire<'_>) {
    begin_anew(app, fire).await;
    if fire.limit != Limit::MetaTier {
        // Only free text goes in parts.
        app.open_window(DEALER_PHONE).await;
    }
    let tries = shoot(urls, fire, scaled(16, 200), scaled(6, 50)).await;
    let name = fire.limit.name();
    let accepted: Vec<&Try> = tries.iter().filter(|one| one.accepted).collect();
    assert!(accepted.len() < tries.len(), "{name}: it was never reached");
    let taken = match fire.limit {
        Limit::MetaTier => {
            let counted: HashSet<&str> = accepted.iter().map(|one| one.to.as_str()).collect();
            let refused: HashSet<&str> =
                tries.iter().filter(|one| !one.accepted).map(|one| one.to.as_str()).collect();
            assert!(counted.is_disjoint(&refused), "who is counted already is never refused");
            Decimal::from(counted.len())
        }
        Limit::DealerBudget => {
            PRICE * Decimal::from(accepted.iter().map(|one| one.parts).sum::<i64>()) + Decimal::new(149, 4)
        }
        _ => Decimal::from(accepted.iter().map(|one| one.parts).sum::<i64>()),
    };
    assert_eq!(taken, fire.value, "{name}: one too many, or one too few");
    println!("{} tries, {} messages taken: {name}", tries.len(), accepted.len());
    books_are_right(&app.pool).await;
    let stored: i64 = app.value("select count(*) from messages where kind = $1", "contact").await;
    assert_eq!(
        usize::try_from(stored).unwrap(),
        accepted.len(),
        "{name}: who was told yes is stored, nobody else"
    );
    one_more_place(app, urls, fire).await;
}

/// Nothing counted, nothing sent; every limit counts, and only this one is within reach.
async fn begin_anew(app: &TestApp, fire: &Fire<'_>) {
    sqlx::query(AssertSqlSafe(format!("truncate messages, limit_counters, {FIGURES} cascade")))
        .execute(&app.pool)
        .await
        .unwrap();
    for limit in Limit::ALL {
        let value = if limit == fire.limit { fire.value } else { Decimal::from(1_000_000) };
        set(app, limit, Some(value)).await;
    }
}

async fn set(app: &TestApp, limit: Limit, value: Option<Decimal>) {
    set_limit(&app.tools(), SetLimit { limit, value, dealer: None }).await.unwrap();
}

/// Everyone at once, each so often: long messages among the first half, so that a limit is reached with a remainder.
async fn shoot(urls: &[String], fire: &Fire<'_>, senders: usize, each: usize) -> Vec<Try> {
    let start = Arc::new(Barrier::new(senders));
    let mut dice = dice();
    let shooting: Vec<_> = (0..senders)
        .map(|number| {
            let token = fire.tokens[number % fire.tokens.len()].to_owned();
            let api = Api::new(&urls[number / fire.tokens.len() % urls.len()], Some(token));
            let plan: Vec<(String, i64)> = (0..each)
                .map(|round| {
                    let to = fire.recipients[dice.random_range(0..fire.recipients.len())].clone();
                    let parts = if round * 2 < each { dice.random_range(1..=3) } else { 1 };
                    (to, parts)
                })
                .collect();
            let (start, code) = (Arc::clone(&start), fire.limit.code());
            tokio::spawn(async move {
                start.wait().await;
                let mut tries = Vec::new();
                for (to, parts) in plan {
                    let accepted = try_once(&api, &to, parts, code).await;
                    tries.push(Try { to, parts, accepted });
                }
                tries
            })
        })
        .collect();
    join_all(shooting).await.into_iter().flat_map(Result::unwrap).collect()
}

async fn try_once(api: &Api, to: &str, parts: i64, code: &str) -> bool {
    let body = match parts {
        1 => "hola".to_owned(),
        parts => "palabra ".repeat(150 * usize::try_from(parts).unwrap()),
    };
    let reply = api.write_async(to, &body).await;
    let parts = if code == Limit::MetaTier.code() { 1 } else { parts };
    match reply.status.as_u16() {
        202 => {
            assert_eq!(reply.json["parts"], parts, "{}", reply.text);
            true
        }
        429 => {
            assert_eq!(reply.code(), code, "{}", reply.text);
            false
        }
        other => panic!("{other}: {}", reply.text),
    }
}

/// A place more is one message more, whoever asks first.
async fn one_more_place(app: &TestApp, urls: &[String], fire: &Fire<'_>) {
    let more = if fire.limit == Limit::DealerBudget { PRICE } else { Decimal::ONE };
    set(app, fire.limit, Some(fire.value + more)).await;
    let asking = urls.iter().enumerate().map(|(number, url)| async move {
        let token = fire.tokens[number % fire.tokens.len()].to_owned();
        // Of fresh recipients; but a buyer has only the dealer.
        let to = match fire.limit {
            Limit::MetaTier => format!("+1809557{number:04}"),
            _ => fire.recipients[0].clone(),
        };
        try_once(&Api::new(url, Some(token)), &to, 1, fire.limit.code()).await
    });
    let accepted = join_all(asking).await.into_iter().filter(|accepted| *accepted).count();
    assert_eq!(accepted, 1, "{}: one more place", fire.limit.name());
    books_are_right(&app.pool).await;
}
