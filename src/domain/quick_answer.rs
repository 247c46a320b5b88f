//! What a dealer's people say again and again.

/// A dealer has so many at most.
pub const MOST: i64 = 20;
pub const MOST_TITLE: usize = 40;
pub const MOST_WORDS: usize = 1_000;

/// For whoever has made none: a title and the words.
pub const FIRST: [(&str, &str); 3] = [
    ("Sigue disponible", "Sí, sigue disponible."),
    ("Puede verlo hoy", "Puede verlo hoy mismo."),
    ("Ya se vendió", "Ya se vendió, gracias por escribir."),
];

/// What is wrong with a title; `None`: nothing.
pub fn title_problem(title: &str) -> Option<String> {
    match title.chars().count() {
        0 => Some("Póngale un título para reconocerla.".to_owned()),
        length if length > MOST_TITLE => {
            Some(format!("El título tiene {length} letras; caben {MOST_TITLE}."))
        }
        _ => None,
    }
}

/// What is wrong with the words; `None`: nothing.
pub fn words_problem(words: &str) -> Option<String> {
    match words.chars().count() {
        0 => Some("Escriba la respuesta.".to_owned()),
        length if length > MOST_WORDS => {
            Some(format!("La respuesta tiene {length} letras; caben {MOST_WORDS}. Acórtela."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_empty_is_said_in_words() {
        assert!(title_problem("").is_some() && title_problem(&"é".repeat(41)).is_some());
        assert!(title_problem(&"é".repeat(40)).is_none());
        assert!(words_problem("").is_some() && words_problem(&"x".repeat(1_001)).is_some());
        for (title, words) in FIRST {
            assert!(title_problem(title).is_none() && words_problem(words).is_none(), "{title}");
        }
    }
}
