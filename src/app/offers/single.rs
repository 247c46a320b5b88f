//! A program's offer to one person.

use super::{plan::dealer_name, words};
use crate::{
    app::{
        accept::Offering,
        actor::Actor,
        error::{AppError, Result},
        send_message::{Recipient, SendMessage},
        state::App,
    },
    domain::{
        ids::ThreadId,
        offer::{Skip, Withheld},
        template::{Definition, Filled, Purpose, WORDS},
        user::Role,
    },
    store,
};

/// Whom it reaches, in which conversation, and as what.
pub struct Single {
    pub offering: Offering,
    pub thread: Option<ThreadId>,
    pub filled: Filled,
}

/// Looks whether the recipient asked for it: a person whose number it is, who wants offers and wrote to the dealer; an
/// admin's needs no more than that he wants them. What is looked at here is looked at again as it is taken in.
///
/// # Errors
/// `Withheld` without such a consent; `Invalid` for words that do not fit.
pub async fn offer_to(app: &App, actor: &Actor, command: &SendMessage) -> Result<Single> {
    let withheld = || AppError::Withheld { why: Withheld::Person(Skip::Consent), retry_after: None };
    let Recipient::Number { phone, .. } = &command.to else { return Err(withheld()) };
    if actor.role == Role::Buyer || command.resend_of.is_some() {
        return Err(withheld());
    }
    let mut conn = app.pool.acquire().await?;
    let person = store::audiences::get_consenting(&mut conn, phone.as_str(), actor.dealer_id).await?;
    let person = person.ok_or_else(withheld)?;
    let dealer = match actor.dealer_id {
        Some(dealer) => dealer_name(&mut conn, dealer).await?,
        None => "OKLA".to_owned(),
    };
    drop(conn);
    let words = match &command.template {
        None => command.body.as_str().to_owned(),
        Some(filled) if filled.purpose == Purpose::Offer => own_words(filled),
        Some(_) => {
            let name = &Definition::of(Purpose::Offer).name;
            let sentence =
                format!("Una oferta va siempre con la plantilla {name}: quite template o use esa.");
            return Err(AppError::invalid("template", "invalid_template", sentence));
        }
    };
    let added = |words: &str| match &command.image_url {
        Some(url) => format!("{words}\nImagen: {}", url.as_str()),
        None => words.to_owned(),
    };
    words::check("messageBody", &dealer, &words, added)?;
    Ok(Single {
        offering: Offering { buyer: person.buyer, campaign: None },
        thread: person.thread,
        // In the dealer's own name and the person's, whatever the caller says.
        filled: words::compose(&dealer, &person.name, &added(&words)),
    })
}

fn own_words(filled: &Filled) -> String {
    let fields = &Definition::of(Purpose::Offer).fields;
    let place = fields
        .iter()
        .zip(1..)
        .find(|(field, _)| *field == WORDS)
        .map(|(_, place): (_, i32)| place.to_string());
    place.and_then(|place| filled.variables.get(&place).cloned()).unwrap_or_default()
}
