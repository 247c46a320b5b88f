use leptos::prelude::*;

use super::{back_with, done, reason, signed_in};
use crate::{
    app::{
        actor::Actor,
        change_user::{change_role, end_sessions, reset_second_factor_of, revoke_token_of, set_disabled},
        error::{AppError, Result},
        read_rules::find_dealer,
        reveal_number::{reveal_message, reveal_number},
    },
    domain::{
        ids::{MessageId, TokenId, UserId},
        user::Role,
    },
    web::{
        error::WebError,
        flash::{self, Flash},
        redirect,
        request::Current,
    },
};

/// The forms' names in the flash.
pub const USER: &str = "usuario";
pub const NUMBERS: &str = "numeros";
const LIST: &str = "/admin/usuarios";

/// A user's own page in the admin's room.
pub fn user_path(id: UserId) -> String {
    format!("{LIST}/{id}")
}

/// An admin: a user's whole number, once, on the next page.
#[server(prefix = "/fn/admin", endpoint = "usuario-numero")]
pub async fn post_reveal_number(
    #[server(default)] id: String,
    #[server(default)] motivo_numero: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, id, page }) = press(&id)? else { return Ok(()) };
    let revealed = async {
        let reason = reason("motivo_numero", &motivo_numero)?;
        reveal_number(&current.state, &actor, id?, reason).await
    };
    match revealed.await {
        Ok(number) => {
            let told = Flash::new(&[("numero", &number), ("de", &page)], Vec::new());
            flash::keep(&current.session, USER, &told).await?;
            redirect::from_leptos(&page);
        }
        Err(error) => back_with(&current, USER, &page, &[("motivo_numero", &motivo_numero)], error).await?,
    }
    Ok(())
}

/// An admin: a message's whole numbers, once, on the next page.
#[server(prefix = "/fn/admin", endpoint = "mensaje-numeros")]
pub async fn post_reveal_message(
    #[server(default)] id: String,
    #[server(default)] motivo_numero: String,
) -> std::result::Result<(), WebError> {
    let current = Current::get()?;
    let id = id.parse::<MessageId>().map_err(|_| AppError::NotFound);
    let page = id.as_ref().map_or_else(|_| LIST.to_owned(), |id| format!("/panel/mensajes/{id}"));
    let Some(actor) = signed_in(&current, &page) else { return Ok(()) };
    let revealed = async {
        let reason = reason("motivo_numero", &motivo_numero)?;
        reveal_message(&current.state, &actor, id?, reason).await
    };
    match revealed.await {
        Ok(numbers) => {
            let sender = numbers.sender.unwrap_or_default();
            let told = [("numero", &*numbers.recipient), ("numero_de", &sender), ("de", &page)];
            flash::keep(&current.session, NUMBERS, &Flash::new(&told, Vec::new())).await?;
            redirect::from_leptos(&page);
        }
        Err(error) => {
            back_with(&current, NUMBERS, &page, &[("motivo_numero", &motivo_numero), ("de", &page)], error)
                .await?;
        }
    }
    Ok(())
}

/// An admin: disables an account, or enables it again.
#[server(prefix = "/fn/admin", endpoint = "usuario-estado")]
pub async fn post_disabled(
    #[server(default)] id: String,
    #[server(default)] desactivar: String,
    #[server(default)] motivo_estado: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, id, page }) = press(&id)? else { return Ok(()) };
    let disabled = desactivar == "si";
    let changed = async {
        let reason = reason("motivo_estado", &motivo_estado)?;
        set_disabled(&current.state, &actor, id?, disabled, reason).await
    };
    let said = if disabled {
        "La cuenta está desactivada; sus sesiones y sus tokens terminaron."
    } else {
        "La cuenta está activa otra vez."
    };
    end(&current, &page, changed.await, said, &[("motivo_estado", &motivo_estado)]).await
}

/// An admin: gives somebody another role.
#[server(prefix = "/fn/admin", endpoint = "usuario-papel")]
pub async fn post_role(
    #[server(default)] id: String,
    #[server(default)] papel: String,
    #[server(default)] concesionario: String,
    #[server(default)] motivo_papel: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, id, page }) = press(&id)? else { return Ok(()) };
    let changed = async {
        let role = papel.parse::<Role>();
        let role = role.map_err(|error| AppError::invalid("papel", "unknown", error.to_string()))?;
        let dealer = match concesionario.trim() {
            "" => None,
            slug => Some(find_dealer(&current.state, &actor, slug).await?),
        };
        let reason = reason("motivo_papel", &motivo_papel)?;
        change_role(&current.state, &actor, id?, (role, dealer), reason).await
    };
    let typed = [("papel", &*papel), ("concesionario", &*concesionario), ("motivo_papel", &*motivo_papel)];
    let said = "El rol está cambiado; las sesiones y los tokens de antes terminaron.";
    end(&current, &page, changed.await, said, &typed).await
}

/// An admin: takes another's second factor away.
#[server(prefix = "/fn/admin", endpoint = "usuario-factor")]
pub async fn post_reset_second_factor(
    #[server(default)] id: String,
    #[server(default)] motivo_factor: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, id, page }) = press(&id)? else { return Ok(()) };
    let reset = async {
        let reason = reason("motivo_factor", &motivo_factor)?;
        reset_second_factor_of(&current.state, &actor, id?, reason).await
    };
    let said = "El segundo factor está quitado y sus sesiones, cerradas.";
    end(&current, &page, reset.await, said, &[("motivo_factor", &motivo_factor)]).await
}

/// An admin: ends one session of a user, or without a name all of them.
#[server(prefix = "/fn/admin", endpoint = "usuario-sesiones")]
pub async fn post_end_sessions(
    #[server(default)] id: String,
    #[server(default)] sesion: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, id, page }) = press(&id)? else { return Ok(()) };
    let name = Some(sesion.as_str()).filter(|name| !name.is_empty());
    let said = if name.is_some() { "La sesión está cerrada." } else { "Sus sesiones están cerradas." };
    let ended = async { end_sessions(&current.state, &actor, id?, name).await.map(|_| ()) };
    end(&current, &page, ended.await, said, &[]).await
}

/// An admin: revokes an API token.
#[server(prefix = "/fn/admin", endpoint = "usuario-token")]
pub async fn post_revoke_token(
    #[server(default)] id: String,
    #[server(default)] token: String,
) -> std::result::Result<(), WebError> {
    let Some(Press { current, actor, page, .. }) = press(&id)? else { return Ok(()) };
    let revoked = async {
        let token = token.parse::<TokenId>().map_err(|_| AppError::NotFound)?;
        revoke_token_of(&current.state, &actor, token).await.map(|_| ())
    };
    let said = "El token está revocado: la próxima petición que lo lleve se rechaza.";
    end(&current, &page, revoked.await, said, &[]).await
}

/// Who presses, whom it concerns, and the page that both see next.
struct Press {
    current: Current,
    actor: Actor,
    id: Result<UserId>,
    page: String,
}

/// `None`: a visitor, who is on his way to sign in.
fn press(id: &str) -> Result<Option<Press>> {
    let current = Current::get()?;
    let id = id.parse::<UserId>().map_err(|_| AppError::NotFound);
    let page = id.as_ref().map_or_else(|_| LIST.to_owned(), |id| user_path(*id));
    Ok(signed_in(&current, &page).map(|actor| Press { current, actor, id, page }))
}

async fn end(
    current: &Current,
    page: &str,
    ended: Result<()>,
    said: &str,
    typed: &[(&str, &str)],
) -> std::result::Result<(), WebError> {
    match ended {
        Ok(()) => done(current, USER, page, said).await?,
        Err(error) => back_with(current, USER, page, typed, error).await?,
    }
    Ok(())
}
