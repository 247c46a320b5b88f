//! Files that people sent: where they are to be fetched, and the bytes. Lists never read the bytes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::domain::{
    ids::{DealerId, InboundId, MediaId, UserId},
    media::{MediaKind, Unshown},
};

pub struct NewMedia {
    pub url: String,
    pub declared_type: String,
}

/// A message's files, to be fetched from now on.
pub async fn insert(
    conn: &mut PgConnection,
    inbound: InboundId,
    files: &[NewMedia],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = files.iter().map(|_| MediaId::fresh().0).collect();
    let urls: Vec<String> = files.iter().map(|file| file.url.clone()).collect();
    let types: Vec<String> = files.iter().map(|file| file.declared_type.clone()).collect();
    sqlx::query!(
        "insert into inbound_media (id, inbound_id, place, url, declared_type, state, next_try_at, created_at)
         select id, $1, place - 1, url, type, 'waiting', $5, $5
         from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as f (id, url, type, place)",
        inbound.0,
        &ids,
        &urls,
        &types,
        now
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// One to be fetched.
pub struct Due {
    pub id: MediaId,
    pub inbound: InboundId,
    pub url: String,
    pub declared_type: String,
    /// This one included.
    pub attempts: i16,
    pub created_at: DateTime<Utc>,
}

/// Takes the one that is due longest, and keeps others off it until `until`.
pub async fn claim(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Due>> {
    sqlx::query_as!(
        Due,
        r#"update inbound_media set next_try_at = $2, attempts = attempts + 1 where id = (
             select id from inbound_media where state = 'waiting' and next_try_at <= $1
             order by next_try_at limit 1 for update skip locked
           )
           returning id as "id: MediaId", inbound_id as "inbound: InboundId", url, declared_type, attempts, created_at"#,
        now,
        until
    )
    .fetch_optional(conn)
    .await
}

pub async fn put_off(conn: &mut PgConnection, id: MediaId, until: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("update inbound_media set next_try_at = $2 where id = $1", id.0, until)
        .execute(conn)
        .await
        .map(|_| ())
}

pub async fn mark_refused(conn: &mut PgConnection, id: MediaId, why: Unshown) -> sqlx::Result<()> {
    sqlx::query!(
        "update inbound_media set state = 'refused', problem = $2 where id = $1 and state = 'waiting'",
        id.0,
        why.as_str()
    )
    .execute(conn)
    .await
    .map(|_| ())
}

pub async fn mark_stored(
    conn: &mut PgConnection,
    id: MediaId,
    kind: MediaKind,
    bytes: &[u8],
) -> sqlx::Result<()> {
    let side = |length: u32| i32::try_from(length).ok();
    let (width, height) = kind.dimensions(bytes).unzip();
    sqlx::query!(
        "update inbound_media set state = 'stored', kind = $2, bytes = $3, size = $4, width = $5, height = $6
         where id = $1 and state = 'waiting'",
        id.0,
        kind.as_str(),
        bytes,
        i32::try_from(bytes.len()).unwrap_or(i32::MAX),
        width.and_then(side),
        height.and_then(side)
    )
    .execute(conn)
    .await
    .map(|_| ())
}

/// A file as a conversation shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRow {
    pub id: MediaId,
    pub inbound: InboundId,
    /// `None`: it is still to come, or will not.
    pub kind: Option<MediaKind>,
    pub size: i32,
    pub dimensions: Option<(i32, i32)>,
    pub problem: Option<Unshown>,
}

/// Of these messages, in their order.
pub async fn list_of(conn: &mut PgConnection, messages: &[InboundId]) -> sqlx::Result<Vec<MediaRow>> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id as "id: MediaId", inbound_id as "inbound: InboundId", kind, size, width, height, problem
           from inbound_media where inbound_id = any($1) order by inbound_id, place"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MediaRow {
                id: row.id,
                inbound: row.inbound,
                kind: row.kind.map(|word| word.parse()).transpose().map_err(corrupt::<String>("kind"))?,
                size: row.size.unwrap_or_default(),
                dimensions: row.width.zip(row.height),
                problem: row
                    .problem
                    .map(|word| word.parse())
                    .transpose()
                    .map_err(corrupt::<String>("problem"))?,
            })
        })
        .collect()
}

/// In whose conversation a stored file is; in nobody's yet, which dealer's number it came from, if it is no other's too.
pub async fn get_readers(
    conn: &mut PgConnection,
    id: MediaId,
) -> sqlx::Result<Option<(DealerId, Option<UserId>)>> {
    let row = sqlx::query!(
        r#"select coalesce(t.dealer_id, own.id) as "dealer!: DealerId", t.buyer_id as "buyer?: UserId"
           from inbound_media f join inbound_messages i on i.id = f.inbound_id left join threads t on t.id = i.thread_id
           left join lateral (
             select d.id from dealers d where i.thread_id is null and not i.to_okla and i.handled_at is not null and i.closed_at is null
               and d.phone = i.from_address
               and not exists (select from dealers o where o.phone = i.from_address and o.id <> d.id)
           ) as own on true
           where f.id = $1 and f.state = 'stored' and (t.id is not null or own.id is not null)"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.dealer, row.buyer)))
}

/// What it is, and the bytes.
pub async fn get_bytes(conn: &mut PgConnection, id: MediaId) -> sqlx::Result<Option<(MediaKind, Vec<u8>)>> {
    let row = sqlx::query!(
        r#"select kind as "kind!", bytes as "bytes!" from inbound_media where id = $1 and state = 'stored'"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((row.kind.parse().map_err(corrupt::<String>("kind"))?, row.bytes))).transpose()
}
