//! The house's plan, held: who may use whom, where SQL is, how long a file may be, and that the map names every room.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Look again at 250, split at 400; tests aside.
const MOST_LINES: usize = 400;
/// What a module may use of ours, besides itself. `cli` and `main` may use all.
const ARROWS: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("store", &["domain"]),
    ("config", &["domain"]),
    // Counting is open to all layers, so it knows none of them.
    ("metrics", &[]),
    // `telemetry` reads its filter from the settings.
    ("telemetry", &["config"]),
    // The use cases' settings are made of the configuration.
    // A test lets the process die by its environment.
    ("kill_point", &["config"]),
    ("app", &["domain", "store", "config", "kill_point", "metrics"]),
    // The ports it fulfils.
    (
        "twilio",
        &["domain", "app::callback_test", "app::gateway", "app::handset", "app::media_source", "metrics"],
    ),
    ("worker", &["app", "domain", "metrics"]),
    ("web", &["app", "domain", "config", "metrics"]),
    ("web::hooks", &["app", "domain", "config", "metrics", "web", "twilio::signature"]),
    ("web::islands", &["domain", "web::error"]),
    ("simulator", &[]),
];
/// A function that only the server compiles may reach further than the island around it.
const SERVER_SIDE: &str = "web::islands";

#[test]
fn every_arrow_points_the_allowed_way() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        wrong.extend(forbidden_arrows(&path, &text));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sql_is_in_store_only() {
    let macros = ["query!", "query_as!", "query_scalar!", "query_unchecked!", "sqlx::query("];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !path.starts_with("store") {
            let lines = text.lines().enumerate();
            let found = lines.filter(|(_, line)| {
                !line.trim_start().starts_with("//") && macros.iter().any(|name| line.contains(name))
            });
            wrong.extend(found.map(|(number, line)| place(&path, number, line)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// `store::connection` says why.
#[test]
fn transactions_are_begun_where_they_cannot_be_cut_off() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if path.ends_with("store/connection.rs") {
            continue;
        }
        let lines = text.lines().enumerate();
        let found = lines.filter(|(_, line)| line.contains(".begin()") || line.contains(".begin_with("));
        wrong.extend(found.map(|(number, line)| place(&path, number, line)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("src/{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn the_map_in_lib_names_every_module() {
    let lib = fs::read_to_string(root().join("lib.rs")).unwrap();
    let map: String = lib.lines().filter(|line| line.starts_with("//! |")).collect();
    let modules: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() >= 9, "{modules:?}");
    for module in modules {
        assert!(map.contains(&format!("`{module}`")), "{module} is not on the map");
    }
}

#[test]
fn arrows_that_are_forbidden_are_seen() {
    let seen = |path: &str, text: &str| forbidden_arrows(Path::new(path), text).len();
    assert_eq!(seen("domain/phone.rs", "use crate::app::error::AppError;"), 1);
    assert_eq!(seen("domain/phone.rs", "use super::ids::DealerId;"), 0);
    assert_eq!(seen("store/parts.rs", "    crate::app::state::App::new()"), 1);
    assert_eq!(seen("store/parts.rs", "pub(crate) use crate::domain::ids;"), 0);
    assert_eq!(
        seen("app/x.rs", "use crate::{\n    domain::phone::Phone,\n    web::{state::AppState},\n};"),
        1
    );
    assert_eq!(seen("twilio/client.rs", "use crate::{app::gateway::Gateway, domain::phone};"), 0);
    assert_eq!(seen("twilio/client.rs", "use crate::app::{gateway, state::App};"), 1);
    assert_eq!(seen("web/pages/x.rs", "use crate::store;"), 1);
    assert_eq!(seen("web/api/x.rs", "use crate::twilio::signature;"), 1);
    assert_eq!(seen("web/hooks.rs", "use crate::twilio::{signature, client};"), 1);
    assert_eq!(seen("web/islands/x.rs", "use crate::web::error::WebError;"), 0);
    assert_eq!(seen("web/islands/x.rs", "use crate::web::state::AppState;"), 1);
    assert_eq!(
        seen("web/islands/x.rs", "#[server]\nfn f() {\n    use crate::{app::x, web::state};\n}"),
        0,
        "a server function's body is the server's"
    );
    assert_eq!(seen("web/islands/x.rs", "fn f() {\n    use crate::web::state;\n}"), 1);
    assert_eq!(seen("simulator/x.rs", "use crate::domain::phone;"), 1);
    assert_eq!(seen("cli/serve.rs", "use crate::{store, web, worker};"), 0);
    assert_eq!(seen("app/x.rs", "//! See [`crate::web::state`]."), 0, "a comment uses nothing");
    assert_eq!(seen("app/x.rs", "#[cfg(test)]\nmod tests {\n    use crate::web::x;\n}"), 1);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file but the integration tests, by its path under `src/`.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_owned();
            if path.is_dir() {
                if name != Path::new("tests") && name != Path::new("benches") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found
}

/// `file:line: text` for each mention of a module that this file may not use.
fn forbidden_arrows(path: &Path, text: &str) -> Vec<String> {
    let own = path
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect::<Vec<_>>()
        .join("::");
    let Some((from, allowed)) =
        ARROWS.iter().filter(|(module, _)| is_within(&own, module)).max_by_key(|(module, _)| module.len())
    else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    for (line, used) in mentions(text) {
        let fine = is_within(&used, from)
            || allowed.iter().any(|module| is_within(&used, module))
            || (*from == SERVER_SIDE && is_server_function(text, line));
        if !fine {
            wrong.push(format!(
                "{} ({own} may not use {used})",
                place(path, line, text.lines().nth(line).unwrap())
            ));
        }
    }
    wrong
}

fn place(path: &Path, line: usize, text: &str) -> String {
    format!("src/{}:{}: {}", path.display(), line + 1, text.trim())
}

fn is_within(used: &str, module: &str) -> bool {
    used.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every `crate::…` path with the number of its line, groups in braces taken apart.
fn mentions(text: &str) -> BTreeSet<(usize, String)> {
    let code: String = text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            take_apart(&code, at + "crate::".len(), "", &mut found);
        }
    }
    found
}

/// Reads one path, or group of paths, that begins at `at`; returns where it ends.
fn take_apart(code: &str, at: usize, prefix: &str, found: &mut BTreeSet<(usize, String)>) -> usize {
    let rest = &code[at..];
    let name_end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, after) = rest.split_at(name_end);
    if name.is_empty() && after.starts_with('{') {
        let mut at = at + 1;
        loop {
            at += code[at..].find(|c: char| !c.is_whitespace() && c != ',').unwrap_or(0);
            if code[at..].is_empty() || code[at..].starts_with('}') {
                return (at + 1).min(code.len());
            }
            let next = take_apart(code, at, prefix, found);
            at = next.max(at + 1);
        }
    }
    let full = match (prefix, name) {
        ("", name) => name.to_owned(),
        (prefix, "self" | "") => prefix.to_owned(),
        (prefix, name) => format!("{prefix}::{name}"),
    };
    if after.starts_with("::") && !name.is_empty() {
        return take_apart(code, at + name_end + 2, &full, found);
    }
    let line = code[..at].matches('\n').count();
    found.insert((line, full));
    at + name_end
}

/// Whether the line is inside the function below the nearest `#[server…]`: indented, and nothing at the margin between.
fn is_server_function(text: &str, line: usize) -> bool {
    let lines: Vec<&str> = text.lines().take(line + 1).collect();
    if !lines.last().is_some_and(|line| line.starts_with(' ')) {
        return false;
    }
    let head: Vec<&&str> = lines
        .iter()
        .rev()
        .skip_while(|line| line.starts_with(' ') || line.is_empty() || line.starts_with(')'))
        .take_while(|line| !line.is_empty() && !line.starts_with('}'))
        .collect();
    head.iter().any(|line| line.starts_with("#[server") || line.starts_with("#[cfg(feature = \"ssr\")]"))
}
