//! Writing what was taken in: messages, their parts, their charges, and the first part's place in the outbox.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Taken, Way};
use crate::{
    app::error::Result,
    domain::{
        contact_reason::ContactReason,
        delivery::Delivery,
        figures::Changes,
        ids::{PartId, ThreadId},
        retry::policy,
    },
    store::{
        self, ledger::NewEntry, messages::NewMessage, offers::NewOffer, outbox::NewWaiting, parts::NewPart,
        threads::ThreadKey,
    },
};

pub(super) async fn write(conn: &mut PgConnection, accepted: &[Taken<'_>], now: DateTime<Utc>) -> Result<()> {
    if accepted.is_empty() {
        return Ok(());
    }
    let keys: Vec<ThreadKey> = accepted.iter().filter_map(|taken| taken.draft.thread_key()).collect();
    let mut threads = store::threads::touch(conn, &keys, now).await?.into_iter();
    let mut thread_of =
        |taken: &Taken<'_>| taken.draft.thread_key().and_then(|_| threads.next()).or(taken.draft.thread);
    let messages: Vec<NewMessage> =
        accepted.iter().map(|taken| new_message(taken, thread_of(taken))).collect();
    let parts: Vec<Vec<NewPart>> = accepted.iter().map(new_parts).collect();
    let first: Vec<NewWaiting> = accepted
        .iter()
        .map(|taken| NewWaiting {
            part: PartId(taken.draft.id.0),
            expires_at: now + policy(taken.draft.kind).validity,
            is_offer: taken.draft.offer.is_some(),
        })
        .collect();
    let offers: Vec<NewOffer> = accepted.iter().filter_map(|taken| new_offer(taken)).collect();
    let charges: Vec<NewEntry> = accepted
        .iter()
        .map(|taken| NewEntry {
            message: taken.draft.id,
            dealer: taken.draft.payer,
            reason: "charge",
            amount: taken.demand.cost(),
        })
        .collect();
    let mut noted = Changes::default();
    for (taken, parts) in accepted.iter().zip(&parts) {
        let ids = parts.iter().map(|part| part.id);
        let fresh = Delivery::fresh(taken.draft.id, taken.demand.unit_price, ids);
        noted.add(&taken.draft.counted_by(now), &fresh);
    }
    let parts: Vec<NewPart> = parts.into_iter().flatten().collect();
    store::messages::insert_messages(conn, &messages, now).await?;
    store::parts::insert_parts(conn, &parts).await?;
    store::outbox::insert(conn, &first, now).await?;
    store::ledger::insert_entries(conn, &charges, now).await?;
    if !offers.is_empty() {
        store::offers::insert_offers(conn, &offers, now).await?;
    }
    Ok(store::figures::insert_changes(conn, &noted.into_rows()).await?)
}

fn new_offer(taken: &Taken<'_>) -> Option<NewOffer> {
    let offer = taken.draft.offer?;
    Some(NewOffer {
        message: taken.draft.id,
        buyer: offer.buyer,
        dealer: taken.draft.payer,
        campaign: offer.campaign,
    })
}

fn new_message(taken: &Taken<'_>, thread: Option<ThreadId>) -> NewMessage {
    let Taken { draft, demand, way } = taken;
    let filled = if let Way::Template(_, filled) = way { Some(filled.clone()) } else { None };
    NewMessage {
        id: draft.id,
        sender_id: draft.sender,
        sender_role: draft.role.as_str(),
        dealer_id: draft.payer,
        vehicle_id: draft.vehicle,
        kind: draft.kind.as_str(),
        reason: draft.reason.map(ContactReason::as_str),
        to_phone: draft.to.as_str().to_owned(),
        body: draft.body.as_str().to_owned(),
        image_url: draft.image_url.as_ref().map(|url| url.as_str().to_owned()),
        parts: demand.parts,
        unit_price: demand.unit_price,
        outside_window: demand.outside_window,
        resend_of: draft.resend_of,
        continues: draft.continues,
        thread,
        filled,
    }
}

/// Part 1 bears its message's id.
fn new_parts(taken: &Taken<'_>) -> Vec<NewPart> {
    let message = taken.draft.id;
    let (bodies, content_sid) = match &taken.way {
        Way::FreeText => (taken.draft.parts.clone(), None),
        Way::Template(usable, filled) => (vec![filled.text.clone()], Some(usable.sid.clone())),
    };
    let ids = std::iter::once(PartId(message.0)).chain(std::iter::repeat_with(PartId::fresh));
    bodies
        .into_iter()
        .zip(ids)
        .zip(1_i16..)
        .map(|((body, id), number)| NewPart { id, message, number, body, content_sid: content_sid.clone() })
        .collect()
}
