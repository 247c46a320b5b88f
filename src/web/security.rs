//! What every answer carries, and what every form post must show.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::nonce::Nonce;
use url::Url;

use super::{cookie, state::AppState};

/// The request's CSP nonce, minted here and read by the document's shell.
#[derive(Clone)]
pub struct CspNonce(pub Nonce);

/// Adds the security headers and mints the nonce that they and the page share.
pub async fn headers(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(CspNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let policy = [
        "default-src 'none'",
        // The inline module that wakes the islands carries the nonce and imports the bundle from our own origin.
        &format!("script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'"),
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ");
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Forms without scripts go back by Referer; other sites learn nothing.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    cookie::complete(headers, &state.config.public_url);
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        // What is nobody's page has a stricter one of its own.
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    if cookie::is_secure(&state.config.public_url) {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if let Some(kind @ ("text/css" | "text/javascript")) =
        headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok())
        && let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
    {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    // Pages are somebody's own; what may be cached says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses a state-changing request that another site's page could have made: a browser says `Sec-Fetch-Site:
/// same-origin`, an older one an `Origin` equal to our host. Webhooks and the API carry no cookie and are exempt.
pub async fn same_origin_only(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let exempt = path.starts_with("/webhooks/") || path.starts_with("/api/");
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || exempt || is_same_origin(request.headers(), &state.config.public_url) {
        next.run(request).await
    } else {
        tracing::warn!(path, "a form came from another site and was refused");
        let sentence = "Este formulario llegó desde otro sitio y no se aceptó. Vuelva a la página de OKLA e inténtelo de nuevo.";
        (StatusCode::FORBIDDEN, sentence).into_response()
    }
}

fn is_same_origin(headers: &HeaderMap, public_url: &Url) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN).and_then(|origin| Url::parse(origin).ok()) else {
        return false;
    };
    let host = origin.port().map_or_else(
        || origin.host_str().unwrap_or_default().to_owned(),
        |port| format!("{}:{port}", origin.host_str().unwrap_or_default()),
    );
    origin.origin() == public_url.origin() || text(header::HOST) == Some(host.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers =
            pairs.iter().map(|&(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        is_same_origin(&headers, &Url::parse("https://okla.example").expect("a test's own URL"))
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(allowed(&[("sec-fetch-site", "same-origin"), ("origin", "https://okla.example")]));
        assert!(allowed(&[("origin", "https://okla.example"), ("host", "internal:3000")]));
        assert!(allowed(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]));
        assert!(!allowed(&[("sec-fetch-site", "cross-site"), ("origin", "https://okla.example")]));
        assert!(!allowed(&[("sec-fetch-site", "same-site"), ("host", "okla.example")]));
        assert!(!allowed(&[("origin", "https://evil.example"), ("host", "okla.example")]));
        assert!(!allowed(&[("origin", "null"), ("host", "okla.example")]));
        assert!(!allowed(&[("host", "okla.example")]));
    }
}
