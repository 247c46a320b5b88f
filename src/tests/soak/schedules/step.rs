//! What may happen in a schedule, and how schedules are drawn.

use chrono::TimeDelta;
use okla::domain::limits::Limit;
use proptest::{collection::vec, option, prelude::*};

use super::model::{CAST, Person};

/// How many people send, see [`CAST`].
pub const PEOPLE: usize = 5;
/// How many numbers are written to. The first two are the dealers' own.
pub const NUMBERS: usize = 4;
pub const DEALERS: usize = 2;

/// A schedule: the values it begins with (in the order of `Limit::ALL`; places, or prices of a part), and what happens.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Months after the rate card's first, and how long before the next one's end it begins.
    pub month: u32,
    pub minutes_before: i64,
    pub limits: Vec<Option<u8>>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub enum Step {
    Wait(Wait),
    /// A group, taken in at once.
    Take(Vec<Want>),
    /// The same by a server whose clock is this many milliseconds late.
    TakeLate(Vec<Want>, i64),
    /// A group of words about earlier messages (counted from the newest), taken in at once.
    Say(Vec<(usize, Fate)>),
    /// `None`: for all; else for one dealer, where the limit knows dealers.
    Set(Limit, Option<usize>, Option<u8>),
    /// Somebody writes to OKLA: his window opens.
    Write(usize),
}

/// A message that somebody wants to send.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    pub who: usize,
    pub to: usize,
    pub parts: i16,
}

#[derive(Clone, Copy, Debug)]
pub enum Wait {
    For(TimeDelta),
    /// To the next day's or month's first instant, or to where the oldest place of an hour or a day expires; and so
    /// many microseconds more or less.
    ToDay(i64),
    ToMonth(i64),
    ToHourOf(usize, i64),
    ToDayOf(usize, i64),
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// At create: all of it comes back.
    Refused,
    /// The first part is taken, the second refused: what never left comes back.
    HalfRefused,
    /// Afterwards, with a fee: the place stays.
    Failed,
    /// Afterwards, free: the place stays.
    Undelivered,
    Read,
    /// Proved not created, so all of it comes back; and later, if said once more, seen at Twilio after all.
    NotCreated,
}

pub fn schedules() -> impl Strategy<Value = Schedule> {
    let minutes_before = prop_oneof![0..3_i64, 0..180_i64, 0..4_000_i64];
    let value = option::weighted(0.4, 0..14_u8);
    (1..2_000_u32, minutes_before, vec(value, Limit::ALL.len()), vec(step(), 4..24))
        .prop_map(|(month, minutes_before, limits, steps)| Schedule { month, minutes_before, limits, steps })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(want(), 1..6).prop_map(Step::Take),
        1 => (vec(want(), 1..3), 1..50_i64).prop_map(|(wants, late)| Step::TakeLate(wants, late)),
        5 => wait().prop_map(Step::Wait),
        4 => vec((0..8_usize, fate()), 1..5).prop_map(Step::Say),
        1 => (0..Limit::ALL.len(), option::of(0..DEALERS), option::weighted(0.7, 0..14_u8))
            .prop_map(|(limit, dealer, value)| Step::Set(Limit::ALL[limit], dealer, value)),
        1 => (0..NUMBERS).prop_map(Step::Write),
    ]
}

fn want() -> impl Strategy<Value = Want> {
    (0..PEOPLE, 0..NUMBERS, prop_oneof![3 => Just(1_i16), 1 => 2..4_i16])
        // A buyer writes to dealers only.
        .prop_map(|(who, to, parts)| Want { who, to: if CAST[who] == Person::Buyer { to % DEALERS } else { to }, parts })
}

fn wait() -> impl Strategy<Value = Wait> {
    let edge = || prop_oneof![Just(-1_i64), Just(0_i64), Just(1_i64)];
    prop_oneof![
        (0..3_000_000_i64).prop_map(|micros| Wait::For(TimeDelta::microseconds(micros))),
        (0..90_i64).prop_map(|minutes| Wait::For(TimeDelta::minutes(minutes))),
        (0..40_i64).prop_map(|hours| Wait::For(TimeDelta::hours(hours))),
        edge().prop_map(Wait::ToDay),
        edge().prop_map(Wait::ToMonth),
        (0..6_usize, edge()).prop_map(|(which, micros)| Wait::ToHourOf(which, micros)),
        (0..6_usize, edge()).prop_map(|(which, micros)| Wait::ToDayOf(which, micros)),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Refused),
        1 => Just(Fate::HalfRefused),
        1 => Just(Fate::Failed),
        1 => Just(Fate::Undelivered),
        1 => Just(Fate::Read),
        3 => Just(Fate::NotCreated),
    ]
}
