//! Money and places after a change of state: what a message owes less than before is given back, once, to the ledger and
//! to the limits that still count it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::{
    app::{
        error::Result,
        take_limits::{Counters, Rules, in_force},
    },
    domain::{
        ids::MessageId,
        limits::{Limit, Sender, Subject, micro_dollars},
        user::Role,
    },
    store::{self, deliveries::LockedMessage, ledger::NewEntry},
};

/// Settles every message whose cost or places changed. Called before the messages themselves are written.
pub(super) async fn settle(
    conn: &mut PgConnection,
    before: &HashMap<MessageId, LockedMessage>,
    after: &HashMap<MessageId, LockedMessage>,
    now: DateTime<Utc>,
) -> Result<()> {
    let changes: Vec<(&LockedMessage, &LockedMessage)> = after
        .iter()
        .filter_map(|(id, is)| Some((before.get(id)?, is)))
        .filter(|(was, is)| {
            was.delivery.cost != is.delivery.cost
                || was.delivery.places != is.delivery.places
                || was.outside_window != is.outside_window
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let entries: Vec<NewEntry> = changes
        .iter()
        .filter(|(was, is)| was.delivery.cost != is.delivery.cost)
        .map(|(was, is)| NewEntry {
            message: is.delivery.message,
            dealer: is.dealer_id,
            reason: reason(is),
            amount: is.delivery.cost - was.delivery.cost,
        })
        .collect();
    store::ledger::insert_entries(conn, &entries, now).await?;
    give_back(conn, &changes, now).await
}

fn reason(message: &LockedMessage) -> &'static str {
    if message.delivery.cost == Decimal::ZERO { "release" } else { "adjustment" }
}

/// Late failures are many and change only what is owed: they need not wait for the counters of places.
fn concerns(limit: Limit, was: &LockedMessage, is: &LockedMessage) -> bool {
    match limit {
        Limit::DealerBudget => was.delivery.cost != is.delivery.cost,
        Limit::MetaTier => {
            was.outside_window != is.outside_window || was.delivery.places != is.delivery.places
        }
        _ => was.delivery.places != is.delivery.places,
    }
}

async fn give_back(
    conn: &mut PgConnection,
    changes: &[(&LockedMessage, &LockedMessage)],
    now: DateTime<Utc>,
) -> Result<()> {
    store::limits::hold_values(conn).await?;
    let rules = Rules::load(conn, changes.iter().filter_map(|(_, is)| is.dealer_id), now).await?;
    let mut wanted = BTreeSet::new();
    for (was, is) in changes {
        let concerned =
            in_force(&rules, &sender(is)).into_iter().filter(|(limit, ..)| concerns(*limit, was, is));
        wanted.extend(concerned.map(|(limit, subject, _)| (limit, subject)));
    }
    let mut counters = Counters::lock(conn, wanted, now).await?;
    for (was, is) in changes {
        let sender = sender(is);
        for (limit, subject, _) in in_force(&rules, &sender) {
            let amount = match limit {
                Limit::DealerBudget => micro_dollars(is.delivery.cost) - micro_dollars(was.delivery.cost),
                // Several messages to one recipient count him once.
                Limit::MetaTier => continue,
                _ => i64::from(is.delivery.places) - i64::from(was.delivery.places),
            };
            counters.add(limit, &subject, amount, is.created_at);
        }
    }
    let amount = recipients(conn, &counters, changes).await?;
    counters.add(Limit::MetaTier, &Subject::Recipients, amount, counters.now());
    counters.save(conn).await
}

/// How many recipients more, or less, are counted than before. Whom a message that did not change counts, stays counted.
async fn recipients(
    conn: &mut PgConnection,
    counters: &Counters,
    changes: &[(&LockedMessage, &LockedMessage)],
) -> Result<i64> {
    let since = counters.counted(Limit::MetaTier, Subject::Recipients).after;
    let counts = |message: &LockedMessage| message.outside_window && message.delivery.places > 0;
    let mut by_phone: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for &(was, is) in changes.iter().filter(|(_, is)| is.created_at > since) {
        by_phone.entry(&is.to_phone).or_default().push((is.delivery.message, counts(was), counts(is)));
    }
    let mut more = 0;
    for (phone, messages) in by_phone {
        let counted_before = messages.iter().any(|(_, was, _)| *was);
        let counted_now = messages.iter().any(|(.., is)| *is);
        let ids: Vec<MessageId> = messages.iter().map(|(id, ..)| *id).collect();
        if counted_before != counted_now
            && !store::limits::has_other_counted(conn, phone, &ids, since).await?
        {
            more += i64::from(counted_now) - i64::from(counted_before);
        }
    }
    Ok(more)
}

/// As the limits saw him when the message was taken in. A dealer's user sends on his own dealer's account.
fn sender(message: &LockedMessage) -> Sender<'_> {
    let role = message.sender_role;
    Sender {
        user_id: message.sender_id,
        role,
        dealer_id: message.dealer_id.filter(|_| role != Role::Buyer),
        payer: message.dealer_id,
        to: &message.to_phone,
        // Nothing is decided here; the counters are the same.
        unproved: false,
    }
}
