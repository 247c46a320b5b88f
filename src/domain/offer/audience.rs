//! Whom an offer is for, among those who wrote to the dealer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::{contact_reason::ContactReason, ids::VehicleId, time::parse_day};

/// What a conversation must be like. `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audience {
    pub vehicle: Option<VehicleId>,
    pub make: Option<String>,
    /// The days between which the buyer last wrote.
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Whether the dealer has answered.
    pub answered: Option<bool>,
    /// `ContactReason`.
    pub reason: Option<String>,
}

impl Audience {
    /// What a form's fields say.
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
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            vehicle: value("interes").parse().ok(),
            make: Some(value("marca").trim().to_owned()).filter(|make| !make.is_empty()),
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
            "interes" => self.vehicle.map(|vehicle| vehicle.to_string()),
            "marca" => self.make.clone(),
            "desde" => day(self.since),
            "hasta" => day(self.until),
            "respondidos" => self.answered.map(|answered| if answered { "si" } else { "no" }.to_owned()),
            "motivo" => self.reason.clone(),
            _ => None,
        }
        .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_fields_are_read_and_written_alike() {
        let typed = |field: &str| match field {
            "interes" => "0199f2a4-6b1e-7c3d-9a52-3f0c8e7d1b20",
            "marca" => "Toyota",
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
}
