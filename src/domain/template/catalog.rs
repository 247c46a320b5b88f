//! The templates that OKLA writes by: `templates.json`, one for each purpose. A text that changes needs a new name, for Meta
//! takes none twice.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Purpose, problems};
use crate::domain::rates::Category;

const FILE: &str = include_str!("../../templates.json");

/// A template as we want it to be.
#[derive(Clone, Debug)]
pub struct Definition {
    pub purpose: Purpose,
    pub name: String,
    /// ISO 639-1.
    pub language: String,
    /// What Meta is asked to price it as.
    pub category: Category,
    /// With `{{1}}` where the first of `fields` goes.
    pub body: String,
    /// What fills each place, in their order.
    pub fields: Vec<String>,
    /// Each place's sample value, by its number.
    pub samples: BTreeMap<String, String>,
    /// Its quick-reply buttons.
    pub buttons: Vec<Button>,
    /// What `POST /v1/Content` takes.
    pub content: Value,
}

/// A quick-reply button: what is read on it, and what comes back when it is pressed (`ButtonPayload`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub title: String,
    pub id: String,
}

#[derive(Deserialize)]
struct File {
    templates: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    purpose: String,
    category: String,
    fields: Vec<String>,
    content: Value,
}

#[derive(Deserialize)]
struct Content {
    friendly_name: String,
    language: String,
    variables: BTreeMap<String, String>,
    types: Map<String, Value>,
}

/// All of them, in the file's order.
pub fn catalog() -> &'static [Definition] {
    static CATALOG: LazyLock<Vec<Definition>> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
        read(FILE).expect("templates.json")
    });
    &CATALOG
}

fn read(file: &str) -> Result<Vec<Definition>, String> {
    let file: File = serde_json::from_str(file).map_err(|error| error.to_string())?;
    file.templates.into_iter().map(definition).collect()
}

fn definition(listed: Listed) -> Result<Definition, String> {
    let Listed { purpose, category, fields, content } = listed;
    let read: Content = serde_json::from_value(content.clone()).map_err(|error| error.to_string())?;
    let form = read.types.values().next();
    let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned);
    let body = form.and_then(|form| text(form, "body")).ok_or("a template without a text")?;
    let actions = form.and_then(|form| form["actions"].as_array()).cloned().unwrap_or_default();
    Ok(Definition {
        purpose: purpose.parse()?,
        name: read.friendly_name,
        language: read.language,
        category: category
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| format!("{category:?} is no category"))?,
        body,
        fields,
        samples: read.variables,
        buttons: actions
            .iter()
            .filter_map(|action| Some(Button { title: text(action, "title")?, id: text(action, "id")? }))
            .collect(),
        content,
    })
}

impl Definition {
    /// The one for a purpose.
    ///
    /// # Panics
    /// Never: a test reads that the file has one for each.
    pub fn of(purpose: Purpose) -> &'static Self {
        #[expect(clippy::expect_used, reason = "a test reads that every purpose has one")]
        catalog().iter().find(|definition| definition.purpose == purpose).expect("templates.json")
    }

    /// What is wrong with it by Meta's rules.
    pub fn problems(&self) -> Vec<String> {
        let samples = self.samples.iter().map(|(place, sample)| (place.as_str(), sample.as_str()));
        let buttons: Vec<&str> = self.buttons.iter().map(|button| button.title.as_str()).collect();
        problems(&self.name, &self.body, samples, &buttons)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::MOST_BODY, *};

    #[test]
    fn every_purpose_has_one_template_that_meta_can_take() {
        let catalog = read(FILE).unwrap();
        assert_eq!(catalog.len(), Purpose::ALL.len());
        for purpose in Purpose::ALL {
            let one = catalog.iter().find(|one| one.purpose == purpose).unwrap();
            assert_eq!(one.problems(), Vec::<String>::new());
            assert_eq!(one.fields.len(), one.samples.len(), "{}", one.name);
            assert_eq!(one.category, purpose.kind().category(), "{}", one.name);
            let sample = one.samples.iter().fold(one.body.clone(), |text, (place, sample)| {
                text.replace(&format!("{{{{{place}}}}}"), sample)
            });
            assert!(!sample.contains("{{") && sample.chars().count() < MOST_BODY / 2, "{}", one.name);
        }
        let mut names: Vec<&str> = catalog.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), catalog.len());
    }
}
