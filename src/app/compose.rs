//! Putting a person's words into the template that carries them where free text does not go.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use super::error::Result;
use crate::{
    domain::{
        contact_reason::ContactReason,
        ids::{DealerId, UserId, VehicleId},
        kind::Kind,
        rates::Category,
        template::{Approval, Definition, Filled, Purpose, WORDS},
        user::Role,
    },
    store,
};

/// A message's words and what its template says beside them.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    pub sender: UserId,
    pub role: Role,
    /// Whom the buyer writes to, or on whose account a dealer's user writes.
    pub dealer: Option<DealerId>,
    pub vehicle: Option<VehicleId>,
    pub kind: Kind,
    pub words: &'a str,
    /// A template bears no picture: its address goes with the words.
    pub image_url: Option<&'a str>,
    /// Why a buyer writes.
    pub reason: Option<ContactReason>,
    /// Where all of the words can be read.
    pub link: &'a str,
}

impl Letter<'_> {
    pub fn purpose(&self) -> Purpose {
        match (self.role, self.kind) {
            (Role::Buyer, _) => Purpose::Contact,
            (_, Kind::Offer) => Purpose::Offer,
            _ => Purpose::Message,
        }
    }
}

/// How the people and things that letters name are called.
pub struct Names {
    dealers: HashMap<DealerId, String>,
    vehicles: HashMap<VehicleId, String>,
    people: HashMap<UserId, String>,
}

impl Names {
    pub async fn load(conn: &mut PgConnection, letters: &[Letter<'_>]) -> Result<Self> {
        let dealers: Vec<DealerId> = letters.iter().filter_map(|letter| letter.dealer).collect();
        let vehicles: Vec<VehicleId> = letters.iter().filter_map(|letter| letter.vehicle).collect();
        let people: Vec<UserId> = letters.iter().map(|letter| letter.sender).collect();
        Ok(Self {
            dealers: store::names::list_dealers(conn, &dealers).await?,
            vehicles: store::names::list_vehicles(conn, &vehicles).await?,
            people: store::names::list_people(conn, &people).await?,
        })
    }

    pub fn dealer(&self, id: DealerId) -> Option<&str> {
        self.dealers.get(&id).map(String::as_str)
    }

    pub fn vehicle(&self, id: VehicleId) -> Option<&str> {
        self.vehicles.get(&id).map(String::as_str)
    }

    /// The letter as its template says it.
    pub fn compose(&self, letter: &Letter<'_>) -> Filled {
        let dealer = letter.dealer.and_then(|id| self.dealers.get(&id)).map_or("OKLA", String::as_str);
        let nameless = if letter.role == Role::Buyer { "sus vehículos" } else { "su consulta" };
        let vehicle = letter.vehicle.and_then(|id| self.vehicles.get(&id)).map_or(nameless, String::as_str);
        let person = self.people.get(&letter.sender).map_or("una persona", String::as_str);
        let words = with_image(letter.words, letter.image_url);
        let values = BTreeMap::from([
            ("dealer", dealer.to_owned()),
            ("person", person.to_owned()),
            ("vehicle", vehicle.to_owned()),
            ("reason", letter.reason.map_or("Consulta", ContactReason::label).to_owned()),
            (WORDS, words),
        ]);
        Definition::of(letter.purpose()).fill(&values, letter.link)
    }
}

/// A template bears no picture: its address goes with the words.
pub fn with_image(words: &str, image_url: Option<&str>) -> String {
    match image_url {
        Some(url) => format!("{words}{}", line_of(url)),
        None => words.to_owned(),
    }
}

/// The words before the picture's address, if all of it is there.
pub fn without_image<'a>(words: &'a str, image_url: &str) -> Option<&'a str> {
    words.strip_suffix(&line_of(image_url))
}

fn line_of(image_url: &str) -> String {
    format!("\nImagen: {image_url}")
}

/// A template that Meta lets us use.
#[derive(Clone, Debug)]
pub struct Usable {
    pub sid: String,
    /// What Meta prices it as.
    pub category: Category,
}

/// All that Meta lets us use, as we last heard.
pub async fn list_usable(conn: &mut PgConnection) -> Result<HashMap<Purpose, Usable>> {
    let rows = store::templates::list_templates(conn).await?;
    let approved = rows.into_iter().filter(|row| Approval::parse(&row.status) == Approval::Approved);
    Ok(approved
        .filter_map(|row| {
            let category = row.category.parse().ok()?;
            Some((row.purpose.parse().ok()?, Usable { sid: row.sid, category }))
        })
        .collect())
}
