//! Every path that a router knows, as it says of itself: a list beside it could forget one.

use axum::Router;

pub fn of(router: &Router) -> Vec<String> {
    let said = format!("{router:?}");
    let quoted = said.split("RouteId(").filter_map(|rest| rest.split_once("): \"")?.1.split_once('"'));
    // What no route has is asked of the fallback.
    let known = quoted.map(|(path, _)| path).filter(|path| !path.contains("__private__axum_fallback"));
    let mut all: Vec<String> = known.map(str::to_owned).collect();
    all.sort();
    all.dedup();
    assert!(all.len() > 40 && all.iter().any(|path| path == "/healthz"), "{said}");
    all
}
