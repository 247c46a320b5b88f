//! Cookies: out of scripts' reach, not sent with other sites' posts, and where there is TLS only over it and bound to this
//! very host (`__Host-`, which a neighbouring subdomain cannot plant).

use axum::http::{HeaderMap, HeaderValue, header};
use url::Url;

/// The cookie's name where the site is at `public_url`.
pub fn name(public_url: &Url, word: &str) -> String {
    if is_secure(public_url) { format!("__Host-{word}") } else { word.to_owned() }
}

pub fn is_secure(public_url: &Url) -> bool {
    public_url.scheme() == "https"
}

/// The `Set-Cookie` line of a cookie that lives `seconds`; none forgets it.
pub fn line(public_url: &Url, word: &str, value: &str, seconds: u32) -> String {
    let name = name(public_url, word);
    format!("{name}={value}; Path=/; Max-Age={seconds}{}", attributes(public_url))
}

fn attributes(public_url: &Url) -> &'static str {
    if is_secure(public_url) { "; HttpOnly; SameSite=Lax; Secure" } else { "; HttpOnly; SameSite=Lax" }
}

/// tower-sessions forgets a cookie by a line without attributes, which a browser does not take for a `__Host-` name.
pub fn complete(headers: &mut HeaderMap, public_url: &Url) {
    for (name, value) in headers.iter_mut() {
        if name == header::SET_COOKIE
            && let Ok(line) = value.to_str()
            && !line.contains("HttpOnly")
            && let Ok(whole) = HeaderValue::from_str(&format!("{line}{}", attributes(public_url)))
        {
            *value = whole;
        }
    }
}

/// Its value, as the browser sent it.
pub fn value<'a>(headers: &'a HeaderMap, public_url: &Url, word: &str) -> Option<&'a str> {
    let name = name(public_url, word);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(&*name)?.strip_prefix('='))
}
