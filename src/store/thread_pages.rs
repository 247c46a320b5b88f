//! Conversations as people read them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::{
    ids::{DealerId, MessageId, ThreadId, UserId, VehicleId},
    phone::Phone,
};

/// A conversation with what lists and pages show of it.
pub struct ThreadRow {
    pub id: ThreadId,
    pub dealer_id: DealerId,
    pub dealer: String,
    pub buyer_id: Option<UserId>,
    pub buyer: Option<String>,
    pub buyer_erased: bool,
    /// If he chose that sellers see it.
    pub buyer_phone: Option<String>,
    /// He agreed to be told of answers on WhatsApp, and can be.
    pub buyer_is_told: bool,
    /// Whom the dealer wrote to, if it has no account.
    pub address: Option<String>,
    /// What whoever has no account calls himself on WhatsApp.
    pub profile: Option<String>,
    pub vehicle_id: Option<VehicleId>,
    pub vehicle: Option<String>,
    pub last_at: DateTime<Utc>,
    /// The buyer has spoken since the dealer's people looked.
    pub unread: bool,
    /// Who of the dealer's people answers.
    pub assigned_id: Option<UserId>,
    pub assigned: Option<String>,
}

impl ThreadRow {
    /// Whoever is on the other side had himself erased: nothing is said in it any more.
    pub fn is_erased(&self) -> bool {
        let number = self.address.as_ref().and_then(|address| Phone::parse_api(address).ok());
        self.buyer_erased || number.is_some_and(|number| number.is_erased())
    }
}

/// One shape for all that read conversations; each adds its condition.
macro_rules! thread_rows {
    ($($condition:literal)+, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            ThreadRow,
            r#"select t.id as "id: ThreadId", t.dealer_id as "dealer_id: DealerId", d.name as dealer,
                 t.buyer_id as "buyer_id: UserId", u.name as "buyer?",
                 u.erased_at is not null as "buyer_erased!", t.address,
                 case when u.shows_phone_since is not null and u.phone_proved_at is not null then u.phone end as buyer_phone,
                 (u.answers_since is not null and u.phone_proved_at is not null and u.disabled_at is null) as "buyer_is_told!",
                 case when t.address is not null then (
                   select i.profile_name from inbound_messages i where i.thread_id = t.id and i.profile_name is not null
                   order by i.received_at desc limit 1
                 ) end as profile,
                 t.vehicle_id as "vehicle_id: VehicleId", v.make || ' ' || v.model || ' ' || v.year as vehicle, t.last_at,
                 coalesce(t.buyer_spoke_at > coalesce(t.dealer_seen_at, '-infinity'), false) as "unread!",
                 t.assigned_to as "assigned_id: UserId", a.name as "assigned?"
               from threads t join dealers d on d.id = t.dealer_id left join users u on u.id = t.buyer_id
               left join vehicles v on v.id = t.vehicle_id left join users a on a.id = t.assigned_to "# $(+ $condition)+,
            $($argument),+
        )
    };
}

/// Which of a dealer's conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    Unread,
    /// That person's.
    Of(UserId),
    Nobodys,
    /// With buyers who have an account and are not erased: the dealer's words in them may come from his own number.
    Buyers,
}

/// A dealer's, the latest first. A query for each choice: each is read along its own index.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    which: Which,
    before: Option<(DateTime<Utc>, ThreadId)>,
    limit: i64,
) -> sqlx::Result<Vec<ThreadRow>> {
    let (at, id) = before.unzip();
    let (dealer, id) = (dealer.0, id.map(|id| id.0));
    macro_rules! page {
        ($condition:literal $(, $more:expr)?) => {
            thread_rows!(
                "where t.dealer_id = $1 "
                $condition
                " and (t.last_at, t.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
                 order by t.last_at desc, t.id desc limit $4",
                dealer,
                at,
                id,
                limit
                $(, $more)?
            )
            .fetch_all(conn)
            .await
        };
    }
    match which {
        Which::All => page!(""),
        Which::Unread => page!(
            "and t.buyer_spoke_at is not null and (t.dealer_seen_at is null or t.buyer_spoke_at > t.dealer_seen_at)"
        ),
        Which::Of(person) => page!("and t.assigned_to = $5", person.0),
        Which::Nobodys => page!("and t.assigned_to is null"),
        Which::Buyers => page!("and t.buyer_id is not null and u.erased_at is null"),
    }
}

/// Those of these, the latest first.
pub async fn list_these(
    conn: &mut PgConnection,
    ids: &[ThreadId],
    which: Which,
    before: Option<(DateTime<Utc>, ThreadId)>,
    limit: i64,
) -> sqlx::Result<Vec<ThreadRow>> {
    let (at, id) = before.unzip();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let person = if let Which::Of(person) = which { Some(person.0) } else { None };
    thread_rows!(
        "where t.id = any($1)
           and (not $5 or t.buyer_spoke_at is not null and (t.dealer_seen_at is null or t.buyer_spoke_at > t.dealer_seen_at))
           and ($6::uuid is null or t.assigned_to = $6) and (not $7 or t.assigned_to is null)
           and (not $8 or t.buyer_id is not null and u.erased_at is null)
           and (t.last_at, t.id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         order by t.last_at desc, t.id desc limit $4",
        &ids,
        at,
        id.map(|id| id.0),
        limit,
        which == Which::Unread,
        person,
        which == Which::Nobodys,
        which == Which::Buyers,
    )
    .fetch_all(conn)
    .await
}

/// How many of a dealer's are unread, counted up to `most`.
pub async fn count_unread(conn: &mut PgConnection, dealer: DealerId, most: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "unread!" from (
             select from threads where dealer_id = $1
               and buyer_spoke_at is not null and (dealer_seen_at is null or buyer_spoke_at > dealer_seen_at)
             limit $2
           ) as unread"#,
        dealer.0,
        most
    )
    .fetch_one(conn)
    .await
}

/// Whom a dealer's conversation may be given to: his people who may sign in, by name.
pub async fn list_people(conn: &mut PgConnection, dealer: DealerId) -> sqlx::Result<Vec<(UserId, String)>> {
    let rows = sqlx::query!(
        r#"select id as "id: UserId", name from users where dealer_id = $1 and role = 'dealer' and disabled_at is null
           order by name, id limit 100"#,
        dealer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Who answers from now on; `false`: the conversation or the person is not that dealer's.
pub async fn set_assigned(
    conn: &mut PgConnection,
    dealer: DealerId,
    id: ThreadId,
    person: Option<UserId>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update threads set assigned_to = $3 where id = $1 and dealer_id = $2
           and ($3::uuid is null or exists (
             select from users where id = $3 and dealer_id = $2 and role = 'dealer' and disabled_at is null
           ))",
        id.0,
        dealer.0,
        person.map(|person| person.0)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get_thread(conn: &mut PgConnection, id: ThreadId) -> sqlx::Result<Option<ThreadRow>> {
    thread_rows!("where t.id = $1", id.0).fetch_optional(conn).await
}

/// The conversation that a message belongs to.
pub async fn get_thread_of(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Option<ThreadId>> {
    let id =
        sqlx::query_scalar!(r#"select thread_id as "id: ThreadId" from messages where id = $1"#, message.0)
            .fetch_optional(conn)
            .await?;
    Ok(id.flatten())
}

/// Why a buyer last wrote in it.
pub async fn get_reason(conn: &mut PgConnection, id: ThreadId) -> sqlx::Result<Option<String>> {
    let reason = sqlx::query_scalar!(
        "select reason from messages where thread_id = $1 and reason is not null order by created_at desc limit 1",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(reason.flatten())
}

/// Of these messages of a buyer's those in whose conversation the dealer has said something that he has not seen.
pub async fn list_newly_answered(
    conn: &mut PgConnection,
    buyer: UserId,
    messages: &[MessageId],
) -> sqlx::Result<Vec<MessageId>> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"select m.id as "id: MessageId" from messages m join threads t on t.id = m.thread_id
           where m.id = any($1) and t.buyer_id = $2
             and t.dealer_spoke_at > coalesce(greatest(t.buyer_seen_at, t.buyer_spoke_at), '-infinity')"#,
        &ids,
        buyer.0
    )
    .fetch_all(conn)
    .await
}

/// The buyer has looked.
pub async fn mark_seen_by_buyer(
    conn: &mut PgConnection,
    id: ThreadId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update threads set buyer_seen_at = greatest(buyer_seen_at, $2) where id = $1", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

/// The dealer's people have looked.
pub async fn mark_seen(conn: &mut PgConnection, id: ThreadId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update threads set dealer_seen_at = $2 where id = $1", id.0, now)
        .execute(conn)
        .await
        .map(|_| ())
}

/// An answer written here; pressed twice, it is there once.
pub async fn insert_answer(
    conn: &mut PgConnection,
    id: Uuid,
    thread: ThreadId,
    author: UserId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into answers (id, thread_id, author_id, body, created_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing",
        id,
        thread.0,
        author.0,
        body,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
