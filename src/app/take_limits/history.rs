//! What was taken of the limits once, lived through again message by message, with the decision that every send meets.

use std::{collections::VecDeque, hash::Hash};

use chrono::{DateTime, Utc};
use foldhash::{HashMap, HashSet};
use futures::stream::{TryChunksError, TryStreamExt as _};
use sqlx::PgConnection;
use tokio::{sync::mpsc::channel, task::spawn_blocking};
use tokio_util::bytes::Bytes;

use super::{Asks, Rules};
use crate::{
    app::error::{AppError, Result},
    domain::{
        ids::{DealerId, UserId},
        limits::{Family, Limit, Sender, Window, micro_dollars},
        time::{day_in_santo_domingo, first_day_of_month, midnight},
        user::Role,
        window::OPEN_FOR,
    },
    store::{self, limits::past::PastRow},
};

/// Messages handed over in one go.
const CHUNK: usize = 4_096;
/// How many such wait to be lived through.
const CHUNKS_AHEAD: usize = 4;
const LIMITS: usize = Limit::ALL.len();
/// Of E.164, with its «+».
const LONGEST_PHONE: usize = 16;

/// Stands for a user, a dealer, a recipient or a pair of them. Half as long as a place in memory: what a history looks up
/// most is in the processor's cache, or is waited for.
type Number = u32;

/// A message that was sent, as the limits see it.
pub struct PastMessage<'a> {
    pub row: PastRow<'a>,
    /// The same for all of that role that were charged to that dealer, and are held as short.
    kind: Number,
    /// As the sender's number stands now: what is asked is what would be refused if it were sent again.
    unproved: bool,
    /// Whom each limit counts it for.
    subjects: [Option<Number>; LIMITS],
    recipient: Number,
}

impl<'a> PastRow<'a> {
    fn sender(&self, unproved: bool) -> Sender<'a> {
        let dealer_id = self.dealer.filter(|_| self.role == Role::Dealer);
        let (user_id, role, payer, to) = (self.sender, self.role, self.dealer, self.to_phone);
        Sender { user_id, role, dealer_id, payer, to, unproved }
    }

    fn asks(&self) -> Asks {
        Asks { parts: self.places, micro_dollars: self.cost, outside_window: self.outside_window }
    }
}

/// Numbers whom the limits count, in the order in which they come: a history of a million messages finds them in vectors.
#[derive(Default)]
struct Numbers {
    users: HashMap<UserId, Number>,
    dealers: HashMap<DealerId, Number>,
    phones: HashMap<[u8; LONGEST_PHONE], Number>,
    pairs: HashMap<(Number, Number), Number>,
    kinds: HashMap<(Role, Option<DealerId>, bool), Number>,
    /// Buyers whose number nobody proved.
    unproved: HashSet<UserId>,
}

impl Numbers {
    fn of<'a>(&mut self, row: PastRow<'a>) -> PastMessage<'a> {
        let mut phone = [0; LONGEST_PHONE];
        phone.iter_mut().zip(row.to_phone.bytes()).for_each(|(digit, byte)| *digit = byte);
        let recipient = number(&mut self.phones, phone);
        let user = number(&mut self.users, row.sender);
        let pair = number(&mut self.pairs, (user, recipient));
        let payer = row.dealer.map(|dealer| number(&mut self.dealers, dealer));
        let unproved = row.role == Role::Buyer && self.unproved.contains(&row.sender);
        let kind = number(&mut self.kinds, (row.role, row.dealer, unproved));
        let (sender, mut subjects) = (row.sender(unproved), [None; LIMITS]);
        for limit in Limit::ALL {
            subjects[limit as usize] = limit.family(&sender).and_then(|family| match family {
                Family::Everyone | Family::Recipients => Some(0),
                Family::Sender => Some(user),
                // What a dealer sends himself is charged to him.
                Family::DealersOwn(_) | Family::ChargedTo(_) => payer,
                Family::Pair => Some(pair),
            });
        }
        PastMessage { row, kind, unproved, subjects, recipient }
    }
}

fn number<T: Eq + Hash>(numbers: &mut HashMap<T, Number>, key: T) -> Number {
    let next = Number::try_from(numbers.len()).unwrap_or(Number::MAX);
    *numbers.entry(key).or_insert(next)
}

/// How much the rules let through for each kind of sender, looked up once.
pub struct Mosts {
    rules: Rules,
    /// By the number of the kind.
    known: Vec<Option<[Option<i64>; LIMITS]>>,
}

impl Mosts {
    pub fn of(rules: Rules) -> Self {
        Self { rules, known: Vec::new() }
    }

    fn get(&mut self, past: &PastMessage<'_>) -> &[Option<i64>; LIMITS] {
        at(&mut self.known, past.kind).get_or_insert_with(|| {
            let mut mosts = [None; LIMITS];
            for limit in Limit::ALL {
                let sender = past.row.sender(past.unproved);
                let set = self.rules.most(limit, limit.ruling_dealer(&sender));
                mosts[limit as usize] = limit.most_for(&sender, set);
            }
            mosts
        })
    }
}

/// How much of every limit was taken at a moment of the past.
#[derive(Clone, Default)]
pub struct History {
    counts: [Count; LIMITS],
    recipients: Recipients,
}

#[derive(Clone, Default)]
struct Count {
    /// By the subject's number.
    used: Vec<i64>,
    /// Of a rolling limit, until when what was taken counts, whose it is, and how much.
    taken: VecDeque<(DateTime<Utc>, Number, i64)>,
    /// Of a day or a month, when it begins anew.
    until: DateTime<Utc>,
}

impl Count {
    fn used(&self, subject: Number) -> i64 {
        self.used.get(place(subject)).copied().unwrap_or_default()
    }

    fn add(&mut self, subject: Number, amount: i64) {
        *at(&mut self.used, subject) += amount;
    }

    /// Forgets what no longer counts.
    fn bring_up(&mut self, window: Window, now: DateTime<Utc>) {
        if window.is_rolling() {
            while let Some((_, subject, amount)) = self.taken.pop_front_if(|(until, ..)| *until <= now) {
                self.add(subject, -amount);
            }
        } else if now >= self.until {
            self.used.fill(0);
            self.until = window.frees(now);
        }
    }

    fn take(&mut self, window: Window, subject: Number, amount: i64, now: DateTime<Utc>) {
        self.add(subject, amount);
        if window.is_rolling() {
            self.taken.push_back((window.frees(now), subject, amount));
        }
    }
}

/// Whom Meta counts.
#[derive(Clone, Default)]
struct Recipients {
    /// Until when each is counted, by his number.
    until: Vec<Option<DateTime<Utc>>>,
    /// The same in their order, with those that a later one replaced.
    ends: VecDeque<(DateTime<Utc>, Number)>,
    counted: i64,
}

impl Recipients {
    fn is_counted(&self, recipient: Number) -> bool {
        self.until.get(place(recipient)).is_some_and(Option::is_some)
    }

    fn bring_up(&mut self, now: DateTime<Utc>) {
        while let Some((end, recipient)) = self.ends.pop_front_if(|(end, _)| *end <= now) {
            if let Some(until) = self.until.get_mut(place(recipient)).filter(|until| **until == Some(end)) {
                *until = None;
                self.counted -= 1;
            }
        }
    }

    fn note(&mut self, past: &PastMessage<'_>) {
        if past.row.outside_window {
            let end = Limit::MetaTier.window().frees(past.row.at);
            let was = at(&mut self.until, past.recipient).replace(end);
            self.counted += i64::from(was.is_none());
            self.ends.push_back((end, past.recipient));
        }
    }
}

/// The place of a number; vectors grow as numbers come.
fn at<T: Clone + Default>(places: &mut Vec<T>, number: Number) -> &mut T {
    if place(number) >= places.len() {
        places.resize(place(number) + 1, T::default());
    }
    &mut places[place(number)]
}

fn place(number: Number) -> usize {
    number as usize
}

impl History {
    /// The history as it stood at `at`, a midnight; rolling limits are right a day later.
    async fn at(conn: &mut PgConnection, at: DateTime<Utc>, numbers: &mut Numbers) -> Result<Self> {
        let day = day_in_santo_domingo(at);
        let spent = store::limits::past::list_spent(conn, first_day_of_month(day), day).await?;
        let mut history = Self::default();
        let budget = &mut history.counts[Limit::DealerBudget as usize];
        budget.until = Window::Month.frees(at);
        for (dealer, cost) in spent {
            budget.add(number(&mut numbers.dealers, dealer), micro_dollars(cost));
        }
        Ok(history)
    }

    /// Lets a message through, whatever the rules; what each limit then comes to for whom it is counted.
    pub fn live(&mut self, past: &PastMessage<'_>) -> [(Limit, i64); LIMITS] {
        self.bring_up(past.row.at);
        self.take(past);
        Limit::ALL.map(|limit| {
            let subject = past.subjects[limit as usize];
            (limit, subject.map_or(0, |subject| self.used(limit, subject)))
        })
    }

    /// Asks for a message under these rules: the limit that refuses it, if any. Nothing is taken.
    pub fn ask(&mut self, mosts: &mut Mosts, past: &PastMessage<'_>) -> Option<Limit> {
        self.bring_up(past.row.at);
        let (mosts, asks) = (mosts.get(past), past.row.asks());
        let is_counted = self.recipients.is_counted(past.recipient);
        Limit::ALL.into_iter().find(|&limit| {
            let in_force = past.subjects[limit as usize].zip(mosts[limit as usize]);
            in_force.is_some_and(|(subject, most)| {
                !asks.standing(limit, most, self.used(limit, subject), is_counted).has_room()
            })
        })
    }

    /// Takes a message's places of every limit, in force or not.
    pub fn take(&mut self, past: &PastMessage<'_>) {
        let (asks, is_counted) = (past.row.asks(), self.recipients.is_counted(past.recipient));
        for limit in Limit::ALL {
            if limit != Limit::MetaTier
                && let Some(subject) = past.subjects[limit as usize]
            {
                let amount = asks.of(limit, is_counted);
                self.counts[limit as usize].take(limit.window(), subject, amount, past.row.at);
            }
        }
        self.recipients.note(past);
    }

    fn bring_up(&mut self, now: DateTime<Utc>) {
        for limit in Limit::ALL {
            self.counts[limit as usize].bring_up(limit.window(), now);
        }
        self.recipients.bring_up(now);
    }

    fn used(&self, limit: Limit, subject: Number) -> i64 {
        match limit {
            Limit::MetaTier => self.recipients.counted,
            _ => self.counts[limit as usize].used(subject),
        }
    }
}

/// Lives through what came before `since`, and hands each message from then on until `until` to `each`. That is done on a
/// thread of its own: meanwhile the next messages are read. The connection is one [`Apart`](store::connection::Apart).
pub async fn read_past<T: Send + 'static>(
    conn: &mut PgConnection,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    mut told: T,
    each: fn(&mut T, &mut History, &PastMessage<'_>),
) -> Result<T> {
    let from = midnight(since - OPEN_FOR);
    let unproved = store::phones::list_all_unproved(conn).await?.into_iter().map(UserId).collect();
    let mut numbers = Numbers { unproved, ..Numbers::default() };
    let mut history = History::at(conn, from, &mut numbers).await?;
    let (chunks, mut read) = channel::<Vec<Bytes>>(CHUNKS_AHEAD);
    let lived = spawn_blocking(move || {
        while let Some(chunk) = read.blocking_recv() {
            for bytes in chunk {
                let Some(row) = store::limits::past::read_row(&bytes)? else { break };
                let past = numbers.of(row);
                if past.row.at <= since {
                    history.live(&past);
                } else {
                    each(&mut told, &mut history, &past);
                }
            }
        }
        Ok(told)
    });
    let mut rows =
        store::limits::past::copy_past(conn, Window::Day.since(from), until).await?.try_chunks(CHUNK);
    while let Some(chunk) = rows.try_next().await.map_err(|TryChunksError(_, error)| error)? {
        if chunks.send(chunk).await.is_err() {
            // Its thread has ended; whoever waits for it says why.
            break;
        }
    }
    drop(chunks);
    lived.await.map_err(|error| AppError::Fault(format!("living through the past: {error}")))?
}
