//! The cases of the owner's document, by their names there (seed, «Testing»).

use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use futures::future::BoxFuture;
use okla::{
    app::{
        clock::{Clock as _, SystemClock},
        gateway::{
            Content, Gateway, GatewayError, Outbound, ProviderMessage, ProviderPage, ProviderTemplate,
            Sender, UsageRecord,
        },
    },
    domain::{rates::Category, user::Role},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::{Options, TestApp};

/// Takes every message and remembers what it was asked.
pub struct GatewayMock {
    sent: Mutex<Vec<Outbound>>,
    sid_of: fn(&Outbound) -> String,
}

impl Default for GatewayMock {
    /// Knows one sid only.
    fn default() -> Self {
        Self::with_sids(|_| "SM1234567890".to_owned())
    }
}

impl GatewayMock {
    /// Gives each message the sid that a test foresees.
    pub fn with_sids(sid_of: fn(&Outbound) -> String) -> Self {
        Self { sent: Mutex::default(), sid_of }
    }
}

impl Gateway for GatewayMock {
    fn send<'a>(&'a self, message: &'a Outbound) -> BoxFuture<'a, Result<ProviderMessage, GatewayError>> {
        self.sent.lock().unwrap().push(message.clone());
        let taken = ProviderMessage {
            sid: (self.sid_of)(message),
            status: "queued".to_owned(),
            ..ProviderMessage::default()
        };
        Box::pin(async { Ok(taken) })
    }

    fn fetch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<ProviderMessage>, GatewayError>> {
        Box::pin(async { Ok(None) })
    }

    fn list<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ProviderPage, GatewayError>> {
        Box::pin(async { Ok(ProviderPage::default()) })
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), GatewayError>> {
        Box::pin(async { Ok(()) })
    }

    fn usage(&self, _: NaiveDate, _: NaiveDate) -> BoxFuture<'_, Result<Vec<UsageRecord>, GatewayError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn sender<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<Sender>, GatewayError>> {
        Box::pin(async { Ok(None) })
    }

    fn templates(&self) -> BoxFuture<'_, Result<Vec<ProviderTemplate>, GatewayError>> {
        // What is known stays.
        Box::pin(async { Err(GatewayError::Unknown { reason: "it tells of none".to_owned() }) })
    }

    fn create_template<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<String, GatewayError>> {
        Box::pin(async { Ok(String::new()) })
    }

    fn submit_template<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: Category,
    ) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async { Ok(()) })
    }

    fn time(&self) -> BoxFuture<'_, Result<DateTime<Utc>, GatewayError>> {
        Box::pin(async { Ok(SystemClock.now()) })
    }
}

async fn app_with(pool: PgPool, gateway: &Arc<GatewayMock>) -> TestApp {
    let options = Options { gateway: Some(Arc::clone(gateway) as Arc<dyn Gateway>), ..Options::default() };
    TestApp::start_with(pool, options).await
}

#[sqlx::test]
async fn handle_with_valid_request_sends_message(pool: PgPool) {
    let gateway = Arc::new(GatewayMock::default());
    let app = app_with(pool, &gateway).await;
    let dealer = app.token_for(Role::Dealer).await;

    let result = dealer.write("+1234567890", "Test message").await;

    assert_eq!(result.status, 200, "{}", result.text);
    assert_eq!(result.json["success"], true);
    assert_eq!(result.json["messageId"], "SM1234567890");
    let sent = gateway.sent.lock().unwrap();
    let [message] = sent.as_slice() else {
        panic!("it was called {} times", sent.len());
    };
    assert_eq!(message.to, "+1234567890");
    let Content::Template { variables, .. } = &message.content else {
        panic!("not a template: {:?}", message.content);
    };
    assert_eq!(variables["3"], "Test message", "he has not written to OKLA");
}

#[sqlx::test]
async fn handle_with_invalid_phone_number_returns_false(pool: PgPool) {
    let gateway = Arc::new(GatewayMock::default());
    let app = app_with(pool, &gateway).await;
    let dealer = app.token_for(Role::Dealer).await;

    let result = dealer.write("invalid", "Test message").await;

    assert_eq!(result.status, 400);
    assert_eq!(result.code(), "invalid_phone_number");
    assert_ne!(result.json["success"], true);
    assert!(gateway.sent.lock().unwrap().is_empty());
}

#[sqlx::test]
async fn whatsapp_api_integration_should_send_message_successfully(pool: PgPool) {
    let app = TestApp::start(pool).await;
    let dealer = app.token_for(Role::Dealer).await;
    for run in 1..=10 {
        let response =
            dealer.send(json!({ "toPhoneNumber": "+1234567890", "messageBody": "Test message" })).await;
        assert_eq!(response.status, 200, "run {run}: {}", response.text);
        assert_eq!(response.json["success"], true);
        assert!(response.json["messageId"].as_str().unwrap().starts_with("SM"));
        assert_eq!(response.json["cost"].to_string(), "0.015");
    }
    assert_eq!(app.sim_messages("+1234567890").await.len(), 10);
}
