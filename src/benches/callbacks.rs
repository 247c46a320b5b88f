//! Signed status callbacks for messages that Twilio has: sent, delivered and read of each.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Result, Settings,
    load::{Requests, run},
    pgbench::{CALLBACK, CLIENTS},
    process::{AUTH_TOKEN, Okla},
    report::{Figure, Report, Target, median},
    watch::watched,
};

/// Callbacks a second that no round will reach.
const MOST: u64 = 6_000;
/// So many messages are on their way at once: each is called back three times, far apart.
const UNDER_WAY: usize = 5_000;

pub async fn measure(settings: &Settings, okla: &Okla, pool: &PgPool, report: &mut Report) -> Result<()> {
    CALLBACK.prepare(pool, settings).await?;
    let server = okla.serve(&["--no-workers"], &[]).await?;
    let seconds = settings.seconds * u64::try_from(settings.rounds)? + 2;
    let messages = take_messages(pool, i64::try_from(MOST * seconds / 3)?, None).await?;
    let requests = requests(&messages, &server.address)?;
    run(&server.address, &requests, CLIENTS, 2, None).await?;

    let (mut yardsticks, mut rates, mut held_back) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..settings.rounds {
        yardsticks.push(CALLBACK.run(settings).await?);
        let load = run(&server.address, &requests, CLIENTS, settings.seconds, None);
        let (outcome, by) = watched(pool, server.id(), load).await?;
        rates.push(outcome.per_second());
        held_back = by;
    }
    report.add(&Figure {
        name: "signed status callbacks",
        unit: "/s",
        measured: median(rates),
        yardstick: median(yardsticks),
        target: Target::AtLeast(0.5),
        bottleneck: held_back,
    })
}

/// Copies of past messages as they stood when Twilio had just taken them, of any dealer or of one; part and sid of each.
pub async fn take_messages(pool: &PgPool, count: i64, of: Option<&str>) -> Result<Vec<(Uuid, String)>> {
    let taken = sqlx::query_as(
        "with past as (
           select gen_random_uuid() as id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, unit_price
           from messages, generate_series(1, 50) where parts = 1 and not not_sent
             and ($2::text is null or dealer_id = (select id from dealers where slug = $2)) limit $1
         ), taken as (
           insert into messages (id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, status, parts,
             places, unit_price, cost, outside_window, created_at)
           select id, sender_id, sender_role, dealer_id, vehicle_id, kind, to_phone, body, 'queued', 1, 1, unit_price,
             unit_price, true, now() from past returning id, body, dealer_id, cost
         ), charged as (
           insert into ledger_entries (message_id, dealer_id, reason, amount, currency, created_at)
           select id, dealer_id, 'charge', cost, 'USD', now() from taken
         )
         insert into message_parts (id, message_id, number, body, status, sid, segments, attempt_count, first_attempted_at)
         select id, id, 1, body, 'queued', 'SM' || replace(id::text, '-', ''), 1, 1, now() from taken returning id, sid",
    )
    .bind(count)
    .bind(of)
    .fetch_all(pool)
    .await?;
    sqlx::raw_sql("analyze messages, message_parts").execute(pool).await?;
    Ok(taken)
}

pub fn mac() -> Result<Hmac<Sha1>> {
    Ok(Hmac::<Sha1>::new_from_slice(AUTH_TOKEN.as_bytes())?)
}

fn requests(messages: &[(Uuid, String)], address: &str) -> Result<Arc<Requests>> {
    let mac = mac()?;
    let mut all = Vec::with_capacity(3 * messages.len());
    for group in messages.chunks(UNDER_WAY) {
        for status in ["sent", "delivered", "read"] {
            all.extend(group.iter().map(|(id, sid)| signed(&mac, address, *id, sid, status)));
        }
    }
    Ok(Requests::new(all, 204))
}

/// A callback as Twilio posts it; its fields stand in the order in which they are signed.
pub fn signed(mac: &Hmac<Sha1>, address: &str, id: Uuid, sid: &str, status: &str) -> Vec<u8> {
    let fields = [
        ("AccountSid", "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
        ("ApiVersion", "2010-04-01"),
        ("ChannelInstallSid", "XE00000000000000000000000000000001"),
        ("ChannelPrefix", "whatsapp"),
        ("ChannelToAddress", "+1809555XXXX"),
        ("From", "whatsapp:+18095550100"),
        ("MessageSid", sid),
        ("MessageStatus", status),
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("To", "whatsapp:+18095551234"),
    ];
    let path = format!("/webhooks/twilio/status?m={id}");
    let mut mac = mac.clone();
    mac.update(format!("http://{address}{path}").as_bytes());
    for (name, value) in fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         I-Twilio-Idempotency-Token: {}\r\nX-Twilio-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n{body}",
        Uuid::new_v4()
    )
    .into_bytes()
}
