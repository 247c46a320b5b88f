//! What a change of a limit is said to have refused is what it does refuse when the same messages are sent again.

use chrono::{DateTime, TimeDelta, Utc};
use okla::{
    app::{
        accept::{Draft, Verdict, accept},
        actor::Actor,
        dry_run::{DAYS, dry_run},
        set_limit::{SetLimit, Setting, set_limit},
    },
    domain::{
        body::Body,
        hours::Hours,
        ids::{DealerId, MessageId, UserId},
        kind::Kind,
        limits::Limit,
        phone::Phone,
        user::Role,
    },
};
use rand::{Rng, RngExt};
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, PgPool};

use super::{
    audit::FIGURES,
    scale::{dice, scaled},
};
use crate::app::{Options, TestApp};

const MESSAGES: usize = 120;
/// Who writes: two people of the first dealer, one of the second, two buyers, of whom the second's number is no longer
/// proved, and an admin.
const CAST: [(Role, Option<usize>); 6] = [
    (Role::Dealer, Some(0)),
    (Role::Dealer, Some(0)),
    (Role::Dealer, Some(1)),
    (Role::Buyer, None),
    (Role::Buyer, None),
    (Role::Admin, None),
];
const SLUGS: [&str; 2] = ["uno", "dos"];

type Rule = (Limit, Option<usize>, Option<i64>);

struct Stage {
    app: TestApp,
    people: Vec<UserId>,
    dealers: Vec<DealerId>,
}

#[sqlx::test]
async fn a_dry_run_tells_what_is_refused_when_the_same_is_sent_again(pool: PgPool) {
    let stage = Stage::set(pool).await;
    let mut dice = dice();
    let mut refused = 0;
    for number in 0..scaled(5, 150) {
        let traffic = stage.traffic(&mut dice);
        let rules: Vec<Rule> = (0..4).map(|_| any_rule(&mut dice)).collect();
        let changed = any_rule(&mut dice);

        stage.prove_last_buyer(true).await;
        stage.start(&traffic, &[]).await;
        let sent = stage.send(&traffic, Part::All).await;
        assert!(sent.is_empty(), "nothing is limited yet");
        stage.rule(&rules).await;
        stage.prove_last_buyer(false).await;
        let told = stage.dry_run(changed).await;

        let now = stage.replay(&traffic, &rules).await;
        let changed_rules: Vec<Rule> = rules.iter().copied().chain([changed]).collect();
        let then = stage.replay(&traffic, &changed_rules).await;
        let newly: Vec<MessageId> = then.iter().copied().filter(|id| !now.contains(id)).take(50).collect();
        let named: Vec<MessageId> = told.named.iter().map(|one| one.message).collect();
        let count = |refused: &[MessageId]| u64::try_from(refused.len()).unwrap();
        assert_eq!(
            (told.refused_now, told.refused_then, named),
            (count(&now), count(&then), newly),
            "{number}: {rules:?} and {changed:?}"
        );
        refused += then.len();
    }
    assert!(refused > scaled(20, 600), "limits that refuse nothing prove nothing: {refused}");
}

/// Which of the messages are sent.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    All,
    Before,
    LastDays,
}

impl Stage {
    async fn set(pool: PgPool) -> Self {
        let app = TestApp::start_with(pool, Options { workers: false, ..Options::default() }).await;
        for slug in SLUGS {
            app.have_dealer(slug, "+18095550101").await;
        }
        let mut people = Vec::new();
        for (number, (role, dealer)) in CAST.into_iter().enumerate() {
            let email = format!("p{number}@ejemplo.do");
            app.add_user(&email, role, dealer.map(|dealer| SLUGS[dealer])).await;
            people.push(UserId(app.value("select id from users where email = $1", &email).await));
        }
        let mut dealers = Vec::new();
        for slug in SLUGS {
            dealers.push(DealerId(app.value("select id from dealers where slug = $1", slug).await));
        }
        Self { app, people, dealers }
    }

    /// Messages of the last nine days, the oldest first.
    fn traffic(&self, dice: &mut impl Rng) -> Vec<(DateTime<Utc>, Draft)> {
        let now = okla::app::clock::Clock::now(&self.app.clock);
        let minutes = (DAYS + 2) * 24 * 60;
        let mut times: Vec<i64> = (0..MESSAGES).map(|_| dice.random_range(0..minutes * 60)).collect();
        times.sort_unstable();
        times.dedup();
        times
            .into_iter()
            .map(|second| {
                let at = now - TimeDelta::minutes(minutes) + TimeDelta::seconds(second);
                (at, self.draft(dice))
            })
            .collect()
    }

    fn draft(&self, dice: &mut impl Rng) -> Draft {
        let who = dice.random_range(0..CAST.len());
        let (role, own) = CAST[who];
        let dealer = own.map(|number| self.dealers[number]);
        let seller = (role == Role::Buyer).then(|| self.dealers[dice.random_range(0..2)]);
        let to = Phone::parse_api(&format!("+1809555{:04}", dice.random_range(2000..2006))).unwrap();
        Draft {
            resend_of: None,
            continues: None,
            thread: None,
            offer: None,
            reason: None,
            to_hash: None,
            template: None,
            link: "https://okla.example/leer/x".to_owned(),
            id: MessageId::fresh(),
            sender: self.people[who],
            role,
            dealer,
            payer: dealer.or(seller),
            vehicle: None,
            kind: Kind::Contact,
            to,
            body: Body::parse("hola").unwrap(),
            parts: vec!["hola".to_owned(); dice.random_range(1..4)],
            image_url: None,
            key: None,
        }
    }

    /// An empty history, under these rules.
    async fn start(&self, traffic: &[(DateTime<Utc>, Draft)], rules: &[Rule]) {
        assert!(!traffic.is_empty());
        let tables = format!(
            "truncate messages, ledger_entries, limit_counters, limits, message_events, {FIGURES} cascade"
        );
        sqlx::query(AssertSqlSafe(tables)).execute(&self.app.pool).await.unwrap();
        for limit in Limit::ALL {
            self.rule(&[(limit, None, None)]).await;
        }
        self.rule(rules).await;
    }

    /// The second buyer took another number since: he is held short from now on, whatever he sent before.
    async fn prove_last_buyer(&self, proved: bool) {
        sqlx::query(
            "update users set phone = '+18295550199', phone_proved_at = case when $1 then now() end
             where email = 'p4@ejemplo.do'",
        )
        .bind(proved)
        .execute(&self.app.pool)
        .await
        .unwrap();
    }

    async fn rule(&self, rules: &[Rule]) {
        for (limit, dealer, value) in rules.iter().copied() {
            let dealer = dealer.map(|number| SLUGS[number]);
            let set = SetLimit { limit, value: value.map(|value| in_unit(limit, value)), dealer };
            set_limit(&self.app.tools(), set).await.unwrap();
        }
    }

    /// Sends them again, the last days' under these rules; which were refused.
    async fn replay(&self, traffic: &[(DateTime<Utc>, Draft)], rules: &[Rule]) -> Vec<MessageId> {
        self.prove_last_buyer(true).await;
        self.start(traffic, &[]).await;
        self.send(traffic, Part::Before).await;
        self.rule(rules).await;
        self.prove_last_buyer(false).await;
        self.send(traffic, Part::LastDays).await
    }

    async fn send(&self, traffic: &[(DateTime<Utc>, Draft)], part: Part) -> Vec<MessageId> {
        let since = okla::app::clock::Clock::now(&self.app.clock) - TimeDelta::days(DAYS);
        let mut refused = Vec::new();
        for (at, draft) in traffic {
            let is_last = *at > since;
            if (part == Part::Before && is_last) || (part == Part::LastDays && !is_last) {
                continue;
            }
            match &accept(&self.app.pool, std::slice::from_ref(draft), Hours::default(), *at).await.unwrap()[..]
            {
                [Verdict::Accepted(_)] => {}
                [Verdict::Refused(_)] => refused.push(draft.id),
                other => panic!("{other:?}"),
            }
        }
        refused
    }

    async fn dry_run(&self, (limit, dealer, value): Rule) -> okla::app::dry_run::DryRun {
        let admin =
            Actor { user_id: self.people[5], name: "Ana".to_owned(), role: Role::Admin, dealer_id: None };
        let dealer = dealer.map(|number| self.dealers[number]);
        let setting = Setting::of(value.map(|value| in_unit(limit, value)));
        dry_run(&self.app.app, &admin, limit, dealer, setting).await.unwrap()
    }
}

/// A value that some of the messages reach; of a budget cents.
fn in_unit(limit: Limit, value: i64) -> Decimal {
    if limit == Limit::DealerBudget { Decimal::new(value * 5, 2) } else { value.into() }
}

fn any_rule(dice: &mut impl Rng) -> Rule {
    let limit = Limit::ALL[dice.random_range(0..Limit::ALL.len())];
    let dealer = (limit.is_per_dealer() && dice.random()).then(|| dice.random_range(0..2));
    let most = match limit {
        Limit::UserHour | Limit::DealerHour | Limit::PairDay => 1..6,
        Limit::MetaTier => 1..7,
        Limit::BuyerDay | Limit::DealerDay => 2..12,
        Limit::PlatformDay => 8..40,
        Limit::DealerBudget => 1..40,
    };
    let value = (dice.random_range(0..8) > 0).then(|| dice.random_range(most));
    (limit, dealer, value)
}
