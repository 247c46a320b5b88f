use leptos::prelude::*;
use uuid::Uuid;

use super::{back_with, signed_in};
use crate::{
    app::threads::{answer, assign},
    domain::ids::{InboundId, ThreadId},
    web::{error::WebError, redirect, request::Current},
};

/// The forms' name in the flash.
pub const ANSWER: &str = "responder";

const LIST: &str = "/panel/conversaciones";

/// A dealer's user: answers in one of his dealer's conversations.
#[server(prefix = "/fn", endpoint = "responder")]
pub async fn post_answer(
    #[server(default)] thread: String,
    #[server(default)] message: String,
    #[server(default)] form_key: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let Ok(id) = thread.parse::<ThreadId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    let page = format!("{LIST}/{id}");
    let form = Uuid::parse_str(&form_key).unwrap_or_else(|_| Uuid::now_v7());
    match answer(&current.state, &actor, id, &message, form).await {
        Ok(()) => redirect::from_leptos(&page),
        Err(error) => {
            let typed = [("message", message.as_str()), ("form_key", &form_key)];
            back_with(&current, ANSWER, &page, &typed, error).await?;
        }
    }
    Ok(())
}

/// A dealer's user: says to which conversation words from his dealer's number belong.
#[server(prefix = "/fn", endpoint = "asignar")]
pub async fn post_assign(
    #[server(default)] words: String,
    #[server(default)] thread: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let (Ok(words), Ok(id)) = (words.parse::<InboundId>(), thread.parse::<ThreadId>()) else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    match assign(&current.state, &actor, words, id).await {
        Ok(()) => redirect::from_leptos(&format!("{LIST}/{id}")),
        Err(error) => back_with(&current, ANSWER, &format!("{LIST}/{id}"), &[], error).await?,
    }
    Ok(())
}
