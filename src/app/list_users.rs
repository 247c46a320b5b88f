//! People as an admin finds them, and one of them with all that is open in his name.

use tower_sessions::session::Id;

use super::{
    actor::Actor,
    error::{AppError, Result},
    sessions::{OpenSession, list_open},
    sign_in_failures::FailureRow,
    state::App,
    tokens::{Token, tokens_of},
};
use crate::{
    domain::{ids::UserId, user::Role},
    store::{self, user_list::Narrowed},
};

pub use crate::store::user_list::ShownUser;

const PER_PAGE: usize = 50;
/// How many of a user's failed sign-ins his page shows.
const FAILURES: i64 = 10;

/// What is looked for; empty texts stand for all.
pub struct UserFilter<'a> {
    /// A piece of a name or of an e-mail.
    pub words: &'a str,
    pub role: Option<Role>,
    /// A dealer's short name: his people.
    pub dealer: &'a str,
    pub before: Option<UserId>,
}

pub struct Page {
    pub users: Vec<ShownUser>,
    /// The next page begins before it.
    pub next: Option<UserId>,
}

/// A page of them, the newest first.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_users(app: &App, actor: &Actor, filter: &UserFilter<'_>) -> Result<Page> {
    actor.admin()?;
    let mut conn = app.searches.acquire().await?;
    let dealer = match filter.dealer.trim() {
        "" => None,
        slug => match store::dealers::get_dealer_by_slug(&mut conn, slug).await? {
            Some(dealer) => Some(dealer.id),
            None => return Ok(Page { users: Vec::new(), next: None }),
        },
    };
    let piece = Some(filter.words.trim()).filter(|words| !words.is_empty());
    let role = filter.role.map(Role::as_str);
    let narrowed = Narrowed { role, dealer, piece, before: filter.before };
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut users = store::user_list::list_users(&mut conn, &narrowed, limit).await?;
    let more = users.len() > PER_PAGE;
    users.truncate(PER_PAGE);
    let next = users.last().map(|user| user.id).filter(|_| more);
    Ok(Page { users, next })
}

pub struct UserDetail {
    pub user: ShownUser,
    /// All but the last four digits hidden; `None`: he has no number.
    pub number: Option<String>,
    pub sessions: Vec<OpenSession>,
    pub tokens: Vec<Token>,
    pub failures: Vec<FailureRow>,
    /// The admin himself: nobody takes his own account from himself.
    pub is_self: bool,
}

/// One of them; `this` is the admin's own session.
///
/// # Errors
/// `NotFound`: not an admin's, or there is none.
pub async fn get_user(app: &App, actor: &Actor, id: UserId, this: Option<Id>) -> Result<UserDetail> {
    actor.admin()?;
    let mut conn = app.pool.acquire().await?;
    let (user, phone) = store::user_list::get_shown_user(&mut conn, id).await?.ok_or(AppError::NotFound)?;
    Ok(UserDetail {
        user,
        number: phone.map(|phone| format!("•••{}", &phone[phone.len().saturating_sub(4)..])),
        sessions: list_open(&mut conn, id, this, app.clock.now()).await?,
        tokens: tokens_of(&mut conn, id).await?,
        failures: store::sign_in_failures::list_failures_of(&mut conn, id, FAILURES).await?,
        is_self: id == actor.user_id,
    })
}
