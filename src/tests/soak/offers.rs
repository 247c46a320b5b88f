//! An offer to many on several servers, one of which dies in the midst: exactly those get it who may, each once, as many
//! as the budget pays, and its page explains everybody else.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use okla::{
    app::{
        add_dealer::add_dealer,
        add_user::{AddUser, add_user},
        clock::{Clock as _, SystemClock},
        set_limit::{SetLimit, set_limit},
        state::Tools,
    },
    domain::{limits::Limit, user::Role},
};
use rust_decimal::Decimal;
use sha2::Sha256;
use sqlx::PgPool;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{audit::all_is_true, fleet::Fleet, scale::scaled};
use crate::{
    app::{Browser, DEALER, DEALER_PHONE, PASSWORD, approve_templates},
    binary::process::Environment,
    offers::stage::{counted, forget_earlier, got_one, people, phone, seen, wrote_to},
};

const DONE_WITHIN: Duration = Duration::from_mins(5);

/// How many are written to, want nothing more, have had enough, and how many the budget pays for.
struct Numbers {
    people: usize,
    gone: usize,
    capped: usize,
    paid: usize,
}

async fn fill(pool: &PgPool, numbers: &Numbers) {
    let now = SystemClock.now();
    let tools = Tools { pool: pool.clone(), clock: Arc::new(SystemClock) };
    add_dealer(pool, DEALER, DEALER, DEALER_PHONE, now).await.unwrap();
    let user = AddUser {
        email: "jefe@ejemplo.do",
        name: None,
        role: Role::Dealer,
        dealer: Some(DEALER),
        password: PASSWORD,
        demo: false,
    };
    add_user(&tools, user).await.unwrap();
    let dealer: String = sqlx::query_scalar("select id::text from dealers").fetch_one(pool).await.unwrap();
    people(pool, 0..numbers.people, now).await;
    wrote_to(pool, &dealer, now).await;
    for number in 0..numbers.gone {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"a key for tests, long enough to be one").unwrap();
        mac.update(format!("opt-out:{}", phone(number)).as_bytes());
        sqlx::query("insert into opt_outs (address_hash, since) values ($1, now())")
            .bind(mac.finalize().into_bytes().to_vec())
            .execute(pool)
            .await
            .unwrap();
    }
    let yesterday = now - TimeDelta::days(1);
    got_one(pool, numbers.gone..numbers.gone + numbers.capped, &dealer, yesterday).await;
    let budget = Decimal::new(15, 3) * Decimal::from(numbers.paid);
    let change = SetLimit { limit: Limit::DealerBudget, value: Some(budget), dealer: Some(DEALER) };
    set_limit(&tools, change).await.unwrap();
}

async fn sent(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from campaign_items where state = 'sent'")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[sqlx::test]
async fn an_offer_to_many_reaches_exactly_the_right_ones_though_a_server_dies(pool: PgPool) {
    let numbers = scaled(
        Numbers { people: 200, gone: 20, capped: 8, paid: 120 },
        Numbers { people: 5_000, gone: 500, capped: 200, paid: 3_000 },
    );
    let mut fleet = Fleet::over(pool, 3).await;
    fleet.environments =
        fleet.environments.iter().map(|one| one.clone().with("OKLA_OFFER_HOURS", "0-24")).collect();
    approve_templates(&fleet.pool).await;
    let mut servers = join_all(fleet.environments.iter().map(Environment::serve)).await;
    fill(&fleet.pool, &numbers).await;

    let browser = Browser::new(fleet.environments[2].url(), Ipv4Addr::LOCALHOST.into());
    browser.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let id = Uuid::now_v7().to_string();
    let offer = [("id", id.as_str()), ("texto", "50,000 menos este sábado"), ("accion", "revisar")];
    let page = browser.post_form("/fn/oferta", &offer).await.location;
    let reached = numbers.people - numbers.gone - numbers.capped;
    let reached_words = reached.to_string();
    let seen = seen(&browser.get(&page).await.body);
    let confirm = [("id", id.as_str()), ("cuantos", reached_words.as_str()), ("visto", seen.as_str())];
    for _ in 0..2 {
        assert_eq!(browser.post_form("/fn/oferta-confirmar", &confirm).await.location, page);
    }
    let paused = "select state = 'paused' and hold = 'budget' from campaigns";
    let doing = async {
        while sent(&fleet.pool).await < i64::try_from(numbers.paid / 3).unwrap() {
            sleep(Duration::from_millis(5)).await;
        }
        servers.remove(0).kill();
        while !sqlx::query_scalar::<_, bool>(paused).fetch_one(&fleet.pool).await.unwrap() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(DONE_WITHIN, doing).await.expect("the budget is used up");
    fleet.hurried(fleet.healed()).await;

    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    for message in fleet.sim.truth("").await {
        let to = message["to"].as_str().unwrap().trim_start_matches("whatsapp:").to_owned();
        *arrived.entry(to).or_default() += 1;
    }
    // What the dead server was about to send is looked for, not found, paid back, and never sent again: that is an offer's way.
    let lost: i64 = sqlx::query_scalar(
        "select count(*) from messages where kind = 'offer' and own_reason = 'not_created' and not_sent and cost = 0",
    )
    .fetch_one(&fleet.pool)
    .await
    .unwrap();
    // What is paid back before the budget is used up pays for others.
    let taken = arrived.len() + usize::try_from(lost).unwrap();
    assert!(
        arrived.len() <= numbers.paid && taken >= numbers.paid,
        "as many as the budget pays: {taken}, {lost} lost"
    );
    assert!(arrived.values().all(|times| *times == 1), "each once");
    for number in 0..numbers.gone + numbers.capped {
        assert!(!arrived.contains_key(&phone(number)), "{number} wants none, or has had one");
    }
    let shown = browser.get(&page).await.body;
    let without = counted(&shown);
    let explained: i64 = without.iter().map(|(_, people)| people).sum();
    assert_eq!(usize::try_from(explained).unwrap() + taken, numbers.people, "{without:?}");
    let of = |words: &str| {
        let line = without.iter().find(|(why, _)| why.contains(words));
        line.map_or(0, |(_, people)| usize::try_from(*people).unwrap())
    };
    assert_eq!((of("De baja"), of("7 días")), (numbers.gone, numbers.capped));
    assert_eq!(of("presupuesto"), reached - taken);
    forget_earlier(&fleet.pool).await;
    all_is_true(&fleet.pool, &fleet.sim).await;
    println!("{} people, {} offers, {lost} lost with a server", numbers.people, arrived.len());
}
