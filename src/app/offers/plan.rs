//! Whom an offer would reach, what it would cost, and what the limits would make of it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use sqlx::PgConnection;

use super::{
    seal::seal,
    words::{SAMPLE, arrives},
};
use crate::{
    app::{
        accept::no_rate,
        actor::Actor,
        compose::list_usable,
        error::{AppError, Result},
        opt_out::address_hash,
        read_panel::dealer_of,
        state::App,
        take_limits::{Demand, read_limits},
    },
    domain::{
        hours::Hours,
        ids::{CampaignId, DealerId, UserId},
        kind::Kind,
        limits::{Limit, Sender, Standing, micro_dollars},
        offer::{Audience, Forecast, Room, SPELL, Skip, Taken, capped_until, forecast},
        pause::Paused,
        phone::Phone,
        rates::price_of,
        template::Purpose,
    },
    store::{
        self,
        audiences::PersonRow,
        campaigns::{Campaign, NewItem},
    },
};

/// One offer is for no more: each look at it counts them all.
pub(super) const MOST: usize = 10_000;
/// Names that are shown before it is confirmed.
const SHOWN: usize = 10;

/// Everybody whom filters choose.
pub(super) struct Plan {
    /// Each with why he would get nothing.
    pub(super) items: Vec<NewItem>,
    /// Whoever would get it, in their order.
    pub(super) reached: Vec<(String, Phone)>,
    pub(super) is_too_many: bool,
}

/// Chooses them, for an offer that begins at `at`.
pub(super) async fn plan(
    app: &App,
    conn: &mut PgConnection,
    dealer: DealerId,
    audience: &Audience,
    at: DateTime<Utc>,
) -> Result<Plan> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut people = store::audiences::list_people(conn, dealer, audience, most + 1).await?;
    let is_too_many = people.len() > MOST;
    people.truncate(MOST);
    let hash = |person: &PersonRow| person.phone.as_ref().map(|phone| address_hash(app, phone)).transpose();
    let hashes = people.iter().map(hash).collect::<Result<Vec<Option<Vec<u8>>>>>()?;
    let known: Vec<Vec<u8>> = hashes.iter().flatten().cloned().collect();
    let gone: HashSet<Vec<u8>> = store::opt_outs::list_opted_out(conn, &known).await?.into_iter().collect();
    let buyers: Vec<UserId> = people.iter().map(|person| person.buyer).collect();
    let mut taken: HashMap<UserId, Vec<Taken>> = HashMap::new();
    for (buyer, whose, when) in store::audiences::list_taken(conn, &buyers, at - SPELL).await? {
        taken.entry(buyer).or_default().push((whose, when));
    }
    let mut plan = Plan { items: Vec::with_capacity(people.len()), reached: Vec::new(), is_too_many };
    for (person, hash) in people.into_iter().zip(hashes) {
        let phone = person.phone.as_deref().and_then(|phone| Phone::parse_api(phone).ok());
        let got = taken.get(&person.buyer).map(Vec::as_slice).unwrap_or_default();
        let skip = if person.is_disabled {
            Some(Skip::Account)
        } else if hash.is_some_and(|hash| gone.contains(&hash)) {
            // Whoever leaves takes his consents back too: that he left says more.
            Some(Skip::OptedOut)
        } else if !person.consents {
            Some(Skip::Consent)
        } else if !person.is_proved || phone.is_none() {
            Some(Skip::Unproved)
        } else {
            capped_until(got, Some(dealer), at).map(|_| Skip::Frequency)
        };
        plan.items.push(NewItem { buyer: person.buyer, thread: person.thread, skip });
        if let (None, Some(phone)) = (skip, phone) {
            plan.reached.push((person.name, phone));
        }
    }
    Ok(plan)
}

/// Why an offer would reach nobody; `chosen`: the filters choose somebody.
pub fn nobody(chosen: bool) -> &'static str {
    if chosen {
        "Hay quienes pasan sus filtros, pero ahora ninguno puede recibirla: la página dice por qué. Cambiar los filtros no ayuda."
    } else {
        "Con estos filtros no hay a quién enviarla. Cámbielos e inténtelo de nuevo."
    }
}

/// A vehicle of the dealer's.
pub struct Asked {
    pub id: String,
    pub make: String,
    pub title: String,
    /// Somebody wrote to him about it.
    pub was_asked_about: bool,
    /// Buyers can see it.
    pub is_shown: bool,
}

/// What a dealer reads before he confirms an offer.
pub struct Check {
    pub campaign: Campaign,
    /// As it arrives, at somebody of that name.
    pub preview: String,
    /// Whom it is for, a sentence a filter; none: everybody.
    pub audience: Vec<String>,
    /// What the confirmation says that he has seen.
    pub seal: String,
    pub people: usize,
    /// Of some who would get it.
    pub names: Vec<String>,
    /// How many would get nothing, and why.
    pub left_out: Vec<(Skip, i64)>,
    pub is_too_many: bool,
    /// US$ for all, estimated at today's rates.
    pub cost: Decimal,
    pub room: Room,
    pub forecast: Forecast,
    /// When it would begin.
    pub begins_at: DateTime<Utc>,
    pub hours: Hours,
    /// An admin has stopped offers.
    pub paused: Option<Paused>,
    /// Meta lets the template go.
    pub has_template: bool,
}

/// Looks at a draft, and does nothing.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn check_campaign(app: &App, actor: &Actor, id: CampaignId) -> Result<Check> {
    let dealer = dealer_of(actor)?;
    let now = app.clock.now();
    let mut conn = app.pool.acquire().await?;
    let campaign =
        store::campaigns::get_campaign(&mut conn, Some(dealer), id).await?.ok_or(AppError::NotFound)?;
    let begins_at =
        app.settings.offer_hours.opening(campaign.begins_at.map_or(now, |begins| begins.max(now)));
    let plan = plan(app, &mut conn, dealer, &campaign.audience, begins_at).await?;
    let usable = list_usable(&mut conn).await?;
    let category = usable.get(&Purpose::Offer).map_or(Kind::Offer.category(), |usable| usable.category);
    let rates = store::rates::list_rates(&mut conn).await?;
    let price = |phone: &Phone| price_of(&rates, Kind::Offer, category, phone, begins_at).ok_or_else(no_rate);
    let prices = plan.reached.iter().map(|(_, phone)| price(phone)).collect::<Result<Vec<Decimal>>>()?;
    let room = room(&mut conn, actor, dealer, &prices, now).await?;
    let pauses = store::pauses::list_in_force(&mut conn, now).await?;
    let audience = told(&mut conn, dealer, &campaign.audience).await?;
    drop(conn);
    let vehicle = campaign.vehicle.as_ref().map(|(id, _)| *id);
    let preview = arrives(&app.settings, &campaign.dealer_name, SAMPLE, &campaign.words, vehicle).text;
    let people = plan.reached.len();
    let per_second = i64::try_from(app.settings.pace.in_a_second()).unwrap_or(i64::MAX);
    let count = i64::try_from(people).unwrap_or(i64::MAX);
    Ok(Check {
        seal: seal(&preview, &campaign)?,
        preview,
        audience,
        people,
        names: plan.reached.iter().take(SHOWN).map(|(name, _)| name.clone()).collect(),
        left_out: counted(&plan.items),
        is_too_many: plan.is_too_many,
        cost: prices.iter().sum(),
        room,
        forecast: forecast(count, begins_at, room, app.settings.offer_hours, per_second),
        begins_at,
        hours: app.settings.offer_hours,
        paused: Paused::by(&pauses, [Some(dealer), Some(dealer)], Kind::Offer, now),
        has_template: usable.contains_key(&Purpose::Offer),
        campaign,
    })
}

pub(super) async fn dealer_name(conn: &mut PgConnection, dealer: DealerId) -> Result<String> {
    let mut names = store::names::list_dealers(conn, &[dealer]).await?;
    names.remove(&dealer).ok_or_else(|| AppError::Fault(format!("dealers {dealer} is gone")))
}

/// The filters in words.
pub(super) async fn told(
    conn: &mut PgConnection,
    dealer: DealerId,
    audience: &Audience,
) -> Result<Vec<String>> {
    let titles = store::audiences::list_titles(conn, dealer, &audience.vehicles).await?;
    Ok(audience.told(|vehicle| titles.get(&vehicle).cloned()))
}

fn counted(items: &[NewItem]) -> Vec<(Skip, i64)> {
    let count = |skip: Skip| items.iter().filter(|item| item.skip == Some(skip)).count();
    let counts = Skip::ALL.map(|skip| (skip, i64::try_from(count(skip)).unwrap_or(i64::MAX)));
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// What a dealer's own limits leave. What OKLA's leave is nobody's to know.
async fn room(
    conn: &mut PgConnection,
    actor: &Actor,
    dealer: DealerId,
    prices: &[Decimal],
    now: DateTime<Utc>,
) -> Result<Room> {
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: Some(dealer),
        payer: Some(dealer),
        to: "",
        unproved: false,
    };
    let unit_price = prices.first().copied().unwrap_or_default();
    let demand = Demand { parts: 1, unit_price, outside_window: true };
    let decision = read_limits(conn, &sender, demand, now).await?;
    let of = |limit: Limit| decision.standings.iter().find(move |standing| standing.limit == limit);
    let hourly = [of(Limit::DealerHour), of(Limit::UserHour)];
    let least = |value: fn(&Standing) -> i64| hourly.into_iter().flatten().map(value).min();
    let budget = of(Limit::DealerBudget).map(|standing| {
        let mut left = standing.left();
        let paid = prices.iter().take_while(|price| {
            left -= micro_dollars(**price);
            left >= 0
        });
        paid.count().to_i64().unwrap_or(i64::MAX)
    });
    Ok(Room {
        an_hour: least(|standing| standing.most),
        this_hour: least(Standing::left),
        a_day: of(Limit::DealerDay).map(|standing| standing.most),
        today: of(Limit::DealerDay).map(Standing::left),
        budget,
    })
}
