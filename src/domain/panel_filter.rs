//! What a dealer narrows his list of messages by: in the address, or typed as `estado:fallidos costo>0.02` into the
//! search. A value that means nothing is left out and answered with a sentence; it never costs the page.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    figures::Cause, ids::VehicleId, kind::Kind, money, range::Range, state_group::StateGroup, text::fold,
};

const LONGEST_TEXT: usize = 120;
/// Shorter words are looked for in vehicles only: an index of trigrams does not help to find them elsewhere.
pub const SHORTEST_TEXT: usize = 3;

/// Which vehicle messages are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Vehicle(VehicleId),
    NoVehicle,
    /// One whose make, model, year or reference holds these words.
    Words(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    Buyers,
    Dealer,
}

impl Writer {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buyers => "compradores",
            Self::Dealer => "concesionario",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Buyers, Self::Dealer].into_iter().find(|writer| writer.as_str() == word)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Newest,
    Dearest,
}

/// What is empty lets every message pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelFilter {
    pub range: Option<Range>,
    /// Any of these.
    pub groups: Vec<StateGroup>,
    pub cause: Option<Cause>,
    pub kind: Option<Kind>,
    pub about: Option<About>,
    pub writer: Option<Writer>,
    /// US$, exclusive.
    pub cost_over: Option<Decimal>,
    /// Free words: name, number, reference, text.
    pub words: String,
    pub order: Order,
}

/// One part of the filter that is on: its words, and the address without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub label: String,
    pub without: Vec<(&'static str, String)>,
}

impl PanelFilter {
    /// Reads an address's parameters; `value` gives a parameter's first value. Also says in words what it left out.
    pub fn parse(today: NaiveDate, value: impl Fn(&str) -> Option<String>) -> (Self, Vec<String>) {
        let given = |name: &str| {
            value(name).map(|text| text.replace('\0', "").trim().to_owned()).filter(|text| !text.is_empty())
        };
        let mut filter = Self::default();
        let mut notes = Vec::new();
        let (mut from, mut to) = (given("desde"), given("hasta"));
        let mut free = Vec::new();
        let typed: String = given("q").unwrap_or_default().chars().take(LONGEST_TEXT).collect();
        let mut terms: Vec<(String, String)> = ["estado", "causa", "tipo", "vehiculo", "de"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), given(name)?)))
            .collect();
        for word in typed.split_whitespace() {
            match operator(word) {
                Some(("desde", date)) => from = Some(date.to_owned()),
                Some(("hasta", date)) => to = Some(date.to_owned()),
                Some((name, value)) => terms.push((name.to_owned(), value.to_owned())),
                None => free.push(word),
            }
        }
        filter.words = free.join(" ");
        if (1..SHORTEST_TEXT).contains(&filter.words.chars().count()) {
            notes.push("Con menos de tres letras se busca solo entre los vehículos; escriba más para buscar en todo.".to_owned());
        }
        for (name, value) in terms {
            if let Err(note) = filter.take_term(&name, &value) {
                notes.push(note);
            }
        }
        let word = given("rango");
        if word.is_some() || from.is_some() || to.is_some() {
            match Range::parse(word.as_deref(), from.as_deref(), to.as_deref(), today) {
                Ok(range) => filter.range = Some(range),
                Err(error) => notes.push(error.to_string()),
            }
        }
        if given("orden").as_deref() == Some("costo") {
            filter.order = Order::Dearest;
        }
        (filter, notes)
    }

    fn take_term(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "estado" => {
                for word in value.split(',') {
                    let group = group(word).ok_or_else(|| {
                        let words: Vec<_> = StateGroup::ALL.iter().map(|group| group.as_str()).collect();
                        format!("Estado: «{word}» no es ninguno; escriba {}.", words.join(", "))
                    })?;
                    if !self.groups.contains(&group) {
                        self.groups.push(group);
                    }
                }
            }
            "causa" | "error" => match Cause::from_word(value) {
                Cause::Unknown if value != Cause::Unknown.to_string() => {
                    return Err(format!(
                        "Error: «{value}» no es un código; escríbalo con sus números, como error:63016."
                    ));
                }
                cause => self.cause = Some(cause),
            },
            "tipo" => self.kind = Some(kind(value).ok_or_else(|| {
                format!(
                    "Tipo: «{value}» no es ninguno; escriba contacto, interés, prueba, vencimiento u oferta."
                )
            })?),
            "vehiculo" => {
                self.about = Some(match value.parse() {
                    Ok(id) => About::Vehicle(id),
                    Err(_) if value == "ninguno" => About::NoVehicle,
                    Err(_) => About::Words(value.to_owned()),
                });
            }
            "de" => self.writer = Writer::parse(value),
            "costo" => match money::parse(value) {
                Some((amount, None | Some(money::Currency::Usd))) => self.cost_over = Some(amount),
                _ => {
                    return Err(format!(
                        "Costo: «{value}» no es un monto en US$; escríbalo como costo>0.02."
                    ));
                }
            },
            _ => {}
        }
        Ok(())
    }

    /// What an address says for it.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.range.map(Range::to_pairs).unwrap_or_default();
        if !self.groups.is_empty() {
            let words: Vec<_> = self.groups.iter().map(|group| group.as_str()).collect();
            pairs.push(("estado", words.join(",")));
        }
        pairs.extend(self.cause.map(|cause| ("causa", cause.to_string())));
        pairs.extend(self.kind.map(|kind| ("tipo", kind.as_str().to_owned())));
        pairs.extend(self.about.as_ref().map(|about| {
            let value = match about {
                About::Vehicle(id) => id.to_string(),
                About::NoVehicle => "ninguno".to_owned(),
                About::Words(words) => words.clone(),
            };
            ("vehiculo", value)
        }));
        pairs.extend(self.writer.map(|writer| ("de", writer.as_str().to_owned())));
        let typed = self.typed();
        if !typed.is_empty() {
            pairs.push(("q", typed));
        }
        if self.order == Order::Dearest {
            pairs.push(("orden", "costo".to_owned()));
        }
        pairs
    }

    /// What stands in the search field.
    pub fn typed(&self) -> String {
        let cost = self.cost_over.map(|cost| format!("costo>{cost}"));
        [Some(self.words.clone()).filter(|words| !words.is_empty()), cost]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Whether the roll-ups know how many messages pass, and on which days.
    pub fn is_counted(&self) -> bool {
        self.about.is_none() && self.cost_over.is_none() && self.words.is_empty()
    }

    /// Whether words are all that narrows it, whatever states it names.
    pub fn is_words_alone(&self) -> bool {
        let Self { words, groups, order, .. } = self.clone();
        *self == Self { groups, words, order, ..Self::default() }
    }

    /// Whether it lets a part of a day's messages pass.
    pub fn is_within_days(&self) -> bool {
        Self { range: None, order: Order::default(), ..self.clone() } != Self::default()
    }

    /// Whether anything narrows it.
    pub fn is_on(&self) -> bool {
        Self { order: Order::default(), ..self.clone() } != Self::default()
    }

    /// What is on, but for the states, which have their pills.
    pub fn chips(&self) -> Vec<Chip> {
        let mut chips = Vec::new();
        let mut add = |label: Option<String>, without: Self| {
            chips.extend(label.map(|label| Chip { label, without: without.to_pairs() }));
        };
        let range = self.range.map(|range| range.label());
        add(range, Self { range: None, ..self.clone() });
        add(self.cause.map(Cause::label), Self { cause: None, ..self.clone() });
        add(self.kind.map(|kind| kind.label().to_owned()), Self { kind: None, ..self.clone() });
        let about = self.about.as_ref().map(|about| match about {
            About::Vehicle(_) => "Un vehículo".to_owned(),
            About::NoVehicle => "Sin vehículo".to_owned(),
            About::Words(words) => format!("Vehículo: {words}"),
        });
        add(about, Self { about: None, ..self.clone() });
        let writer = self.writer.map(|writer| match writer {
            Writer::Buyers => "De compradores".to_owned(),
            Writer::Dealer => "De su concesionario".to_owned(),
        });
        add(writer, Self { writer: None, ..self.clone() });
        add(
            self.cost_over.map(|cost| format!("Más de US$\u{a0}{cost}")),
            Self { cost_over: None, ..self.clone() },
        );
        let words = (!self.words.is_empty()).then(|| format!("«{}»", self.words));
        add(words, Self { words: String::new(), ..self.clone() });
        chips
    }
}

/// `estado:fallidos`, `costo>0.02`: what is asked, and its value.
fn operator(word: &str) -> Option<(&'static str, &str)> {
    let (name, value) = word.split_once([':', '>'])?;
    let names = ["estado", "error", "tipo", "vehiculo", "desde", "hasta", "costo", "de"];
    let name = names.into_iter().find(|known| *known == fold(name))?;
    let sign = if name == "costo" { '>' } else { ':' };
    (!value.is_empty() && word.contains(sign)).then_some((name, value))
}

fn group(word: &str) -> Option<StateGroup> {
    let word = fold(word);
    // The address's word, or the pill's in singular or plural.
    StateGroup::ALL.into_iter().find(|group| {
        let label = fold(group.label());
        [group.as_str(), &label, label.trim_end_matches('s')].contains(&word.as_str())
            || label.strip_prefix("en ") == Some(word.as_str())
    })
}

fn kind(word: &str) -> Option<Kind> {
    let word = fold(word);
    word.parse().ok().or(match word.as_str() {
        "contacto" => Some(Kind::Contact),
        "interes" => Some(Kind::NewInterest),
        "prueba" => Some(Kind::TestDrive),
        "vencimiento" => Some(Kind::ListingExpiry),
        "oferta" => Some(Kind::Offer),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> (PanelFilter, Vec<String>) {
        let today = "2026-11-23".parse().expect("a test's own day");
        PanelFilter::parse(today, |name| {
            pairs.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn operators_are_read_wherever_they_stand_and_the_rest_is_searched() {
        let (filter, notes) =
            parse(&[("q", "Pérez Estado:Fallido error:63016 costo>0.02 tipo:oferta desde:2026-11-01 809")]);
        assert_eq!(notes, Vec::<String>::new());
        assert_eq!(filter.words, "Pérez 809");
        assert_eq!(filter.groups, [StateGroup::Failed]);
        assert_eq!(filter.cause, Some(Cause::Code(63_016)));
        assert_eq!(filter.cost_over, Some(Decimal::new(2, 2)));
        assert_eq!(filter.kind, Some(Kind::Offer));
        assert_eq!(filter.range.map(|range| range.from.to_string()), Some("2026-11-01".to_owned()));
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        let (filter, _) = parse(&[
            ("rango", "7d"),
            ("estado", "entregados,leidos"),
            ("causa", "expired"),
            ("vehiculo", "ninguno"),
            ("de", "compradores"),
            ("q", "hola costo>1"),
            ("orden", "costo"),
        ]);
        let pairs = filter.to_pairs();
        let again = parse(&pairs.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>());
        assert_eq!(again, (filter, Vec::new()));
    }

    #[test]
    fn what_means_nothing_is_left_out_and_said_in_words() {
        let (filter, notes) = parse(&[("q", "estado:perdidos error:mil costo>caro tipo:x hasta:ayer 12:30")]);
        assert_eq!(filter, PanelFilter { words: "12:30".to_owned(), ..PanelFilter::default() });
        assert_eq!(notes.len(), 5, "{notes:?}");
        assert!(notes[0].starts_with("Estado: «perdidos»"), "{notes:?}");
    }

    #[test]
    fn every_pill_is_understood_as_it_is_read() {
        for (word, group) in [
            ("En cola", StateGroup::Waiting),
            ("leído", StateGroup::Read),
            ("verificación", StateGroup::Verifying),
        ] {
            assert_eq!(super::group(word), Some(group), "{word}");
        }
    }

    #[test]
    fn what_the_roll_ups_do_not_tell_apart_is_counted_by_looking() {
        assert!(parse(&[("rango", "7d"), ("estado", "leidos"), ("orden", "costo")]).0.is_counted());
        assert!(!parse(&[("q", "hola")]).0.is_counted());
        assert!(parse(&[("causa", "63016"), ("de", "compradores"), ("tipo", "offer")]).0.is_counted());
        assert!(!parse(&[("vehiculo", "ninguno")]).0.is_counted());
        assert!(!parse(&[("q", "costo>1")]).0.is_counted());
    }
}
