//! An offer's words as they arrive.

use std::collections::BTreeMap;

use crate::{
    app::{
        error::{AppError, Result},
        state::Settings,
    },
    domain::{
        body::Body,
        ids::VehicleId,
        template::{Definition, Filled, Purpose, WORDS},
    },
};

/// Who is shown in a preview.
pub const SAMPLE: &str = "José Peña";
/// As long as a name is in a template.
const LONGEST_NAME: usize = 60;
/// How exactly is said how much is too much.
const STEP: usize = 10;

/// The offer as it arrives: with the label and the way out that Ley 310-14 asks for, whoever it goes to and whatever the
/// window, for free text has neither.
pub fn compose(dealer: &str, person: &str, words: &str) -> Filled {
    let values =
        BTreeMap::from([("dealer", dealer.to_owned()), ("person", person.to_owned()), (WORDS, ended(words))]);
    Definition::of(Purpose::Offer).fill(&values, "")
}

/// With a full stop, if they end without any: the template goes on in the same line. An address stays as it is.
fn ended(words: &str) -> String {
    let words = words.trim_end();
    let is_address = words.split_whitespace().next_back().is_some_and(|word| word.contains("://"));
    let wants_stop =
        words.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '%' | '$' | ')' | '»' | '"'));
    if wants_stop && !is_address { format!("{words}.") } else { words.to_owned() }
}

/// An offer of a dealer's as it arrives at that person. What is shown before it is sent, and what is sent, are made here.
pub fn arrives(
    settings: &Settings,
    dealer: &str,
    person: &str,
    words: &str,
    vehicle: Option<VehicleId>,
) -> Filled {
    compose(dealer, person, &with_link(settings, words.trim(), vehicle))
}

/// The words with the address of the vehicle that they are about.
pub fn with_link(settings: &Settings, words: &str, vehicle: Option<VehicleId>) -> String {
    let Some(vehicle) = vehicle else { return words.to_owned() };
    let mut link = settings.public_url.clone();
    link.set_path(&format!("/vehiculos/{vehicle}"));
    format!("{words}\nVéalo: {link}")
}

/// Looks whether words fit whole with what is added to them, whatever the recipient's name: nobody gets the half of an
/// offer.
///
/// # Errors
/// `Invalid`, in words.
pub fn check(field: &'static str, dealer: &str, words: &str, added: impl Fn(&str) -> String) -> Result<()> {
    if words.trim().is_empty() {
        return Err(AppError::invalid(field, "invalid_message_body", "Escriba qué ofrece."));
    }
    Body::parse(words).map_err(|error| AppError::invalid(field, "invalid_message_body", error.sentence()))?;
    let fits = |kept: usize| {
        let kept: String = words.chars().take(kept).collect();
        compose(dealer, &"n".repeat(LONGEST_NAME), &added(&kept)).rest.is_none()
    };
    let length = words.chars().count();
    if fits(length) {
        return Ok(());
    }
    let mut lengths = (0..length).rev().step_by(STEP);
    let over = length - lengths.find(|kept| fits(*kept)).unwrap_or(0);
    let sentence = format!(
        "La oferta no cabe entera en la plantilla de WhatsApp. Acórtela unas {over} letras; los enlaces también cuentan."
    );
    Err(AppError::invalid(field, "invalid_message_body", sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_bears_its_label_and_the_way_out() {
        let text = compose("Auto Feria", SAMPLE, "RD$ 50,000 menos\nhasta el sábado.").text;
        assert!(
            text.starts_with("PUBLICIDAD de Auto Feria por OKLA. Hola, José Peña: RD$ 50,000 menos · hasta")
        );
        assert!(text.ends_with("responda BAJA."), "{text}");
    }

    #[test]
    fn words_end_with_a_stop_before_the_template_goes_on() {
        let arrives = |words: &str| compose("Auto Feria", SAMPLE, words).text;
        for (words, said) in [
            ("Rebaja", "Peña: Rebaja. Si no quiere"),
            ("Rebaja de 5 % ", "5 %. Si no quiere"),
            ("¡Rebaja!", "¡Rebaja! Si no quiere"),
            ("Rebaja…", "Rebaja… Si no quiere"),
            ("Véalo: https://okla.do/x", "https://okla.do/x Si no quiere"),
        ] {
            assert!(arrives(words).contains(said), "{}", arrives(words));
        }
    }

    #[test]
    fn words_that_do_not_fit_whole_are_refused_and_how_many_are_too_many_is_said() {
        let dealer = "Auto Feria";
        assert!(check("texto", dealer, "Rebaja", str::to_owned).is_ok());
        assert!(check("texto", dealer, " \n", str::to_owned).is_err());
        let AppError::Invalid(problems) =
            check("texto", dealer, &"palabra ".repeat(200), str::to_owned).unwrap_err()
        else {
            panic!("in words");
        };
        let over: usize = problems[0].message.split_whitespace().find_map(|word| word.parse().ok()).unwrap();
        let shorter: String = "palabra ".repeat(200).chars().take(1_600 - over).collect();
        assert!(check("texto", dealer, &shorter, str::to_owned).is_ok(), "{over}");
    }
}
