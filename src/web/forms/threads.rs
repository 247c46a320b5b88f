use leptos::prelude::*;
use uuid::Uuid;

use super::{back_with, done, one_sending, signed_in};
use crate::{
    app::{
        actor::Actor,
        error::AppError,
        own_unassigned::{assign_own, close_own},
        quick_answers::list_ready,
        threads::{answer, give_to, write_on},
    },
    domain::ids::{InboundId, MessageId, ThreadId, UserId},
    web::{
        error::WebError,
        flash::{self, Flash},
        redirect,
        request::Current,
    },
};

/// The forms' names in the flash.
pub const ANSWER: &str = "responder";
pub const OWN_ANSWER: &str = "mensajes-responder";
pub const OWN_WORDS: &str = "respuesta-sin-asignar";

const LIST: &str = "/panel/conversaciones";

/// Who writes; whoever must sign in first finds what he typed when he comes back.
async fn writer(current: &Current, form: &str, page: &str, message: &str) -> Result<Option<Actor>, WebError> {
    let actor = signed_in(current, page);
    if actor.is_none() {
        flash::keep(&current.session, form, &Flash::new(&[("message", message)], Vec::new())).await?;
    }
    Ok(actor)
}

/// The same for a second press, another for other words in a form that a browser kept.
fn sending(form_key: &str, what: &[&str]) -> Uuid {
    let key = one_sending(form_key, what);
    let id = key.as_deref().and_then(|key| key.strip_prefix("form:")?.parse().ok());
    id.unwrap_or_else(Uuid::now_v7)
}

/// A dealer's user: answers in one of his dealer's conversations.
#[server(prefix = "/fn", endpoint = "responder")]
pub async fn post_answer(
    #[server(default)] thread: String,
    #[server(default)] message: String,
    #[server(default)] form_key: String,
    #[server(default)] respuesta: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let Ok(id) = thread.parse::<ThreadId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    let page = format!("{LIST}/{id}");
    let Some(actor) = writer(&current, ANSWER, &page, &message).await? else { return Ok(()) };
    if !respuesta.is_empty() {
        return put_ready(&current, &actor, &page, &message, &respuesta).await;
    }
    let form = sending(&form_key, &[&thread, &message]);
    match answer(&current.state, &actor, id, &message, form).await {
        Ok(()) => redirect::from_leptos(&page),
        Err(error) => {
            let typed = [("message", message.as_str()), ("form_key", &form_key)];
            back_with(&current, ANSWER, &page, &typed, error).await?;
        }
    }
    Ok(())
}

/// Puts a ready answer after what is typed, to be read once more before it goes.
async fn put_ready(
    current: &Current,
    actor: &Actor,
    page: &str,
    typed: &str,
    pressed: &str,
) -> Result<(), WebError> {
    let ready = match list_ready(&current.state, actor).await {
        Ok(ready) => ready,
        Err(error) => return Ok(back_with(current, ANSWER, page, &[("message", typed)], error).await?),
    };
    let words = ready.into_iter().find(|ready| ready.word == pressed).map(|ready| ready.words);
    let both: Vec<&str> = [typed.trim(), words.as_deref().unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    flash::keep(&current.session, ANSWER, &Flash::new(&[("message", &both.join("\n"))], Vec::new())).await?;
    redirect::from_leptos(&format!("{page}#message"));
    Ok(())
}

/// A buyer: goes on in the conversation of a message of his own.
#[server(prefix = "/fn", endpoint = "mensajes-responder")]
pub async fn post_own_answer(
    #[server(default)] id: String,
    #[server(default)] message: String,
    #[server(default)] form_key: String,
) -> Result<(), WebError> {
    let current = Current::get()?;
    let page =
        id.parse::<MessageId>().map_or_else(|_| "/mensajes".to_owned(), |id| format!("/mensajes/{id}"));
    let Some(actor) = writer(&current, OWN_ANSWER, &page, &message).await? else { return Ok(()) };
    let Ok(id) = id.parse::<MessageId>() else {
        redirect::from_leptos(&page);
        return Ok(());
    };
    let form = sending(&form_key, &[&id.to_string(), &message]);
    match write_on(&current.state, &actor, id, &message, form).await {
        Ok(()) => redirect::from_leptos(&format!("{page}#conversacion")),
        Err(error) => {
            let typed = [("message", message.as_str()), ("form_key", &form_key)];
            back_with(&current, OWN_ANSWER, &page, &typed, error).await?;
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
    if thread.is_empty() {
        let problem = AppError::invalid(
            "",
            "not_chosen",
            "Elija en «Es para» de quién es la respuesta, y pulse «Asignar». Si no es de nadie, pulse «No es de nadie».",
        );
        back_with(&current, OWN_WORDS, LIST, &[], problem).await?;
        return Ok(());
    }
    let (Ok(words), Ok(id)) = (words.parse::<InboundId>(), thread.parse::<ThreadId>()) else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    match assign_own(&current.state, &actor, words, id).await {
        Ok(()) => redirect::from_leptos(&format!("{LIST}/{id}")),
        Err(error) => back_with(&current, ANSWER, &format!("{LIST}/{id}"), &[], error).await?,
    }
    Ok(())
}

/// A dealer's user: says that words from his dealer's number are for nobody.
#[server(prefix = "/fn", endpoint = "descartar")]
pub async fn post_discard(#[server(default)] words: String) -> Result<(), WebError> {
    let current = Current::get()?;
    let Some(actor) = signed_in(&current, LIST) else { return Ok(()) };
    let Ok(words) = words.parse::<InboundId>() else {
        redirect::from_leptos(LIST);
        return Ok(());
    };
    match close_own(&current.state, &actor, words).await {
        Ok(()) => {
            done(&current, OWN_WORDS, LIST, "Esa respuesta no es de nadie: ya no está en la lista.").await?;
        }
        Err(error) => {
            back_with(&current, OWN_WORDS, &format!("{LIST}/sin-asignar/{words}"), &[], error).await?;
        }
    }
    Ok(())
}

/// A dealer's user: gives a conversation to one of his colleagues, to himself, or to nobody.
#[server(prefix = "/fn", endpoint = "conversacion-asignar")]
pub async fn post_give(
    #[server(default)] thread: String,
    #[server(default)] persona: String,
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
    let person = match persona.as_str() {
        "" => Ok(None),
        text => text.parse::<UserId>().map(Some).map_err(|_| AppError::NotFound),
    };
    let given = match person {
        Ok(person) => give_to(&current.state, &actor, id, person).await,
        Err(error) => Err(error),
    };
    let typed = [("message", message.as_str()), ("form_key", &form_key)];
    match given {
        Ok(()) => {
            // An answer that is being written waits in its form.
            flash::keep(&current.session, ANSWER, &Flash::new(&typed, Vec::new())).await?;
            redirect::from_leptos(&page);
        }
        Err(error) => back_with(&current, ANSWER, &page, &typed, error).await?,
    }
    Ok(())
}
