//! Who writes without a number. WhatsApp lets people hide it behind a name of theirs; what stands in its place is learnt
//! where both come together, and then a person finds his own conversations (fact sheet §5.3).

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{consents::withdraw_all, error::Result, opt_out::address_hash, state::App};
use crate::{
    domain::inbound::is_bsuid,
    store::{self, inbound::Unhandled},
};

/// Notes the number behind what stands in its place, and gives words that came without one the number they come from, if it
/// is known: by an earlier message, or because they answer what we sent to it, which nobody else can quote.
pub(super) async fn learn_number(
    app: &App,
    conn: &mut PgConnection,
    inbound: &mut Unhandled,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(bsuid) = inbound.bsuid.clone() else { return Ok(()) };
    if !is_bsuid(&inbound.from_address) {
        if inbound.from_address.starts_with('+') {
            note(app, conn, &bsuid, &inbound.from_address, now).await?;
        }
        return Ok(());
    }
    let mut phone = store::whatsapp_ids::get_phone(conn, &bsuid).await?;
    if phone.is_none()
        && let Some(sid) = &inbound.replied_to
        && let Some(answered) = store::threads::get_answered(conn, sid).await?
    {
        note(app, conn, &bsuid, &answered.to_phone, now).await?;
        phone = Some(answered.to_phone);
    }
    if let Some(phone) = phone {
        store::inbound::set_address(conn, inbound.id, &phone).await?;
        inbound.from_address = phone;
    }
    Ok(())
}

/// Whoever left before his number was known has left with it too.
async fn note(
    app: &App,
    conn: &mut PgConnection,
    bsuid: &str,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let (hidden, known) = (address_hash(app, bsuid)?, address_hash(app, phone)?);
    if store::opt_outs::move_opt_out(conn, &hidden, &known).await? {
        withdraw_all(conn, phone, now).await?;
    }
    Ok(store::whatsapp_ids::note(conn, bsuid, phone, now).await?)
}
