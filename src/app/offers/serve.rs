//! Sending campaigns bit by bit: no more at once than what leaves within seconds, so that what people write to each other
//! never waits behind them, and any number of servers share the work.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;

use super::words::arrives;
use crate::{
    app::{
        accept::{Draft, Offering, Verdict},
        compose::list_usable,
        deliver::Step,
        error::{AppError, Result},
        notices::Change,
        opt_out::address_hash,
        reading::reading_link,
        state::App,
        templates::ask_about_templates,
    },
    domain::{
        body::Body,
        ids::{MessageId, UserId},
        kind::Kind,
        limits::{Limit, Refusal},
        offer::{Hold, Skip, Withheld},
        phone::Phone,
        template::Purpose,
        user::Role,
    },
    metrics,
    store::{
        self,
        campaign_work::{PendingRow, Served},
    },
};

/// Whoever serves one that long has died.
const HELD: TimeDelta = TimeDelta::seconds(15);
/// One group's.
const AT_ONCE: i64 = 64;
/// Offers in the outbox: so many seconds' worth.
const SECONDS_WAITING: usize = 10;
/// An offer that meets a fault of ours so often is given up.
const MOST_TRIES: i32 = 5;
/// A limit that says it is free at once and is not.
const SHORTEST_WAIT: TimeDelta = TimeDelta::seconds(30);

/// Takes some of a campaign's offers in.
pub async fn offer_next(app: &App) -> Result<Step> {
    let now = app.clock.now();
    if !app.settings.offer_hours.are_open(now) {
        return Ok(Step::Nothing);
    }
    let most = i64::try_from(app.settings.pace.in_a_second() * SECONDS_WAITING).unwrap_or(i64::MAX);
    let mut conn = app.pool.acquire().await?;
    let room = most - store::offers::count_waiting(&mut conn, most).await?;
    if room <= 0 {
        return Ok(Step::Nothing);
    }
    let Some(served) = store::campaign_work::claim(&mut conn, now, now + HELD).await? else {
        return Ok(Step::Nothing);
    };
    let people = store::campaign_work::list_pending(&mut conn, served.id, room.min(AT_ONCE)).await?;
    drop(conn);
    let done = serve(app, &served, &people, now).await;
    store::campaign_work::give_back(&mut *app.pool.acquire().await?, served.id, app.clock.now()).await?;
    done
}

async fn serve(app: &App, served: &Served, people: &[PendingRow], now: DateTime<Utc>) -> Result<Step> {
    let mut conn = app.pool.acquire().await?;
    if people.is_empty() {
        store::campaign_work::close_done(&mut conn, served.id, now).await?;
        return Ok(Step::Worked);
    }
    let user = store::users::get_user(&mut conn, served.user).await?;
    if !user.is_some_and(|user| user.dealer_id == Some(served.dealer) && user.disabled_at.is_none()) {
        store::campaigns::pause(&mut conn, served.id, Hold::User).await?;
        return Ok(Step::Worked);
    }
    drop(conn);
    let mut told = Told::default();
    let mut sent = Vec::new();
    for person in people {
        match draft(app, served, person)? {
            Some(draft) => sent.push((person.buyer, draft)),
            None => told.skipped.push((person.buyer, Skip::Unproved)),
        }
    }
    let answers = join_all(sent.iter().map(|(_, draft)| app.accepts.submit(draft.clone()))).await;
    for ((buyer, draft), answer) in sent.iter().zip(answers) {
        told.note(app, served, *buyer, draft, answer);
    }
    told.keep(app, served, now).await
}

/// `None`: nobody could be written to at such a number.
fn draft(app: &App, served: &Served, person: &PendingRow) -> Result<Option<Draft>> {
    let Some(to) = person.phone.as_deref().and_then(|phone| Phone::parse_api(phone).ok()) else {
        return Ok(None);
    };
    let filled = arrives(&app.settings, &served.dealer_name, &person.name, &served.words, served.vehicle);
    let body = Body::parse(&filled.text)
        .map_err(|error| AppError::Fault(format!("campaigns {}: {error}", served.id)))?;
    let id = MessageId::fresh();
    Ok(Some(Draft {
        id,
        sender: served.user,
        role: Role::Dealer,
        dealer: Some(served.dealer),
        payer: Some(served.dealer),
        vehicle: served.vehicle,
        kind: Kind::Offer,
        reason: None,
        to_hash: Some(address_hash(app, to.as_str())?),
        to,
        parts: vec![filled.text.clone()],
        body,
        image_url: None,
        template: Some(filled),
        link: reading_link(&app.settings, id)?,
        // Its campaign's own row for him makes it once.
        key: None,
        resend_of: None,
        continues: None,
        thread: Some(person.thread),
        offer: Some(Offering { buyer: person.buyer, campaign: Some(served.id) }),
    }))
}

/// What came of a lot.
#[derive(Default)]
struct Told {
    accepted: usize,
    skipped: Vec<(UserId, Skip)>,
    failed: BTreeMap<UserId, AppError>,
    waits: Option<Refusal>,
    no_budget: bool,
    no_template: bool,
}

impl Told {
    fn note(&mut self, app: &App, served: &Served, buyer: UserId, draft: &Draft, answer: Result<Verdict>) {
        match answer {
            Ok(Verdict::Accepted(_)) => {
                self.accepted += 1;
                metrics::message_accepted();
                app.notices.message_changed(Change { message: draft.id, dealer: Some(served.dealer) });
            }
            Ok(Verdict::OptedOut) => self.skipped.push((buyer, Skip::OptedOut)),
            Ok(Verdict::Withheld(Withheld::Person(why))) => self.skipped.push((buyer, why)),
            Ok(Verdict::Withheld(Withheld::Frequency(_))) => self.skipped.push((buyer, Skip::Frequency)),
            Ok(Verdict::Refused(refusal)) => match refusal.limit {
                Limit::PairDay => self.skipped.push((buyer, Skip::Recipient)),
                Limit::DealerBudget => self.no_budget = true,
                _ => self.waits = self.waits.take().or(Some(refusal)),
            },
            Ok(Verdict::NoTemplate(_)) => self.no_template = true,
            // It waits for the morning, or for an admin; or another server was there before, or it was stopped meanwhile.
            Ok(
                Verdict::Withheld(Withheld::Quiet(_))
                | Verdict::Paused(_)
                | Verdict::KeyTaken
                | Verdict::Gone,
            ) => {}
            Err(error) => {
                self.failed.insert(buyer, error);
            }
        }
    }

    async fn keep(self, app: &App, served: &Served, now: DateTime<Utc>) -> Result<Step> {
        if self.accepted > 0 {
            app.notices.outbox_waiting();
        }
        let lacks_template = self.no_template && !has_template(app).await?;
        let mut conn = app.pool.acquire().await?;
        if !self.skipped.is_empty() {
            store::campaign_work::skip(&mut conn, served.id, &self.skipped).await?;
        }
        if lacks_template {
            store::campaigns::pause(&mut conn, served.id, Hold::Template).await?;
        }
        if self.no_budget {
            store::campaigns::pause(&mut conn, served.id, Hold::Budget).await?;
        }
        if let Some(refusal) = self.waits {
            let until = refusal.until.max(now + SHORTEST_WAIT);
            store::campaign_work::wait(&mut conn, served.id, refusal.limit.name(), until).await?;
        }
        let buyers: Vec<UserId> = self.failed.keys().copied().collect();
        if let Some(error) = self.failed.into_values().next() {
            store::campaign_work::mark_tried(&mut conn, served.id, &buyers, MOST_TRIES).await?;
            return Err(error);
        }
        let is_idle = self.accepted == 0 && self.skipped.is_empty();
        Ok(if is_idle { Step::Nothing } else { Step::Worked })
    }
}

/// As Twilio says now, if it was not asked a moment ago.
async fn has_template(app: &App) -> Result<bool> {
    ask_about_templates(app).await?;
    Ok(list_usable(&mut *app.pool.acquire().await?).await?.contains_key(&Purpose::Offer))
}
