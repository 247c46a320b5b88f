//! Taking a group of messages in, in one transaction: idempotency keys, limits, messages, their parts, their charges,
//! and the first part's place in the outbox. A group of one is the same.

mod keys;
mod offers;
mod senders;
mod write;

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{PgConnection, PgPool};

pub use self::offers::Offering;
use self::{offers::Offers, senders::Senders};
use super::{
    compose::{Letter, Names, Usable, list_usable},
    error::{AppError, Result},
    take_limits::{Counters, Demand, Freeing, Rules, in_force, weigh},
};
use crate::{
    domain::{
        body::Body,
        contact_reason::ContactReason,
        figures::Subject,
        hours::Hours,
        ids::{DealerId, MessageId, OKLA, ThreadId, UserId, VehicleId},
        image_url::ImageUrl,
        kind::Kind,
        limits::{Decision, Mark, Refusal, Sender, Standing},
        offer::Withheld,
        pause::Paused,
        phone::Phone,
        rates::{Category, price_of},
        template::{Filled, Purpose},
        user::Role,
        window::OPEN_FOR,
    },
    kill_point::kill_point,
    store::{
        self,
        threads::{OtherSide, ThreadKey},
    },
};

/// A message whose values are sound and whose recipient its sender may write to.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: MessageId,
    pub sender: UserId,
    pub role: Role,
    /// The dealer the sender belongs to.
    pub dealer: Option<DealerId>,
    /// The dealer it is charged to and shown to.
    pub payer: Option<DealerId>,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    /// Why a buyer writes.
    pub reason: Option<ContactReason>,
    pub to: Phone,
    pub body: Body,
    /// The body, cut into what one Twilio message holds, for whoever free text reaches.
    pub parts: Vec<String>,
    pub image_url: Option<ImageUrl>,
    /// It goes by this template, whomever free text reaches.
    pub template: Option<Filled>,
    /// Where all of its words can be read.
    pub link: String,
    pub key: Option<Key>,
    /// The failed message that it repeats.
    pub resend_of: Option<MessageId>,
    /// The message whose rest it is.
    pub continues: Option<MessageId>,
    /// The conversation of others that it is about, or whose words it goes on with; `None`: it belongs to the one between its
    /// sender and its recipient.
    pub thread: Option<ThreadId>,
    /// It is an offer, and to whom.
    pub offer: Option<Offering>,
    /// The recipient's address as those are kept who want nothing of ours; `None`: it goes to whoever left, to confirm that.
    pub to_hash: Option<Vec<u8>>,
}

/// What makes a second request the same as the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub word: String,
    /// SHA-256 of what is asked for.
    pub request_hash: [u8; 32],
}

impl Draft {
    fn sender(&self, senders: &Senders) -> Sender<'_> {
        Sender {
            user_id: self.sender,
            role: self.role,
            dealer_id: self.dealer,
            payer: self.payer,
            to: self.to.as_str(),
            unproved: senders.is_unproved(self.sender),
        }
    }

    fn counted_by(&self, now: DateTime<Utc>) -> Subject {
        Subject {
            dealer: self.payer,
            vehicle: self.vehicle,
            kind: self.kind,
            role: self.role,
            created_at: now,
        }
    }

    /// The conversation between its sender and its recipient, in which he speaks now. What OKLA itself says begins none, and
    /// the rest of a message was said with it.
    fn thread_key(&self) -> Option<ThreadKey> {
        let other = match (self.role, self.kind) {
            _ if self.sender == OKLA || self.offer.is_some() || self.continues.is_some() => return None,
            (_, Kind::NewInterest | Kind::ListingExpiry) => return None,
            (Role::Buyer, _) => OtherSide::Buyer(self.sender),
            _ => OtherSide::Address(self.to.as_str().to_owned()),
        };
        Some(ThreadKey { dealer: self.payer?, vehicle: self.vehicle, other })
    }

    fn letter(&self) -> Letter<'_> {
        Letter {
            sender: self.sender,
            role: self.role,
            dealer: self.payer,
            vehicle: self.vehicle,
            kind: self.kind,
            words: self.body.as_str(),
            image_url: self.image_url.as_ref().map(ImageUrl::as_str),
            reason: self.reason,
            link: &self.link,
        }
    }
}

/// What was taken for a message.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub parts: i16,
    /// US$ charged for all of it.
    pub cost: Decimal,
    /// The limits as they stand after it.
    pub decision: Decision,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub enum Verdict {
    Accepted(Receipt),
    Refused(Refusal),
    Paused(Paused),
    /// Free text does not reach the recipient, and Meta does not let the template go.
    NoTemplate(Purpose),
    /// The recipient wants nothing of ours.
    OptedOut,
    /// Its sender, or the one whose rest it is, had himself erased.
    Gone,
    /// An offer that its recipient may not get, or not now.
    Withheld(Withheld),
    /// Its key is bound already, or its campaign has no use for it any more.
    KeyTaken,
}

/// Answers every draft in its order; offers only within their `hours`. All of it is committed, or nothing.
pub async fn accept(
    pool: &PgPool,
    drafts: &[Draft],
    hours: Hours,
    now: DateTime<Utc>,
) -> Result<Vec<Verdict>> {
    let mut tx = store::connection::begin(pool).await?;
    let bound = keys::bind_keys(&mut tx, drafts, now).await?;
    let is_free = |draft: &Draft| draft.key.is_none() || bound.contains(&draft.id);
    let fresh: Vec<&Draft> = drafts.iter().filter(|draft| is_free(draft)).collect();
    if fresh.is_empty() {
        return Ok(drafts.iter().map(|_| Verdict::KeyTaken).collect());
    }
    let (answers, counters) = take_places(&mut tx, &fresh, hours, now).await?;
    if answers.iter().any(|answer| matches!(answer, Answer::Accepted(_))) {
        kill_point("accept.before_commit");
        tx.commit().await?;
    } else {
        // Who is only refused leaves nothing behind, not even a counter.
        tx.rollback().await?;
    }
    kill_point("accept.after_commit");
    let mut verdicts = explain(pool, &fresh, answers, &counters).await.into_iter();
    let verdict_of = |draft: &Draft| {
        if is_free(draft) { verdicts.next().unwrap_or(Verdict::KeyTaken) } else { Verdict::KeyTaken }
    };
    Ok(drafts.iter().map(verdict_of).collect())
}

/// What the limits and pauses say to a draft.
enum Answer {
    Accepted(Receipt),
    Refused(Decision),
    Paused(Paused),
    NoTemplate(Purpose),
    OptedOut,
    Gone,
    Withheld(Withheld),
    Done,
}

/// How a message travels.
enum Way {
    FreeText,
    Template(Usable, Filled),
}

impl Way {
    /// What Meta prices it as.
    fn category(&self) -> Category {
        match self {
            Self::FreeText => Category::Service,
            Self::Template(usable, _) => usable.category,
        }
    }
}

/// A draft that is taken in.
struct Taken<'a> {
    draft: &'a Draft,
    demand: Demand,
    way: Way,
}

/// Says to whoever was refused when there is room again: looked up when nobody waits for the counters any more.
async fn explain(
    pool: &PgPool,
    drafts: &[&Draft],
    mut answers: Vec<Answer>,
    counters: &Counters,
) -> Vec<Verdict> {
    if let Err(error) = look_up_freeing(pool, drafts, &mut answers, counters).await {
        // What was decided stands; of a rolling limit the whole window is said.
        tracing::warn!(%error, "when a limit frees up could not be looked up");
    }
    let verdict = |(draft, answer): (&&Draft, Answer)| match answer {
        Answer::Accepted(receipt) => Verdict::Accepted(receipt),
        Answer::Refused(decision) => {
            decision.refusal(draft.role, counters.now()).map_or(Verdict::KeyTaken, Verdict::Refused)
        }
        Answer::Paused(paused) => Verdict::Paused(paused),
        Answer::NoTemplate(purpose) => Verdict::NoTemplate(purpose),
        Answer::OptedOut => Verdict::OptedOut,
        Answer::Gone => Verdict::Gone,
        Answer::Withheld(why) => Verdict::Withheld(why),
        Answer::Done => Verdict::KeyTaken,
    };
    drafts.iter().zip(answers).map(verdict).collect()
}

/// On one connection for the whole group, so that many refusals do not wait for many connections.
async fn look_up_freeing(
    pool: &PgPool,
    drafts: &[&Draft],
    answers: &mut [Answer],
    counters: &Counters,
) -> Result<()> {
    if !answers.iter().any(|answer| matches!(answer, Answer::Refused(_))) {
        return Ok(());
    }
    let mut conn = pool.acquire().await?;
    // Whose counters they are does not hang on who proved his number.
    let nobody = Senders::default();
    let mut freeing = Freeing::default();
    for (draft, answer) in drafts.iter().zip(answers) {
        if let Answer::Refused(decision) = answer {
            freeing.look_up(&mut conn, counters, &draft.sender(&nobody), decision).await?;
        }
    }
    Ok(())
}

async fn take_places(
    conn: &mut PgConnection,
    drafts: &[&Draft],
    hours: Hours,
    now: DateTime<Utc>,
) -> Result<(Vec<Answer>, Counters)> {
    store::limits::hold_values(conn).await?;
    let dealers = drafts.iter().flat_map(|draft| draft.dealer.into_iter().chain(draft.payer));
    let rules = Rules::load(conn, dealers, now).await?;
    let senders = Senders::load(conn, drafts).await?;
    let pauses = store::pauses::list_in_force(conn, now).await?;
    let rates = store::rates::list_rates(conn).await?;
    let wanted: BTreeSet<_> = drafts
        .iter()
        .flat_map(|draft| in_force(&rules, &draft.sender(&senders)))
        .map(|(limit, subject, _)| (limit, subject))
        .collect();
    // People before counters: whoever erases himself takes himself before the messages whose places he gives back.
    let mut offers = Offers::hold(conn, drafts, hours, now).await?;
    let continued: Vec<MessageId> = drafts.iter().filter_map(|draft| draft.continues).collect();
    let rests = store::rests::lock_rests(conn, &continued).await?;
    let mut counters = Counters::lock(conn, wanted, now).await?;
    let now = counters.now();
    let phones: Vec<String> = drafts.iter().map(|draft| draft.to.as_str().to_owned()).collect();
    let open: HashSet<String> =
        store::inbound::list_writers_since(conn, &phones, now - OPEN_FOR).await?.into_iter().collect();
    counters.note_recipients(conn, &phones).await?;
    let hashes: Vec<Vec<u8>> = drafts.iter().filter_map(|draft| draft.to_hash.clone()).collect();
    let gone: HashSet<Vec<u8>> = store::opt_outs::list_opted_out(conn, &hashes).await?.into_iter().collect();
    let usable = list_usable(conn).await?;
    let letters: Vec<Letter<'_>> = drafts
        .iter()
        .filter(|draft| draft.template.is_none() && !open.contains(draft.to.as_str()))
        .map(|draft| draft.letter())
        .collect();
    let names = Names::load(conn, &letters).await?;

    let mut answers = Vec::with_capacity(drafts.len());
    let mut accepted = Vec::with_capacity(drafts.len());
    let mut marks = Vec::new();
    for draft in drafts {
        if let Some(paused) = Paused::by(&pauses, [draft.dealer, draft.payer], draft.kind, now) {
            answers.push(Answer::Paused(paused));
            continue;
        }
        if draft.to_hash.as_ref().is_some_and(|hash| gone.contains(hash)) {
            answers.push(Answer::OptedOut);
            continue;
        }
        if senders.is_erased(draft.sender) || draft.continues.is_some_and(|id| !rests.contains(&id)) {
            answers.push(Answer::Gone);
            continue;
        }
        if let Some(refused) = offers.refuse(draft, now) {
            answers.push(refused);
            continue;
        }
        let sender = draft.sender(&senders);
        let outside_window = !open.contains(draft.to.as_str());
        let way = match way(draft, outside_window, &usable, &names) {
            Ok(way) => way,
            Err(purpose) => {
                answers.push(Answer::NoTemplate(purpose));
                continue;
            }
        };
        let unit_price = price_of(&rates, draft.kind, way.category(), &draft.to, now).ok_or_else(no_rate)?;
        let parts = if matches!(way, Way::FreeText) { draft.parts.len() } else { 1 };
        let parts = i16::try_from(parts).unwrap_or(i16::MAX);
        let demand = Demand { parts, unit_price, outside_window };
        let mut decision = weigh(&counters, &rules, &sender, demand);
        if decision.standings.iter().all(Standing::has_room) {
            for standing in &mut decision.standings {
                if let Some(subject) = standing.limit.subject(&sender) {
                    counters.add(standing.limit, &subject, standing.asked, now);
                    marks.extend(Mark::reached(standing, subject));
                }
                standing.used += standing.asked;
            }
            offers.add(draft, now);
            if demand.outside_window {
                counters.add_recipient(draft.to.as_str());
            }
            decision.drop_unlimited();
            accepted.push(Taken { draft, demand, way });
            let cost = demand.cost();
            answers.push(Answer::Accepted(Receipt { parts, cost, decision }));
        } else {
            answers.push(Answer::Refused(decision));
        }
    }
    counters.save(conn).await?;
    keys::free_refused_keys(conn, drafts, &answers).await?;
    write::write(conn, &accepted, now).await?;
    if !marks.is_empty() {
        store::limits::marks::insert_marks(conn, &marks, now).await?;
    }
    Ok((answers, counters))
}

pub(super) fn no_rate() -> AppError {
    AppError::Fault("the rate card has no row that is in effect".to_owned())
}

/// `Err`: the purpose whose template would be needed and may not be used.
fn way(
    draft: &Draft,
    outside_window: bool,
    usable: &HashMap<Purpose, Usable>,
    names: &Names,
) -> std::result::Result<Way, Purpose> {
    let filled = match &draft.template {
        Some(filled) => filled.clone(),
        None if outside_window => names.compose(&draft.letter()),
        None => return Ok(Way::FreeText),
    };
    let usable = usable.get(&filled.purpose).ok_or(filled.purpose)?;
    Ok(Way::Template(usable.clone(), filled))
}
