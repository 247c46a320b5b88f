//! What holds of offers beside limits and pauses: the person's consent, his cap, the hour, and that his campaign still has
//! one for him. All of it is looked at with him held, so that nobody gets past it together with another.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Answer, Draft};
use crate::{
    app::error::Result,
    domain::{
        hours::Hours,
        ids::{CampaignId, UserId},
        offer::{SPELL, Skip, Taken, Withheld, capped_until},
    },
    store::{self, offers::HeldPerson},
};

/// To whom an offer goes, and of which campaign it is; a program's is of none.
#[derive(Clone, Copy, Debug)]
pub struct Offering {
    pub buyer: UserId,
    pub campaign: Option<CampaignId>,
}

/// The recipients of a group's offers.
pub(super) struct Offers {
    people: HashMap<UserId, HeldPerson>,
    taken: HashMap<UserId, Vec<Taken>>,
    /// What campaigns still have to send.
    open: HashSet<(CampaignId, UserId)>,
    hours: Hours,
}

impl Offers {
    /// Holds them until the transaction ends; nobody is held for a group without offers.
    pub(super) async fn hold(
        conn: &mut PgConnection,
        drafts: &[&Draft],
        hours: Hours,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut offers = Self { people: HashMap::new(), taken: HashMap::new(), open: HashSet::new(), hours };
        let wanted: Vec<Offering> = drafts.iter().filter_map(|draft| draft.offer).collect();
        if wanted.is_empty() {
            return Ok(offers);
        }
        let buyers: Vec<UserId> = wanted.iter().map(|offer| offer.buyer).collect();
        let items: Vec<(CampaignId, UserId)> =
            wanted.iter().filter_map(|offer| Some((offer.campaign?, offer.buyer))).collect();
        let people = store::offers::lock_people(conn, &buyers).await?;
        offers.people = people.into_iter().map(|person| (person.buyer, person)).collect();
        if !items.is_empty() {
            offers.open = store::offers::lock_items(conn, &items).await?.into_iter().collect();
        }
        for (buyer, dealer, at) in store::audiences::list_taken(conn, &buyers, now - SPELL).await? {
            offers.taken.entry(buyer).or_default().push((dealer, at));
        }
        Ok(offers)
    }

    /// Why this draft is not taken in; `None`: nothing of an offer's stands against it.
    pub(super) fn refuse(&self, draft: &Draft, now: DateTime<Utc>) -> Option<Answer> {
        let offer = draft.offer?;
        if offer.campaign.is_some_and(|campaign| !self.open.contains(&(campaign, offer.buyer))) {
            return Some(Answer::Done);
        }
        let opens = self.hours.opening(now);
        if opens > now {
            return Some(Answer::Withheld(Withheld::Quiet(opens)));
        }
        let held = self.people.get(&offer.buyer);
        let Some(person) = held.filter(|person| !person.is_disabled) else {
            return Some(Answer::Withheld(Withheld::Person(Skip::Account)));
        };
        if !person.consents {
            return Some(Answer::Withheld(Withheld::Person(Skip::Consent)));
        }
        if !person.is_proved || person.phone.as_deref() != Some(draft.to.as_str()) {
            return Some(Answer::Withheld(Withheld::Person(Skip::Unproved)));
        }
        let taken = self.taken.get(&offer.buyer).map(Vec::as_slice).unwrap_or_default();
        let until = capped_until(taken, draft.payer, now)?;
        Some(Answer::Withheld(Withheld::Frequency(until)))
    }

    /// He gets it.
    pub(super) fn add(&mut self, draft: &Draft, now: DateTime<Utc>) {
        let Some(offer) = draft.offer else { return };
        self.taken.entry(offer.buyer).or_default().push((draft.payer, now));
        if let Some(campaign) = offer.campaign {
            self.open.remove(&(campaign, offer.buyer));
        }
    }
}
