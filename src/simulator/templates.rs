//! The account's message templates. It begins with those of `templates.json`, as if made in Twilio's console and approved,
//! and with one that waits for Meta; more are made through the Content API.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::refusal::Refusal;

/// What the account has when it is opened.
const FIRST: &str = include_str!("../templates.json");
/// 2026-01-15 12:00 UTC, in Unix seconds: when those were made.
const MADE: i64 = 1_768_478_400;

/// A template of the Content API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Template {
    /// `HX` and 32 hex digits.
    pub sid: String,
    pub friendly_name: String,
    pub language: String,
    /// Each variable's name and sample.
    pub variables: BTreeMap<String, String>,
    /// One, such as `twilio/text`, with its `body` and perhaps its `actions`.
    pub types: Map<String, Value>,
    pub created: DateTime<Utc>,
    /// `None`: nobody asked Meta.
    pub approval: Option<Approval>,
}

/// What Meta was asked, and what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approval {
    pub name: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`.
    pub category: String,
    /// Its word from `decided_at` on; until then it is `pending`.
    pub status: String,
    pub decided_at: DateTime<Utc>,
    pub rejection_reason: String,
}

/// As `POST /v1/Content` and the file have it.
#[derive(Debug, Deserialize)]
pub struct NewTemplate {
    pub friendly_name: String,
    pub language: String,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub types: Map<String, Value>,
}

#[derive(Deserialize)]
struct File {
    templates: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    category: String,
    content: NewTemplate,
}

/// The templates of an account that was just opened.
pub fn first() -> Vec<Template> {
    #[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    let file: File = serde_json::from_str(FIRST).expect("templates.json");
    let made = DateTime::from_timestamp(MADE, 0).unwrap_or_default();
    let waiting = Listed {
        category: "UTILITY".to_owned(),
        content: NewTemplate {
            friendly_name: "okla_bienvenida".to_owned(),
            language: "es".to_owned(),
            variables: BTreeMap::from([("1".to_owned(), "Ana".to_owned())]),
            types: Map::from_iter([(
                "twilio/text".to_owned(),
                json!({ "body": "Le damos la bienvenida a OKLA, {{1}}. Por aquí le avisaremos de sus mensajes." }),
            )]),
        },
    };
    let listed = file.templates.into_iter().map(|one| (one, "approved")).chain([(waiting, "pending")]);
    (1_u32..)
        .zip(listed)
        .map(|(number, (one, status))| Template {
            sid: format!("HX{number:032x}"),
            approval: Some(Approval {
                name: one.content.friendly_name.clone(),
                category: one.category,
                status: status.to_owned(),
                decided_at: made,
                rejection_reason: String::new(),
            }),
            ..Template::made(one.content, made)
        })
        .collect()
}

impl Template {
    pub fn made(new: NewTemplate, created: DateTime<Utc>) -> Self {
        Self {
            sid: format!("HX{}", Uuid::new_v4().simple()),
            friendly_name: new.friendly_name,
            language: new.language,
            variables: new.variables,
            types: new.types,
            created,
            approval: None,
        }
    }

    /// With `{{name}}` where a variable goes.
    pub fn body(&self) -> &str {
        self.types.values().find_map(|content| content["body"].as_str()).unwrap_or_default()
    }

    pub fn content_type(&self) -> &str {
        self.types.keys().next().map_or("", String::as_str)
    }

    pub fn category(&self) -> &str {
        self.approval.as_ref().map_or("", |approval| &approval.category)
    }

    /// Meta's word at that moment.
    pub fn status(&self, now: DateTime<Utc>) -> &str {
        match &self.approval {
            None => "unsubmitted",
            Some(approval) if now < approval.decided_at => "pending",
            Some(approval) => &approval.status,
        }
    }

    /// With what a message of it fails later, whatever the window: 63040 rejected, 63041 paused, 63042 disabled.
    pub fn fails_with(&self, now: DateTime<Utc>) -> Option<u32> {
        match self.status(now) {
            "rejected" => Some(63040),
            "paused" => Some(63041),
            "disabled" => Some(63042),
            _ => None,
        }
    }

    /// Why Meta will not have it, if so: a variable at either end of its text, or two side by side.
    pub fn objection(&self) -> Option<&'static str> {
        let body = self.body().trim();
        if body.starts_with("{{") || body.trim_end_matches(['.', '!', '?']).ends_with("}}") {
            return Some("INVALID_FORMAT: a variable begins or ends the text");
        }
        let packed: String = body.split_whitespace().collect();
        packed.contains("}}{{").then_some("INVALID_FORMAT: two variables side by side")
    }

    /// The text with `variables` (JSON) in their places; a missing one silently gives its sample, as at Twilio.
    ///
    /// # Errors
    /// 21656 when the JSON is not an object of texts, names a variable that is not there, or holds a text WhatsApp refuses.
    pub fn render(&self, variables: Option<&str>) -> Result<String, Refusal> {
        let invalid = || Refusal::bad(21656, "The ContentVariables parameter is invalid.");
        let given: BTreeMap<String, String> =
            variables.map_or(Ok(BTreeMap::new()), serde_json::from_str).map_err(|_| invalid())?;
        let known = |name: &String| self.variables.contains_key(name);
        if !given.keys().all(known) || !given.values().all(|text| is_acceptable(text)) {
            return Err(invalid());
        }
        // One pass: what a value holds is never taken for a variable.
        let (mut text, mut rest) = (String::new(), self.body());
        while let Some((before, after)) = rest.split_once("{{") {
            text.push_str(before);
            let Some((name, after)) = after.split_once("}}") else { break };
            let sample = self.variables.get(name);
            text.push_str(given.get(name).or(sample).map_or("", String::as_str));
            rest = after;
        }
        text.push_str(rest);
        Ok(text)
    }
}

/// WhatsApp takes neither an empty variable, nor line ends, tabs or more than four spaces in a row.
fn is_acceptable(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\n', '\r', '\t']) && !text.contains("     ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(body: &str) -> Template {
        let types = Map::from_iter([("twilio/text".to_owned(), json!({ "body": body }))]);
        let variables =
            BTreeMap::from([("1".to_owned(), "Ana".to_owned()), ("2".to_owned(), "Kia".to_owned())]);
        let new = NewTemplate { friendly_name: "x".to_owned(), language: "es".to_owned(), variables, types };
        Template::made(new, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn given_variables_are_filled_in_and_missing_ones_show_their_sample() {
        let template = made("Hola {{1}}, vence su {{2}} pronto.");
        let text = template.render(Some(r#"{"1":"{{2}}"}"#)).unwrap();
        assert_eq!(text, "Hola {{2}}, vence su Kia pronto.");
    }

    #[test]
    fn variables_that_twilio_refuses_are_21656() {
        let template = made("Hola {{1}}, vence su {{2}} pronto.");
        for bad in [
            "not json",
            "[]",
            r#"{"1":2}"#,
            r#"{"9":"no such"}"#,
            r#"{"1":""}"#,
            r#"{"1":"two\nlines"}"#,
            r#"{"1":"a     b"}"#,
        ] {
            assert_eq!(template.render(Some(bad)).unwrap_err().code, 21656, "{bad}");
        }
    }

    #[test]
    fn meta_wants_words_around_variables() {
        for bad in ["{{1}} hola", "hola {{1}}", "hola {{1}}.", "hola {{1}} {{2}} adiós"] {
            assert!(made(bad).objection().is_some(), "{bad}");
        }
        assert_eq!(made("Hola {{1}}, vence {{2}} pronto.").objection(), None);
    }

    #[test]
    fn an_account_begins_with_approved_templates_and_one_that_waits() {
        let first = first();
        let now = DateTime::from_timestamp(MADE, 0).unwrap();
        assert!(first.len() > 5);
        assert_eq!(first.iter().filter(|one| one.status(now) != "approved").count(), 1);
        assert!(first.iter().all(|one| one.objection().is_none()), "{first:?}");
    }
}
