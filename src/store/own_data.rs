//! All that is held about a person, as he takes it along: JSON, in lots.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::erasing::OwnNumber;
use crate::domain::ids::UserId;

pub async fn update_name(conn: &mut PgConnection, user: UserId, name: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set name = $2 where id = $1 and erased_at is null", user.0, name)
        .execute(conn)
        .await
        .map(|_| ())
}

/// `false`: another account has it.
pub async fn update_email(conn: &mut PgConnection, user: UserId, email: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update users set email = $2
         where id = $1 and erased_at is null and not exists (select from users where email = $2 and id <> $1)",
        user.0,
        email
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What there are few of, whole.
pub async fn get_account(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!(
        r#"select jsonb_build_object(
             'cuenta', jsonb_build_object('id', u.id, 'nombre', u.name, 'correo', u.email, 'telefono', u.phone,
               'telefono_comprobado', u.phone_proved_at, 'rol', u.role, 'concesionario', d.name, 'creada', u.created_at,
               'ultimo_ingreso', u.last_signed_in_at, 'avisos_desde', u.answers_since, 'ofertas_desde', u.offers_since,
               'numero_visible_desde', u.shows_phone_since,
               'segundo_factor_desde', (select confirmed_at from second_factors f where f.user_id = u.id)),
             'consentimientos', (select coalesce(jsonb_agg(jsonb_build_object('para', c.purpose, 'version', c.text_version,
               'texto', c.body, 'retirado', c.withdrawn, 'pagina', c.place, 'cuando', c.accepted_at) order by c.id), '[]')
               from consents c where c.user_id = u.id),
             'sesiones', (select coalesce(jsonb_agg(jsonb_build_object('dispositivo', s.data ->> 'device',
               'desde', s.data ->> 'signed_in', 'usada', s.data ->> 'seen')), '[]')
               from sessions s where s.user_id = u.id and s.expires_at > now()),
             'tokens', (select coalesce(jsonb_agg(jsonb_build_object('nombre', t.name, 'creado', t.created_at,
               'usado', t.last_used_at, 'revocado', t.revoked_at) order by t.created_at), '[]')
               from api_tokens t where t.user_id = u.id),
             'intereses', (select coalesce(jsonb_agg(jsonb_build_object('vehiculo', v.make || ' ' || v.model || ' ' || v.year,
               'cuando', i.created_at) order by i.created_at), '[]')
               from interests i join vehicles v on v.id = i.vehicle_id where i.user_id = u.id),
             'pruebas_de_manejo', (select coalesce(jsonb_agg(jsonb_build_object('vehiculo', v.make || ' ' || v.model || ' ' || v.year,
               'concesionario', s.name, 'propuso', t.slots, 'hora', t.starts_at, 'estado', t.status) order by t.created_at), '[]')
               from test_drives t join vehicles v on v.id = t.vehicle_id join dealers s on s.id = t.dealer_id
               where t.buyer_id = u.id),
             'ingresos_fallidos', (select coalesce(jsonb_agg(jsonb_build_object('red', f.address, 'cual', f.kind,
               'veces', f.times, 'ultimo', f.last_at) order by f.last_at), '[]')
               from sign_in_failures f where f.user_id = u.id)
           ) as "account!"
           from users u left join dealers d on d.id = u.dealer_id where u.id = $1"#,
        user.0
    )
    .fetch_optional(conn)
    .await
}

/// One of what there may be many of, and where its list goes on.
pub struct PieceRow {
    pub at: DateTime<Utc>,
    pub id: Uuid,
    pub piece: Value,
}

/// After which of them.
pub type After = Option<(DateTime<Utc>, Uuid)>;

/// The oldest first, after one.
macro_rules! pieces {
    ($conn:expr, $select:literal, $place:literal, $key:expr, $after:expr, $limit:expr, [$($more:expr),*] $(,)?) => {{
        let (at, id) = $after.unzip();
        sqlx::query_as!(
            PieceRow,
            $select
                + " and ($2::timestamptz is null or ("
                + $place
                + ") > ($2, $3::uuid)) order by "
                + $place
                + " limit $4",
            $key,
            at,
            id,
            $limit,
            $($more),*
        )
        .fetch_all($conn)
        .await
    }};
}

/// What he wrote.
pub async fn list_written(
    conn: &mut PgConnection,
    user: UserId,
    after: After,
    limit: i64,
) -> sqlx::Result<Vec<PieceRow>> {
    pieces!(
        conn,
        r#"select m.created_at as at, m.id, jsonb_build_object('id', m.id, 'escrito', m.created_at, 'para', m.to_phone,
             'concesionario', d.name, 'vehiculo', v.make || ' ' || v.model || ' ' || v.year, 'motivo', m.reason,
             'texto', m.body, 'imagen', m.image_url, 'estado', m.status, 'entregado', m.delivered_at, 'leido', m.read_at)
             as "piece!"
           from messages m left join dealers d on d.id = m.dealer_id left join vehicles v on v.id = m.vehicle_id
           where m.sender_id = $1"#,
        "m.created_at, m.id",
        user.0,
        after,
        limit,
        [],
    )
}

/// What was sent to a number of his while it was his.
pub async fn list_received(
    conn: &mut PgConnection,
    number: &OwnNumber,
    after: After,
    limit: i64,
) -> sqlx::Result<Vec<PieceRow>> {
    pieces!(
        conn,
        r#"select m.created_at as at, m.id, jsonb_build_object('id', m.id, 'escrito', m.created_at, 'para', m.to_phone,
             'de', coalesce(d.name, 'OKLA'), 'texto', m.body, 'imagen', m.image_url, 'estado', m.status) as "piece!"
           from messages m left join dealers d on d.id = m.dealer_id
           where m.to_phone = $1 and m.created_at <= coalesce($5::timestamptz, 'infinity')"#,
        "m.created_at, m.id",
        number.phone,
        after.or_else(|| begins(number)),
        limit,
        [number.until],
    )
}

/// What came in from a number of his, or from what WhatsApp gave in its place, while it was his. `files`: where he opens what is
/// kept of his conversations.
pub async fn list_heard(
    conn: &mut PgConnection,
    (user, files): (UserId, &str),
    number: &OwnNumber,
    after: After,
    limit: i64,
) -> sqlx::Result<Vec<PieceRow>> {
    pieces!(
        conn,
        r#"select i.received_at as at, i.id, jsonb_build_object('recibido', i.received_at, 'desde', i.from_address,
             'texto', i.body, 'boton', i.button, 'nombre_en_whatsapp', i.profile_name, 'id_en_whatsapp', i.bsuid,
             'ubicacion', i.extra -> 'place', 'de_otro_tipo', i.extra #>> '{unknown,word}', 'archivos_no_tomados', i.media_left,
             'archivos', (select coalesce(jsonb_agg(jsonb_build_object(
                 'nombre', case when f.state = 'stored' then 'okla-' || f.id || '.' || f.kind end,
                 'tipo', coalesce(f.kind, f.declared_type), 'bytes', f.size, 'problema', f.problem,
                 'enlace', case when f.state = 'stored' and t.buyer_id = $6 then $7 || f.id end) order by f.place), '[]')
               from inbound_media f where f.inbound_id = i.id)) as "piece!"
           from inbound_messages i left join threads t on t.id = i.thread_id
           where i.from_address = $1 and i.received_at <= coalesce($5::timestamptz, 'infinity')"#,
        "i.received_at, i.id",
        number.phone,
        after.or_else(|| begins(number)),
        limit,
        [number.until, user.0, files],
    )
}

/// What was said at it while another account had it is not his.
fn begins(number: &OwnNumber) -> After {
    Some((number.since?, Uuid::max()))
}

/// What was answered in his conversations, here or by WhatsApp; `files` as above.
pub async fn list_answered(
    conn: &mut PgConnection,
    (user, files): (UserId, &str),
    after: After,
    limit: i64,
) -> sqlx::Result<Vec<PieceRow>> {
    pieces!(
        conn,
        r#"select l.at as "at!", l.id as "id!", jsonb_build_object('conversacion', l.thread_id,
             'de', case when l.from_address = d.phone then d.name else 'usted' end, 'cuando', l.at, 'texto', l.body,
             'ubicacion', l.extra -> 'place', 'de_otro_tipo', l.extra #>> '{unknown,word}',
             'archivos', (select coalesce(jsonb_agg(jsonb_build_object(
                 'nombre', case when f.state = 'stored' then 'okla-' || f.id || '.' || f.kind end,
                 'tipo', coalesce(f.kind, f.declared_type), 'bytes', f.size, 'problema', f.problem,
                 'enlace', case when f.state = 'stored' then $5 || f.id end) order by f.place), '[]')
               from inbound_media f where f.inbound_id = l.id)) as "piece!"
           from (
             select a.thread_id, a.created_at as at, a.id, a.body, null::jsonb as extra, d.phone as from_address, t.dealer_id, t.buyer_id
             from threads t join dealers d on d.id = t.dealer_id join answers a on a.thread_id = t.id
             union all
             select i.thread_id, i.received_at, i.id, i.body, i.extra, i.from_address, t.dealer_id, t.buyer_id
             from threads t join inbound_messages i on i.thread_id = t.id
           ) as l join dealers d on d.id = l.dealer_id
           where l.buyer_id = $1"#,
        "l.at, l.id",
        user.0,
        after,
        limit,
        [files],
    )
}
