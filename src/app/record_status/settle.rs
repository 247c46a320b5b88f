//! Money and places after a change of state: what a message owes less than before is given back, once, to the ledger and
//! to the limits that still count it.

use std::collections::{BTreeSet, HashMap};

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
            was.delivery.cost != is.delivery.cost || was.delivery.places != is.delivery.places
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

async fn give_back(
    conn: &mut PgConnection,
    changes: &[(&LockedMessage, &LockedMessage)],
    now: DateTime<Utc>,
) -> Result<()> {
    store::limits::hold_values(conn).await?;
    let rules = Rules::load(conn, changes.iter().filter_map(|(_, is)| is.dealer_id)).await?;
    let mut wanted = BTreeSet::new();
    for (_, is) in changes {
        wanted.extend(in_force(&rules, &sender(is)).into_iter().map(|(limit, subject, _)| (limit, subject)));
    }
    let mut counters = Counters::lock(conn, wanted, now).await?;
    for (was, is) in changes {
        let sender = sender(is);
        for (limit, subject, _) in in_force(&rules, &sender) {
            let amount = match limit {
                Limit::DealerBudget => micro_dollars(is.delivery.cost) - micro_dollars(was.delivery.cost),
                Limit::MetaTier => recipients(conn, &counters, was, is).await?,
                _ => i64::from(is.delivery.places) - i64::from(was.delivery.places),
            };
            counters.add(limit, &subject, amount, is.created_at);
        }
    }
    counters.save(conn).await
}

/// Whether the recipient is counted by one message more, or less, than before: only if no other counts him.
async fn recipients(
    conn: &mut PgConnection,
    counters: &Counters,
    was: &LockedMessage,
    is: &LockedMessage,
) -> Result<i64> {
    let counts = |message: &LockedMessage| message.outside_window && message.delivery.places > 0;
    if counts(was) == counts(is) {
        return Ok(0);
    }
    let since = counters.counted(Limit::MetaTier, Subject::Recipients).after;
    let others = store::limits::has_other_counted(conn, &is.to_phone, is.delivery.message, since).await?;
    Ok(if others { 0 } else { i64::from(counts(is)) - i64::from(counts(was)) })
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
    }
}
