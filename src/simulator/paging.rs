//! Twilio's pages of a list: relative links forwards and back, no total.

use axum::http::Uri;
use serde_json::{Value, json};

use super::form::Form;

/// Which page was asked for, and how its neighbours are linked.
pub struct Paging<'a> {
    uri: &'a Uri,
    query: &'a Form,
    /// Parameters that the links repeat.
    filters: &'a [&'a str],
    /// Twilio's `Page`, from 0.
    pub number: usize,
    pub size: usize,
}

impl<'a> Paging<'a> {
    pub fn read(uri: &'a Uri, query: &'a Form, filters: &'a [&'a str]) -> Self {
        let number = |name: &str| query.first(name).and_then(|value| value.parse::<usize>().ok());
        Self {
            uri,
            query,
            filters,
            number: number("Page").unwrap_or(0),
            size: number("PageSize").unwrap_or(50).clamp(1, 1_000),
        }
    }

    /// Where that page is; `token` is opaque to clients.
    pub fn link(&self, page: usize, token: Option<String>) -> String {
        let mut link = form_urlencoded::Serializer::new(format!("{}?", self.uri.path()));
        link.extend_pairs(self.query.0.iter().filter(|(name, _)| self.filters.contains(&name.as_str())));
        link.append_pair("PageSize", &self.size.to_string()).append_pair("Page", &page.to_string());
        link.extend_pairs(token.map(|token| ("PageToken", token)));
        link.finish()
    }

    /// The page's JSON, its items under `key`.
    pub fn envelope(&self, key: &str, items: &[Value], next: Option<&str>, previous: Option<&str>) -> Value {
        let start = self.number.saturating_mul(self.size);
        json!({
            "page": self.number,
            "page_size": self.size,
            "start": start,
            "end": start + items.len().saturating_sub(1),
            "uri": self.uri.to_string(),
            "first_page_uri": self.link(0, None),
            "next_page_uri": next,
            "previous_page_uri": previous,
            (key): items,
        })
    }
}
