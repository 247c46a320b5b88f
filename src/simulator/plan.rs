//! What will happen to a created message, and when: decided once, at the create, and written down with it.

use chrono::{DateTime, TimeDelta, Utc};
use rand::seq::SliceRandom;
use uuid::Uuid;

use super::{
    faults::Fault,
    message::{Act, Status, Step},
    settings::Settings,
};

/// How long after the create Twilio's price becomes known.
const PRICE_AFTER: TimeDelta = TimeDelta::seconds(6);
/// Twilio's fee for a WhatsApp message, in or out. WhatsApp's own part is not in `price`.
const PRICE: &str = "-0.00500";

/// What a plan depends on.
pub struct Course<'a> {
    pub start: DateTime<Utc>,
    pub settings: &'a Settings,
    pub fault: Option<Fault>,
    /// Why Meta does not deliver it: 63016 of free-form text outside the window, or what ails its template.
    pub refused_by_meta: Option<u32>,
    /// Through a Messaging Service, which picks the sender first.
    pub via_service: bool,
    /// Whether anyone wants to hear of it.
    pub has_callback: bool,
}

impl Course<'_> {
    /// All steps in the order of their moments, a status before the call that tells of it.
    pub fn steps(&self) -> Vec<Step> {
        let moves = self.moves();
        let failed = moves.last().is_some_and(|(_, _, code)| code.is_some());
        let calls = self.calls(&moves);
        let mut steps: Vec<Step> = moves
            .into_iter()
            .map(|(at, status, error_code)| step(at, Act::Move { status, error_code }))
            .chain(calls)
            .collect();
        if !failed {
            steps.push(priced(self.start));
        }
        steps.sort_by_key(|step| step.at);
        steps
    }

    fn moves(&self) -> Vec<(DateTime<Utc>, Status, Option<u32>)> {
        let beat = TimeDelta::milliseconds(self.settings.callback_delay_ms.into());
        let refused = match self.fault {
            Some(Fault::Later(code)) => Some(code),
            _ => self.refused_by_meta,
        };
        let mut moves = Vec::new();
        if self.via_service {
            moves.push((self.start + beat / 2, Status::Queued, None));
        }
        // Twilio lists these among the codes of messages that never left it.
        let never_left = refused.filter(|code| matches!(code, 63018 | 63024));
        match (self.settings.fail_with.or(never_left), refused) {
            (Some(code), _) => moves.push((self.start + beat, Status::Failed, Some(code))),
            (None, Some(code)) => {
                moves.push((self.start + beat, Status::Sent, None));
                moves.push((self.start + beat * 3, Status::Undelivered, Some(code)));
            }
            (None, None) => {
                moves.push((self.start + beat, Status::Sent, None));
                if self.fault != Some(Fault::StaysSent) {
                    moves.push((self.start + beat * 3, Status::Delivered, None));
                    moves.push((self.start + beat * 8, Status::Read, None));
                }
            }
        }
        moves
    }

    fn calls(&self, moves: &[(DateTime<Utc>, Status, Option<u32>)]) -> Vec<Step> {
        if !self.has_callback || self.fault == Some(Fault::Silent) {
            return Vec::new();
        }
        let shuffled = self.fault == Some(Fault::Shuffled);
        let mut calls = Vec::new();
        for &(at, status, error_code) in moves {
            if rand::random_bool(self.settings.drop_rate) {
                continue;
            }
            let act = Act::Call { status, error_code, token: Uuid::new_v4() };
            if shuffled || rand::random_bool(self.settings.duplicate_rate) {
                calls.push((status, step(at, act.clone())));
            }
            calls.push((status, step(at, act)));
        }
        if shuffled || self.settings.shuffle {
            shuffle(&mut calls);
        }
        calls.into_iter().map(|(_, step)| step).collect()
    }
}

/// Twilio's price of a message that began at `start`.
pub fn priced(start: DateTime<Utc>) -> Step {
    step(start + PRICE_AFTER, Act::Price(PRICE.to_owned()))
}

/// A step with an id of its own.
pub fn step(at: DateTime<Utc>, act: Act) -> Step {
    Step { id: Uuid::new_v4(), at, act }
}

/// Certainly another order of statuses, if there is one. A call never tells of what has not happened, so all wait for the
/// last.
fn shuffle(calls: &mut [(Status, Step)]) {
    let before: Vec<Status> = calls.iter().map(|(status, _)| *status).collect();
    let Some(last) = calls.iter().map(|(_, step)| step.at).max() else {
        return;
    };
    let possible = before.iter().any(|status| *status != before[0]);
    while possible && calls.iter().map(|(status, _)| *status).eq(before.iter().copied()) {
        calls.shuffle(&mut rand::rng());
    }
    for (_, step) in calls {
        step.at = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(settings: &Settings, fault: Option<Fault>) -> Course<'_> {
        Course {
            start: DateTime::UNIX_EPOCH,
            settings,
            fault,
            refused_by_meta: None,
            via_service: false,
            has_callback: true,
        }
    }

    fn calls(steps: &[Step]) -> Vec<Status> {
        steps
            .iter()
            .filter_map(|step| match step.act {
                Act::Call { status, .. } => Some(status),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn message_is_sent_delivered_read_and_then_priced() {
        let settings = Settings::default();
        let steps = course(&settings, None).steps();
        let told: Vec<(i64, String)> = steps
            .iter()
            .map(|step| {
                let what = match &step.act {
                    Act::Move { status, .. } => status.to_string(),
                    Act::Call { status, .. } => format!("tell {status}"),
                    Act::Price(price) => price.clone(),
                };
                (step.at.timestamp_millis(), what)
            })
            .collect();
        let expected = [
            (500, "sent"),
            (500, "tell sent"),
            (1_500, "delivered"),
            (1_500, "tell delivered"),
            (4_000, "read"),
            (4_000, "tell read"),
            (6_000, "-0.00500"),
        ];
        assert_eq!(told, expected.map(|(at, what)| (at, what.to_owned())));
    }

    #[test]
    fn shuffled_callbacks_come_twice_and_never_in_order() {
        let settings = Settings::default();
        for _ in 0..200 {
            let told = calls(&course(&settings, Some(Fault::Shuffled)).steps());
            let in_order = [
                Status::Sent,
                Status::Sent,
                Status::Delivered,
                Status::Delivered,
                Status::Read,
                Status::Read,
            ];
            assert_ne!(told, in_order);
            for status in in_order {
                assert_eq!(told.iter().filter(|one| **one == status).count(), 2);
            }
        }
    }

    #[test]
    fn failure_is_never_priced_and_window_violation_is_63016() {
        let settings = Settings::default();
        let steps = Course { refused_by_meta: Some(63016), ..course(&settings, None) }.steps();
        assert!(!steps.iter().any(|step| matches!(step.act, Act::Price(_))));
        assert!(matches!(
            steps.last().map(|step| &step.act),
            Some(Act::Call { status: Status::Undelivered, error_code: Some(63016), .. })
        ));
    }

    #[test]
    fn rates_of_one_drop_every_callback_or_double_it() {
        let silent = Settings { drop_rate: 1.0, ..Settings::default() };
        assert!(calls(&course(&silent, None).steps()).is_empty());
        let double = Settings { duplicate_rate: 1.0, ..Settings::default() };
        assert_eq!(calls(&course(&double, None).steps()).len(), 6);
    }
}
