//! Plays a schedule on the real functions and a real database, the model beside it.

use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, TimeZone, Utc};
use okla::{
    app::{
        accept::{Draft, Receipt, Verdict, accept},
        clock::SystemClock,
        record_status::{Told, record},
        set_limit::{SetLimit, set_limit},
        state::{Settings, Tools},
        take_limits::{Demand, read_limits},
    },
    domain::{
        body::Body,
        hours::Hours,
        ids::{DealerId, MessageId, PartId, UserId},
        kind::Kind,
        limits::{Decision, Limit, Refusal, Sender},
        outcome::OwnReason,
        phone::Phone,
        report::{Report, Source},
        time::{next_midnight, next_month},
        user::Role,
    },
};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{
    model::{CAST, Model, PRICE, Person, Stand},
    step::{DEALERS, Fate, NUMBERS, PEOPLE, Schedule, Step, Wait, Want},
};
use crate::{
    app::{approve_templates, settings},
    soak::audit::{FIGURES, discrepancies},
};

/// What went wrong, in words.
type Played<T> = Result<T, String>;

pub struct Stage {
    pool: PgPool,
    people: [UserId; PEOPLE],
    dealers: [DealerId; DEALERS],
    settings: Settings,
}

/// One schedule under way.
struct Play<'a> {
    stage: &'a Stage,
    model: Model,
    ids: Vec<MessageId>,
    now: DateTime<Utc>,
}

impl Stage {
    pub async fn set(pool: PgPool) -> Self {
        let (people, dealers) =
            ([(); PEOPLE].map(|()| UserId::fresh()), [(); DEALERS].map(|()| DealerId::fresh()));
        for (number, dealer) in dealers.iter().enumerate() {
            sqlx::query(
                "insert into dealers (id, slug, name, phone, created_at) values ($1, $2, $2, $3, now())",
            )
            .bind(dealer.0)
            .bind(slug(number))
            .bind(phone(number).as_str())
            .execute(&pool)
            .await
            .unwrap();
        }
        for (number, user) in people.iter().enumerate() {
            let dealer =
                if let Person::Dealer(dealer) = CAST[number] { Some(dealers[dealer].0) } else { None };
            sqlx::query(
                "insert into users (id, email, name, password_hash, role, dealer_id, created_at)
                 values ($1, $2, 'x', 'x', $3, $4, now())",
            )
            .bind(user.0)
            .bind(format!("p{number}@ejemplo.do"))
            .bind(role(number).as_str())
            .bind(dealer)
            .execute(&pool)
            .await
            .unwrap();
        }
        approve_templates(&pool).await;
        Self { pool, people, dealers, settings: settings() }
    }

    /// Plays it on an empty database; says how many messages were taken, or what went wrong.
    pub async fn play(&self, schedule: &Schedule) -> Played<usize> {
        sqlx::query(AssertSqlSafe(format!("truncate messages, ledger_entries, limit_counters, limits, inbound_messages, message_events, {FIGURES} cascade")))
            .execute(&self.pool)
            .await
            .unwrap();
        let first = Utc.with_ymd_and_hms(2026, 1, 1, 4, 0, 0).unwrap() + Months::new(schedule.month);
        let now = first - TimeDelta::minutes(schedule.minutes_before);
        let mut play = Play { stage: self, model: Model::default(), ids: Vec::new(), now };
        for (limit, value) in Limit::ALL.into_iter().zip(&schedule.limits) {
            play.set(limit, None, *value).await;
        }
        for (number, step) in schedule.steps.iter().enumerate() {
            let mut done = play.step(step).await;
            if done.is_ok() {
                let books = discrepancies(&self.pool).await;
                done = ensure(books.is_empty(), || books.join("\n"));
            }
            done.map_err(|why| format!("step {number}, {step:?} at {}: {why}", play.now))?;
        }
        Ok(play.ids.len())
    }

    fn draft(&self, want: Want) -> Draft {
        let payer = want.payer().map(|dealer| self.dealers[dealer]);
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
            sender: self.people[want.who],
            role: role(want.who),
            dealer: payer.filter(|_| role(want.who) == Role::Dealer),
            payer,
            vehicle: None,
            kind: Kind::Contact,
            to: phone(want.to),
            body: Body::parse("hola").unwrap(),
            parts: vec!["hola".to_owned(); usize::try_from(want.parts).unwrap()],
            image_url: None,
            key: None,
        }
    }
}

impl Play<'_> {
    async fn step(&mut self, step: &Step) -> Played<()> {
        match step {
            Step::Wait(wait) => self.now = self.now.max(self.end_of(*wait)),
            Step::Take(wants) => self.take(wants).await?,
            Step::TakeLate(wants, late) => self.take_late(wants, TimeDelta::milliseconds(*late)).await,
            Step::Say(words) => self.say(words).await,
            Step::Set(limit, dealer, value) => self.set(*limit, *dealer, *value).await,
            Step::Write(number) => self.write(*number).await,
        }
        Ok(())
    }

    fn end_of(&self, wait: Wait) -> DateTime<Utc> {
        let oldest = |which: usize| {
            let counted = &self.model.messages;
            counted.get(which.min(counted.len().saturating_sub(1))).map_or(self.now, |one| one.at)
        };
        let (at, micros) = match wait {
            Wait::For(time) => (self.now + time, 0),
            Wait::ToDay(micros) => (next_midnight(self.now), micros),
            Wait::ToMonth(micros) => (next_month(self.now), micros),
            Wait::ToHourOf(which, micros) => (oldest(which) + TimeDelta::hours(1), micros),
            Wait::ToDayOf(which, micros) => (oldest(which) + TimeDelta::hours(24), micros),
        };
        at + TimeDelta::microseconds(micros)
    }

    async fn take(&mut self, wants: &[Want]) -> Played<()> {
        self.show(wants[0]).await?;
        let drafts: Vec<Draft> = wants.iter().map(|want| self.stage.draft(*want)).collect();
        let verdicts = accept(&self.stage.pool, &drafts, Hours::default(), self.now).await.unwrap();
        let mut refusals = Vec::new();
        for ((want, draft), verdict) in wants.iter().zip(&drafts).zip(&verdicts) {
            let stands = self.model.standings(*want, self.now);
            let fits = stands.iter().all(|stand| stand.has_room());
            match verdict {
                Verdict::Accepted(Receipt { decision, .. }) => {
                    ensure(fits, || format!("{want:?} was taken, and the model says {stands:?}"))?;
                    let after: Vec<Stand> = stands
                        .iter()
                        .map(|stand| Stand { used: stand.used + stand.asked, ..*stand })
                        .collect();
                    ensure(as_stands(decision) == after, || format!("{decision:?} is not {after:?}"))?;
                    self.model.take(*want, self.now, self.model.is_outside(*want, self.now));
                    self.ids.push(draft.id);
                }
                Verdict::Refused(refusal) => {
                    ensure(!fits, || format!("{want:?} was refused, {refusal:?}, and fits: {stands:?}"))?;
                    self.gets_through_then(*want, refusal, &stands)?;
                    if stands.iter().all(|stand| stand.asked <= stand.most) {
                        refusals.push((*want, refusal));
                    }
                }
                Verdict::Paused(paused) => return Err(format!("nothing is paused: {paused:?}")),
                Verdict::NoTemplate(purpose) => return Err(format!("no template for {purpose}")),
                Verdict::OptedOut | Verdict::Gone => return Err("nobody has left".to_owned()),
                Verdict::Withheld(why) => return Err(format!("there was no offer: {why:?}")),
                Verdict::KeyTaken => return Err("there was no key".to_owned()),
            }
        }
        // By what is known after all of its group: others may have made a counted recipient count longer.
        for (want, refusal) in refusals {
            let before = refusal.until - TimeDelta::microseconds(1);
            // Once his window closes a template asks for fewer places.
            if self.model.is_outside(want, before) != self.model.is_outside(want, self.now) {
                continue;
            }
            let mut early = self.full(want, before);
            let is_full = early.any(|limit| limit == refusal.limit);
            ensure(is_full, || format!("{refusal:?}, and there is room earlier"))?;
        }
        Ok(())
    }

    /// The limits without room at an instant that waiting helps.
    fn full(&self, want: Want, now: DateTime<Utc>) -> impl Iterator<Item = Limit> {
        let stands = self.model.standings(want, now).into_iter();
        stands.filter(|stand| !stand.has_room() && stand.asked <= stand.most).map(|stand| stand.limit)
    }

    /// Who comes back when he was told to gets through.
    fn gets_through_then(&self, want: Want, refusal: &Refusal, stands: &[Stand]) -> Played<()> {
        ensure(stands.iter().any(|stand| stand.limit == refusal.limit && !stand.has_room()), || {
            format!("{refusal:?}, but {stands:?}")
        })?;
        ensure(refusal.until > self.now, || format!("{refusal:?} at {}", self.now))?;
        if stands.iter().any(|stand| stand.asked > stand.most) {
            return Ok(()); // No waiting helps.
        }
        let late: Vec<Limit> = self.full(want, refusal.until).collect();
        // A recipient whose window closes meanwhile is counted where he was not.
        let closes = self.model.is_outside(want, refusal.until) != self.model.is_outside(want, self.now);
        ensure(late.is_empty() || closes, || format!("{refusal:?}, and then {late:?} is full"))
    }

    /// What a page shows is what the send is held to.
    async fn show(&self, want: Want) -> Played<()> {
        let draft = self.stage.draft(want);
        let sender = Sender {
            user_id: draft.sender,
            role: draft.role,
            dealer_id: draft.dealer,
            payer: draft.payer,
            to: draft.to.as_str(),
            unproved: false,
        };
        let outside_window = self.model.is_outside(want, self.now);
        let parts = if outside_window { 1 } else { want.parts };
        let demand = Demand { parts, unit_price: Decimal::new(PRICE, 6), outside_window };
        let mut conn = self.stage.pool.acquire().await.unwrap();
        let shown = read_limits(&mut conn, &sender, demand, self.now).await.unwrap();
        let stands = self.model.standings(want, self.now);
        ensure(as_stands(&shown) == stands, || format!("shown {shown:?}, the model says {stands:?}"))
    }

    /// What a server with a late clock decides near an edge is its own; but what it took is counted once.
    async fn take_late(&mut self, wants: &[Want], late: TimeDelta) {
        let drafts: Vec<Draft> = wants.iter().map(|want| self.stage.draft(*want)).collect();
        let verdicts = accept(&self.stage.pool, &drafts, Hours::default(), self.now - late).await.unwrap();
        for ((want, draft), verdict) in wants.iter().zip(&drafts).zip(verdicts) {
            if let Verdict::Accepted(_) = verdict {
                let (at, outside): (DateTime<Utc>, bool) =
                    sqlx::query_as("select created_at, outside_window from messages where id = $1")
                        .bind(draft.id.0)
                        .fetch_one(&self.stage.pool)
                        .await
                        .unwrap();
                self.model.take(*want, at, outside);
                self.ids.push(draft.id);
            }
        }
    }

    async fn say(&mut self, words: &[(usize, Fate)]) {
        let mut told = Vec::new();
        for (back, fate) in words {
            let Some(which) = self.ids.len().checked_sub(back + 1) else { continue };
            let seen_after_all = self.model.messages[which].fate == Some(Fate::NotCreated);
            if self.model.messages[which].meet(*fate) {
                told.extend(self.words(self.ids[which], *fate, seen_after_all).await);
            }
        }
        record(&self.stage.pool, &told, self.now, &self.stage.settings).await.unwrap();
    }

    async fn words(&self, id: MessageId, fate: Fate, seen_after_all: bool) -> Vec<Told> {
        let sid = Some(format!("SM{}", id.0.simple()));
        let word_of = |source, word| Report { sid: sid.clone(), ..Report::of(source, word) };
        let refused = || Report::refused(Some(21_211), "no");
        let code = Some(63_014);
        let first = match fate {
            Fate::Refused => refused(),
            Fate::HalfRefused => word_of(Source::Create, "queued"),
            Fate::Failed => Report { error_code: code, ..word_of(Source::Callback, "failed") },
            Fate::Undelivered => Report { error_code: code, ..word_of(Source::Callback, "undelivered") },
            Fate::Read => word_of(Source::Callback, "read"),
            Fate::NotCreated if seen_after_all => word_of(Source::Callback, "sent"),
            Fate::NotCreated => Report::not_sent(OwnReason::NotCreated),
        };
        let key = format!("{fate:?} {seen_after_all} {id}");
        let mut told = vec![Told { fields: json!({}), ..Told::new(PartId(id.0), first, key.clone()) }];
        if fate == Fate::HalfRefused {
            let second: Uuid =
                sqlx::query_scalar("select id from message_parts where message_id = $1 and number = 2")
                    .bind(id.0)
                    .fetch_one(&self.stage.pool)
                    .await
                    .unwrap();
            told.push(Told::new(PartId(second), refused(), format!("{key} 2")));
        }
        told
    }

    async fn set(&mut self, limit: Limit, dealer: Option<usize>, value: Option<u8>) {
        let dealer = dealer.filter(|_| limit.is_per_dealer());
        let value = value.map(i64::from);
        let (units, value) = match limit {
            // A little more than so many parts cost.
            Limit::DealerBudget => {
                let units = value.map(|value| value * PRICE + 7);
                (units, units.map(|units| Decimal::new(units, 6)))
            }
            _ => (value, value.map(Decimal::from)),
        };
        let tools = Tools { pool: self.stage.pool.clone(), clock: Arc::new(SystemClock) };
        let slug = dealer.map(slug);
        set_limit(&tools, SetLimit { limit, value, dealer: slug.as_deref() }).await.unwrap();
        self.model.rules.insert((limit, dealer), units);
    }

    async fn write(&mut self, number: usize) {
        sqlx::query(
            "insert into inbound_messages (id, sid, from_address, body, fields, received_at)
             values ($1, $1::text, $2, '', '{}', $3)",
        )
        .bind(Uuid::new_v4())
        .bind(phone(number).as_str())
        .bind(self.now)
        .execute(&self.stage.pool)
        .await
        .unwrap();
        self.model.written.push((number, self.now));
    }
}

fn as_stands(decision: &Decision) -> Vec<Stand> {
    let stands = decision.standings.iter();
    stands.map(|one| Stand { limit: one.limit, most: one.most, used: one.used, asked: one.asked }).collect()
}

fn ensure(holds: bool, why: impl FnOnce() -> String) -> Played<()> {
    if holds { Ok(()) } else { Err(why()) }
}

fn slug(dealer: usize) -> String {
    format!("d{dealer}")
}

fn phone(number: usize) -> Phone {
    assert!(number < NUMBERS);
    Phone::parse_api(&format!("+1809555010{number}")).unwrap()
}

fn role(person: usize) -> Role {
    match CAST[person] {
        Person::Dealer(_) => Role::Dealer,
        Person::Buyer => Role::Buyer,
        Person::Admin => Role::Admin,
    }
}
