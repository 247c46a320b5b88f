//! What Meta wants of a template, looked at before it is asked: a name that was rejected cannot be submitted again.

/// Characters of a template's text with its values in it.
pub const MOST_BODY: usize = 1_024;
/// Titles of quick-reply buttons: how many, and their characters.
const MOST_BUTTONS: usize = 10;
const MOST_TITLE: usize = 25;

/// What is wrong with a template: its name, its text, the variables that have samples, and its buttons' titles. Each a
/// sentence for whoever writes templates.
pub fn problems<'a>(
    name: &str,
    body: &str,
    samples: impl IntoIterator<Item = (&'a str, &'a str)>,
    buttons: &[&str],
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut say = |wrong: bool, sentence: &str| {
        if wrong {
            problems.push(format!("{name}: {sentence}"));
        }
    };
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    say(
        name.is_empty() || name.len() > 512 || !name.chars().all(is_name),
        "el nombre lleva solo minúsculas sin acento, cifras y guion bajo",
    );
    let text = body.trim();
    say(text.is_empty(), "falta el texto");
    say(body.chars().count() > MOST_BODY, "el texto pasa de 1,024 caracteres");
    say(
        text.starts_with("{{")
            || text.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '}').ends_with("}}"),
        "el texto no puede empezar ni terminar con una variable",
    );
    let packed: String = text.split_whitespace().collect();
    say(packed.contains("}}{{"), "dos variables van seguidas sin palabras en medio");
    say(
        text.contains("\n\n\n") || text.contains("     "),
        "hay tres saltos de línea o más de cuatro espacios seguidos",
    );

    let places = places(body);
    let mut distinct = places.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let wanted: Vec<usize> = (1..=distinct.len()).collect();
    say(distinct != wanted, "las variables se numeran {{1}}, {{2}}…, sin saltos");
    let words = text.split_whitespace().filter(|word| !word.contains("{{")).count();
    say(
        !distinct.is_empty() && words < 2 * distinct.len() + 1,
        "hay muy pocas palabras para tantas variables",
    );
    let mut numbered = Vec::new();
    for (place, sample) in samples {
        numbered.extend(place.parse::<usize>().ok());
        say(
            sample.trim().is_empty() || sample.contains(['\n', '\r', '\t']) || sample.contains("     "),
            "un valor de muestra está vacío o tiene saltos de línea",
        );
    }
    numbered.sort_unstable();
    say(numbered != distinct, "cada variable necesita un valor de muestra, y ninguno más");

    say(buttons.len() > MOST_BUTTONS, "hay más de diez botones");
    say(
        buttons.iter().any(|title| {
            title.trim().is_empty() || title.chars().count() > MOST_TITLE || title.contains("{{")
        }),
        "un botón lleva de 1 a 25 caracteres y ninguna variable",
    );
    problems
}

/// The numbers of the places in a text; what is no number is 0, which no template may have.
fn places(body: &str) -> Vec<usize> {
    body.split("{{")
        .skip(1)
        .map(|rest| rest.split_once("}}").and_then(|(name, _)| name.parse().ok()).unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [(&str, &str); 2] = [("1", "Ana"), ("2", "Kia Rio")];

    #[test]
    fn a_sound_template_has_no_problem() {
        let body = "Hola, {{1}}: su publicación de {{2}} vence mañana.";
        assert_eq!(problems("okla_vence_2", body, SAMPLES, &["Renovar"]), Vec::<String>::new());
    }

    #[test]
    fn each_rule_is_told_in_a_sentence() {
        let good = "Hola, {{1}}: su publicación de {{2}} vence mañana.";
        let said = |name: &str, body: &str, samples: &[(&'static str, &'static str)], buttons: &[&str]| {
            problems(name, body, samples.iter().copied(), buttons).join(" | ")
        };
        for (told, wanted) in [
            (said("Okla-Vence", good, &SAMPLES, &[]), "minúsculas"),
            (said("x", "", &[], &[]), "falta el texto"),
            (said("x", &format!("a {}", "b".repeat(1_023)), &[], &[]), "1,024"),
            (said("x", "{{1}} le escribe por {{2}} en OKLA hoy.", &SAMPLES, &[]), "empezar ni terminar"),
            (
                said("x", "Hola, hoy en OKLA {{1}} le escribe por {{2}}.", &SAMPLES, &[]),
                "empezar ni terminar",
            ),
            (said("x", "Hola, hoy le escriben {{1}} {{2}} en OKLA de nuevo.", &SAMPLES, &[]), "seguidas"),
            (said("x", "Hola, {{1}}: su publicación de {{3}} vence mañana.", &SAMPLES, &[]), "sin saltos"),
            (said("x", "Hola, {{1}} y {{2}} aquí.", &SAMPLES, &[]), "muy pocas palabras"),
            (said("x", good, &SAMPLES[..1], &[]), "valor de muestra, y ninguno más"),
            (said("x", good, &[("1", "Ana"), ("2", "a\nb")], &[]), "saltos de línea"),
            (said("x", good, &SAMPLES, &["Un título que es demasiado largo"]), "botón"),
        ] {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }
}
