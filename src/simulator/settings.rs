//! What `PUT /sim/settings` may change. It applies to messages created afterwards.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Whether Twilio serves the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    #[default]
    Active,
    Suspended,
    Closed,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// How long an answer takes, at least; milliseconds.
    pub latency_ms: u64,
    /// When `sent` is called back, milliseconds after the create; `delivered` and `read` keep their proportion to it,
    /// three and eight times as late.
    pub callback_delay_ms: u32,
    /// The share of callbacks never made, 0 to 1.
    pub drop_rate: f64,
    /// The share of callbacks made twice, 0 to 1.
    pub duplicate_rate: f64,
    /// Whether a message's callbacks come in another order than its statuses.
    pub shuffle: bool,
    /// The share of API calls answered 500, nothing done, 0 to 1.
    pub error_rate: f64,
    /// Whether free-form messages outside the 24-hour window end with 63016.
    pub enforce_window: bool,
    /// How long Meta takes to decide on a template; milliseconds.
    pub approval_delay_ms: u32,
    /// Unless it is `active`, every API call but the reading of the account is refused.
    pub account_status: AccountStatus,
    /// The sender's state in Twilio's words; of these Meta decides the last two, null until it has.
    pub sender_status: String,
    pub quality_rating: Option<String>,
    pub messaging_limit: Option<String>,
    /// Twilio's code with which every message ends as `failed`, whatever its number; null for none.
    pub fail_with: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            latency_ms: 150,
            callback_delay_ms: 500,
            drop_rate: 0.0,
            duplicate_rate: 0.0,
            shuffle: false,
            error_rate: 0.0,
            enforce_window: false,
            approval_delay_ms: 1_000,
            account_status: AccountStatus::Active,
            sender_status: "ONLINE".to_owned(),
            quality_rating: Some("HIGH".to_owned()),
            messaging_limit: None,
            fail_with: None,
        }
    }
}

impl Settings {
    /// These settings with the fields of `change`, a JSON object, in place of theirs; or why not, in words.
    pub fn changed_by(&self, change: Value) -> Result<Self, String> {
        let Value::Object(change) = change else {
            return Err("settings are a JSON object".to_owned());
        };
        let mut merged = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(fields) = merged.as_object_mut() {
            fields.extend(change);
        }
        let settings: Self = serde_json::from_value(merged).map_err(|error| error.to_string())?;
        let rates = [settings.drop_rate, settings.duplicate_rate, settings.error_rate];
        if rates.iter().all(|rate| (0.0..=1.0).contains(rate)) {
            Ok(settings)
        } else {
            Err("a rate lies between 0 and 1".to_owned())
        }
    }
}
