//! Of the machine's files, only those of the site's own folder are served.

use std::fs;

use sqlx::PgPool;

use super::raw::status;
use crate::app::{Options, TestApp};

const SECRET: &str = "not-for-anybody";

#[sqlx::test]
async fn no_path_leads_out_of_the_sites_folder(pool: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("pkg")).unwrap();
    for (file, words) in [
        ("secret.txt", SECRET),
        ("env", SECRET),
        ("site/favicon.svg", "<svg/>"),
        ("site/pkg/okla.css", "main{}"),
    ] {
        fs::write(folder.path().join(file), words).unwrap();
    }
    let options = Options { site_root: site.to_str().unwrap().to_owned(), ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let host = format!("Host: {}", app.address());
    let get = async |target: &str| app.say_request("GET", target, &[&host]).await;
    for there in ["/favicon.svg", "/v/dev/pkg/okla.css", "/pkg/okla.css"] {
        assert_eq!(status(&get(there).await), Some(200), "{there}");
    }

    let absolute = folder.path().join("secret.txt");
    let absolute = absolute.to_str().unwrap();
    let ups =
        ["..", "%2e%2e", ".%2e", "%2E.", "..;", "%252e%252e", "....", "..%00", "%c0%ae%c0%ae", "..%2f.."];
    let separators = ["/", "%2f", "%2F", "\\", "%5c", "//", "/./", "%252f", "%00/"];
    let mut targets = vec![absolute.to_owned(), format!("/{absolute}"), format!("/%2f{}", &absolute[1..])];
    for root in ["", "/pkg", "/v/dev/pkg", "/v/..", "/v/dev", "/vehiculos/imagen", "/favicon.svg"] {
        for up in ups {
            for separator in separators {
                for file in ["secret.txt", "env"] {
                    let climb = format!("{up}{separator}").repeat(1 + root.matches('/').count());
                    targets.push(format!("{root}/{climb}{file}"));
                    targets.push(format!("{root}{separator}{climb}{file}"));
                }
            }
        }
        targets.push(format!("{root}{absolute}"));
        targets.push(format!("{root}/{absolute}"));
        targets.push(format!("{root}/file://{absolute}"));
    }
    for nul in [
        "/favicon.svg%00",
        "/favicon.svg%00.txt",
        "/%00",
        "/v/dev/pkg/okla.css%00.html",
        "/.env",
        "/.git/HEAD",
    ] {
        targets.push(nul.to_owned());
    }
    for target in targets {
        let said = get(&target).await;
        assert!(!said.contains(SECRET), "{target}: {said}");
        assert!(status(&said).is_some_and(|status| (300..500).contains(&status)), "{target}: {said}");
    }
}

#[sqlx::test]
async fn no_folder_is_listed(pool: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("pkg")).unwrap();
    fs::write(folder.path().join("pkg/okla.css"), "main{}").unwrap();
    let options = Options { site_root: folder.path().to_str().unwrap().to_owned(), ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    for path in ["/pkg", "/pkg/", "/v/dev/pkg", "/v/dev/pkg/", "/vehiculos/imagen/"] {
        let mut landing = app.browser().get(path).await;
        if landing.status.is_redirection() {
            landing = app.browser().get(&landing.location).await;
        }
        assert_eq!(landing.status, 404, "{path}");
        assert!(!landing.body.contains("okla.css\">okla.css"), "{path}: {}", landing.body);
    }
}

#[sqlx::test]
async fn what_is_kept_for_ever_under_a_version_is_that_versions_own(pool: PgPool) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("pkg")).unwrap();
    fs::write(folder.path().join("pkg/VERSION"), "b2\n").unwrap();
    fs::write(folder.path().join("pkg/okla.css"), "main{}").unwrap();
    let options = Options { site_root: folder.path().to_str().unwrap().to_owned(), ..Options::default() };
    let app = TestApp::start_with(pool, options).await;
    let kept = async |version: &str| {
        let answer = reqwest::get(format!("{}/v/{version}/pkg/okla.css", app.url)).await.unwrap();
        let kept = answer.headers().get("cache-control").map(|kept| kept.to_str().unwrap().to_owned());
        (answer.status().as_u16(), kept)
    };
    assert_eq!(kept("b2").await, (200, Some("public, max-age=31536000, immutable".to_owned())));
    for other in ["b1", "B2", "b2%20", "dev"] {
        assert_eq!(kept(other).await, (404, Some("no-store".to_owned())), "{other}");
    }
}
