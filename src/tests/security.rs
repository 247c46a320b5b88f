//! What strangers try: other people's routes, other sites' forms, ids and addresses that lie, bodies without an end.
//! `docs/seguridad.md` says of each requirement of the ASVS which of these tests holds it.

mod answers;
mod bodies;
mod hosts;
mod ids;
mod log;
mod origin;
mod raw;
mod redirects;
mod slowness;
mod statics;
mod table;
mod walk;

use std::collections::BTreeSet;

use okla::domain::user::Role;

use crate::app::{Browser, DEALER, DEALER_PHONE, PASSWORD, TestApp};

/// Somebody of each kind.
struct People {
    nobody: Browser,
    buyer: Browser,
    dealer: Browser,
    admin: Browser,
}

impl People {
    async fn of(app: &TestApp) -> Self {
        app.have_dealer(DEALER, DEALER_PHONE).await;
        let (buyer, dealer, admin) = (app.browser(), app.browser(), app.browser());
        for (browser, role, slug) in
            [(&buyer, Role::Buyer, None), (&dealer, Role::Dealer, Some(DEALER)), (&admin, Role::Admin, None)]
        {
            let email = format!("{role}@ejemplo.do");
            app.add_user(&email, role, slug).await;
            assert_eq!(browser.sign_in(&email, PASSWORD).await.location, "/", "{email}");
        }
        Self { nobody: app.browser(), buyer, dealer, admin }
    }

    fn all(&self) -> [(&'static str, &Browser); 4] {
        [("nobody", &self.nobody), ("buyer", &self.buyer), ("dealer", &self.dealer), ("admin", &self.admin)]
    }
}

/// A route with something in its holes that is nobody's.
fn filled(route: &str) -> String {
    route
        .replace("{id}", "01900000-0000-7000-8000-00000000abcd")
        .replace("{name}", "avion-rojo.svg")
        .replace("{version}", "dev")
        .replace("{*__private__axum_nest_tail_param}", "nada.css")
        .replace("{*rest}", "nada")
}

impl TestApp {
    /// All that the tables hold, but for what a visit leaves by itself: sessions, knocks, when a token was used, and what
    /// workers do.
    async fn everything(&self) -> BTreeSet<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select tablename::text from pg_tables where schemaname = 'public' and not (tablename = any($1)) order by 1",
        )
        .bind([
            "_sqlx_migrations",
            "sessions",
            "throttles",
            "lines",
            "retention",
            "words_to_index",
            "message_words",
            "limit_peaks",
        ])
        .fetch_all(&self.pool)
        .await
        .unwrap();
        assert!(tables.len() > 20, "{tables:?}");
        let mut all = BTreeSet::new();
        for table in tables {
            let query = format!("select (to_jsonb(t) - 'last_used_at')::text from {table} t");
            let rows: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&self.pool).await.unwrap();
            all.extend(rows.into_iter().map(|row| format!("{table} {row}")));
        }
        all
    }

    /// Nothing was written or erased since.
    async fn assert_unchanged(&self, before: &BTreeSet<String>, by: &str) {
        let now = self.everything().await;
        let changed: Vec<_> = before.symmetric_difference(&now).collect();
        assert!(changed.is_empty(), "{by}: {changed:#?}");
    }
}
