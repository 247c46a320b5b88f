//! What a buyer may narrow the list by, and its form in an address. A bad value is left out and answered with a sentence;
//! it never costs the page.

use rust_decimal::Decimal;

use crate::domain::{
    money::{self, Currency, Money},
    text,
};

/// The latest page that is served: nobody reads so far, and a robot that does must not make the database skip for ever.
pub const LAST_PAGE: u16 = 200;
const LONGEST_TEXT: usize = 80;

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Newest,
    Cheapest,
    Dearest,
    YoungestYear,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Newest, Self::Cheapest, Self::Dearest, Self::YoungestYear];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "recientes",
            Self::Cheapest => "precio",
            Self::Dearest => "precio-mayor",
            Self::YoungestYear => "anio",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Más recientes",
            Self::Cheapest => "Menor precio",
            Self::Dearest => "Mayor precio",
            Self::YoungestYear => "Año más nuevo",
        }
    }
}

/// A list's filter, order and page. Prices are in RD$; a price in US$ is compared at [`money::DOP_PER_USD`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VehicleFilter {
    pub text: Option<String>,
    pub make: Option<String>,
    pub price_min: Option<Decimal>,
    pub price_max: Option<Decimal>,
    pub year_min: Option<i16>,
    pub year_max: Option<i16>,
    pub sort: Sort,
    /// From 0.
    pub page: u16,
}

/// A value that could not be used, and what to do about it. `field` is the address's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterNote {
    pub field: &'static str,
    pub sentence: String,
}

/// One part of the filter that is on: its name for people, and the address names it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveFilter {
    pub label: String,
    pub fields: &'static [&'static str],
}

impl VehicleFilter {
    /// Reads an address's parameters; `value` gives a parameter's first value.
    pub fn parse(value: impl Fn(&str) -> Option<String>) -> (Self, Vec<FilterNote>) {
        let mut notes = Vec::new();
        let given = |name: &str| {
            // PostgreSQL's text holds no NUL.
            value(name).map(|text| text.replace('\0', "").trim().to_owned()).filter(|text| !text.is_empty())
        };
        let mut read = Read { given: &given, notes: &mut notes };
        let mut filter = Self {
            text: given("texto").map(|text| text.chars().take(LONGEST_TEXT).collect()),
            make: given("marca"),
            price_min: read.price("precio_min"),
            price_max: read.price("precio_max"),
            year_min: read.year("anio_min"),
            year_max: read.year("anio_max"),
            sort: given("orden")
                .and_then(|word| Sort::ALL.into_iter().find(|sort| sort.as_str() == word))
                .unwrap_or_default(),
            page: given("pagina")
                .and_then(|page| page.parse::<u16>().ok())
                .map_or(0, |page| page.clamp(1, LAST_PAGE) - 1),
        };
        filter.order_bounds();
        (filter, notes)
    }

    /// A range given backwards is meant the other way round.
    fn order_bounds(&mut self) {
        if let (Some(min), Some(max)) = (self.price_min, self.price_max)
            && min > max
        {
            (self.price_min, self.price_max) = (Some(max), Some(min));
        }
        if let (Some(min), Some(max)) = (self.year_min, self.year_max)
            && min > max
        {
            (self.year_min, self.year_max) = (Some(max), Some(min));
        }
    }

    /// The address's parameters, only those that differ from the plain list; [`Self::parse`] reads them back.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let amount = |price: &Option<Decimal>| price.as_ref().map(ToString::to_string);
        [
            ("texto", self.text.clone()),
            ("marca", self.make.clone()),
            ("precio_min", amount(&self.price_min)),
            ("precio_max", amount(&self.price_max)),
            ("anio_min", self.year_min.map(|year| year.to_string())),
            ("anio_max", self.year_max.map(|year| year.to_string())),
            ("orden", (self.sort != Sort::Newest).then(|| self.sort.as_str().to_owned())),
            ("pagina", (self.page > 0).then(|| (self.page + 1).to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// The same filter on another page, counted from 0.
    #[must_use]
    pub fn on_page(&self, page: u16) -> Self {
        Self { page, ..self.clone() }
    }

    /// What is on, in the order of the form.
    pub fn active(&self) -> Vec<ActiveFilter> {
        let money = |amount: Decimal| Money::dop(amount).to_string();
        let range = |min: Option<String>, max: Option<String>| match (min, max) {
            (Some(min), Some(max)) if min == max => Some(min),
            (Some(min), Some(max)) => Some(format!("{min} a {max}")),
            (Some(min), None) => Some(format!("desde {min}")),
            (None, Some(max)) => Some(format!("hasta {max}")),
            (None, None) => None,
        };
        let year = |year: i16| year.to_string();
        [
            (self.text.as_ref().map(|text| format!("«{text}»")), &["texto"][..]),
            (self.make.clone(), &["marca"][..]),
            (range(self.price_min.map(money), self.price_max.map(money)), &["precio_min", "precio_max"][..]),
            (
                range(self.year_min.map(year), self.year_max.map(year)).map(|years| format!("Año {years}")),
                &["anio_min", "anio_max"][..],
            ),
        ]
        .into_iter()
        .filter_map(|(label, fields)| Some(ActiveFilter { label: label?, fields }))
        .collect()
    }

    /// The parameters left when an active filter is taken off; the list begins again at its first page.
    pub fn without(&self, active: &ActiveFilter) -> Vec<(&'static str, String)> {
        let mut pairs = self.on_page(0).to_pairs();
        pairs.retain(|(name, _)| !active.fields.contains(name));
        pairs
    }

    /// The words to search for, folded, each of letters and digits only: safe to build a text query of.
    pub fn words(&self) -> Vec<String> {
        text::words(self.text.as_deref().unwrap_or_default())
    }
}

struct Read<'a, F> {
    given: &'a F,
    notes: &'a mut Vec<FilterNote>,
}

impl<F: Fn(&str) -> Option<String>> Read<'_, F> {
    fn price(&mut self, field: &'static str) -> Option<Decimal> {
        let text = (self.given)(field)?;
        let price = money::parse(&text).and_then(|(amount, currency)| match currency {
            Some(Currency::Usd) => Money::usd(amount).in_dop(),
            Some(Currency::Dop) | None => Some(amount),
        });
        if price.is_none() {
            self.note(field, &text, "un precio en RD$, por ejemplo 850,000");
        }
        price
    }

    fn year(&mut self, field: &'static str) -> Option<i16> {
        let text = (self.given)(field)?;
        let year = text.parse().ok().filter(|year| (1950..=2100).contains(year));
        if year.is_none() {
            self.note(field, &text, "un año de cuatro cifras, por ejemplo 2019");
        }
        year
    }

    fn note(&mut self, field: &'static str, text: &str, expected: &str) {
        let shown: String = text.chars().take(30).collect();
        self.notes.push(FilterNote {
            field,
            sentence: format!("No entendimos «{shown}», así que no filtramos por eso. Escriba {expected}."),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> (VehicleFilter, Vec<FilterNote>) {
        VehicleFilter::parse(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_filter_survives_its_own_address() {
        let (filter, notes) = parse(&[
            ("texto", "jeepeta  4x4"),
            ("marca", "Toyota"),
            ("precio_min", "RD$ 500,000"),
            ("precio_max", "1,250,000"),
            ("anio_min", "2015"),
            ("orden", "precio"),
            ("pagina", "3"),
        ]);
        assert_eq!(notes, []);
        assert_eq!(filter.price_min, Some(Decimal::from(500_000)));
        assert_eq!(filter.page, 2);
        let pairs = filter.to_pairs();
        let again: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(parse(&again).0, filter);
        assert_eq!(VehicleFilter::default().to_pairs(), []);
    }

    #[test]
    fn a_value_that_makes_no_sense_is_left_out_and_said() {
        let (filter, notes) = parse(&[
            ("precio_max", "mucho"),
            ("anio_min", "99999"),
            ("pagina", "-4"),
            ("orden", "; drop table"),
        ]);
        assert_eq!(filter, VehicleFilter::default());
        let fields: Vec<&str> = notes.iter().map(|note| note.field).collect();
        assert_eq!(fields, ["precio_max", "anio_min"]);
        assert_eq!(
            notes[0].sentence,
            "No entendimos «mucho», así que no filtramos por eso. Escriba un precio en RD$, por ejemplo 850,000."
        );
    }

    #[test]
    fn a_backward_range_is_turned_and_dollars_are_compared_in_pesos() {
        let (filter, _) = parse(&[("precio_min", "US$ 20,000"), ("precio_max", "500000")]);
        assert_eq!(filter.price_min, Some(Decimal::from(500_000)));
        assert_eq!(filter.price_max, Some(Decimal::from(20_000) * Decimal::from(money::DOP_PER_USD)));
    }

    #[test]
    fn taking_one_chip_off_leaves_the_others_and_goes_back_to_the_first_page() {
        let (filter, _) =
            parse(&[("marca", "Kia"), ("anio_min", "2018"), ("anio_max", "2020"), ("pagina", "2")]);
        let active = filter.active();
        let labels: Vec<&str> = active.iter().map(|chip| chip.label.as_str()).collect();
        assert_eq!(labels, ["Kia", "Año 2018 a 2020"]);
        assert_eq!(filter.without(&active[1]), [("marca", "Kia".to_owned())]);
    }

    #[test]
    fn search_words_are_bare_and_folded() {
        let (filter, _) = parse(&[("texto", "Camión' & (x:*) | DIÉSEL")]);
        assert_eq!(filter.words(), ["camion", "x", "diesel"]);
    }
}
