//! Sending that an admin stopped.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    ids::{DealerId, PauseId},
    kind::Kind,
    time::{clock_in_santo_domingo, day_in_santo_domingo, spoken_date},
};

/// A pause that has begun. `None` of a dealer or a kind stands for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub id: PauseId,
    pub dealer: Option<DealerId>,
    pub kind: Option<Kind>,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
}

impl Pause {
    /// Whether it stops a message of this kind that one of these dealers sends or pays.
    pub fn stops(&self, dealers: [Option<DealerId>; 2], kind: Kind) -> bool {
        let of_dealer = self.dealer.is_none_or(|own| dealers.contains(&Some(own)));
        of_dealer && self.kind.is_none_or(|own| own == kind)
    }
}

/// A send that a pause refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// When sending goes on, if that is known.
    pub until: Option<DateTime<Utc>>,
    pub retry_after: Option<Duration>,
    now: DateTime<Utc>,
}

impl Paused {
    /// What these pauses say together to a message; `None`: they let it through.
    pub fn by(
        pauses: &[Pause],
        dealers: [Option<DealerId>; 2],
        kind: Kind,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let stopping = pauses.iter().filter(|pause| pause.stops(dealers, kind));
        // Of several the one that ends last; one without an end says that nobody knows.
        let ends: Vec<_> = stopping.map(|pause| pause.until).collect();
        let until = ends.iter().copied().collect::<Option<Vec<_>>>().and_then(|ends| ends.into_iter().max());
        let retry_after = until.and_then(|until| (until - now).to_std().ok());
        (!ends.is_empty()).then_some(Self { until, retry_after, now })
    }

    /// What whoever wanted to write reads.
    pub fn sentence(&self) -> String {
        let when = self.when();
        format!(
            "OKLA detuvo sus envíos {when}. Su mensaje no salió: ábralo en su propio WhatsApp, o inténtelo más tarde."
        )
    }

    /// What whoever is about to write reads.
    pub fn outlook(&self) -> String {
        let when = self.when();
        format!("OKLA detuvo sus envíos {when}. Escriba desde su propio WhatsApp, o vuelva más tarde.")
    }

    /// What whoever made an offer to many reads.
    pub fn waits(&self) -> String {
        let when = self.when();
        format!("OKLA detuvo sus envíos {when}. La oferta espera y sigue sola.")
    }

    fn when(&self) -> String {
        match self.until {
            Some(until) if day_in_santo_domingo(until) == day_in_santo_domingo(self.now) => {
                format!("hasta las {}", clock_in_santo_domingo(until))
            }
            Some(until) => {
                let day = spoken_date(day_in_santo_domingo(until));
                format!("hasta el {day} a las {}", clock_in_santo_domingo(until))
            }
            None => "por ahora".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn pause(dealer: Option<u128>, kind: Option<Kind>, until: Option<&str>) -> Pause {
        Pause {
            id: PauseId(Uuid::nil()),
            dealer: dealer.map(|id| DealerId(Uuid::from_u128(id))),
            kind,
            until: until.map(|at| at.parse().unwrap()),
        }
    }

    #[test]
    fn a_pause_stops_what_its_dealer_sends_or_pays_and_its_kind() {
        let now = "2026-11-23T15:00:00Z".parse().unwrap();
        let (one, two) = (Some(DealerId(Uuid::from_u128(1))), Some(DealerId(Uuid::from_u128(2))));
        let stops = |pause: Pause, dealers, kind| Paused::by(&[pause], dealers, kind, now).is_some();
        assert!(stops(pause(None, None, None), [None, None], Kind::Contact));
        assert!(stops(pause(Some(1), None, None), [one, two], Kind::Contact));
        assert!(stops(pause(Some(2), None, None), [None, two], Kind::Contact));
        assert!(!stops(pause(Some(1), None, None), [None, two], Kind::Contact));
        assert!(!stops(pause(None, Some(Kind::Offer), None), [one, one], Kind::Contact));
        assert!(stops(pause(None, Some(Kind::Offer), None), [one, one], Kind::Offer));
    }

    #[test]
    fn the_pause_that_ends_last_is_said_and_one_without_an_end_says_nothing_of_it() {
        let now = "2026-11-23T15:00:00Z".parse().unwrap();
        let early = pause(None, None, Some("2026-11-23T16:00:00Z"));
        let late = pause(None, None, Some("2026-11-24T16:00:00Z"));
        let open = pause(None, None, None);
        let said = |pauses: &[Pause]| Paused::by(pauses, [None, None], Kind::Contact, now).unwrap();
        assert!(said(std::slice::from_ref(&early)).sentence().contains("hasta las 12:00"));
        assert!(said(&[early.clone(), late.clone()]).sentence().contains("hasta el 24 nov 2026 a las 12:00"));
        assert_eq!(said(&[early.clone(), late]).retry_after, Some(Duration::from_hours(25)));
        assert_eq!(said(&[early, open]).retry_after, None);
    }
}
