//! Conversations: one for each dealer, vehicle and person on the other side.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{DealerId, MessageId, ThreadId, UserId, VehicleId};

/// What makes a conversation the same as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadKey {
    pub dealer: DealerId,
    pub vehicle: Option<VehicleId>,
    pub other: OtherSide,
}

/// Who speaks with the dealer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherSide {
    Buyer(UserId),
    /// Without an account: a number, or what stands in its place.
    Address(String),
}

impl ThreadKey {
    fn buyer(&self) -> Option<Uuid> {
        if let OtherSide::Buyer(id) = self.other { Some(id.0) } else { None }
    }

    fn address(&self) -> Option<String> {
        if let OtherSide::Address(address) = &self.other { Some(address.clone()) } else { None }
    }
}

/// The conversation of each, in their order, begun where there is none; something is said in all of them at `now`.
pub async fn touch(
    conn: &mut PgConnection,
    keys: &[ThreadKey],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<ThreadId>> {
    let dealers: Vec<Uuid> = keys.iter().map(|key| key.dealer.0).collect();
    let vehicles: Vec<Option<Uuid>> = keys.iter().map(|key| key.vehicle.map(|id| id.0)).collect();
    let buyers: Vec<Option<Uuid>> = keys.iter().map(ThreadKey::buyer).collect();
    let addresses: Vec<Option<String>> = keys.iter().map(ThreadKey::address).collect();
    sqlx::query_scalar!(
        r#"with asked as (
             select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
               with ordinality as k (dealer_id, vehicle_id, buyer_id, address, place)
           ), touched as (
             insert into threads (id, dealer_id, vehicle_id, buyer_id, address, created_at, last_at, buyer_spoke_at,
                                  first_asked_at, dealer_spoke_at)
             -- In a buyer's own the dealer is written to; to an address he writes himself.
             select gen_random_uuid(), dealer_id, vehicle_id, buyer_id, address, $5::timestamptz, $5::timestamptz,
               case when buyer_id is not null then $5::timestamptz end, case when buyer_id is not null then $5::timestamptz end,
               case when buyer_id is null then $5::timestamptz end
             from (select distinct dealer_id, vehicle_id, buyer_id, address from asked) as fresh
             -- In one order for all.
             order by dealer_id, vehicle_id, buyer_id, address
             on conflict on constraint threads_key do update set last_at = greatest(threads.last_at, excluded.last_at),
               buyer_spoke_at = greatest(threads.buyer_spoke_at, excluded.buyer_spoke_at),
               first_asked_at = coalesce(threads.first_asked_at, excluded.first_asked_at),
               dealer_spoke_at = greatest(threads.dealer_spoke_at, excluded.dealer_spoke_at)
             returning id, dealer_id, vehicle_id, buyer_id, address
           )
           select t.id as "id: ThreadId" from asked a join touched t on t.dealer_id = a.dealer_id
             and t.vehicle_id is not distinct from a.vehicle_id and t.buyer_id is not distinct from a.buyer_id
             and t.address is not distinct from a.address
           order by a.place"#,
        &dealers,
        &vehicles as &[Option<Uuid>],
        &buyers as &[Option<Uuid>],
        &addresses as &[Option<String>],
        now
    )
    .fetch_all(conn)
    .await
}

/// Somebody wrote in it from that address: the dealer, if a buyer's conversation got it from the dealer's number. It came
/// `at` some time and can be read from `now` on: whoever looked in between has not seen it.
pub async fn mark_heard(
    conn: &mut PgConnection,
    id: ThreadId,
    from: &str,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let by_dealer = sqlx::query_scalar!(
        r#"select t.buyer_id is not null and d.phone = $2 as "by_dealer!"
           from threads t join dealers d on d.id = t.dealer_id where t.id = $1"#,
        id.0,
        from
    )
    .fetch_one(&mut *conn)
    .await?;
    if by_dealer {
        return mark_dealer_spoke(conn, id, at, now).await;
    }
    sqlx::query!(
        "update threads set last_at = greatest(last_at, $3), buyer_spoke_at = greatest(buyer_spoke_at, $3),
           first_asked_at = coalesce(first_asked_at, $2) where id = $1",
        id.0,
        at,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// The dealer answered in it, as above.
pub async fn mark_dealer_spoke(
    conn: &mut PgConnection,
    id: ThreadId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update threads set last_at = greatest(last_at, $3), dealer_spoke_at = greatest(dealer_spoke_at, $3),
           dealer_seen_at = greatest(dealer_seen_at, $3),
           first_answered_at = coalesce(first_answered_at, case when first_asked_at <= $2 then $2 end) where id = $1",
        id.0,
        at,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Who is at both ends of a conversation.
pub struct Ends {
    pub dealer: DealerId,
    pub dealer_phone: String,
    pub buyer: Option<UserId>,
    pub address: Option<String>,
    pub vehicle: Option<VehicleId>,
}

pub async fn get_ends(conn: &mut PgConnection, id: ThreadId) -> sqlx::Result<Option<Ends>> {
    sqlx::query_as!(
        Ends,
        r#"select t.dealer_id as "dealer: DealerId", d.phone as dealer_phone, t.buyer_id as "buyer: UserId", t.address,
             t.vehicle_id as "vehicle: VehicleId"
           from threads t join dealers d on d.id = t.dealer_id where t.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// Whether a dealer has written to that address, or was written to from there.
pub async fn is_with(conn: &mut PgConnection, dealer: DealerId, address: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from threads where dealer_id = $1 and address = $2) as "is_with!""#,
        dealer.0,
        address
    )
    .fetch_one(conn)
    .await
}

/// A buyer who agreed to be told of answers and proved his number, and has one that he has not seen.
pub struct Untold {
    pub dealer: DealerId,
    pub dealer_name: String,
    pub vehicle: Option<VehicleId>,
    pub vehicle_name: Option<String>,
    pub person: String,
    pub phone: String,
    /// The latest that he wrote.
    pub message: Option<MessageId>,
    /// When he last looked or wrote.
    pub looked_at: Option<DateTime<Utc>>,
}

pub async fn get_untold(conn: &mut PgConnection, id: ThreadId) -> sqlx::Result<Option<Untold>> {
    sqlx::query_as!(
        Untold,
        r#"select t.dealer_id as "dealer: DealerId", d.name as dealer_name, t.vehicle_id as "vehicle: VehicleId",
             v.make || ' ' || v.model || ' ' || v.year as vehicle_name, u.name as person, u.phone as "phone!",
             (select m.id from messages m where m.thread_id = t.id and m.sender_id = t.buyer_id
              order by m.created_at desc limit 1) as "message: MessageId",
             greatest(t.buyer_seen_at, t.buyer_spoke_at) as looked_at
           from threads t join users u on u.id = t.buyer_id join dealers d on d.id = t.dealer_id
           left join vehicles v on v.id = t.vehicle_id
           where t.id = $1 and u.answers_since is not null and u.phone_proved_at is not null and u.phone is not null
             and u.disabled_at is null
             and t.dealer_spoke_at > coalesce(greatest(t.buyer_seen_at, t.buyer_spoke_at), '-infinity')"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// A message of ours that somebody answers, by Twilio's id of it.
pub struct Answered {
    pub message: MessageId,
    pub thread: Option<ThreadId>,
    pub to_phone: String,
    pub sender: UserId,
    pub by_buyer: bool,
    pub dealer: Option<DealerId>,
    pub vehicle: Option<VehicleId>,
}

pub async fn get_answered(conn: &mut PgConnection, sid: &str) -> sqlx::Result<Option<Answered>> {
    sqlx::query_as!(
        Answered,
        r#"select m.id as "message: MessageId", m.thread_id as "thread: ThreadId", m.to_phone,
             m.sender_id as "sender: UserId", m.sender_role = 'buyer' as "by_buyer!",
             m.dealer_id as "dealer: DealerId", m.vehicle_id as "vehicle: VehicleId"
           from message_parts p join messages m on m.id = p.message_id where p.sid = $1"#,
        sid
    )
    .fetch_optional(conn)
    .await
}

/// A message from before there were conversations joins its own.
pub async fn set_thread(conn: &mut PgConnection, message: MessageId, thread: ThreadId) -> sqlx::Result<()> {
    sqlx::query!("update messages set thread_id = $2 where id = $1", message.0, thread.0)
        .execute(conn)
        .await
        .map(|_| ())
}
