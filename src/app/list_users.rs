//! People as an admin finds them, and one of them with all that is open in his name.

use tower_sessions::session::Id;

use super::{
    actor::Actor,
    error::{AppError, Result},
    habits::habits_of,
    sessions::{OpenSession, list_open},
    sign_in_failures::FailureRow,
    state::App,
    tokens::{Token, tokens_of},
};
use crate::{
    domain::{answers::Answers, ids::UserId, phone::masked, user::Role},
    store::{self, user_list::Narrowed},
};

pub use crate::store::user_list::{ShownDealer, ShownUser};

const PER_PAGE: usize = 50;
/// One more, which tells that there is a next page.
const FETCHED: i64 = 51;
/// How many of a dealer's people are named.
const STAFF_NAMED: i32 = 3;
/// How many of a user's failed sign-ins his page shows.
const FAILURES: i64 = 10;

/// What is looked for; empty texts stand for all.
pub struct UserFilter<'a> {
    /// A piece of a name or of an e-mail.
    pub words: &'a str,
    pub role: Option<Role>,
    /// A dealer's short name, or his name: his people.
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
        named => match store::dealers::find_dealers(&mut conn, named).await?.first() {
            Some(dealer) => Some(dealer.id),
            None => return Ok(Page { users: Vec::new(), next: None }),
        },
    };
    let words = filter.words.replace('\0', "");
    let piece = Some(words.trim()).filter(|words| !words.is_empty());
    let role = filter.role.map(Role::as_str);
    let narrowed = Narrowed { role, dealer, piece, before: filter.before };
    let mut users = store::user_list::list_users(&mut conn, &narrowed, FETCHED).await?;
    let more = users.len() > PER_PAGE;
    users.truncate(PER_PAGE);
    let next = users.last().map(|user| user.id).filter(|_| more);
    Ok(Page { users, next })
}

pub struct DealersPage {
    /// Each with how he answers.
    pub dealers: Vec<(ShownDealer, Answers)>,
    /// The next page begins after it.
    pub next: Option<String>,
}

/// A page of dealers with their people, by their short names; `words`: a piece of a name.
///
/// # Errors
/// `NotFound`: not an admin's.
pub async fn list_staff(app: &App, actor: &Actor, words: &str, after: &str) -> Result<DealersPage> {
    actor.admin()?;
    let (words, after) = (words.replace('\0', ""), after.replace('\0', ""));
    let piece = Some(words.trim()).filter(|words| !words.is_empty());
    let mut conn = app.searches.acquire().await?;
    let mut dealers = store::user_list::list_staff(&mut conn, piece, &after, STAFF_NAMED, FETCHED).await?;
    let more = dealers.len() > PER_PAGE;
    dealers.truncate(PER_PAGE);
    let next = dealers.last().map(|dealer| dealer.slug.clone()).filter(|_| more);
    let ids: Vec<_> = dealers.iter().map(|dealer| dealer.id).collect();
    let mut habits = habits_of(app, &mut conn, &ids).await?;
    let dealers = dealers.into_iter().map(|dealer| {
        let habit = habits.remove(&dealer.id).unwrap_or_default();
        (dealer, habit)
    });
    Ok(DealersPage { dealers: dealers.collect(), next })
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
        number: phone.as_deref().map(masked),
        sessions: list_open(&mut conn, id, this, app.clock.now()).await?,
        tokens: tokens_of(&mut conn, id).await?,
        failures: store::sign_in_failures::list_failures_of(&mut conn, id, FAILURES).await?,
        is_self: id == actor.user_id,
    })
}
