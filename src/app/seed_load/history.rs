//! Messages one after the other: who wrote to whom, and when.

use chrono::{DateTime, TimeDelta, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rust_decimal::Decimal;

use super::{
    Load,
    fate::{Telling, id_of},
    people::People,
};
use crate::{
    app::demo_data::Lot,
    domain::{
        ids::{DealerId, MessageId, UserId, VehicleId},
        kind::Kind,
        user::Role,
    },
    store::copy::PastMessage,
};

/// The largest dealer's share of the messages, in percent.
const LARGEST: u32 = 10;
/// Of a hundred messages so many are buyers'.
const BUYERS: u32 = 30;
/// From eight in the morning to nine at night, so that all is said before midnight; microseconds.
const OPEN: u128 = 13 * 3_600 * 1_000_000;
const TEXTS: [&str; 5] = [
    "Hola, buenas. Me interesa el {}. ¿Sigue disponible?",
    "Saludos, ¿cuál es el último precio del {}?",
    "Buenas tardes. ¿Puedo pasar mañana a ver el {}?",
    "Gracias por su visita. El {} está listo para la prueba de manejo.",
    "Le informamos que el {} bajó de precio.\n¿Desea apartarlo?",
];
const KINDS: [Kind; 4] = [Kind::Contact, Kind::NewInterest, Kind::TestDrive, Kind::ListingExpiry];

pub struct History {
    rng: StdRng,
    load: Load,
    begins: DateTime<Utc>,
    lots: Vec<Lot>,
    people: People,
    unit_price: Decimal,
    /// Where each dealer's share ends, of a number drawn below the last one.
    shares: Vec<u32>,
    made: u32,
}

/// A message before its fate.
pub struct Written {
    pub id: MessageId,
    pub at: DateTime<Utc>,
    pub sender: UserId,
    pub role: Role,
    pub dealer: DealerId,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    pub to_phone: String,
    pub body: String,
    pub image_url: Option<String>,
    /// US$ a part.
    pub unit_price: Decimal,
}

impl History {
    pub fn new(
        load: Load,
        begins: DateTime<Utc>,
        lots: Vec<Lot>,
        people: People,
        unit_price: Decimal,
    ) -> Self {
        // The others' shares fall slowly, from the second to the last.
        let others: Vec<u32> =
            (10..).map(|rank| 1_000_000 / rank).take(lots.len().saturating_sub(1)).collect();
        let first = (others.iter().sum::<u32>() / (100 - LARGEST) * LARGEST).max(1);
        let ends = std::iter::once(first).chain(others).scan(0, |end, share| {
            *end += share;
            Some(*end)
        });
        let shares = ends.collect();
        Self {
            rng: StdRng::seed_from_u64(load.seed),
            load,
            begins,
            lots,
            people,
            unit_price,
            shares,
            made: 0,
        }
    }

    fn instant(&mut self) -> DateTime<Utc> {
        let place = u128::from(self.made) * 1_000 + self.rng.random_range(0..1_000);
        let open = place * OPEN * u128::from(self.load.days) / (u128::from(self.load.messages) * 1_000);
        let whole = |number: u128| i64::try_from(number).unwrap_or_default();
        self.begins
            + TimeDelta::days(whole(open / OPEN))
            + TimeDelta::hours(8)
            + TimeDelta::microseconds(whole(open % OPEN))
    }

    fn write(&mut self) -> Option<Written> {
        let at = self.instant();
        let drawn = self.rng.random_range(0..*self.shares.last()?);
        let dealer = self.shares.partition_point(|end| *end <= drawn);
        let lot = self.lots.get(dealer)?;
        let rng = &mut self.rng;
        let id = MessageId(id_of(rng, at));
        let (vehicle, title) = pick(rng, &lot.vehicles)?;
        let mut body = pick(rng, &TEXTS)?.replace("{}", title);
        if rng.random_range(0..100) < 2 {
            body = [body.as_str()].repeat(rng.random_range(25..60)).join("\n");
        }
        let image = rng.random_range(0..100) < 5;
        let is_buyers = rng.random_range(0..100) < BUYERS;
        let (sender, to_phone) = if is_buyers {
            (*pick(rng, &self.people.buyers)?, lot.dealer.phone.clone())
        } else {
            let customer = rng.random_range(0..self.load.messages / 5 + 100) * 7_919 % 7_900_000;
            let area = pick(rng, &["809", "829", "849"])?;
            (*pick(rng, self.people.users.get(dealer)?)?, format!("+1{area}{}", 2_000_000 + customer))
        };
        Some(Written {
            id,
            at,
            sender,
            role: if is_buyers { Role::Buyer } else { Role::Dealer },
            dealer: lot.dealer.id,
            vehicle: is_buyers.then_some(*vehicle),
            kind: if is_buyers { Kind::Contact } else { *pick(rng, &KINDS)? },
            to_phone,
            body,
            image_url: image.then(|| format!("https://fotos.okla.test/{}.jpg", vehicle.0)),
            unit_price: self.unit_price,
        })
    }
}

impl Iterator for History {
    type Item = PastMessage;

    fn next(&mut self) -> Option<PastMessage> {
        if self.made == self.load.messages {
            return None;
        }
        let written = self.write()?;
        self.made += 1;
        Some(Telling::begin(written, &mut self.rng).tell(&mut self.rng))
    }
}

fn pick<'a, T>(rng: &mut StdRng, from: &'a [T]) -> Option<&'a T> {
    if from.is_empty() { None } else { from.get(rng.random_range(0..from.len())) }
}
