//! What a dealer writes of a vehicle, in a form or in a line of a file: every field read, every mistake named with its
//! way out. The fields' names are the columns' of `docs/importar-vehiculos.md`.

use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::error::FieldError;
use crate::domain::{
    ids::VehicleId,
    money::{self, Currency, Money},
    text::fold,
    time::{day_in_santo_domingo, parse_day},
    vehicle::{Dealer, UnknownWord, stock::NewVehicle},
};

/// Makes as they are written here, so that «TOYOTA» and «toyota» are one make in the filter.
const MAKES: &[&str] = &[
    "Acura",
    "Audi",
    "BMW",
    "BYD",
    "Changan",
    "Chery",
    "Chevrolet",
    "Chrysler",
    "Daihatsu",
    "Dodge",
    "Fiat",
    "Ford",
    "Foton",
    "Geely",
    "GMC",
    "Great Wall",
    "Hino",
    "Honda",
    "Hyundai",
    "Infiniti",
    "Isuzu",
    "JAC",
    "Jaguar",
    "Jeep",
    "Jetour",
    "Kia",
    "Land Rover",
    "Lexus",
    "Lincoln",
    "Mazda",
    "Mercedes-Benz",
    "MG",
    "Mini",
    "Mitsubishi",
    "Nissan",
    "Peugeot",
    "Porsche",
    "RAM",
    "Renault",
    "SsangYong",
    "Subaru",
    "Suzuki",
    "Tesla",
    "Toyota",
    "Volkswagen",
    "Volvo",
];

/// Reads a vehicle; `value` gives what was written into a field. Without a place of its own it stands where its dealer
/// does.
pub(super) fn read_vehicle<'a>(
    value: impl Fn(&'static str) -> &'a str,
    dealer: &Dealer,
    now: DateTime<Utc>,
) -> Result<NewVehicle, Vec<FieldError>> {
    let mut fields = Fields { value, problems: Vec::new() };
    let vehicle = fields.vehicle(dealer, now);
    match vehicle {
        Some(vehicle) if fields.problems.is_empty() => Ok(vehicle),
        _ => Err(fields.problems),
    }
}

struct Fields<F> {
    value: F,
    problems: Vec<FieldError>,
}

impl<'a, F: Fn(&'static str) -> &'a str> Fields<F> {
    /// Every field is read before any is missed, so that one look at the list of problems is enough.
    fn vehicle(&mut self, dealer: &Dealer, now: DateTime<Utc>) -> Option<NewVehicle> {
        let reference = self.text("referencia", 60);
        let make = self.text("marca", 60);
        let model = self.text("modelo", 80);
        let trim = self.optional("version", 80);
        let year = self.year(now);
        let body_type = self.word("tipo");
        let color = self.word("color");
        let mileage_km = self.mileage();
        let transmission = self.word("transmision");
        let fuel = self.word("combustible");
        let price = self.price();
        let location = self.optional("ubicacion", 80).or_else(|| dealer.location.clone());
        if location.is_none() {
            self.problem("ubicacion", "Escriba la ciudad: el concesionario no tiene una.");
        }
        let description = self.optional("descripcion", 4_000).unwrap_or_default();
        let expires_on = self.expiry(day_in_santo_domingo(now));
        Some(NewVehicle {
            id: VehicleId::fresh(),
            reference: reference?,
            make: usual_make(&make?),
            model: model?,
            trim,
            year: year?,
            body_type: body_type?,
            color: color?,
            transmission: transmission?,
            fuel: fuel?,
            mileage_km: mileage_km?,
            price: price?,
            location: location?,
            description,
            published_at: now,
            expires_on,
        })
    }

    fn problem(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.problems.push(FieldError::new(field, "invalid", sentence));
    }

    fn value(&self, field: &'static str) -> &'a str {
        (self.value)(field).trim()
    }

    fn optional(&mut self, field: &'static str, longest: usize) -> Option<String> {
        let value = self.value(field);
        if value.chars().count() > longest {
            self.problem(field, format!("Es demasiado largo: caben {longest} letras. Acórtelo."));
        }
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// A field that must not be empty.
    fn needed(&mut self, field: &'static str) -> Option<&'a str> {
        let value = self.value(field);
        if value.is_empty() {
            self.problem(field, "Está vacío. Complételo.");
        }
        (!value.is_empty()).then_some(value)
    }

    fn text(&mut self, field: &'static str, longest: usize) -> Option<String> {
        self.needed(field)?;
        self.optional(field, longest)
    }

    fn word<T: FromStr<Err = UnknownWord>>(&mut self, field: &'static str) -> Option<T> {
        self.needed(field)?
            .parse()
            .map_err(|UnknownWord { word, known }| {
                self.problem(field, format!("No conocemos «{word}». Use uno de: {known}."));
            })
            .ok()
    }

    fn year(&mut self, now: DateTime<Utc>) -> Option<i16> {
        let value = self.needed("anio")?;
        let newest = now.year() + 1;
        let year = value.parse().ok().filter(|year| (1950..=newest).contains(&i32::from(*year)));
        if year.is_none() {
            self.problem(
                "anio",
                format!(
                    "«{value}» no es un año entre 1950 y {newest}. Escríbalo con cuatro cifras, como 2019."
                ),
            );
        }
        year
    }

    /// The last day on which it is shown.
    fn expiry(&mut self, today: NaiveDate) -> Option<NaiveDate> {
        let value = self.value("vence");
        let day = parse_day(value).filter(|day| *day >= today);
        if day.is_none() && !value.is_empty() {
            self.problem(
                "vence",
                format!("«{value}» no es un día desde hoy. Escríbalo como 2026-12-31 o 31/12/2026, o déjelo vacío."),
            );
        }
        day
    }

    /// Kilometres; what is said in miles is converted (1 mi = 1.609344 km exactly), for many cars come from the States.
    fn mileage(&mut self) -> Option<i32> {
        let value = self.needed("kilometraje")?;
        let text = fold(value);
        let miles = ["millas", "mi"].into_iter().find_map(|unit| text.strip_suffix(unit));
        let digits = miles
            .or_else(|| ["kms", "km"].into_iter().find_map(|unit| text.strip_suffix(unit)))
            .unwrap_or(&text);
        let km = money::parse(digits)
            .and_then(|(amount, currency)| currency.is_none().then_some(amount))
            .and_then(|amount| {
                if miles.is_some() { amount.checked_mul(Decimal::new(1_609_344, 6)) } else { Some(amount) }
            })
            .and_then(|km| km.round().to_i32())
            .filter(|km| *km <= 2_000_000);
        if km.is_none() {
            self.problem(
                "kilometraje",
                format!("«{value}» no es un kilometraje. Escriba un número, como 45,000 o 28,000 mi."),
            );
        }
        km
    }

    /// The currency may stand in its own column or with the amount; if in both, they must agree.
    fn price(&mut self) -> Option<Money> {
        let value = self.needed("precio")?;
        let column = self.value("moneda");
        let named = (!column.is_empty()).then(|| column.parse::<Currency>());
        let Some((amount, signed)) = money::parse(value)
            .filter(|(amount, _)| *amount > Decimal::ZERO && *amount < Decimal::from(10_000_000_000_u64))
        else {
            self.problem(
                "precio",
                format!(
                    "«{value}» no es un precio. Escriba un número mayor que 0, como 1,250,000 o US$ 18,500."
                ),
            );
            return None;
        };
        let currency = match (named, signed) {
            (Some(Err(_)), _) => {
                self.problem("moneda", format!("No conocemos «{column}». Use DOP o USD."));
                return None;
            }
            (Some(Ok(named)), Some(signed)) if named != signed => {
                self.problem(
                    "moneda",
                    format!("Dice {}, pero el precio dice {}. Deje una sola.", named.code(), signed.sign()),
                );
                return None;
            }
            (Some(Ok(currency)), _) | (None, Some(currency)) => currency,
            (None, None) => {
                self.problem("moneda", "Falta la moneda. Escriba DOP o USD, o ponga RD$ o US$ en el precio.");
                return None;
            }
        };
        Some(Money { amount, currency })
    }
}

/// The make as it is usually written; an unknown one stays as the dealer wrote it.
fn usual_make(written: &str) -> String {
    let folded = fold(written);
    MAKES
        .iter()
        .find(|make| fold(make) == folded)
        .map_or_else(|| written.to_owned(), |make| (*make).to_owned())
}
