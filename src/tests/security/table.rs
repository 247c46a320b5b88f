//! `docs/seguridad.md` names places and tests that are there, and every requirement of the standard's first two levels.

use std::{collections::BTreeSet, fs};

/// The requirements of level 1 and 2 in OWASP ASVS 5.0.0.
const REQUIREMENTS: usize = 253;

fn read(path: &str) -> Option<String> {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).ok()
}

#[test]
fn the_table_names_only_what_is_there() {
    let table = read("docs/seguridad.md").unwrap();
    let mut tests = 0;
    for named in table.split('`').skip(1).step_by(2) {
        let (path, name) = named.split_once("::").map_or((named, None), |(path, name)| (path, Some(name)));
        let folders = ["src/", "scripts/", "end2end/", "docs/", "migrations/"];
        if !folders.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        let text = if path.ends_with('/') {
            assert!(fs::exists(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap(), "{path}");
            continue;
        } else {
            read(path).unwrap_or_else(|| panic!("there is no {path}"))
        };
        if let Some(name) = name {
            tests += 1;
            let is_there = text.contains(&format!("fn {name}("))
                || (path.starts_with("end2end/") && text.contains(name));
            assert!(is_there, "there is no {name} in {path}");
        }
    }
    assert!(tests > 60, "only {tests} tests are named");
}

#[test]
fn the_table_has_every_requirement_once() {
    let table = read("docs/seguridad.md").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let ids = rows.flat_map(str::split_whitespace).filter(|word| word.split('.').count() == 3);
    let mut seen = BTreeSet::new();
    for id in ids {
        assert!(seen.insert(id), "{id} twice");
    }
    assert_eq!(seen.len(), REQUIREMENTS);
}
