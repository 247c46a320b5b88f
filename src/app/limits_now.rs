//! How the limits stand for a sender and a recipient, for whoever shows it: the same decision that a send is held to.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use url::Url;

use super::{
    accept::no_rate,
    actor::Actor,
    error::{AppError, Result},
    hold_line::get_hold,
    limit_marks::{MarkRow, list_own_marks},
    opt_out::way_back,
    preview::may_know,
    read_panel::dealer_of,
    send_message::{Recipient, find_addressee},
    state::App,
    take_limits::{Demand, read_dealer_limits, read_limits},
};
use crate::{
    domain::{
        dop_rate::DopRate,
        figures::Totals,
        kind::Kind,
        limits::{Decision, Limit, Sender, Standing},
        pause::Paused,
        phone::Phone,
        rates::{Category, price_of},
        time::{day_in_santo_domingo, first_day_of_month},
        window::OPEN_FOR,
    },
    store,
};

/// What a sender should know before he writes.
#[derive(Clone, Debug)]
pub struct Outlook {
    pub decision: Decision,
    /// When WhatsApp last said that it does not know the recipient's number, and nothing has arrived there since.
    pub without_whatsapp: Option<DateTime<Utc>>,
    /// An admin stopped what would be sent.
    pub paused: Option<Paused>,
    /// Nothing leaves at the moment: what is written waits.
    pub is_held: bool,
    /// US$ for all parts asked about.
    pub cost: Decimal,
}

/// What sending so many parts now would meet; nothing is taken.
///
/// # Errors
/// As for sending it, but for the limits.
pub async fn limits_now(app: &App, actor: &Actor, to: &Recipient, kind: Kind, parts: i16) -> Result<Outlook> {
    let addressee = find_addressee(app, actor, to).await?;
    let phone = addressee.phone.as_str();
    let mut conn = app.pool.acquire().await?;
    let unproved = store::phones::is_unproved(&mut conn, actor.user_id).await?;
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: actor.dealer_id,
        payer: addressee.payer,
        to: phone,
        unproved,
    };
    let now = app.clock.now();
    let wrote = store::inbound::list_writers_since(&mut conn, &[phone.to_owned()], now - OPEN_FOR).await?;
    // The price would tell it as well.
    let outside_window = wrote.is_empty() || !may_know(&mut conn, actor, to).await?;
    let rates = store::rates::list_rates(&mut conn).await?;
    let category = Category::of(kind, outside_window);
    let unit_price = price_of(&rates, kind, category, &addressee.phone, now).ok_or_else(no_rate)?;
    let demand = Demand { parts, unit_price, outside_window };
    let decision = read_limits(&mut conn, &sender, demand, now).await?;
    let in_force = store::pauses::list_in_force(&mut conn, now).await?;
    let paused = Paused::by(&in_force, [sender.dealer_id, sender.payer], kind, now);
    let without_whatsapp = store::numbers::get_without_whatsapp(&mut conn, phone).await?;
    drop(conn);
    let is_held = get_hold(app).await?.is_some();
    Ok(Outlook { decision, without_whatsapp, paused, is_held, cost: demand.cost() })
}

/// How a dealer stands, for the bar over all his pages.
pub struct DealerBar {
    /// Of the limits that are his own: what they count and what they let through. The same decision that a send meets.
    pub standings: Vec<Standing>,
    /// Messages of today that are charged to him.
    pub today: i64,
    /// What this month's came to.
    pub month: Totals,
    /// What he has not been told yet.
    pub marks: Vec<MarkRow>,
    /// What a dollar costs; `None`: nobody has noted it.
    pub dop_rate: Option<DopRate>,
    /// His business's number wants nothing of OKLA's, so buyers' words do not reach it: how that is taken back.
    pub way_back: Option<Url>,
}

impl DealerBar {
    /// What may be spent in a month, US$; `None`: no budget is set.
    pub fn budget(&self) -> Option<Decimal> {
        let budget = self.standings.iter().find(|standing| standing.limit == Limit::DealerBudget)?;
        Some(Decimal::new(budget.most, 6).normalize())
    }
}

/// Weighs a message of one part to the dealer's own number, which no other recipient's limit stands in the way of.
pub async fn dealer_bar(app: &App, actor: &Actor) -> Result<DealerBar> {
    let dealer = dealer_of(actor)?;
    let mut conn = app.pool.acquire().await?;
    let now = app.clock.now();
    let today = day_in_santo_domingo(now);
    let days = store::figures::list_totals(&mut conn, dealer, first_day_of_month(today), today).await?;
    let phone = store::dealers::get_phone(&mut conn, dealer).await?;
    let phone =
        Phone::parse_api(&phone).map_err(|error| AppError::Fault(format!("dealers.phone: {error}")))?;
    let sender = Sender {
        user_id: actor.user_id,
        role: actor.role,
        dealer_id: actor.dealer_id,
        payer: Some(dealer),
        to: phone.as_str(),
        unproved: false,
    };
    let rates = store::rates::list_rates(&mut conn).await?;
    let unit_price =
        price_of(&rates, Kind::Contact, Kind::Contact.category(), &phone, now).ok_or_else(no_rate)?;
    let demand = Demand { parts: 1, unit_price, outside_window: true };
    let standings = read_dealer_limits(&mut conn, &sender, demand, now).await?;
    let of_today = days.get(&today).map_or(0, |totals| totals.sums.messages);
    let dop_rate = store::dop_rates::get_latest(&mut conn).await?;
    let way_back = way_back(app, &mut conn, phone.as_str()).await?;
    drop(conn);
    let marks = list_own_marks(app, actor).await?;
    let month = Totals::of_all(days.values());
    Ok(DealerBar { standings, today: of_today, month, marks, dop_rate, way_back })
}
