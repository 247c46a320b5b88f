//! Codes that a person sends to OKLA's number from his own: `OKLA 4F7K2Q`.

/// What a code is good for. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The number is his.
    Phone,
    /// He may set a new password.
    Password,
}

impl Proof {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Password => "password",
        }
    }

    /// What he sends: it says in words what it does, for whoever was talked into sending it.
    pub fn words(self, code: &str) -> String {
        format!("{MARK} {code}: {}", self.wish())
    }

    fn wish(self) -> &'static str {
        match self {
            Self::Phone => "quiero comprobar mi número",
            Self::Password => "olvidé mi contraseña y quiero poner otra",
        }
    }
}

const MARK: &str = "OKLA";
/// No vowels, so that no word is a code; nothing that looks like something else.
const SYMBOLS: &[u8; 28] = b"23456789BCDFGHJKMNPQRSTVWXYZ";
/// 480 million codes; few are open at a time, and guesses are counted.
const LENGTH: usize = 6;
/// Letters and digits of what was meant as one, with some left out or too many.
const MISTYPED: std::ops::RangeInclusive<usize> = 4..=8;

/// The code that these bits are.
pub fn code_of(mut bits: u64) -> String {
    let mut code = String::with_capacity(LENGTH);
    for _ in 0..LENGTH {
        let symbol = usize::try_from(bits % 28).unwrap_or_default();
        code.push(char::from(SYMBOLS[symbol]));
        bits /= 28;
    }
    code
}

/// A code as it came in, or what was meant as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub code: String,
    /// After the word OKLA: it can be nothing else. A bare one may be something that people say.
    pub is_marked: bool,
}

/// The code in a message: after OKLA, whatever stands around it, or alone. Capitals, spaces and dashes do not matter.
pub fn read(text: &str) -> Option<Typed> {
    let folded = text.to_uppercase();
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let marked = words.iter().enumerate().find_map(|(at, word)| {
        let rest = word.strip_prefix(MARK)?;
        let following = words.get(at + 1..).unwrap_or_default();
        code_in(std::iter::once(rest).chain(following.iter().copied()))
    });
    if let Some(code) = marked {
        return Some(Typed { code, is_marked: true });
    }
    if let Some(code) = mistyped(text, &words) {
        return Some(Typed { code, is_marked: true });
    }
    let bare = words.concat();
    let is_code = is_code(&bare)
        && bare.contains(|c: char| c.is_ascii_digit())
        && bare.contains(|c: char| c.is_ascii_alphabetic());
    is_code.then_some(Typed { code: bare, is_marked: false })
}

/// As many of these words as make a code, from the first.
fn code_in<'a>(words: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut code = String::new();
    for word in words {
        code.push_str(word);
        if code.len() >= LENGTH {
            break;
        }
    }
    is_code(&code).then_some(code)
}

/// What stands for a code and is none: the one word after OKLA at the beginning, or the one before what we wrote for him.
/// Nobody waits in vain for an answer to a slip of his finger.
fn mistyped(text: &str, words: &[&str]) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let alone = match rest {
        [] => first.strip_prefix(MARK).filter(|rest| rest.contains(|c: char| c.is_ascii_digit()))?,
        [word, ..] if *first == MARK && (rest.len() == 1 || has_wish(text)) => word,
        [..] => return None,
    };
    is_mistyped(alone).then(|| alone.to_owned())
}

/// Whether it ends as we wrote it for him.
fn has_wish(text: &str) -> bool {
    [Proof::Phone, Proof::Password].iter().any(|proof| text.trim_end().ends_with(proof.wish()))
}

fn is_mistyped(text: &str) -> bool {
    MISTYPED.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_code(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| SYMBOLS.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_as_whatsapp_and_people_send_it() {
        let sent = Proof::Phone.words("4F7K2Q");
        for text in [
            &*sent,
            "OKLA 4F7K2Q",
            "okla 4f7k2q",
            "  Okla: 4F7 K2Q.",
            "Hola, OKLA-4F7-K2Q gracias",
            "okla4f7k2q",
        ] {
            let typed = Typed { code: "4F7K2Q".to_owned(), is_marked: true };
            assert_eq!(read(text), Some(typed), "{text}");
        }
        for text in ["4F7K2Q", " 4f7 k2q "] {
            let typed = Typed { code: "4F7K2Q".to_owned(), is_marked: false };
            assert_eq!(read(text), Some(typed), "{text}");
        }
    }

    #[test]
    fn what_people_say_is_no_code() {
        for text in [
            "",
            "OKLA",
            "OKLA buenas tardes",
            "OKLA sí",
            "OKLA a las 2",
            "OKLA recomiéndeme",
            "okla, ¿tiene jeepetas?",
            "Buenas OKLA 4F7K2",
            "Hola OKLA, ¿sigue disponible?",
            "809555",
            "hmmmmm",
            "4F7K2O",
            "Sí, venga a las 4",
            "oklahoma",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn slip_of_a_finger_is_taken_for_a_code_that_is_none() {
        let ours = Proof::Phone.words("4F7K2O");
        for text in ["OKLA 4F7K2", "OKLA 4F7K2QX", "okla 4f7k2o", "OKLA buenas", "okla4f7k2", &ours] {
            let typed = read(text);
            assert!(typed.is_some_and(|typed| typed.is_marked && !is_code(&typed.code)), "{text}");
        }
    }

    #[test]
    fn every_code_is_read_back() {
        for bits in [0, 1, 27, 28, u64::MAX, 123_456_789_012] {
            let code = code_of(bits);
            assert_eq!(read(&format!("OKLA {code}")).map(|typed| typed.code), Some(code));
        }
    }
}
