//! Words by which a person leaves, or comes back: only if they are all that he wrote. «¿El precio baja?» is a question, and
//! «baja por favor» may be one, so no other word is tolerated beside them.

#[cfg(test)]
mod tests;

/// What such a message asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// Nothing more, from anybody.
    Leave,
    Return,
    /// «Cancelar»: in answer to an appointment it cancels that, else it is [`Word::Leave`].
    Cancel,
}

/// Folded: lower case without accents. Several words are a phrase.
const LEAVE: [&str; 31] = [
    "baja",
    "stop",
    "parar",
    "pare",
    "para",
    "paren",
    "no mas",
    "nomas",
    "no mas mensajes",
    "alto",
    "salir",
    "detener",
    "unsubscribe",
    "stop all",
    "stopall",
    "end",
    "quit",
    "revoke",
    "opt out",
    "optout",
    "darme de baja",
    "dar de baja",
    "dame de baja",
    "deme de baja",
    "no me escriba mas",
    "no me escribas mas",
    "no me escriban mas",
    "deje de escribirme",
    "deja de escribirme",
    "dejen de escribirme",
    "desuscribir",
];
const RETURN: [&str; 7] =
    ["alta", "start", "unstop", "darme de alta", "dame de alta", "deme de alta", "volver"];
const CANCEL: [&str; 5] = ["cancelar", "cancel", "cancela", "cancele", "cancelen"];

/// A longer message is no such word, however it is written.
const LONGEST: usize = 200;

/// What the message is, if it is nothing else. Capitals, accents, punctuation, emoji, spaced-out and drawn-out letters and
/// repetition do not matter.
pub fn read(text: &str) -> Option<Word> {
    if text.chars().count() > LONGEST {
        return None;
    }
    let said = tokens(text);
    let is_any = |words: &[&str]| words.iter().any(|word| is_only(&said, word));
    if is_any(&LEAVE) {
        Some(Word::Leave)
    } else if is_any(&RETURN) {
        Some(Word::Return)
    } else if is_any(&CANCEL) {
        Some(Word::Cancel)
    } else {
        None
    }
}

/// The words of a text, each of letters and digits only; letters that stand alone, one after the other, are one word.
fn tokens(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars().flat_map(char::to_lowercase).filter(|c| !is_unseen(*c)) {
        let c = without_accent(c);
        match words.last_mut() {
            Some(word) if c.is_alphanumeric() => word.push(c),
            Some(word) if !word.is_empty() => words.push(String::new()),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    let is_spelled = words.len() > 2 && words.iter().all(|word| word.chars().count() == 1);
    if is_spelled { vec![words.concat()] } else { words }
}

/// Accents that stand by themselves, joiners, variation selectors, skin tones, tags.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{20e3}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e007f}')
}

fn without_accent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ª' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'º' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        // Fullwidth letters, as some keyboards write them.
        '\u{ff41}'..='\u{ff5a}' => char::from_u32(u32::from(c) - 0xff41 + u32::from('a')).unwrap_or(c),
        other => other,
    }
}

/// Whether the words are this one or this phrase, once or several times.
fn is_only(said: &[String], word: &str) -> bool {
    let wanted: Vec<&str> = word.split(' ').collect();
    let phrase = |said: &[String]| {
        said.len() == wanted.len()
            && said.iter().zip(&wanted).all(|(said, wanted)| is_drawn_out(said, wanted))
    };
    let spelled = matches!(said, [only] if wanted.len() > 1 && is_drawn_out(only, &wanted.concat()));
    spelled || !said.is_empty() && said.chunks(wanted.len()).all(phrase)
}

/// The same letters, some perhaps held: the last one, or any three times and more. «Parra» is a name.
fn is_drawn_out(said: &str, word: &str) -> bool {
    let (said, word) = (runs(said), runs(word));
    let last = word.len().saturating_sub(1);
    said.len() == word.len()
        && said.iter().zip(&word).enumerate().all(|(at, ((one, times), (other, wanted)))| {
            one == other && (times == wanted || times > wanted && (at == last || *times > 2))
        })
}

/// Each letter with how often it follows itself.
fn runs(word: &str) -> Vec<(char, usize)> {
    let mut runs: Vec<(char, usize)> = Vec::new();
    for c in word.chars() {
        match runs.last_mut() {
            Some((last, times)) if *last == c => *times += 1,
            _ => runs.push((c, 1)),
        }
    }
    runs
}
