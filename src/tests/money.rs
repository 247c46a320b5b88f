//! Every amount agrees with every other, to the last micro-dollar.

use chrono::TimeDelta;
use okla::{
    app::{
        clock::Clock,
        compare_usage::{ask_usage, compare_usage, first_of},
        set_limit::{SetLimit, set_limit},
    },
    domain::{limits::Limit, user::Role},
};
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, DEALER, DEALER_PHONE, Options, PASSWORD, PLAIN, Reply, TestApp};

/// A price that no float holds, effective at once.
async fn set_price(app: &TestApp, price: &str) {
    sqlx::query("insert into rates (id, effective_from, price, set_at) values (gen_random_uuid(), $1, $2::numeric, $1)")
        .bind(app.clock.now())
        .bind(price)
        .execute(&app.pool)
        .await
        .unwrap();
}

async fn sum(app: &TestApp, query: &'static str) -> Decimal {
    sqlx::query_scalar(query).fetch_one(&app.pool).await.unwrap()
}

/// What the API's list says, added up from its own digits.
async fn listed(api: &Api) -> Decimal {
    let reply = Reply::of(api.request(Method::GET, "/api/whatsapp/messages?limit=100")).await;
    let messages = reply.json["messages"].as_array().unwrap().clone();
    messages.iter().map(|message| message["cost"].to_string().parse::<Decimal>().unwrap()).sum()
}

/// What a dealer reads on each message's page, added up.
async fn shown(app: &TestApp) -> Decimal {
    app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
    let browser = app.browser();
    browser.sign_in("jefe@ejemplo.do", PASSWORD).await;
    let ids: Vec<String> =
        sqlx::query_scalar("select id::text from messages").fetch_all(&app.pool).await.unwrap();
    let mut total = Decimal::ZERO;
    for id in ids {
        let page = browser.get(&format!("/panel/mensajes/{id}")).await.body;
        let (_, rest) = page.split_once("Costo: ").unwrap();
        let (_, rest) = rest.split_once("US$\u{a0}").or_else(|| rest.split_once("US$ ")).unwrap();
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        total += digits.parse::<Decimal>().unwrap();
    }
    total
}

/// What may be spent on the dealer's messages in a month, US$.
async fn set_budget(app: &TestApp, dollars: &str) {
    let budget =
        SetLimit { limit: Limit::DealerBudget, value: Some(dollars.parse().unwrap()), dealer: Some(DEALER) };
    set_limit(&app.tools(), budget).await.unwrap();
}

#[sqlx::test]
async fn ledger_api_and_pages_come_to_one_sum(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::DealerBudget, Some(100)).await;
    let long = "palabra ".repeat(300);
    app.open_window("+18095551235").await;
    for (price, number, text) in [
        ("0.015", "+18095551234", "hola"),
        ("0.012347", "+18095551235", &long),
        ("0.000001", "+18095551211", "un número malo"),
        ("0.079003", "+18095551016", "fuera de la ventana"),
        ("0.033333", "+18095551777", "dos veces"),
        ("0.1", "+18095551500", "nunca llega"),
    ] {
        app.clock.advance(TimeDelta::seconds(1));
        set_price(&app, price).await;
        assert_eq!(dealer.write_async(number, text).await.status, 202);
    }
    for seconds in [0, 21, 61, 0, 21, 61, 121] {
        app.advance(TimeDelta::seconds(seconds)).await;
        app.work().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let ledger = sum(&app, "select sum(amount) from ledger_entries").await;
    // The first, both parts of the second, and the last but one as priced; what failed is free.
    assert_eq!(ledger, "0.073027".parse().unwrap());
    assert_eq!(sum(&app, "select sum(cost) from messages").await, ledger);
    assert_eq!(
        sum(&app, "select used / 1000000.0 from limit_counters where name = 'dealer_budget'").await,
        ledger
    );
    assert_eq!(listed(&dealer).await, ledger);
    assert_eq!(shown(&app).await, ledger);
}

#[sqlx::test]
async fn budget_refuses_in_words_and_what_failed_is_given_back_to_it(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    set_budget(&app, "0.045").await;
    for _ in 0..3 {
        assert_eq!(dealer.write_async("+18095551211", "hola").await.status, 202);
    }
    let refused = dealer.write_async("+18095551234", "hola").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, "budget"));
    assert!(refused.json["error"].as_str().unwrap().contains("presupuesto"), "{}", refused.text);
    assert_eq!(refused.header("ratelimit-policy").unwrap(), "\"dealer_budget\";q=3;w=2592000");
    app.work().await;
    assert_eq!(dealer.write_async("+18095551234", "hola").await.status, 202, "refused by Twilio: given back");
}

#[sqlx::test]
async fn buyer_does_not_learn_what_a_dealer_may_spend(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    set_budget(&app, "0.03").await;
    let buyer = app.token_for(Role::Buyer).await;
    for left in [true, true, false] {
        let answer = buyer.write_async(DEALER_PHONE, "hola").await;
        assert_eq!(answer.status == 202, left, "{}", answer.text);
        let policy = answer.header("ratelimit-policy").unwrap_or_default().to_owned();
        assert!(!policy.contains("dealer_budget") || policy.contains("q=0"), "{policy}");
    }
}

#[sqlx::test]
async fn message_that_is_longer_than_a_whole_limit_is_not_told_to_wait(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::UserHour, Some(2)).await;
    app.open_window(PLAIN).await;
    let refused = dealer.write_async(PLAIN, &"Una frase de prueba. ".repeat(190)).await;
    assert_eq!(refused.status, 429);
    assert!(refused.json["error"].as_str().unwrap().contains("demasiado largo"), "{}", refused.text);
}

#[sqlx::test]
async fn past_message_keeps_its_rate(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    let before = dealer.write_async("+18095551234", "hola").await.id();
    app.clock.advance(TimeDelta::seconds(1));
    set_price(&app, "0.02").await;
    let after = dealer.write_async("+18095551234", "hola").await.id();
    app.work().await;
    let cost = async |id: &str| dealer.status(id).await.json["cost"].to_string();
    assert_eq!((cost(&before).await.as_str(), cost(&after).await.as_str()), ("0.015", "0.02"));
}

#[sqlx::test]
async fn month_is_compared_with_twilios_usage_records(pool: PgPool) {
    let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.open_window("+18095551234").await;
    let id = dealer.write_async("+18095551234", "hola").await.id();
    app.work().await;
    app.wait_for(&id, "read").await;
    app.advance(TimeDelta::minutes(3)).await;
    let asked = async {
        loop {
            app.work().await;
            let told: Value = json!(
                app.value::<Option<String>>(
                    "select provider_price::text from message_parts where id = $1::uuid",
                    &id
                )
                .await
            );
            if told != Value::Null {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), asked).await.unwrap();
    let month = first_of(app.clock.now());
    let before = compare_usage(&app.pool, month).await.unwrap();
    assert_eq!((before.confirmed, before.drift()), (None, None), "nobody has asked");
    ask_usage(&app.app, month).await.unwrap();
    ask_usage(&app.app, month).await.unwrap();
    let found = compare_usage(&app.pool, month).await.unwrap();
    assert_eq!(found.ledger, Decimal::new(15, 3));
    assert_eq!(found.told, Decimal::new(5, 3), "Twilio's part");
    assert_eq!(found.untold, 0);
    assert_eq!(found.drift(), Some(found.ledger - found.confirmed.unwrap()));
    assert_eq!(found.confirmed, Some(Decimal::new(5, 3)), "asked twice and counted once");
}
