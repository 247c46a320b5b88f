use proptest::{collection::vec, prelude::*, sample::select};
use unicode_segmentation::UnicodeSegmentation;

use super::*;

/// The parts without their numbers, which are checked.
fn texts(body: &str) -> Vec<String> {
    let parts = split(body);
    let total = parts.len();
    assert!(total > 1, "it fits");
    let number = |at: usize| format!("({}/{total})\n", at + 1);
    let text = |(at, part): (usize, String)| part.strip_prefix(&number(at)).expect("its number").to_owned();
    parts.into_iter().enumerate().map(text).collect()
}

#[test]
fn a_body_that_fits_is_its_only_part_as_it_is() {
    for body in ["hola".to_owned(), " a ".to_owned(), "🚗".repeat(800), " ".repeat(1_599) + "a"] {
        assert_eq!(split(&body), [body]);
    }
}

#[test]
fn each_part_begins_with_its_number_on_a_line_of_its_own() {
    let parts = split(&"palabra ".repeat(250));
    assert_eq!(parts.len(), 2);
    assert!(parts[0].starts_with("(1/2)\npalabra palabra"), "{}", parts[0]);
    assert!(parts[1].starts_with("(2/2)\npalabra palabra"), "{}", parts[1]);
    let many = split(&"🚗".repeat(8_000));
    assert_eq!(many.len(), 11);
    assert!(many[0].starts_with("(1/11)\n🚗"));
    assert!(many[10].starts_with("(11/11)\n🚗"));
    assert_eq!(many.iter().map(|part| utf16_len(part)).max(), Some(1_600), "as full as Twilio takes them");
}

#[test]
fn the_cut_falls_where_a_reader_would_pause() {
    let words = "Le escribo por el carro. ".repeat(40);
    let first = words.trim_end();
    for gap in ["\n\n", " \n \n\n"] {
        let body = format!("{first}{gap}{words}Una línea\n{words}");
        assert_eq!(texts(&body)[0], first, "at the paragraph, though a line and sentences end later");
    }
    let body = format!("{first} y\n{words}{words}");
    assert_eq!(texts(&body)[0], format!("{first} y"), "at the line, though sentences end later");
    let body = words.repeat(2);
    assert!(texts(&body)[0].ends_with("por el carro."), "at a sentence");
    let body = "(«¿Sigue disponible?») Y ".repeat(100);
    assert!(texts(&body)[0].ends_with("disponible?»)"), "quotation marks belong to it");
    let body = "el precio de aprox. mil pesos ".repeat(70);
    assert!(texts(&body)[0].len() > 1_580, "no sentence ends before a small letter: at the last word");
}

#[test]
fn an_early_end_makes_no_small_part_unless_a_word_would_break() {
    let body = format!("Hola.\n\n{}", "palabra ".repeat(250));
    assert!(texts(&body)[0].starts_with("Hola.\n\npalabra"), "{:?}", texts(&body)[0]);
    let address = format!("https://ejemplo.do/{}", "x".repeat(1_550));
    assert_eq!(
        texts(&format!("Mire esta foto del carro que vi: {address} y me dice")),
        ["Mire esta foto del carro que vi:", &*format!("{address} y me dice")]
    );
}

#[test]
fn no_grapheme_is_cut() {
    for grapheme in ["👨‍👩‍👧‍👦", "🇩🇴", "e\u{301}\u{323}", "👍🏽", "각", "नि"]
    {
        for shift in 0..utf16_len(grapheme) {
            let body = format!("{}{}", "a".repeat(shift), grapheme.repeat(1_700));
            for text in texts(&body) {
                assert!(text.ends_with(grapheme), "{grapheme}");
                assert_eq!(text.trim_start_matches('a').replace(grapheme, ""), "");
            }
        }
    }
}

#[test]
fn a_grapheme_longer_than_a_part_is_cut_between_scalar_values() {
    let endless = format!("e{}", "\u{301}".repeat(4_000));
    assert_eq!(texts(&endless).concat(), endless);
    assert_eq!(split(&endless).len(), 3);
    let family = ["👨"; 1_000].join("\u{200d}");
    assert_eq!(texts(&family).concat(), family);
}

#[test]
fn no_part_is_blank() {
    let far = format!("hola{}adiós", " \n".repeat(2_000));
    assert_eq!(texts(&far), ["hola", "adiós"]);
    assert_eq!(split(&format!("{}hola{}", " ".repeat(2_000), "\n".repeat(2_000))), ["hola"]);
    assert_eq!(split(&format!("hola {}", "\u{200b}".repeat(1_000) + &" ".repeat(2_000))).len(), 1);
    let unseen = format!("hola {} adiós", "\u{200b}".repeat(4_000));
    assert!(split(&unseen).iter().all(|part| part.contains("hola") || part.contains("adiós")), "{unseen:?}");
}

/// What people write, and what they might: words long and short, every kind of end, clusters of many scalar values.
fn bodies() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        40 => "[a-zñáé]{1,12}",
        1 => "[a-z]{1,1700}",
        12 => select(vec!["👨‍👩‍👧‍👦", "🇩🇴", "e\u{301}", "👍🏽", "各", "¿Sí?", "Fin.", "(No.)", "RD$"]).prop_map(str::to_owned),
    ];
    let gap = prop_oneof![
        40 => Just(" ".to_owned()),
        10 => select(vec!["", "\n", "\n\n", " \n", "\t", "\u{a0}"]).prop_map(str::to_owned),
        1 => "[ \n]{1,900}",
    ];
    vec((word, gap), 1..250).prop_map(|pairs| pairs.into_iter().map(|(word, gap)| word + &gap).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_doubled_or_cut_inside(body in bodies()) {
        prop_assume!(!fits(body.trim()));
        let texts = texts(&body);
        let ends: Vec<usize> = body.grapheme_indices(true).map(|(at, _)| at).chain([body.len()]).collect();
        let mut rest = body.as_str();
        for text in &texts {
            let begin = rest.trim_start();
            prop_assert!(begin.starts_with(text.as_str()), "{text:?} does not follow in {begin:?}");
            rest = &begin[text.len()..];
            for edge in [body.len() - begin.len(), body.len() - rest.len()] {
                prop_assert!(ends.binary_search(&edge).is_ok(), "cut inside a grapheme at {edge}");
            }
        }
        prop_assert_eq!(rest.trim(), "");
    }

    #[test]
    fn parts_hold_what_twilio_takes_and_are_as_few_as_halves_allow(body in bodies()) {
        let parts = split(&body);
        for part in &parts {
            prop_assert!(utf16_len(part) <= PART_LIMIT_UTF16);
            prop_assert!(parts.len() == 1 || !part.split_once('\n').unwrap().1.trim().is_empty());
        }
        prop_assert!(parts.len() <= 2 * utf16_len(&body) / 1_580 + 1, "{} parts", parts.len());
    }

    #[test]
    fn any_text_is_cut_without_a_hitch(body in vec(prop_oneof![any::<char>(), select(vec!['\u{301}', '\u{200d}', ' ', '\n', 'a', '🇩'])], 1..4_096)) {
        let body: String = body.into_iter().collect();
        for part in split(&body) {
            prop_assert!(utf16_len(&part) <= PART_LIMIT_UTF16);
        }
    }
}
