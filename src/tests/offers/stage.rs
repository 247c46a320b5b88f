//! A dealer with an audience, and what a test does with it.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use okla::{
    app::{
        clock::Clock as _,
        deliver::Step,
        offers::offer_next,
        set_limit::{SetLimit, set_limit},
        throttle::keyed_hash,
    },
    domain::{limits::Limit, user::Role},
};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::app::{Browser, DEALER, DEALER_PHONE, Options, PASSWORD, TestApp};

/// The simulator's template of offers, by the file's order.
const OFFER: &str = "HX0000000000000000000000000000000a";

pub struct Stage {
    pub app: TestApp,
    pub dealer_browser: Browser,
    pub dealer: String,
}

/// The number of the nth person; messages to it arrive and are read.
pub fn phone(number: usize) -> String {
    format!("+1809{number:04}234")
}

/// The lines of the page's table that explains who got nothing.
pub fn counted(page: &str) -> Vec<(String, i64)> {
    let cell = |row: &str, label: &str| {
        let cell =
            row.split_once(&format!("data-label=\"{label}\"")).unwrap().1.split_once("</td>").unwrap().0;
        let mut text = String::new();
        let mut is_tag = true;
        for c in cell.chars() {
            match c {
                '<' => is_tag = true,
                '>' => is_tag = false,
                c if !is_tag => text.push(c),
                _ => {}
            }
        }
        text
    };
    page.split("<tr>")
        .filter(|row| row.contains("data-label=\"Por qué\""))
        .map(|row| (cell(row, "Por qué"), cell(row, "Personas").replace(',', "").parse().unwrap()))
        .collect()
}

/// What a draft's page has its confirmation say that was seen; nothing if it can't be confirmed.
pub fn seen(page: &str) -> String {
    let after = page.split_once("name=\"visto\" value=\"");
    after.and_then(|(_, rest)| rest.split_once('"')).map(|(seal, _)| seal.to_owned()).unwrap_or_default()
}

impl Stage {
    pub async fn start(pool: PgPool) -> Self {
        Self::start_with(pool, Options { workers: false, per_second: 2_000, ..Options::default() }).await
    }

    pub async fn start_with(pool: PgPool, options: Options) -> Self {
        let app = TestApp::start_with(pool, options).await;
        app.sim.set(json!({ "latencyMs": 5 })).await;
        app.have_dealer(DEALER, DEALER_PHONE).await;
        app.add_user("jefe@ejemplo.do", Role::Dealer, Some(DEALER)).await;
        let dealer_browser = app.browser();
        dealer_browser.sign_in("jefe@ejemplo.do", PASSWORD).await;
        let dealer = app.value("select id::text from dealers where slug = $1", DEALER).await;
        Self { app, dealer_browser, dealer }
    }

    /// Another dealer's person, signed in; the same people wrote to him.
    pub async fn other_dealer(&self, slug: &str, number: &str) -> Browser {
        self.app.have_dealer(slug, number).await;
        let email = format!("{slug}@ejemplo.do");
        self.app.add_user(&email, Role::Dealer, Some(slug)).await;
        let browser = self.app.browser();
        browser.sign_in(&email, PASSWORD).await;
        let dealer: String = self.app.value("select id::text from dealers where slug = $1", slug).await;
        wrote_to(&self.app.pool, &dealer, self.app.clock.now()).await;
        browser
    }

    /// Buyers with proved numbers who wrote to the dealer and want offers.
    pub async fn people(&self, numbers: Range<usize>) {
        people(&self.app.pool, numbers, self.app.clock.now()).await;
        wrote_to(&self.app.pool, &self.dealer, self.app.clock.now()).await;
    }

    pub async fn opt_out(&self, numbers: Range<usize>) {
        for number in numbers {
            let hash = keyed_hash(&self.app.app, &format!("opt-out:{}", phone(number))).unwrap();
            sqlx::query("insert into opt_outs (address_hash, since) values ($1, $2)")
                .bind(hash)
                .bind(self.app.clock.now())
                .execute(&self.app.pool)
                .await
                .unwrap();
        }
    }

    /// They got an offer of that dealer yesterday.
    pub async fn got_one(&self, numbers: Range<usize>, dealer: &str) {
        got_one(&self.app.pool, numbers, dealer, self.app.clock.now() - TimeDelta::days(1)).await;
    }

    pub async fn set_dealers_limit(&self, limit: Limit, most: i32) {
        self.set_dealers_limit_to(limit, &most.to_string()).await;
    }

    pub async fn set_dealers_limit_to(&self, limit: Limit, most: &str) {
        let change = SetLimit { limit, value: Some(most.parse().unwrap()), dealer: Some(DEALER) };
        set_limit(&self.app.tools(), change).await.unwrap();
    }

    /// The page of a draft to everybody.
    pub async fn draft(&self, words: &str) -> String {
        self.draft_by(&self.dealer_browser, words).await
    }

    pub async fn draft_by(&self, browser: &Browser, words: &str) -> String {
        let id = Uuid::now_v7().to_string();
        let fields = [("id", id.as_str()), ("texto", words), ("accion", "revisar")];
        let landing = browser.post_form("/fn/oferta", &fields).await;
        assert_eq!(landing.location, format!("/panel/ofertas/{id}"));
        landing.location
    }

    pub async fn confirm(&self, page: &str, people: usize) {
        self.confirm_by(&self.dealer_browser, page, people).await;
    }

    pub async fn confirm_by(&self, browser: &Browser, page: &str, people: usize) {
        let id = page.rsplit('/').next().unwrap();
        let seen = seen(&browser.get(page).await.body);
        let fields = [("id", id), ("cuantos", &people.to_string()), ("visto", &seen)];
        assert_eq!(browser.post_form("/fn/oferta-confirmar", &fields).await.location, page);
    }

    pub async fn order(&self, page: &str, order: &str) {
        let id = page.rsplit('/').next().unwrap();
        let fields = [("id", id), ("accion", order)];
        assert_eq!(self.dealer_browser.post_form("/fn/oferta-orden", &fields).await.location, page);
    }

    /// Drafts, confirms and sends one to all `people`.
    pub async fn send_to_all(&self, words: &str, people: usize) -> String {
        let page = self.draft(words).await;
        self.confirm(&page, people).await;
        self.serve().await;
        page
    }

    /// Does what the workers do until nothing of a campaign is left to do now.
    pub async fn serve(&self) {
        loop {
            let mut worked = false;
            while offer_next(&self.app.app).await.unwrap() == Step::Worked {
                worked = true;
            }
            self.app.work().await;
            if !worked {
                return;
            }
        }
    }

    /// The template of offers as Meta has it.
    pub async fn decide_template(&self, status: &str) {
        self.app.sim.decide(OFFER, json!({ "status": status })).await;
        self.app.sync_templates().await;
    }

    /// How many offers Twilio has for each number.
    pub async fn sent(&self) -> BTreeMap<String, usize> {
        let mut sent = BTreeMap::new();
        for message in self.app.sim_messages("").await {
            if message["body"].as_str().unwrap().starts_with("PUBLICIDAD") {
                let to = message["to"].as_str().unwrap().trim_start_matches("whatsapp:").to_owned();
                *sent.entry(to).or_default() += 1;
            }
        }
        sent
    }

    /// Until the page says so.
    pub async fn wait_for_page(&self, page: &str, words: &str) -> String {
        for _ in 0..100 {
            let shown = self.dealer_browser.get(page).await.body;
            if shown.contains(words) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{page} never said {words:?}");
    }
}

/// Buyers with proved numbers who want offers.
pub async fn people(pool: &PgPool, numbers: Range<usize>, now: DateTime<Utc>) {
    sqlx::query(
        "insert into users (id, email, name, phone, role, password_hash, created_at, phone_proved_at, offers_since)
         select gen_random_uuid(), 'persona-' || n || '@ejemplo.do', 'Persona ' || n, '+1809' || lpad(n::text, 4, '0') || '234',
           'buyer', '!', $3, $3, $3
         from generate_series($1::int, $2::int - 1) as n",
    )
    .bind(i32::try_from(numbers.start).unwrap())
    .bind(i32::try_from(numbers.end).unwrap())
    .bind(now)
    .execute(pool)
    .await
    .unwrap();
}

/// All of them wrote to that dealer.
pub async fn wrote_to(pool: &PgPool, dealer: &str, now: DateTime<Utc>) {
    sqlx::query(
        "insert into threads (id, dealer_id, buyer_id, created_at, last_at, buyer_spoke_at, first_asked_at)
         select gen_random_uuid(), $1::uuid, id, $2, $2, $2, $2 from users where email like 'persona-%'
         on conflict do nothing",
    )
    .bind(dealer)
    .bind(now)
    .execute(pool)
    .await
    .unwrap();
}

/// They got an offer of that dealer then.
pub async fn got_one(pool: &PgPool, numbers: Range<usize>, dealer: &str, at: DateTime<Utc>) {
    sqlx::query(
        "with made as (
           insert into messages (id, sender_id, sender_role, dealer_id, kind, to_phone, body, status, parts, places, unit_price,
                                 cost, outside_window, created_at)
           select gen_random_uuid(), (select id from users where role = 'dealer' limit 1), 'dealer', null, 'offer', phone, 'antes',
             'read', 1, 1, 0, 0, true, $3
           from users where phone = any($1) returning id, to_phone
         )
         insert into offers (message_id, buyer_id, dealer_id, taken_at)
         select made.id, u.id, $2::uuid, $3 from made join users u on u.phone = made.to_phone",
    )
    .bind(numbers.map(phone).collect::<Vec<_>>())
    .bind(dealer)
    .bind(at)
    .execute(pool)
    .await
    .unwrap();
}

/// The earlier offers' messages, which nobody sent, are gone again: the books know nothing of them.
pub async fn forget_earlier(pool: &PgPool) {
    sqlx::query("delete from messages where body = 'antes'").execute(pool).await.unwrap();
}
