//! Each limit at its edge: who it counts, what it answers, when there is room again, and that a refusal takes nothing.

use chrono::TimeDelta;
use futures::future::join_all;
use okla::{
    app::{
        clock::Clock,
        set_limit::{SetLimit, set_limit},
    },
    domain::{limits::Limit, time::next_midnight, user::Role},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, DEALER, DEALER_PHONE, Options, PLAIN, Reply, TestApp};

/// Nothing is delivered here: only taking counts.
async fn start(pool: PgPool) -> TestApp {
    let options = Options { workers: false, ..Options::default() };
    TestApp::start_with(pool, options).await
}

async fn write(api: &Api, to: &str) -> Reply {
    api.write_async(to, "hola").await
}

/// What must not change when a send is refused.
async fn taken(app: &TestApp) -> [i64; 6] {
    let used: i64 =
        app.value("select coalesce(sum(used), 0)::bigint from limit_counters where name <> $1", "").await;
    [
        used,
        app.count("limit_counters").await,
        app.value("select coalesce(sum(places), 0) from messages where status <> $1", "").await,
        app.count("messages").await,
        app.count("ledger_entries").await,
        app.count("outbox").await,
    ]
}

/// Two pass, the third does not, and it takes nothing; when its Retry-After has passed, one more does.
async fn holds_at_two(app: &TestApp, api: &Api, limit: Limit, code: &str, words: &str) -> i64 {
    app.set_limit(limit, Some(2)).await;
    assert_eq!(write(api, PLAIN_OR_DEALER).await.status, 202);
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(write(api, PLAIN_OR_DEALER).await.status, 202);
    let before = taken(app).await;

    let refused = write(api, PLAIN_OR_DEALER).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert_eq!(refused.code(), code);
    let sentence = refused.json["error"].as_str().unwrap();
    assert!(sentence.contains(words), "{sentence}");
    assert!(!sentence.contains('2') || sentence.contains(':'), "no count is told: {sentence}");
    assert_eq!(taken(app).await, before, "a refusal takes nothing");

    let wait = refused.retry_after();
    app.clock.advance(TimeDelta::seconds(wait - 5));
    assert_eq!(write(api, PLAIN_OR_DEALER).await.status, 429, "five seconds early");
    app.clock.advance(TimeDelta::seconds(5));
    let after = write(api, PLAIN_OR_DEALER).await;
    assert_eq!(after.status, 202, "after Retry-After: {wait}: {}", after.text);
    wait
}

/// A dealer's number, so that a buyer may write to it too.
const PLAIN_OR_DEALER: &str = DEALER_PHONE;

#[sqlx::test]
async fn platform_day_holds_and_begins_anew_at_midnight_in_santo_domingo(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    // Well before midnight there, so that the test's own minutes are on one day.
    let now = app.clock.now();
    app.clock.advance(next_midnight(now) - now + TimeDelta::hours(6));
    let wait = holds_at_two(&app, &dealer, Limit::PlatformDay, "daily_limit", "OKLA alcanzó su límite").await;
    assert!((60_000..65_000).contains(&wait), "eighteen hours less ten minutes: {wait}");
}

#[sqlx::test]
async fn platform_day_counts_everyone(pool: PgPool) {
    let app = start(pool).await;
    let (dealer, admin) = (app.token_for(Role::Dealer).await, app.token_for(Role::Admin).await);
    app.set_limit(Limit::PlatformDay, Some(2)).await;
    assert_eq!(write(&dealer, PLAIN).await.status, 202);
    assert_eq!(write(&admin, PLAIN).await.status, 202);
    assert_eq!(write(&dealer, PLAIN).await.code(), "daily_limit");
    assert_eq!(write(&admin, PLAIN).await.code(), "daily_limit");
}

#[sqlx::test]
async fn dealer_hour_holds_and_rolls(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let wait = holds_at_two(&app, &dealer, Limit::DealerHour, "hourly_limit", "Su concesionario").await;
    assert!((2_990..=3_000).contains(&wait), "{wait}");
}

#[sqlx::test]
async fn dealer_hour_counts_all_of_a_dealers_users_and_no_other_dealers(pool: PgPool) {
    let app = start(pool).await;
    let (one, two) = (app.token_for(Role::Dealer).await, app.token_for(Role::Dealer).await);
    app.have_dealer("otro", "+18095550199").await;
    app.add_user("otro@ejemplo.do", Role::Dealer, Some("otro")).await;
    let other = app.token_of("otro@ejemplo.do").await;
    app.set_limit(Limit::DealerHour, Some(2)).await;
    assert_eq!(write(&one, PLAIN).await.status, 202);
    assert_eq!(write(&two, PLAIN).await.status, 202);
    assert_eq!(write(&one, PLAIN).await.code(), "hourly_limit");
    assert_eq!(write(&other, PLAIN).await.status, 202);
}

#[sqlx::test]
async fn user_hour_holds_and_rolls(pool: PgPool) {
    let app = start(pool).await;
    let admin = app.token_for(Role::Admin).await;
    let wait = holds_at_two(&app, &admin, Limit::UserHour, "hourly_limit", "Usted alcanzó").await;
    assert!((2_990..=3_000).contains(&wait), "{wait}");
}

#[sqlx::test]
async fn dealer_day_holds_until_midnight(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let now = app.clock.now();
    app.clock.advance(next_midnight(now) - now + TimeDelta::hours(6));
    holds_at_two(&app, &dealer, Limit::DealerDay, "dealer_daily_limit", "Su concesionario").await;
}

#[sqlx::test]
async fn buyer_day_holds_and_rolls(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    let buyer = app.token_for(Role::Buyer).await;
    let wait = holds_at_two(&app, &buyer, Limit::BuyerDay, "buyer_limit", "24 horas").await;
    assert!((85_790..=85_800).contains(&wait), "{wait}");
}

#[sqlx::test]
async fn pair_day_holds_for_one_recipient_and_rolls(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    let wait = holds_at_two(&app, &dealer, Limit::PairDay, "recipient_limit", "a este número").await;
    assert!((85_790..=85_800).contains(&wait), "{wait}");
    assert_eq!(write(&dealer, PLAIN).await.status, 202, "another recipient");
}

#[sqlx::test]
async fn defaults_are_those_of_the_contract(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    let buyer = app.token_for(Role::Buyer).await;
    for number in 1..=10 {
        assert_eq!(write(&buyer, DEALER_PHONE).await.status, 202, "{number}");
    }
    assert_eq!(write(&buyer, DEALER_PHONE).await.code(), "buyer_limit");

    let dealer = app.token_for(Role::Dealer).await;
    for number in 0..100 {
        let to = format!("+1829555{:04}", 2000 + number / 20);
        assert_eq!(write(&dealer, &to).await.status, 202, "{number}");
    }
    assert_eq!(write(&dealer, "+18295552009").await.code(), "hourly_limit");
    assert_eq!(write(&dealer, "+18295552000").await.code(), "recipient_limit", "it frees later");
    app.clock.advance(TimeDelta::minutes(61));
    assert_eq!(write(&dealer, "+18295552000").await.code(), "recipient_limit");
}

#[sqlx::test]
async fn buyers_message_never_uses_the_dealers_hour(pool: PgPool) {
    let app = start(pool).await;
    app.have_dealer(DEALER, DEALER_PHONE).await;
    app.set_limit(Limit::DealerHour, Some(0)).await;
    app.set_limit(Limit::DealerDay, Some(0)).await;
    let buyer = app.token_for(Role::Buyer).await;
    assert_eq!(write(&buyer, DEALER_PHONE).await.status, 202);
    let dealer = app.token_for(Role::Dealer).await;
    assert_eq!(write(&dealer, PLAIN).await.status, 429, "a limit of 0 lets nothing through");
}

#[sqlx::test]
async fn a_dealers_own_value_wins_over_the_rule_for_all(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::DealerHour, Some(0)).await;
    let own = SetLimit { limit: Limit::DealerHour, value: None, dealer: Some(DEALER) };
    set_limit(&app.tools(), own).await.unwrap();
    assert_eq!(write(&dealer, PLAIN).await.status, 202);
}

#[sqlx::test]
async fn lowered_limit_waits_for_enough_places_to_expire(pool: PgPool) {
    let app = start(pool).await;
    let admin = app.token_for(Role::Admin).await;
    for _ in 0..5 {
        assert_eq!(write(&admin, PLAIN).await.status, 202);
        app.clock.advance(TimeDelta::minutes(1));
    }
    app.set_limit(Limit::UserHour, Some(2)).await;
    let wait = write(&admin, PLAIN).await.retry_after();
    // The fourth of five must go: it was taken two minutes ago.
    assert!((3_475..=3_480).contains(&wait), "{wait}");
    app.clock.advance(TimeDelta::seconds(wait));
    assert_eq!(write(&admin, PLAIN).await.status, 202);
}

#[sqlx::test]
async fn refusal_speaks_english_when_asked(pool: PgPool) {
    let app = start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    app.set_limit(Limit::PlatformDay, Some(0)).await;
    let body = json!({ "toPhoneNumber": PLAIN, "messageBody": "hi" });
    let reply = Reply::of(dealer.post_send(&body).header("accept-language", "en-US,es;q=0.5")).await;
    assert_eq!(reply.json["error"], "OKLA has reached its limit of messages for today.");
}

async fn exactly_ten_of_twenty_pass(pool: PgPool, limit: Limit) {
    let app = start(pool).await;
    let (one, two) = (app.token_for(Role::Dealer).await, app.token_for(Role::Dealer).await);
    app.set_limit(limit, Some(10)).await;
    app.set_limit(Limit::PairDay, None).await;
    let replies = join_all((0..20).map(|number| {
        let api = if limit != Limit::UserHour && number % 2 == 0 { &two } else { &one };
        write(api, PLAIN)
    }))
    .await;
    let passed: Vec<&Value> =
        replies.iter().filter(|reply| reply.status == 202).map(|reply| &reply.json["id"]).collect();
    assert_eq!(passed.len(), 10);
    assert!(replies.iter().all(|reply| reply.status == 202 || reply.status == 429));
    assert_eq!(app.count("messages").await, 10);
    assert_eq!(app.places(limit).await, 10);
}

#[sqlx::test]
async fn twenty_at_once_fill_a_days_ten_places_exactly(pool: PgPool) {
    exactly_ten_of_twenty_pass(pool, Limit::PlatformDay).await;
}

#[sqlx::test]
async fn twenty_at_once_fill_a_dealers_ten_places_exactly(pool: PgPool) {
    exactly_ten_of_twenty_pass(pool, Limit::DealerHour).await;
}

#[sqlx::test]
async fn twenty_at_once_fill_a_users_ten_places_exactly(pool: PgPool) {
    exactly_ten_of_twenty_pass(pool, Limit::UserHour).await;
}
