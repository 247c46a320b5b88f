//! What a demo needs to be tried out: the catalogue and three accounts everyone knows.

use super::{
    add_user::{AddUser, add_user},
    demo_data::seed_catalogue,
    error::Result,
    passwords,
    state::Tools,
};
use crate::{
    domain::user::Role,
    store::{self, users::UserRow},
};

/// The dealer of the demo dealer's user.
const DEMO_DEALER: &str = "auto-feria";

/// E-mail, name and role of the demo accounts.
pub const DEMO_ACCOUNTS: [(&str, &str, Role); 3] = [
    ("comprador@okla.test", "Ana Peña", Role::Buyer),
    ("concesionario@okla.test", "Luis Feria", Role::Dealer),
    ("admin@okla.test", "Equipo OKLA", Role::Admin),
];

/// The demo buyer's, which he has proved.
const DEMO_PHONE: &str = "+18095550188";

/// Loads dealers, vehicles and demo accounts; a second time only brings the accounts to what the sign-in page
/// says of them: this password opens them, and nothing else is asked.
pub async fn seed_demo(tools: &Tools, password: &str) -> Result<()> {
    let mut tx = store::connection::begin(&tools.pool).await?;
    seed_catalogue(&mut tx, tools.clock.now()).await?;
    tx.commit().await?;
    for (email, name, role) in DEMO_ACCOUNTS {
        let known = store::users::get_user_by_email(&mut *tools.pool.acquire().await?, email).await?;
        match known {
            None => {
                let dealer = (role == Role::Dealer).then_some(DEMO_DEALER);
                add_user(tools, AddUser { email, name: Some(name), role, dealer, password, demo: true })
                    .await?;
            }
            Some(user) => open_to_all(tools, user, password).await?,
        }
        if role == Role::Buyer {
            have_proved_number(tools, email).await?;
        }
    }
    Ok(())
}

async fn have_proved_number(tools: &Tools, email: &str) -> Result<()> {
    let mut tx = store::connection::begin(&tools.pool).await?;
    if let Some(user) = store::users::get_user_by_email(&mut tx, email).await? {
        let known = store::phones::get_phone(&mut tx, user.id).await?;
        if known.is_none_or(|known| known.proved_at.is_none()) {
            store::phones::set_proved(&mut tx, user.id, DEMO_PHONE, tools.clock.now()).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn open_to_all(tools: &Tools, user: UserRow, password: &str) -> Result<()> {
    let mut conn = tools.pool.acquire().await?;
    if user.second_factor.is_some() {
        store::second_factors::delete_factor(&mut conn, user.id).await?;
    }
    if user.disabled_at.is_some() {
        store::user_list::set_disabled(&mut conn, user.id, None).await?;
    }
    if !passwords::verify(password, Some(user.password_hash)).await? {
        let hash = passwords::hash(password).await?;
        store::users::update_password(&mut conn, user.id, &hash).await?;
    }
    Ok(())
}
