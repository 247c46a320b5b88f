//! Each of the simulator's magic numbers, from the API call until the message is settled: what the caller is told, what
//! it is in the end, what it cost, whether its places came back, and that Twilio was asked to create it once at most.

use std::time::Duration;

use chrono::TimeDelta;
use okla::domain::{limits::Limit, message::Status, user::Role};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Api, Options, Reply, TestApp};

struct Case {
    app: TestApp,
    dealer: Api,
    number: String,
}

impl Case {
    async fn of(pool: PgPool, digits: &str) -> Self {
        let options = Options { twilio_timeout: Duration::from_millis(400), ..Options::default() };
        let app = TestApp::start_with(pool, options).await;
        Self {
            dealer: app.token_for(Role::Dealer).await,
            app,
            number: format!("+1809555{:0>4}", format!("1{digits}")),
        }
    }

    async fn write(&self) -> Reply {
        self.dealer.write(&self.number, "Hola, ¿sigue disponible?").await
    }

    async fn id(&self) -> String {
        self.app.value("select id::text from messages where to_phone = $1", &self.number).await
    }

    async fn creates(&self) -> usize {
        self.app.sim_messages(&self.number).await.len()
    }

    /// Asserts how it ended.
    async fn is(&self, status: &str, code: Option<i64>, cost: &str, creates: usize, places: i64) -> Value {
        let id = self.id().await;
        self.app.wait_for(&id, status).await;
        let told = self.dealer.status(&id).await;
        assert_eq!(told.status, 200);
        let told = told.json;
        assert_eq!(told["status"], status);
        assert_eq!(told["errorCode"].as_i64(), code);
        assert_eq!(told["errorMessage"].is_string(), status != "read" && status != "sent");
        assert_eq!(told["cost"].to_string(), cost);
        assert_eq!(self.creates().await, creates, "creates at Twilio");
        for limit in [Limit::PlatformDay, Limit::DealerHour, Limit::UserHour, Limit::PairDay] {
            assert_eq!(self.app.places(limit).await, places, "{limit:?}");
        }
        let used: i64 = self
            .app
            .value(
                "select coalesce(sum(used), 0)::bigint from limit_counters where name = $1",
                "platform_day",
            )
            .await;
        assert_eq!(used, places, "today's counter");
        told
    }
}

#[sqlx::test]
async fn plain_number_is_delivered_and_read_at_the_price_told(pool: PgPool) {
    let case = Case::of(pool, "234").await;
    let reply = case.write().await;
    assert_eq!(reply.status, 200);
    let told = case.is("read", None, "0.015", 1, 1).await;
    assert_eq!(told["attemptCount"], 1);
    assert_eq!(told["messageId"], reply.json["messageId"]);
    for moment in ["createdAt", "sentAt", "deliveredAt", "readAt", "checkedAt"] {
        assert!(told[moment].is_string(), "{moment}: {told}");
    }
}

#[sqlx::test]
async fn number_211_is_a_bad_number_and_costs_nothing(pool: PgPool) {
    let case = Case::of(pool, "211").await;
    let reply = case.write().await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.code(), "invalid_phone_number");
    assert_eq!(reply.json["field"], "toPhoneNumber");
    case.is("failed", Some(21211), "0.0", 0, 0).await;
}

#[sqlx::test]
async fn number_610_is_refused_by_twilio_and_costs_nothing(pool: PgPool) {
    let case = Case::of(pool, "610").await;
    let reply = case.write().await;
    assert_eq!(reply.status, 502);
    assert_eq!(reply.code(), "twilio_21610");
    case.is("failed", Some(21610), "0.0", 0, 0).await;
}

async fn is_refused_later(pool: PgPool, digits: &str, status: &str, code: i64) {
    let case = Case::of(pool, digits).await;
    assert_eq!(case.write().await.status, 200);
    // A failure that comes later keeps its places.
    case.is(status, Some(code), "0.0", 1, 1).await;
}

#[sqlx::test]
async fn number_003_has_no_whatsapp(pool: PgPool) {
    is_refused_later(pool, "003", "undelivered", 63003).await;
}

#[sqlx::test]
async fn number_016_is_outside_the_window(pool: PgPool) {
    is_refused_later(pool, "016", "undelivered", 63016).await;
}

#[sqlx::test]
async fn number_018_is_over_the_channels_rate(pool: PgPool) {
    is_refused_later(pool, "018", "failed", 63018).await;
}

#[sqlx::test]
async fn number_024_is_an_invalid_recipient(pool: PgPool) {
    is_refused_later(pool, "024", "failed", 63024).await;
}

#[sqlx::test]
async fn number_049_is_not_delivered_by_metas_choice(pool: PgPool) {
    is_refused_later(pool, "049", "undelivered", 63049).await;
}

#[sqlx::test]
async fn number_429_waits_its_turn_and_arrives_once(pool: PgPool) {
    let case = Case::of(pool, "429").await;
    let writing = tokio::spawn({
        let (dealer, number) = (case.dealer.clone(), case.number.clone());
        async move { dealer.write(&number, "hola").await }
    });
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        case.app.clock.advance(TimeDelta::seconds(5));
    }
    let reply = writing.await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    let told = case.is("read", None, "0.015", 1, 1).await;
    assert_eq!(told["attemptCount"], 3);
}

/// A create whose answer is lost while every callback is lost too: only looking at Twilio tells.
async fn lost(pool: PgPool, digits: &str) -> Case {
    let case = Case::of(pool, digits).await;
    case.app.sim.set(json!({ "dropRate": 1.0 })).await;
    let reply = case.write().await;
    assert_eq!(reply.status, 202, "{}", reply.text);
    assert_eq!(reply.json["status"], "verifying");
    assert_eq!(reply.json["messageId"], Value::Null);
    assert_eq!(reply.header("location").unwrap(), format!("/api/whatsapp/status/{}", reply.id()));
    case.app.advance(TimeDelta::seconds(21)).await;
    case.app.work().await;
    case
}

async fn was_created_after_all(pool: PgPool, digits: &str) {
    let case = lost(pool, digits).await;
    case.is("read", None, "0.015", 1, 1).await;
}

async fn was_never_created(pool: PgPool, digits: &str) {
    let case = lost(pool, digits).await;
    assert_eq!(case.app.stored_status(&case.id().await).await, "verifying", "one look is not enough");
    case.app.advance(TimeDelta::seconds(61)).await;
    case.app.work().await;
    // Proved twice that it is not there: sent again, once, and lost again.
    case.app.wait_for(&case.id().await, "verifying").await;
    // The workers look too: a look that one of them began is counted from when it ended.
    for _ in 0..6 {
        case.app.advance(TimeDelta::seconds(61)).await;
        case.app.work().await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let told = case.is("failed", None, "0.0", 0, 0).await;
    assert!(told["errorMessage"].as_str().unwrap().contains("nunca lo recibió"));
    assert_eq!(told["attemptCount"], 2);
}

#[sqlx::test]
async fn number_500_was_never_created_and_costs_nothing(pool: PgPool) {
    was_never_created(pool, "500").await;
}

#[sqlx::test]
async fn number_505_was_never_created_and_costs_nothing(pool: PgPool) {
    was_never_created(pool, "505").await;
}

#[sqlx::test]
async fn number_502_is_found_at_twilio_and_not_created_twice(pool: PgPool) {
    was_created_after_all(pool, "502").await;
}

#[sqlx::test]
async fn number_504_is_found_at_twilio_and_not_created_twice(pool: PgPool) {
    was_created_after_all(pool, "504").await;
}

#[sqlx::test]
async fn number_506_is_found_at_twilio_and_not_created_twice(pool: PgPool) {
    was_created_after_all(pool, "506").await;
}

#[sqlx::test]
async fn number_520_is_found_at_twilio_and_not_created_twice(pool: PgPool) {
    was_created_after_all(pool, "520").await;
}

#[sqlx::test]
async fn number_777_never_goes_backwards(pool: PgPool) {
    let case = Case::of(pool, "777").await;
    case.app.sim.set(json!({ "callbackDelayMs": 60 })).await;
    let id = case.write().await.id();
    let mut ranks = Vec::new();
    let until_read = async {
        while ranks.last() != Some(&Status::Read.rank()) {
            let status: Status = case.app.stored_status(&id).await.parse().unwrap();
            ranks.push(status.rank());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), until_read).await.expect("it never was read");
    assert!(ranks.is_sorted(), "{ranks:?}");
    // The rest of the shuffled callbacks comes, each a second time, and changes nothing.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = case.is("read", None, "0.015", 1, 1).await;
    let events = told["events"].as_array().unwrap();
    let mut called: Vec<&str> = events
        .iter()
        .filter(|event| event["source"] == "callback")
        .map(|event| event["status"].as_str().unwrap())
        .collect();
    called.sort_unstable();
    assert_eq!(called, ["delivered", "read", "sent"], "each is stored once");
}

#[sqlx::test]
async fn number_888_reveals_itself_only_when_asked(pool: PgPool) {
    let case = Case::of(pool, "888").await;
    let id = case.write().await.id();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(case.dealer.status(&id).await.json["status"], "queued");
    case.app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(case.dealer.status(&id).await.json["status"], "read");
    case.is("read", None, "0.015", 1, 1).await;
}

#[sqlx::test]
async fn number_888_heals_by_itself(pool: PgPool) {
    let case = Case::of(pool, "888").await;
    case.write().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    case.app.clock.advance(TimeDelta::seconds(21));
    case.app.work().await;
    case.is("read", None, "0.015", 1, 1).await;
}

#[sqlx::test]
async fn number_999_stays_sent(pool: PgPool) {
    let case = Case::of(pool, "999").await;
    case.write().await;
    case.app.wait_for(&case.id().await, "sent").await;
    case.app.advance(TimeDelta::hours(30)).await;
    case.app.work().await;
    case.is("sent", None, "0.015", 1, 1).await;
}
