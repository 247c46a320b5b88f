//! `X-Twilio-Signature`: proof that a webhook comes from Twilio and that nobody changed it.
//!
//! Twilio signs the URL as it was given to it, then the form's fields in order of name, with HMAC-SHA1 under the
//! account's auth token. Which of several spellings of the URL it signs is not consistent, so each is tried, as its
//! own libraries do: with and without port, and with the query written by either of node's two serialisers.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use url::Url;

/// A webhook as it was received, before anything was parsed from it.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// Our public URL and the path and query as received, undecoded.
    pub url: &'a str,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    pub raw_body: &'a [u8],
    /// The `X-Twilio-Signature` header.
    pub signature: Option<&'a str>,
}

/// Whether one of `tokens` signed the request. Empty tokens sign nothing.
pub fn verify<T: AsRef<str>>(tokens: &[T], request: &SignedRequest<'_>) -> bool {
    let Some(claimed) = request.signature.and_then(|header| STANDARD.decode(header.trim()).ok()) else {
        return false;
    };
    let url = request.url.split('#').next().unwrap_or_default();
    let Some(signed_fields) = signed_fields(request, url) else {
        return false;
    };
    let urls = spellings(url);
    tokens
        .iter()
        .map(|token| token.as_ref().as_bytes())
        .filter(|token| !token.is_empty())
        .any(|token| urls.iter().any(|url| is_signed(token, url, &signed_fields, &claimed)))
}

/// The signature that Twilio would give a form post of this body to this URL.
pub fn sign(token: &str, url: &str, raw_body: &[u8]) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(token.as_bytes());
    let signed = mac.map(|mac| mac.chain_update(url).chain_update(fields_in_order(raw_body)).finalize());
    signed.map_or_else(|_| String::new(), |signed| STANDARD.encode(signed.into_bytes()))
}

fn is_signed(token: &[u8], url: &str, signed_fields: &str, claimed: &[u8]) -> bool {
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(token) else {
        return false;
    };
    mac.chain_update(url).chain_update(signed_fields).verify_slice(claimed).is_ok()
}

/// What is signed after the URL: a form's fields, and nothing for any other body, whose hash the URL then carries.
/// `None`: the body is not covered by the signature.
fn signed_fields(request: &SignedRequest<'_>, url: &str) -> Option<String> {
    let is_form = request.content_type.is_some_and(|kind| {
        kind.trim_start()
            .get(..33)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    });
    if is_form {
        return Some(fields_in_order(request.raw_body));
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let claimed_hash = form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "bodySHA256").then_some(value));
    let is_covered = match claimed_hash {
        Some(claimed) => claimed == hex(&Sha256::digest(request.raw_body)),
        None => request.raw_body.is_empty(),
    };
    is_covered.then(String::new)
}

/// Unique names in byte order, each with its unique values in byte order, decoded, untrimmed, blank ones included.
fn fields_in_order(raw_body: &[u8]) -> String {
    let mut fields: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(raw_body) {
        fields.entry(name).or_default().insert(value);
    }
    let mut text = String::with_capacity(raw_body.len());
    for (name, values) in &fields {
        for value in values {
            text.push_str(name);
            text.push_str(value);
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The URLs that Twilio may have signed when it called `url`.
fn spellings(url: &str) -> BTreeSet<String> {
    let parsed = Url::parse(url).ok();
    let serialised = parsed.as_ref().map(|parsed| parsed.as_str().to_owned());
    let legacy = parsed.and_then(with_legacy_query);
    [Some(url.to_owned()), serialised, legacy]
        .into_iter()
        .flatten()
        .flat_map(|url| [Port::Without, Port::With].into_iter().filter_map(move |port| with_port(&url, port)))
        .collect()
}

#[derive(Clone, Copy)]
enum Port {
    Without,
    With,
}

/// `url` without its port, or with one: its own, else its scheme's. User info and IPv6 brackets are not mistaken for it.
fn with_port(url: &str, port: Port) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let bracket_end = authority.rfind(']').unwrap_or(host_start);
    let colon = authority[bracket_end..].find(':').map(|at| bracket_end + at);
    Some(match (port, colon) {
        (Port::Without, Some(colon)) => format!("{scheme}://{}{path}", &authority[..colon]),
        (Port::With, None) => {
            let port = if scheme.eq_ignore_ascii_case("https") { 443 } else { 80 };
            format!("{scheme}://{authority}:{port}{path}")
        }
        _ => url.to_owned(),
    })
}

/// The query decoded and written again by node's `querystring`: `%20` for a space, `'` as itself.
fn with_legacy_query(mut url: Url) -> Option<String> {
    let query = url.query()?;
    let pairs: Vec<String> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| format!("{}={}", legacy_escape(&name), legacy_escape(&value)))
        .collect();
    url.set_query(None);
    Some(format!("{url}?{}", pairs.join("&")))
}

fn legacy_escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
