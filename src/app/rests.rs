//! What a template had no room for follows once its recipient has answered: a message of its own, with its places and its
//! money. What a limit or a pause keeps back is tried again while free text reaches him. What WhatsApp no more took as free
//! text, its conversation being closed, follows at once and by template, or not at all once it is of no use any more.

use chrono::TimeDelta;

use super::{
    accept::{Draft, Verdict},
    compose::without_image,
    deliver::Step,
    error::Result,
    notices::Change,
    opt_out::address_hash,
    reading::reading_link,
    state::App,
};
use crate::{
    domain::{
        body::Body, ids::MessageId, image_url::ImageUrl, parts::split, phone::Phone, retry::policy,
        user::Role, window::closes_at,
    },
    store::{self, rests::DueRest},
};

/// Whoever holds one that long has died.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// Until one that could not go is tried again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

/// Sends the next rest that is due.
pub async fn follow_next_rest(app: &App) -> Result<Step> {
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let Some(rest) = store::rests::claim_due(&mut conn, now, now + HELD).await? else {
        return Ok(Step::Nothing);
    };
    let heard = store::inbound::get_last_heard(&mut conn, &rest.to_phone).await?;
    drop(conn);
    let may_go = if rest.by_template {
        heard.is_some_and(|at| now < closes_at(at))
    } else {
        now < rest.created_at + policy(rest.kind).validity
    };
    let draft = if may_go { write(app, &rest)? } else { None };
    let Some(draft) = draft else {
        let mut conn = app.pool.acquire().await?;
        store::rests::put_off(&mut conn, &rest, None).await?;
        app.notices.message_changed(Change { message: rest.message, dealer: rest.payer });
        return Ok(Step::Worked);
    };
    let follower = draft.id;
    let verdict = app.accepts.submit(draft).await?;
    let mut conn = app.pool.acquire().await?;
    match verdict {
        Verdict::Accepted(_) => {
            store::rests::clear_rest(&mut conn, rest.message).await?;
            app.notices.outbox_waiting();
            app.notices.message_changed(Change { message: follower, dealer: rest.payer });
        }
        Verdict::OptedOut | Verdict::Gone => store::rests::put_off(&mut conn, &rest, None).await?,
        refused => {
            tracing::info!(message = %rest.message, ?refused, "the rest of a message could not follow yet");
            store::rests::put_off(&mut conn, &rest, Some(now + AGAIN)).await?;
        }
    }
    app.notices.message_changed(Change { message: rest.message, dealer: rest.payer });
    Ok(Step::Worked)
}

/// The message that it becomes; `None`: nothing is left of it.
fn write(app: &App, rest: &DueRest) -> Result<Option<Draft>> {
    let (Some(left), Ok(to)) = (&rest.rest, Phone::parse_api(&rest.to_phone)) else { return Ok(None) };
    let image = rest.image_url.as_deref().and_then(|url| ImageUrl::parse(url).ok().flatten());
    // Free text bears the picture itself, where the template told its address.
    let words = image.as_ref().and_then(|url| Body::parse(without_image(left, url.as_str())?).ok());
    let (body, image_url) = match words {
        Some(words) => (words, image),
        None => match Body::parse(left) {
            Ok(words) => (words, None),
            Err(_) => return Ok(None),
        },
    };
    let id = MessageId::fresh();
    Ok(Some(Draft {
        id,
        sender: rest.sender,
        role: rest.role,
        dealer: rest.payer.filter(|_| rest.role != Role::Buyer),
        payer: rest.payer,
        vehicle: rest.vehicle,
        kind: rest.kind,
        reason: None,
        to_hash: Some(address_hash(app, to.as_str())?),
        to,
        parts: split(body.as_str()),
        body,
        image_url,
        template: None,
        link: reading_link(&app.settings, id)?,
        key: None,
        resend_of: None,
        continues: Some(rest.message),
        thread: rest.thread,
        offer: None,
    }))
}
