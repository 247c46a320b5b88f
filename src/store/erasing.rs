//! Erasing a person: his row stays for what points at it and is nobody's; his words and his number go. Ledger, figures and
//! every sum stay as they are, and so does the keyed hash of an opt-out.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{OKLA, PartId, UserId};

/// A number that an account proved, and for how long.
#[derive(Clone, Debug)]
pub struct OwnNumber {
    pub phone: String,
    /// When another account had it until then.
    pub since: Option<DateTime<Utc>>,
    /// `None`: he has it still.
    pub until: Option<DateTime<Utc>>,
}

/// What it has now, and what it had, but for dealers': what was written to and from a business number is the business's.
pub async fn list_own_numbers(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<OwnNumber>> {
    sqlx::query_as!(
        OwnNumber,
        r#"select own.phone as "phone!", own.until,
             (select max(f.lost_at) from former_numbers f where f.phone = own.phone and f.user_id <> $1
                and (own.until is null or f.lost_at < own.until)) as since
           from (
             select phone, null::timestamptz as until from users where id = $1 and phone_proved_at is not null
             union all
             select phone, lost_at from former_numbers where user_id = $1
           ) as own
           where not exists (select from dealers d where d.phone = own.phone)
           order by own.until desc nulls first"#,
        user.0
    )
    .fetch_all(conn)
    .await
}

/// Whose words go.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    pub user: UserId,
    /// What he wrote is his own; a dealer's user's and an admin's words are the business's.
    pub is_buyer: bool,
    /// See [`list_own_numbers`].
    pub numbers: &'a [OwnNumber],
}

/// The numbers as a query takes them: `unnest` of three arrays.
struct Columns<'a> {
    phones: Vec<&'a str>,
    since: Vec<Option<DateTime<Utc>>>,
    until: Vec<Option<DateTime<Utc>>>,
}

impl<'a> Columns<'a> {
    fn of(numbers: &'a [OwnNumber]) -> Self {
        Self {
            phones: numbers.iter().map(|number| number.phone.as_str()).collect(),
            since: numbers.iter().map(|number| number.since).collect(),
            until: numbers.iter().map(|number| number.until).collect(),
        }
    }
}

/// Every message whose words are his or are for him: what he wrote and who sent that again, what was sent to his number, what
/// was said of him in his conversations (of a test drive, to the dealer), and what asked dealers which of several conversations, his among them, an answer was for.
pub async fn lock_messages(conn: &mut PgConnection, person: Person<'_>) -> sqlx::Result<Vec<Uuid>> {
    let own = Columns::of(person.numbers);
    sqlx::query_scalar!(
        r#"select id from messages where id in (
             with recursive his as (
               select id from messages where $2 and sender_id = $1
               union
               select m.id from unnest($3::text[], $5::timestamptz[], $6::timestamptz[]) as own (phone, since, until)
               join messages m on m.to_phone = own.phone and m.created_at > coalesce(own.since, '-infinity')
                 and m.created_at <= coalesce(own.until, 'infinity')
               union
               -- Offers bear his name, whatever his number was then.
               select message_id from offers where $2 and buyer_id = $1
               union
               select m.id from threads t join messages m on m.thread_id = t.id where $2 and t.buyer_id = $1
               union
               select m.id from his join messages m on m.resend_of = his.id
             )
             select id from his
             union
             select m.id from threads t join dealers d on d.id = t.dealer_id
             join questions q on q.address = d.phone and t.id = any(q.threads)
             join messages m on m.to_phone = q.address and m.sender_id = $4 and m.template = 'who_for'
               and m.created_at >= q.asked_at - interval '1 minute' and m.created_at < q.asked_at + interval '1 day'
             where $2 and t.buyer_id = $1
             union
             -- What it answered his dealers' telephones may name him.
             select m.id from threads t join dealers d on d.id = t.dealer_id
             join messages m on m.to_phone = d.phone and m.sender_id = $4 and m.created_at >= t.created_at
               and m.dealer_id is null and m.template is null
             where $2 and t.buyer_id = $1
           ) order by id for update"#,
        person.user.0,
        person.is_buyer,
        &own.phones as &[&str],
        OKLA.0,
        &own.since as &[Option<DateTime<Utc>>],
        &own.until as &[Option<DateTime<Utc>>]
    )
    .fetch_all(conn)
    .await
}

/// Takes those of their parts that wait and that nobody has, as a worker would; who has them withdraws them.
pub async fn claim_waiting(
    conn: &mut PgConnection,
    messages: &[Uuid],
    until: DateTime<Utc>,
) -> sqlx::Result<Vec<PartId>> {
    sqlx::query_scalar!(
        r#"update outbox set leased_until = $2 where part_id in (
             select o.part_id from outbox o join message_parts p on p.id = o.part_id
             where p.message_id = any($1) and o.leased_until is null and p.sid is null
             order by o.part_id for update of o skip locked
           ) returning part_id as "part: PartId""#,
        messages,
        until
    )
    .fetch_all(conn)
    .await
}

/// Whether a part of them may still leave, or its outcome is not known: its words are needed.
pub async fn has_under_way(conn: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from message_parts where message_id = any($1) and sid is null
             and status in ('queued', 'sending', 'verifying')) as "under_way!""#,
        messages
    )
    .fetch_one(conn)
    .await
}

/// Whether somebody deals with what came in from his numbers.
pub async fn has_handled_now(
    conn: &mut PgConnection,
    person: Person<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from inbound_messages
             where from_address = any($1) and handled_at is null and handling_until > $2) as "handled!""#,
        &Columns::of(person.numbers).phones as &[&str],
        now
    )
    .fetch_one(conn)
    .await
}

/// Holds the person: what he sends meanwhile waits, and then finds him gone. `None`: he is gone.
pub async fn lock_person(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<(String, String)>> {
    let row =
        sqlx::query!("select role, email from users where id = $1 and erased_at is null for update", user.0)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| (row.role, row.email)))
}

/// Admins who can sign in, none of whom goes or is changed until the transaction ends.
pub async fn lock_admins(conn: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from users where role = 'admin' and disabled_at is null order by id for update"
    )
    .fetch_all(conn)
    .await
}

/// Who wrote these to whom.
pub async fn list_pairs(conn: &mut PgConnection, messages: &[Uuid]) -> sqlx::Result<Vec<(UserId, String)>> {
    let rows = sqlx::query!(
        r#"select distinct sender_id as "sender: UserId", to_phone from messages where id = any($1)"#,
        messages
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.sender, row.to_phone)).collect())
}

/// Empties messages, their parts and what was said of them; `token` stands for each number that he has or had.
pub async fn empty_messages(conn: &mut PgConnection, messages: &[Uuid], token: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "with emptied as (
           update messages set body = '', image_url = null, variables = null, rest = null,
             to_phone = case when exists (select from dealers d where d.phone = to_phone) then to_phone else $2 end
           where id = any($1)
         ), parts as (
           update message_parts set body = '', error_message = null where message_id = any($1)
         ), said as (
           update message_events e set error_message = null,
             fields = case when e.fields ? 'date_updated'
               then jsonb_build_object('date_updated', e.fields -> 'date_updated') else '{}' end
           from message_parts p where p.message_id = any($1) and e.part_id = p.id
         )
         delete from message_words where message_id = any($1)",
        messages,
        token
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Empties his conversations, on both sides, files included: they are about him.
pub async fn empty_conversations(
    conn: &mut PgConnection,
    person: Person<'_>,
    messages: &[Uuid],
    token: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let numbers = Columns::of(person.numbers);
    sqlx::query!(
        "with numbers as (
           select phone, coalesce(since, '-infinity') as since, coalesce(until, 'infinity') as until
           from unnest($3::text[], $7::timestamptz[], $8::timestamptz[]) as n (phone, since, until)
         ), own (address, since, until) as (
           select * from numbers
           union
           select w.bsuid, n.since, n.until from numbers n join whatsapp_ids w on w.phone = n.phone
         ), his as (
           select id from threads where $2 and buyer_id = $1
           union
           select t.id from messages m join threads t on t.id = m.thread_id join own on own.address = t.address
           where m.id = any($4)
           union
           select t.id from own join threads t on t.address = own.address and t.created_at between own.since and own.until
         ), said as (
           select i.id from own join inbound_messages i on i.from_address = own.address
             and i.received_at > own.since and i.received_at <= own.until
           union
           select i.id from his join inbound_messages i on i.thread_id = his.id
         ), files as (
           delete from inbound_media f using said where f.inbound_id = said.id
         ), found as (
           delete from line_words where thread_id in (select id from his) or line_id in (select id from said)
         ), answered as (
           update answers set body = '' from his where thread_id = his.id
         ), addressed as (
           update threads t set address = $5 from his where t.id = his.id and t.address in (select address from own)
         )
         update inbound_messages i set body = '', fields = '{}', button = null, profile_name = null, bsuid = null, extra = null,
           from_address = case when exists (select from dealers d where d.phone = i.from_address) then i.from_address else $5 end,
           replied_to = case when i.from_address in (select address from own) then null else i.replied_to end,
           to_okla = i.to_okla or i.handled_at is null, handled_at = coalesce(i.handled_at, $6)
         where i.id in (select id from said)",
        person.user.0,
        person.is_buyer,
        &numbers.phones as &[&str],
        messages,
        token,
        now,
        &numbers.since as &[Option<DateTime<Utc>>],
        &numbers.until as &[Option<DateTime<Utc>>]
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Forgets what is noted of his numbers, but for those that another account has proved since.
pub async fn forget_numbers(conn: &mut PgConnection, person: Person<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "with his as (
           select phone from unnest($2::text[]) as n (phone)
           where not exists (select from users u where u.phone = n.phone and u.phone_proved_at is not null and u.id <> $1)
         ), asked as (delete from questions using his where address = his.phone),
           unknown as (delete from numbers_without_whatsapp n using his where n.phone = his.phone),
           hidden as (delete from whatsapp_ids w using his where w.phone = his.phone),
           former as (delete from former_numbers where user_id = $1)
         delete from recipient_paces r using his where r.phone = his.phone",
        person.user.0,
        &Columns::of(person.numbers).phones as &[&str]
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Codes that he asked for, and that came from his number. Before he is held: whoever takes a code holds it first.
pub async fn delete_proofs(conn: &mut PgConnection, user: UserId, numbers: &[OwnNumber]) -> sqlx::Result<()> {
    let current = numbers.iter().find(|number| number.until.is_none()).map(|number| &number.phone);
    sqlx::query!("delete from proofs where user_id = $1 or came_from = $2", user.0, current)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Signs him out everywhere, and out of what others' pages kept of a form that he or they had typed his e-mail or number
/// into; `typed` are patterns. It reads all sessions: they are few, and people erase themselves rarely.
pub async fn delete_sessions(conn: &mut PgConnection, user: UserId, typed: &[String]) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where user_id = $1", user.0).execute(&mut *conn).await?;
    sqlx::query!(
        "update sessions set data = (
           select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(data) where key not like 'form %')
         where data::text ~* any($1)",
        typed
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// Takes all of his that has no use without him, and makes his row nobody's.
pub async fn erase_person(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "with agreed as (delete from consents where user_id = $1),
           interested as (delete from interests where user_id = $1),
           tokens as (delete from api_tokens where user_id = $1),
           codes as (delete from recovery_codes where user_id = $1),
           factors as (delete from second_factors where user_id = $1),
           keys as (delete from idempotency_keys where user_id = $1)
         delete from sign_in_failures where user_id = $1",
        user.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update users set name = 'Persona borrada', email = id::text || '@borrado.invalid', phone = null,
           phone_proved_at = null, answers_since = null, offers_since = null, shows_phone_since = null,
           password_hash = '!', last_signed_in_at = null, disabled_at = coalesce(disabled_at, $2), erased_at = $2
         where id = $1",
        user.0,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}
