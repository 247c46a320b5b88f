//! Whom an offer is for, among those who wrote to the dealer.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::{
    contact_reason::ContactReason,
    ids::VehicleId,
    time::{parse_day, spoken_date},
};

/// Vehicles and makes that are named; of more their number is said.
const NAMED: usize = 8;

/// What a conversation must be like. Nothing said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    /// What it is about: one of these vehicles, or any of one of these makes.
    #[serde(alias = "vehicle", deserialize_with = "one_or_several")]
    pub vehicles: Vec<VehicleId>,
    #[serde(alias = "make", deserialize_with = "one_or_several")]
    pub makes: Vec<String>,
    /// The days between which the buyer last wrote.
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Whether the dealer has answered.
    pub answered: Option<bool>,
    /// `ContactReason`.
    pub reason: Option<String>,
}

/// What was kept when only one could be chosen is one, or nothing.
fn one_or_several<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept<T> {
        Several(Vec<T>),
        One(Option<T>),
    }
    Ok(match Kept::deserialize(from)? {
        Kept::Several(all) => all,
        Kept::One(one) => one.into_iter().collect(),
    })
}

impl Audience {
    /// What a form's fields say. Of which several may be chosen bears each on a line of its own.
    ///
    /// # Errors
    /// The fields that are wrong, each with a sentence.
    pub fn parse<'a>(value: impl Fn(&str) -> &'a str) -> Result<Self, Vec<(&'static str, &'static str)>> {
        let mut wrong = Vec::new();
        let mut day = |field: &'static str, said: &'static str| {
            let text = value(field).trim();
            let day = parse_day(text);
            if day.is_none() && !text.is_empty() {
                wrong.push((field, said));
            }
            day
        };
        let since = day("desde", "Escribió desde: escriba la fecha como 31/12/2026, o déjela vacía.");
        let until = day("hasta", "Escribió hasta: escriba la fecha como 31/12/2026, o déjela vacía.");
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            wrong.push(("hasta", "Escribió hasta: elija un día que no sea anterior al primero."));
        }
        let vehicles: Result<Vec<VehicleId>, _> = lines(value("interes")).map(str::parse).collect();
        // One that is left out unseen would widen it.
        let vehicles = vehicles.unwrap_or_else(|_| {
            wrong.push(("interes", "Preguntaron por: elija los vehículos de la lista."));
            Vec::new()
        });
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            vehicles,
            makes: lines(value("marca")).map(str::to_owned).collect(),
            since,
            until,
            answered: match value("respondidos") {
                "si" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            reason: value("motivo").parse::<ContactReason>().ok().map(|reason| reason.to_string()),
        })
    }

    /// The same as the form's fields have it.
    pub fn value(&self, field: &str) -> String {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        match field {
            "interes" => {
                let ids: Vec<String> = self.vehicles.iter().map(ToString::to_string).collect();
                Some(ids.join("\n"))
            }
            "marca" => Some(self.makes.join("\n")),
            "desde" => day(self.since),
            "hasta" => day(self.until),
            "respondidos" => self.answered.map(|answered| if answered { "si" } else { "no" }.to_owned()),
            "motivo" => self.reason.clone(),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// The same as a person reads it, a sentence a filter; `title` names a vehicle. None: everybody.
    pub fn told(&self, title: impl Fn(VehicleId) -> Option<String>) -> Vec<String> {
        let makes = self.makes.iter().map(|make| format!("cualquier {make}"));
        let gone = || "un vehículo que ya no está".to_owned();
        let vehicles = self.vehicles.iter().map(|id| title(*id).unwrap_or_else(gone));
        let about: Vec<String> = makes.chain(vehicles).collect();
        let about = match about.len().checked_sub(NAMED).filter(|further| *further > 0) {
            Some(further) => {
                let named: Vec<&str> = about.iter().take(NAMED).map(String::as_str).collect();
                format!("{} u otros {further}", named.join(", "))
            }
            None => match about.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} o {last}", rest.join(", ")),
                _ => about.concat(),
            },
        };
        let reason = self.reason.as_deref().and_then(|word| word.parse::<ContactReason>().ok());
        let written = match (self.since, self.until) {
            (Some(since), Some(until)) => {
                Some(format!("Escribieron del {} al {}", spoken_date(since), spoken_date(until)))
            }
            (Some(since), None) => Some(format!("Escribieron desde el {}", spoken_date(since))),
            (None, Some(until)) => Some(format!("Escribieron hasta el {}", spoken_date(until))),
            (None, None) => None,
        };
        let answered = self.answered.map(|answered| {
            if answered { "Los que ya respondió" } else { "Los que no ha respondido" }.to_owned()
        });
        [
            (!about.is_empty()).then(|| format!("Preguntaron por {about}")),
            reason.map(|reason| format!("Motivo con que escribieron: {}", reason.label())),
            answered,
            written,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_fields_are_read_and_written_alike() {
        let typed = |field: &str| match field {
            "interes" => "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20\n0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b21",
            "marca" => "Land Rover\nToyota",
            "desde" => "2026-11-01",
            "respondidos" => "no",
            "motivo" => "precio",
            _ => "",
        };
        let audience = Audience::parse(typed).unwrap();
        for field in ["interes", "marca", "desde", "hasta", "respondidos", "motivo"] {
            assert_eq!(audience.value(field), typed(field), "{field}");
        }
        assert_eq!(Audience::parse(|_| ""), Ok(Audience::default()));
        let wrong = Audience::parse(|field| if field == "desde" { "ayer" } else { "" }).unwrap_err();
        assert_eq!(wrong[0].0, "desde");
        let turned = Audience::parse(|field| match field {
            "desde" => "2026-11-02",
            "hasta" => "2026-11-01",
            _ => "",
        });
        assert_eq!(turned.unwrap_err()[0].0, "hasta");
    }

    #[test]
    fn what_names_no_vehicle_is_refused_and_not_left_out() {
        let wrong = Audience::parse(|field| if field == "interes" { "todos" } else { "" }).unwrap_err();
        assert_eq!(wrong[0].0, "interes");
    }

    #[test]
    fn what_was_kept_when_one_could_be_chosen_is_still_read() {
        let one = r#"{"vehicle":"0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20","make":null,"answered":true}"#;
        let read: Audience = serde_json::from_str(one).unwrap();
        assert_eq!((read.vehicles.len(), read.makes.len(), read.answered), (1, 0, Some(true)));
        let make: Audience = serde_json::from_str(r#"{"vehicle":null,"make":"Kia"}"#).unwrap();
        assert_eq!((make.vehicles, make.makes), (Vec::new(), vec!["Kia".to_owned()]));
    }

    #[test]
    fn the_filters_are_told_in_words() {
        let id = VehicleId(uuid::Uuid::from_u128(7));
        let mut audience = Audience {
            vehicles: vec![id],
            makes: vec!["Kia".to_owned(), "Land Rover".to_owned()],
            answered: Some(false),
            since: NaiveDate::from_ymd_opt(2026, 11, 1),
            ..Audience::default()
        };
        let told = audience.told(|_| Some("Toyota Hilux 2021".to_owned()));
        assert_eq!(
            told,
            [
                "Preguntaron por cualquier Kia, cualquier Land Rover o Toyota Hilux 2021",
                "Los que no ha respondido",
                "Escribieron desde el 1 nov 2026",
            ]
        );
        audience.makes = (0..11).map(|number| number.to_string()).collect();
        assert!(audience.told(|_| None)[0].ends_with("cualquier 7 u otros 4"));
        assert!(Audience::default().told(|_| None).is_empty());
    }
}
