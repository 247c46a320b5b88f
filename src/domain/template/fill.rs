//! Filling a template: its places with values that WhatsApp takes, long words with their beginning.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

use super::{Definition, MOST_BODY, Purpose};
use crate::domain::text::is_blank;

/// Characters of a person's words in a template.
const MOST_WORDS: usize = 900;
/// Characters of a name in one, and of anything else.
const MOST_NAME: usize = 60;
const MOST_VALUE: usize = 200;
const NAMES: [&str; 4] = ["dealer", "person", "vehicle", "other"];
/// The place that holds a person's own words.
pub const WORDS: &str = "words";

/// A template with its places filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    pub purpose: Purpose,
    /// Each place's value, by its number.
    pub variables: BTreeMap<String, String>,
    /// What arrives.
    pub text: String,
    /// Of the words what did not fit, as it was written.
    pub rest: Option<String>,
}

impl Definition {
    /// With these values by the names of its fields; of words that do not fit, their beginning and `link`. A field without
    /// a value is a dash, for WhatsApp takes no empty one.
    pub fn fill(&self, values: &BTreeMap<&str, String>, link: &str) -> Filled {
        let mut variables = BTreeMap::new();
        let mut words_at = None;
        for (field, place) in self.fields.iter().zip(1..) {
            let value = as_value(values.get(field.as_str()).map_or("", String::as_str));
            if field == WORDS {
                words_at = Some(place.to_string());
            } else {
                let most = if NAMES.contains(&field.as_str()) { MOST_NAME } else { MOST_VALUE };
                let value = if value.is_empty() { "—".to_owned() } else { beginning(&value, most) };
                variables.insert(place.to_string(), value);
            }
        }
        let mut rest = None;
        if let Some(place) = words_at {
            let room = MOST_BODY.saturating_sub(render(&self.body, &variables).chars().count());
            let words = values.get(WORDS).map_or("", String::as_str);
            let (value, left) = fit(words, link, room.min(MOST_WORDS));
            variables.insert(place, value);
            rest = left;
        }
        Filled { purpose: self.purpose, text: render(&self.body, &variables), variables, rest }
    }
}

/// Words as a value of at most `room` characters, and what is left of them.
fn fit(words: &str, link: &str, room: usize) -> (String, Option<String>) {
    let whole = as_value(words);
    if whole.chars().count() <= room {
        return (if whole.is_empty() { "—".to_owned() } else { whole }, None);
    }
    let end = format!("… Siga leyendo: {link}");
    let room = room.saturating_sub(end.chars().count());
    let fits = |at: usize| as_value(&words[..at]).chars().count() <= room;
    let cuts: Vec<usize> = words.split_word_bound_indices().map(|(at, _)| at).collect();
    let mut cut = cuts[..cuts.partition_point(|&at| fits(at))].last().copied().unwrap_or(0);
    if cut * 2 < room {
        // One word that fills more than half of the room is cut like any text.
        let inside: Vec<usize> = words.grapheme_indices(true).map(|(at, _)| at).collect();
        cut = inside[..inside.partition_point(|&at| fits(at))].last().copied().unwrap_or(0);
    }
    let (head, left) = words.split_at(cut);
    (format!("{}{end}", as_value(head)), Some(left.trim().to_owned()))
}

/// The text as it arrives: `{{name}}` gives its value; one without a value gives nothing. What a value holds is never taken
/// for a place.
pub fn render(body: &str, values: &BTreeMap<String, String>) -> String {
    let (mut text, mut rest) = (String::new(), body);
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            text.push_str("{{");
            rest = after;
            break;
        };
        text.push_str(values.get(name).map_or("", String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A value as a template takes it: WhatsApp has no line break, tab or run of spaces in one (63013, 21656). Line breaks
/// become « · »; what cannot be seen goes.
pub fn as_value(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<String> = line
            .split(|c: char| is_blank(c) && c != '\u{200d}')
            .map(|word| word.chars().filter(|c| !c.is_control()).collect())
            .filter(|word: &String| !word.is_empty())
            .collect();
        words.join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The beginning of a value that is longer than `most` characters, cut between words, with an ellipsis; else all of it.
fn beginning(value: &str, most: usize) -> String {
    if value.chars().count() <= most {
        return value.to_owned();
    }
    let (mut kept, mut length, mut end) = (0, 0, None);
    for (at, grapheme) in value.grapheme_indices(true) {
        length += grapheme.chars().count();
        if length >= most {
            break;
        }
        if grapheme.chars().all(char::is_whitespace) {
            end = Some(at);
        }
        kept = at + grapheme.len();
    }
    // An early space would throw much away for one long word.
    let cut = end.filter(|end| end * 2 > kept).unwrap_or(kept);
    format!("{}…", value[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://okla.example/leer/abcdefghijklmnopqrstuvwxyz0123456";

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn contact(words: &str, dealer: &str) -> Filled {
        let filled =
            [("dealer", dealer), ("person", "Ana"), ("vehicle", "Kia Rio 2020"), ("reason", "Precio")];
        let mut named: BTreeMap<&str, String> =
            filled.into_iter().map(|(field, value)| (field, value.to_owned())).collect();
        named.insert(WORDS, words.to_owned());
        Definition::of(Purpose::Contact).fill(&named, LINK)
    }

    #[test]
    fn what_a_value_holds_is_never_taken_for_a_place() {
        assert_eq!(
            render("Hola, {{1}}: {{2}} le escribe. {{1}}, {{3}}.", &values(&[("1", "{{2}}"), ("2", "Ana")])),
            "Hola, {{2}}: Ana le escribe. {{2}}, ."
        );
        assert_eq!(render("sin lugar {{", &values(&[])), "sin lugar {{");
    }

    #[test]
    fn a_value_is_one_line_without_runs_of_spaces() {
        assert_eq!(
            as_value("  Hola,\r\n\n  ¿sigue\tdisponible?\u{200b}   Gracias\n"),
            "Hola, · ¿sigue disponible? Gracias"
        );
        assert_eq!(as_value("a\u{0}b"), "ab");
        assert_eq!(as_value(" \n "), "");
        assert_eq!(as_value("👨‍👩‍👧"), "👨‍👩‍👧", "one picture stays one");
    }

    #[test]
    fn short_words_travel_whole_and_on_one_line() {
        let filled = contact("Hola\n¿sigue disponible?", "Auto Feria");
        assert_eq!(filled.rest, None);
        assert!(filled.text.contains("«Hola · ¿sigue disponible?»"), "{}", filled.text);
        assert!(filled.text.starts_with("Hola, Auto Feria: Ana le escribe en OKLA por Kia Rio 2020."));
    }

    #[test]
    fn long_words_travel_as_their_beginning_and_nothing_is_lost() {
        for words in
            ["palabra corta\n".repeat(200), "ñandú ".repeat(600), "a".repeat(4_000), "👨‍👩‍👧".repeat(500)]
        {
            let filled = contact(&words, &"Concesionario de nombre larguísimo ".repeat(9));
            assert!(filled.text.chars().count() <= MOST_BODY, "{}", filled.text.chars().count());
            let value = &filled.variables["5"];
            let head = value.strip_suffix(&format!("… Siga leyendo: {LINK}")).unwrap();
            assert!(value.chars().count() > 700, "{}", value.chars().count());
            let rest = filled.rest.unwrap();
            let bare = |text: &str| text.replace([' ', '·', '\n'], "");
            assert_eq!(bare(&words), bare(head) + &bare(&rest));
        }
    }

    #[test]
    fn an_empty_value_is_a_dash() {
        assert_eq!(contact("", "").variables["1"], "—");
        assert_eq!(contact(" \n", "x").variables["5"], "—");
    }

    #[test]
    fn a_long_name_ends_between_words_and_never_inside_a_grapheme() {
        assert_eq!(beginning("uno dos tres", 12), "uno dos tres");
        assert_eq!(beginning("uno dos tres", 10), "uno dos…");
        assert_eq!(beginning(&"a".repeat(20), 5), "aaaa…");
        let family = "👨‍👩‍👧".repeat(10);
        assert_eq!(beginning(&family, 12), format!("{}…", "👨‍👩‍👧".repeat(2)));
        for most in 1..40 {
            assert!(beginning("Él dijo «sí», y después 👍🏽 nada más", most).chars().count() <= most.max(1));
        }
    }
}
