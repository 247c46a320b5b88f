//! Test drives: asked for, set, called off.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::corrupt;
use crate::domain::{
    ids::{DealerId, DriveId, MessageId, ThreadId, UserId, VehicleId},
    test_drive::{DriveStatus, Side},
};

/// One with what its pages and notices say of it.
#[derive(Clone, Debug)]
pub struct DriveRow {
    pub id: DriveId,
    pub status: DriveStatus,
    pub slots: Vec<DateTime<Utc>>,
    pub starts_at: Option<DateTime<Utc>>,
    pub canceled_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub vehicle_id: VehicleId,
    pub vehicle: String,
    pub dealer_id: DealerId,
    pub dealer: String,
    pub dealer_phone: String,
    pub buyer_id: UserId,
    pub buyer: String,
    /// Where the buyer is told; `None`: his number is not proved, or his account is closed.
    pub buyer_phone: Option<String>,
    pub message_id: Option<MessageId>,
    pub thread_id: Option<ThreadId>,
}

/// One shape for all that read them; each adds its condition.
macro_rules! drive_rows {
    ($condition:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select t.id as "id: DriveId", t.status, t.slots, t.starts_at, t.canceled_by, t.created_at,
                 t.vehicle_id as "vehicle_id: VehicleId", v.make || ' ' || v.model || ' ' || v.year as "vehicle!",
                 t.dealer_id as "dealer_id: DealerId", d.name as dealer, d.phone as dealer_phone,
                 t.buyer_id as "buyer_id: UserId", u.name as buyer,
                 case when u.phone_proved_at is not null and u.disabled_at is null then u.phone end as buyer_phone,
                 t.message_id as "message_id: MessageId", t.thread_id as "thread_id: ThreadId"
               from test_drives t join vehicles v on v.id = t.vehicle_id join dealers d on d.id = t.dealer_id
               join users u on u.id = t.buyer_id "# + $condition,
            $($argument),+
        )
    };
}

macro_rules! drive_row {
    ($row:ident) => {
        DriveRow {
            id: $row.id,
            status: $row.status.parse().map_err(corrupt("test_drives.status"))?,
            slots: $row.slots,
            starts_at: $row.starts_at,
            canceled_by: $row.canceled_by,
            created_at: $row.created_at,
            vehicle_id: $row.vehicle_id,
            vehicle: $row.vehicle,
            dealer_id: $row.dealer_id,
            dealer: $row.dealer,
            dealer_phone: $row.dealer_phone,
            buyer_id: $row.buyer_id,
            buyer: $row.buyer,
            buyer_phone: $row.buyer_phone,
            message_id: $row.message_id,
            thread_id: $row.thread_id,
        }
    };
}

pub async fn get_drive(conn: &mut PgConnection, id: DriveId) -> sqlx::Result<Option<DriveRow>> {
    let row = drive_rows!("where t.id = $1", id.0).fetch_optional(conn).await?;
    row.map(|row| Ok(drive_row!(row))).transpose()
}

/// As above; nobody else changes it meanwhile.
pub async fn lock_drive(conn: &mut PgConnection, id: DriveId) -> sqlx::Result<Option<DriveRow>> {
    let row = drive_rows!("where t.id = $1 for update of t", id.0).fetch_optional(conn).await?;
    row.map(|row| Ok(drive_row!(row))).transpose()
}

/// The open one of a conversation.
pub async fn get_open_of(conn: &mut PgConnection, thread: ThreadId) -> sqlx::Result<Option<DriveRow>> {
    let row = drive_rows!(
        "where t.thread_id = $1 and t.status in ('asked', 'set') order by t.created_at desc limit 1",
        thread.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok(drive_row!(row))).transpose()
}

/// The open one that a message is about: that asked for it, or that was sent in its conversation since.
pub async fn find_open(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Option<DriveId>> {
    sqlx::query_scalar!(
        r#"select t.id as "id: DriveId" from messages m
           join test_drives t on t.thread_id = m.thread_id and t.created_at <= m.created_at
           where m.id = $1 and m.kind = 'test_drive' and t.status in ('asked', 'set') order by t.created_at desc limit 1"#,
        message.0
    )
    .fetch_optional(conn)
    .await
}

/// Whether a message is about a test drive, and no older than that.
pub async fn is_about_drive(
    conn: &mut PgConnection,
    message: MessageId,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from messages where id = $1 and kind = 'test_drive' and created_at > $2) as "is!""#,
        message.0,
        since
    )
    .fetch_one(conn)
    .await
}

/// The one that a message asked for.
pub async fn get_asked_by(conn: &mut PgConnection, message: MessageId) -> sqlx::Result<Option<DriveId>> {
    sqlx::query_scalar!(r#"select id as "id: DriveId" from test_drives where message_id = $1"#, message.0)
        .fetch_optional(conn)
        .await
}

/// Those that a buyer has open.
pub async fn list_open_of_buyer(conn: &mut PgConnection, buyer: UserId) -> sqlx::Result<Vec<DriveId>> {
    sqlx::query_scalar!(
        r#"select id as "id: DriveId" from test_drives where buyer_id = $1 and status in ('asked', 'set') order by id"#,
        buyer.0
    )
    .fetch_all(conn)
    .await
}

/// The message about a test drive that is the latest of all that was sent to that number.
pub async fn get_latest_if_drive(conn: &mut PgConnection, phone: &str) -> sqlx::Result<Option<MessageId>> {
    let latest = sqlx::query!(
        r#"select id as "id: MessageId", kind from messages where to_phone = $1 and thread_id is not null
           order by created_at desc limit 1"#,
        phone
    )
    .fetch_optional(conn)
    .await?;
    Ok(latest.filter(|row| row.kind == "test_drive").map(|row| row.id))
}

/// Whose time has passed is over; so is what a buyer asked for and nobody answered in time.
pub async fn close_passed(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update test_drives set status = 'over', changed_at = $1
         where status in ('asked', 'set') and $1 > all (case status when 'set' then array[ends_at] else slots end)",
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// What a death between asking and noting it left behind: the message is found by what it is about; of what was begun
/// before `given_up` and has none nothing was ever asked.
pub async fn settle_unlinked(conn: &mut PgConnection, given_up: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update test_drives t set message_id = m.id, thread_id = m.thread_id from messages m
         where t.message_id is null and t.status = 'asked' and m.sender_id = t.buyer_id and m.created_at >= t.created_at
           and m.vehicle_id = t.vehicle_id and m.kind = 'test_drive'"
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from test_drives where message_id is null and status = 'asked' and created_at < $1",
        given_up
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub struct NewDrive {
    pub id: DriveId,
    pub vehicle: VehicleId,
    pub dealer: DealerId,
    pub buyer: UserId,
    pub slots: Vec<DateTime<Utc>>,
}

/// `false`: the buyer has one of this vehicle open already, or it is this one.
pub async fn insert_drive(
    conn: &mut PgConnection,
    drive: &NewDrive,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into test_drives (id, vehicle_id, dealer_id, buyer_id, status, slots, created_at, changed_at)
         values ($1, $2, $3, $4, 'asked', $5, $6, $6) on conflict do nothing",
        drive.id.0,
        drive.vehicle.0,
        drive.dealer.0,
        drive.buyer.0,
        &drive.slots,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The message that asks for it has been taken in.
pub async fn set_message(conn: &mut PgConnection, id: DriveId, message: MessageId) -> sqlx::Result<()> {
    sqlx::query!(
        "update test_drives set message_id = m.id, thread_id = m.thread_id from messages m
         where test_drives.id = $1 and m.id = $2",
        id.0,
        message.0
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// It was never asked for: its message was refused.
pub async fn delete_unasked(conn: &mut PgConnection, id: DriveId) -> sqlx::Result<()> {
    sqlx::query!("delete from test_drives where id = $1 and message_id is null and status = 'asked'", id.0)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Gives it a time. The database refuses one at which the vehicle or the buyer is engaged.
pub async fn set_time(
    conn: &mut PgConnection,
    id: DriveId,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update test_drives set status = 'set', starts_at = $2, ends_at = $3, changed_at = $4 where id = $1",
        id.0,
        starts_at,
        ends_at,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn cancel(conn: &mut PgConnection, id: DriveId, by: Side, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "update test_drives set status = 'canceled', canceled_by = $2, changed_at = $3 where id = $1",
        id.0,
        by.as_str(),
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A dealer's: what waits for his answer first, then what is to come, then what was; after a place in that order.
pub async fn list_of_dealer(
    conn: &mut PgConnection,
    dealer: DealerId,
    most: i64,
) -> sqlx::Result<(Vec<DriveRow>, Vec<DriveRow>)> {
    let open = drive_rows!(
        "where t.dealer_id = $1 and t.status in ('asked', 'set') order by t.created_at desc limit $2",
        dealer.0,
        most
    )
    .fetch_all(&mut *conn)
    .await?;
    let done = drive_rows!(
        "where t.dealer_id = $1 and t.status in ('canceled', 'over')
         order by coalesce(t.starts_at, t.created_at) desc, t.id desc limit $2",
        dealer.0,
        most
    )
    .fetch_all(conn)
    .await?;
    let open = open.into_iter().map(|row| Ok(drive_row!(row))).collect::<sqlx::Result<_>>()?;
    let done = done.into_iter().map(|row| Ok(drive_row!(row))).collect::<sqlx::Result<_>>()?;
    Ok((open, done))
}

/// A buyer's own, the latest first.
pub async fn list_of_buyer(conn: &mut PgConnection, buyer: UserId, most: i64) -> sqlx::Result<Vec<DriveRow>> {
    let rows = drive_rows!("where t.buyer_id = $1 order by t.created_at desc limit $2", buyer.0, most)
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(|row| Ok(drive_row!(row))).collect()
}
