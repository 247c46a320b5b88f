//! The books, counted anew from their rows: what must be true at any time, and what must be true at the end.

use std::collections::HashMap;

use okla::app::figures::check_figures;
use serde_json::Value;
use sqlx::PgPool;

use crate::simulator::rig::Sim;

/// What a limit has counted, against the messages themselves.
const COUNTERS: &str = "
    select c.name || ' of ' || c.subject || ': ' || c.used || ' counted, ' || rows.used || ' in the rows'
    from limit_counters c cross join lateral (
      select coalesce(case c.name
        when 'dealer_budget' then sum(m.cost) filter (where m.dealer_id = c.subject) * 1000000
        when 'meta_tier' then count(distinct m.to_phone) filter (where m.outside_window and m.places > 0)
        else sum(m.places) filter (where case c.name
          when 'platform_day' then true
          when 'dealer_hour' then m.dealer_id = c.subject and m.sender_role = 'dealer'
          when 'dealer_day' then m.dealer_id = c.subject and m.sender_role = 'dealer'
          when 'pair_day' then
            left(encode(sha256(convert_to(m.sender_id || '>' || m.to_phone, 'UTF8')), 'hex'), 32)::uuid = c.subject
          else m.sender_id = c.subject end)
        end, 0)::bigint as used
      from messages m where m.created_at > c.since) as rows
    where c.used <> rows.used";

/// What a message costs and holds, against its ledger and its parts.
const MESSAGES: &str = "
    select m.id || ': ' || m.status || ', cost ' || m.cost || ' (ledger ' || ledger.sum || '), places ' || m.places
           || ', ' || parts.held || ' of ' || parts.all || ' parts not given back'
    from messages m
      cross join lateral (select coalesce(sum(amount), 0) as sum from ledger_entries where message_id = m.id) as ledger
      cross join lateral (select count(*) as all, count(*) filter (where not not_sent) as held
                          from message_parts where message_id = m.id and not superseded) as parts
    where m.cost <> ledger.sum or m.places <> parts.held or m.parts <> parts.all";

/// What else is emptied with the messages, for a fresh start.
pub const FIGURES: &str =
    "figure_changes, daily_figures, daily_totals, daily_vehicle_figures, monthly_figures,
    monthly_vehicle_figures";

/// Everything that does not add up, in words.
pub async fn discrepancies(pool: &PgPool) -> Vec<String> {
    let mut wrong: Vec<String> = sqlx::query_scalar(COUNTERS).fetch_all(pool).await.unwrap();
    wrong.extend(sqlx::query_scalar::<_, String>(MESSAGES).fetch_all(pool).await.unwrap());
    let drifts = check_figures(pool).await.unwrap();
    wrong.extend(drifts.iter().map(|drift| format!("figures of {:?} on {}", drift.dealer, drift.day)));
    wrong
}

/// That counters, ledger and parts say the same.
pub async fn books_are_right(pool: &PgPool) {
    let wrong = discrepancies(pool).await;
    assert!(wrong.is_empty(), "{} do not add up:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where our rows and what Twilio really has differ: a message of theirs that is no part of ours, a part that they do not
/// have, another end.
pub async fn differences(pool: &PgPool, sim: &Sim) -> Vec<String> {
    let parts: Vec<PartRow> = sqlx::query_as(
        "select p.id, p.sid, p.status, p.error_code, p.not_sent, p.body, m.to_phone
         from message_parts p join messages m on m.id = p.message_id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let truth = sim.truth("").await;
    let mut theirs: HashMap<&str, &Value> =
        truth.iter().map(|message| (message["sid"].as_str().unwrap(), message)).collect();
    let mut wrong = Vec::new();
    for part in &parts {
        let there = part.sid.as_deref().and_then(|sid| theirs.remove(sid));
        match there {
            Some(there) if part.is(there) => {}
            None if part.sid.is_none() && part.not_sent => {}
            there => wrong.push(format!("ours {part:?}, theirs {there:?}")),
        }
    }
    wrong.extend(theirs.values().map(|message| format!("nobody's: {message}")));
    wrong
}

#[derive(Debug, sqlx::FromRow)]
struct PartRow {
    #[expect(dead_code, reason = "told when it is wrong")]
    id: uuid::Uuid,
    sid: Option<String>,
    status: String,
    error_code: Option<i32>,
    not_sent: bool,
    body: String,
    to_phone: String,
}

impl PartRow {
    fn is(&self, there: &Value) -> bool {
        there["status"] == self.status
            && there["errorCode"].as_i64() == self.error_code.map(i64::from)
            && there["body"] == self.body
            && there["to"] == format!("whatsapp:{}", self.to_phone)
            && !self.not_sent
    }
}

/// That nothing waits, that every message has its end, that it is the one Twilio knows, and that the books are right.
pub async fn all_is_true(pool: &PgPool, sim: &Sim) {
    let waiting: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(pool).await.unwrap();
    assert_eq!(waiting, 0, "nothing waits");
    let wrong = differences(pool, sim).await;
    assert!(wrong.is_empty(), "{} are not as Twilio has them:\n{}", wrong.len(), wrong.join("\n"));
    books_are_right(pool).await;
}
