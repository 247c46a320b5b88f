//! A dealer's stock as he keeps it, before it is for sale on OKLA.

use chrono::{DateTime, NaiveDate, Utc};

use super::{BodyType, Color, Fuel, Transmission};
use crate::domain::{ids::VehicleId, money::Money};

/// A vehicle as its dealer describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVehicle {
    /// Used only if the dealer has no vehicle of this reference yet; so is `published_at`.
    pub id: VehicleId,
    pub reference: String,
    pub make: String,
    pub model: String,
    pub trim: Option<String>,
    pub year: i16,
    pub body_type: BodyType,
    pub color: Color,
    pub transmission: Transmission,
    pub fuel: Fuel,
    pub mileage_km: i32,
    pub price: Money,
    pub location: String,
    pub description: String,
    pub published_at: DateTime<Utc>,
    /// The last day it is shown, in Santo Domingo. `None` leaves what an earlier file said.
    pub expires_on: Option<NaiveDate>,
}

/// What became of the vehicles given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    pub inserted: usize,
    pub updated: usize,
    pub unchanged: usize,
}

/// Whether buyers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Published,
    /// By its dealer.
    Paused,
    /// Its last day is over.
    Expired,
}

impl Shown {
    pub const ALL: [Self; 3] = [Self::Published, Self::Paused, Self::Expired];

    /// In addresses and in queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "publicados",
            Self::Paused => "pausados",
            Self::Expired => "vencidos",
        }
    }

    /// Of one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Published => "Publicado",
            Self::Paused => "Pausado",
            Self::Expired => "Vencido",
        }
    }

    /// Of many.
    pub fn label(self) -> &'static str {
        match self {
            Self::Published => "Publicados",
            Self::Paused => "Pausados",
            Self::Expired => "Vencidos",
        }
    }
}

/// What a dealer's list shows of one of his vehicles.
#[derive(Clone, Debug, PartialEq)]
pub struct StockCard {
    pub id: VehicleId,
    pub reference: String,
    /// `Toyota Corolla LE 2019`.
    pub title: String,
    pub price: Money,
    pub paused: bool,
    pub expires_on: Option<NaiveDate>,
}

impl StockCard {
    /// Seen on a day; a pause outweighs a date.
    pub fn shown(&self, today: NaiveDate) -> Shown {
        if self.paused {
            Shown::Paused
        } else if self.expires_on.is_some_and(|last| last < today) {
            Shown::Expired
        } else {
            Shown::Published
        }
    }
}

/// What a dealer narrows his list by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StockFilter {
    /// In reference, make, model, version or year.
    pub words: String,
    pub shown: Option<Shown>,
    /// From 0.
    pub page: u16,
}

impl StockFilter {
    const LONGEST_WORDS: usize = 80;
    const LAST_PAGE: u16 = 200;

    /// Reads an address's parameters; what means nothing is left out.
    pub fn parse(value: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| value(name).unwrap_or_default().replace('\0', "").trim().to_owned();
        Self {
            words: given("buscar").chars().take(Self::LONGEST_WORDS).collect(),
            shown: Shown::ALL.into_iter().find(|shown| shown.as_str() == given("estado")),
            page: given("pagina").parse::<u16>().map_or(0, |page| page.clamp(1, Self::LAST_PAGE) - 1),
        }
    }

    /// [`Self::parse`] reads them back.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let page = if self.page == 0 { String::new() } else { (self.page + 1).to_string() };
        let shown = self.shown.map_or("", Shown::as_str).to_owned();
        let pairs = [("buscar", self.words.clone()), ("estado", shown), ("pagina", page)];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// A page of a dealer's list and whether another follows.
#[derive(Clone, Debug, PartialEq)]
pub struct StockPage {
    pub vehicles: Vec<StockCard>,
    pub has_next: bool,
}
