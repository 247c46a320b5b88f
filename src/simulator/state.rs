//! What the entries of the books add up to.

use std::{collections::HashMap, ops::Range};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    bill::{Bill, Charge},
    books::Entry,
    message::{Act, Message, Status, Step},
    settings::Settings,
    templates::{self, Template},
};

/// Nothing here takes longer for a longer history, but what walks all messages.
#[derive(Default)]
pub struct State {
    /// In the order of their creation; `None` once deleted, so that places never shift.
    messages: Vec<Option<Box<Message>>>,
    places: HashMap<String, usize>,
    /// The places of what was sent to an address, in their order.
    by_recipient: HashMap<String, Vec<usize>>,
    last_inbound: HashMap<String, DateTime<Utc>>,
    throttled: HashMap<String, u32>,
    bill: Bill,
    settings: Settings,
    templates: Vec<Template>,
    advanced: TimeDelta,
}

impl State {
    /// Of an account that was just opened.
    pub fn opened() -> Self {
        Self { templates: templates::first(), ..Self::default() }
    }

    /// In the order in which they were made.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter()
    }

    pub fn template(&self, sid: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.sid == sid)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the account owes; a deleted message's share stays.
    pub fn bill(&self) -> &Bill {
        &self.bill
    }

    /// How far the clock was put forward.
    pub fn advanced_seconds(&self) -> TimeDelta {
        self.advanced
    }

    pub fn get(&self, sid: &str) -> Option<&Message> {
        self.messages.get(self.place(sid)?)?.as_deref()
    }

    /// Where a message stands in the order of creation; known of deleted ones too.
    pub fn place(&self, sid: &str) -> Option<usize> {
        self.places.get(sid).copied()
    }

    /// Whether that step of the message is still to be done.
    pub fn is_pending(&self, sid: &str, step: Uuid) -> bool {
        self.get(sid).is_some_and(|message| message.pending.iter().any(|one| one.id == step))
    }

    /// Oldest first; of one recipient's address, if given.
    pub fn messages(&self, to: Option<&str>) -> impl DoubleEndedIterator<Item = (usize, &Message)> {
        self.messages_at(0..self.messages.len(), to)
    }

    /// The same, of `places` only.
    pub fn messages_at(
        &self,
        places: Range<usize>,
        to: Option<&str>,
    ) -> Box<dyn DoubleEndedIterator<Item = (usize, &Message)> + '_> {
        let present = |place: usize| Some((place, self.messages.get(place)?.as_deref()?));
        match to {
            None => Box::new((places.start..places.end.min(self.messages.len())).filter_map(present)),
            Some(to) => {
                let all = self.by_recipient.get(to).map_or(&[][..], Vec::as_slice);
                let from = all.partition_point(|place| *place < places.start);
                let until = all.partition_point(|place| *place < places.end).max(from);
                Box::new(all[from..until].iter().filter_map(move |place| present(*place)))
            }
        }
    }

    /// When `address` last wrote to us.
    pub fn last_inbound(&self, address: &str) -> Option<DateTime<Utc>> {
        self.last_inbound.get(address).copied()
    }

    /// How many creates to `address` were answered 429.
    pub fn throttled(&self, address: &str) -> u32 {
        self.throttled.get(address).copied().unwrap_or_default()
    }

    fn get_mut(&mut self, sid: &str) -> Option<&mut Message> {
        let place = self.place(sid)?;
        self.messages.get_mut(place)?.as_deref_mut()
    }

    pub fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Created(message) => self.add(message),
            Entry::Stepped { sid, step } => {
                if let Some(message) = self.get_mut(&sid)
                    && let Some(charge) = message.step(step)
                {
                    let day = message.sent.unwrap_or(message.created).date_naive();
                    self.bill.add(day, charge);
                }
            }
            Entry::Redacted { sid, at } => {
                if let Some(message) = self.get_mut(&sid) {
                    message.body.clear();
                    message.updated = at;
                }
            }
            Entry::Canceled { sid, at, calls } => {
                if let Some(message) = self.get_mut(&sid) {
                    message.status = Status::Canceled;
                    message.updated = at;
                    message.pending = calls;
                }
            }
            Entry::Deleted { sid } => {
                if let Some(place) = self.place(&sid) {
                    self.messages[place] = None;
                }
            }
            Entry::Throttled { to } => *self.throttled.entry(to).or_default() += 1,
            Entry::Settings(settings) => self.settings = settings,
            Entry::Template(template) => {
                match self.templates.iter_mut().find(|one| one.sid == template.sid) {
                    Some(one) => *one = *template,
                    None => self.templates.push(*template),
                }
            }
            Entry::TemplateDeleted { sid } => self.templates.retain(|template| template.sid != sid),
            Entry::Advanced { seconds } => self.advanced += TimeDelta::seconds(seconds.into()),
        }
    }

    fn add(&mut self, message: Box<Message>) {
        let place = self.messages.len();
        if message.inbound {
            self.last_inbound.insert(message.from.clone(), message.created);
        }
        match self.by_recipient.get_mut(&message.to) {
            Some(places) => places.push(place),
            None => drop(self.by_recipient.insert(message.to.clone(), vec![place])),
        }
        self.places.insert(message.sid.clone(), place);
        self.messages.push(Some(message));
    }
}

impl Message {
    /// Does a pending step; returns what it costs, if anything.
    fn step(&mut self, id: Uuid) -> Option<Charge> {
        let position = self.pending.iter().position(|step| step.id == id)?;
        let Step { at, act, .. } = self.pending.remove(position);
        if self.pending.is_empty() {
            // A history of settled messages holds no room for steps, nor whom to tell of them.
            self.pending = Vec::new();
            self.status_callback = None;
        }
        match act {
            Act::Move { status, error_code } => {
                self.status = status;
                self.error_code = error_code;
                self.updated = at;
                if status == Status::Sent {
                    self.sent = Some(at);
                }
                Charge::of_status(self)
            }
            Act::Price(price) => {
                self.price = Some(price);
                Some(if self.inbound { Charge::Inbound } else { Charge::Outbound })
            }
            Act::Call { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{message::fresh_sid, plan::priced};

    fn message(to: &str) -> Box<Message> {
        let now = DateTime::UNIX_EPOCH;
        Box::new(Message {
            sid: fresh_sid("SM"),
            inbound: false,
            to: to.to_owned(),
            from: "whatsapp:+14155238886".to_owned(),
            body: "hola".to_owned(),
            media: Vec::new(),
            content_sid: None,
            content_variables: None,
            category: None,
            service_sid: None,
            status_callback: Some("https://okla.example/s".to_owned()),
            status: Status::Queued,
            error_code: None,
            price: None,
            created: now,
            updated: now,
            sent: None,
            pending: vec![priced(now)],
        })
    }

    fn filled(recipients: &[&str]) -> (State, Vec<String>) {
        let mut state = State::default();
        let sids = recipients.iter().map(|to| {
            let message = message(to);
            let sid = message.sid.clone();
            state.apply(Entry::Created(message));
            sid
        });
        let sids = sids.collect();
        (state, sids)
    }

    #[test]
    fn messages_are_found_by_recipient_and_place_and_deleted_ones_keep_theirs() {
        let (mut state, sids) = filled(&["a", "b", "a", "b", "a"]);
        let places = |state: &State, places: Range<usize>, to: Option<&str>| -> Vec<usize> {
            state.messages_at(places, to).map(|(place, _)| place).collect()
        };
        assert_eq!(places(&state, 0..usize::MAX, Some("a")), [0, 2, 4]);
        assert_eq!(places(&state, 1..4, Some("a")), [2]);
        assert_eq!(places(&state, 1..4, None), [1, 2, 3]);
        state.apply(Entry::Deleted { sid: sids[2].clone() });
        assert_eq!(places(&state, 0..usize::MAX, Some("a")), [0, 4]);
        assert_eq!(places(&state, 0..usize::MAX, None), [0, 1, 3, 4]);
        assert_eq!((state.place(&sids[2]), state.place(&sids[4])), (Some(2), Some(4)));
        assert!(state.get(&sids[2]).is_none());
        for empty in [5..usize::MAX, 3..3] {
            assert!(
                places(&state, empty.clone(), None).is_empty() && places(&state, empty, Some("a")).is_empty()
            );
        }
        assert!(places(&state, 0..usize::MAX, Some("c")).is_empty());
    }

    #[test]
    fn settled_message_keeps_neither_steps_nor_room_for_them() {
        let (mut state, sids) = filled(&["a"]);
        let step = state.get(&sids[0]).unwrap().pending[0].id;
        assert!(state.is_pending(&sids[0], step));
        state.apply(Entry::Stepped { sid: sids[0].clone(), step });
        let settled = state.get(&sids[0]).unwrap();
        assert_eq!((settled.pending.capacity(), settled.status_callback.as_deref()), (0, None));
        assert_eq!(settled.price.as_deref(), Some("-0.00500"));
        assert!(!state.is_pending(&sids[0], step));
    }
}
