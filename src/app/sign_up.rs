//! Opening a buyer's account, with consent kept by version.

use std::net::IpAddr;

use super::{
    actor::Actor,
    consents::{CHANGED, note},
    error::{AppError, FieldError, Result},
    passwords, proofs,
    state::App,
    throttle::{self, Door},
};
use crate::{
    domain::{
        consent::Consent,
        ids::UserId,
        phone::Phone,
        proof::Proof,
        user::{CONSENT_VERSION, Email, PersonName, Role, check_password},
    },
    store::{self, users::NewUser},
};

/// What the form sent, as typed.
pub struct SignUp<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub phone: &'a str,
    pub password: &'a str,
    /// The version of the consent text that was shown and ticked; empty: not ticked.
    pub consent: &'a str,
    /// What one may leave and ticked, with the version that was shown.
    pub free: Vec<(Consent, &'a str)>,
    /// The page of the form.
    pub place: &'a str,
    pub address: IpAddr,
}

/// Opens the account.
///
/// # Errors
/// `Invalid` names every wrong field at once; `Throttled`.
pub async fn sign_up(app: &App, form: SignUp<'_>) -> Result<Actor> {
    let mut wrong = Vec::new();
    let mut field = |field, problem: &str| wrong.push(FieldError::new(field, "invalid", problem));
    let name = PersonName::parse(form.name).map_err(|problem| field("name", problem));
    let email = Email::parse(form.email).map_err(|problem| field("email", problem));
    let phone = Phone::parse_form(form.phone).map_err(|problem| field("phone", problem.sentence()));
    if let Err(problem) = check_password(form.password) {
        field("password", problem);
    }
    if form.consent != CONSENT_VERSION {
        field("consent", "Para escribir a un vendedor necesitamos que marque esta casilla.");
    }
    for (consent, version) in &form.free {
        if *version != consent.version() {
            field(consent.field(), CHANGED);
        }
    }
    let (Ok(name), Ok(email), Ok(phone)) = (name, email, phone) else {
        return Err(AppError::Invalid(wrong));
    };
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }

    throttle::knock(app, &mut *app.pool.acquire().await?, Door::SignUpFrom { address: form.address }).await?;
    let password_hash = passwords::hash(form.password).await?;
    let now = app.clock.now();
    let id = UserId::fresh();
    let mut tx = store::connection::begin(&app.pool).await?;
    let user = NewUser {
        id,
        email: email.as_str(),
        name: name.as_str(),
        phone: Some(phone.as_str()),
        phone_proved_at: None,
        password_hash: &password_hash,
        role: Role::Buyer.as_str(),
        dealer_id: None,
        demo: false,
        created_at: now,
    };
    if !store::users::insert_user(&mut tx, &user).await? {
        let message = "Ya hay una cuenta con este correo. Ingrese con ella, o use otro correo.";
        return Err(AppError::invalid("email", "taken", message));
    }
    note(&mut tx, id, Consent::Contact, true, form.place, now).await?;
    for (consent, _) in form.free {
        note(&mut tx, id, consent, true, form.place, now).await?;
    }
    // The next page asks him to send it.
    proofs::begin(app, &mut tx, Some(id), Proof::Phone).await?;
    tx.commit().await?;
    Ok(Actor { user_id: id, name: name.as_str().to_owned(), role: Role::Buyer, dealer_id: None })
}
