//! Twilio's forms: names may repeat, unknown ones are ignored, and their case matters.

use axum::body::Bytes;

/// The decoded pairs of a form body or a query.
pub struct Form(pub Vec<(String, String)>);

impl Form {
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first value of that name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The first value of that name that says something.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.first(name).filter(|value| !value.is_empty())
    }

    /// Every value of that name that says something.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(one, value)| one == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }
}

impl From<Bytes> for Form {
    fn from(body: Bytes) -> Self {
        Self::parse(&body)
    }
}
