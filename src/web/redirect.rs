//! The only way to send a browser elsewhere: to a path of our own, whatever the input says.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// The path if it is one of ours (`/…`, printable ASCII), else `/`. `//host` and `/\host` are other hosts to a browser.
pub fn local(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if ours { path } else { "/" }
}

/// 303 to a local path, for plain axum handlers.
pub fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location(path))]).into_response()
}

/// Where nothing is at a path that ends with a slash, the same without it is meant.
pub async fn without_slash(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let page = path.trim_end_matches('/');
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_bytes(format!("{page}{query}").as_bytes()) {
        Ok(meant) if page != path && local(page) == page && request.method().is_safe() => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, meant)]).into_response()
        }
        _ => next.run(request).await,
    }
}

/// Whatever an answer says, it leads to a path of ours: Leptos sends a form that failed back to its `Referer`, which is the
/// client's to write.
pub async fn ours_only(mut response: Response) -> Response {
    if let Some(target) = response.headers().get(header::LOCATION)
        && let Ok(target) = target.to_str()
        && local(target) != target
    {
        let path = target.parse::<Uri>().ok();
        let path = path.as_ref().and_then(Uri::path_and_query).map_or("/", PathAndQuery::as_str);
        let path = location(path);
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

/// Sends the browser of a page or of a posted form to a local path.
pub fn from_leptos(path: &str) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::SEE_OTHER);
        options.insert_header(header::LOCATION, location(path));
    }
}

fn location(path: &str) -> HeaderValue {
    HeaderValue::from_str(local(path)).unwrap_or(HeaderValue::from_static("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_followed() {
        assert_eq!(local("/vehiculos/1/contactar?x=1"), "/vehiculos/1/contactar?x=1");
        for foreign in
            ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a\r\nX: y", "/ñ"]
        {
            assert_eq!(local(foreign), "/", "{foreign:?} was followed");
        }
    }
}
