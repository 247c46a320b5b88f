//! A long body as several Twilio messages. The recipient reads them one after the other, so a cut falls where he would
//! pause: at a paragraph's end, else at a line's, a sentence's, a word's, and only then inside a word.

use unicode_segmentation::UnicodeSegmentation;

use super::text::is_blank;

/// What one Twilio message holds, in UTF-16 units (error 21617 beyond it).
pub const PART_LIMIT_UTF16: usize = 1_600;

/// The texts to send for a body, in their order, each at most [`PART_LIMIT_UTF16`] with its number. A body that fits is
/// its only part, as it is. Each part of a longer one begins with its number on a line of its own, «(1/3)»: it shows in
/// the notification, and what WhatsApp knows by the beginning of a line (a list, a quotation) still begins one. White
/// space goes at the cuts and at the body's ends; nothing else does. Never inside a grapheme cluster, but for one that
/// is longer than a part.
pub fn split(body: &str) -> Vec<String> {
    if fits(body) {
        return vec![body.to_owned()];
    }
    // The number needs room, and how much depends on how many parts there will be.
    let mut digits = 0;
    loop {
        let number = if digits == 0 { 0 } else { "(/)\n".len() + 2 * digits };
        let texts = cut(body, PART_LIMIT_UTF16 - number);
        match texts.len() {
            0 | 1 => return texts,
            total if total.to_string().len() <= digits => return numbered(&texts),
            _ => digits += 1,
        }
    }
}

/// Whether a text goes as one message.
fn fits(text: &str) -> bool {
    utf16_len(text) <= PART_LIMIT_UTF16
}

fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

fn numbered(texts: &[String]) -> Vec<String> {
    let total = texts.len();
    texts.iter().zip(1..).map(|(text, number)| format!("({number}/{total})\n{text}")).collect()
}

/// The body in texts of at most `room` UTF-16 units, none of them blank.
fn cut(body: &str, room: usize) -> Vec<String> {
    let pieces = pieces(body, room);
    let mut rest = pieces.as_slice();
    let mut texts = Vec::new();
    loop {
        rest = trimmed(rest);
        if rest.is_empty() {
            return texts;
        }
        let (part, later) = rest.split_at(end_of_part(rest, room));
        let text = part.concat();
        if !text.chars().all(is_blank) {
            texts.push(text);
        }
        rest = later;
    }
}

/// What is not cut: grapheme clusters, and the scalar values of one that fills more than a part.
fn pieces(body: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    for grapheme in body.graphemes(true) {
        if utf16_len(grapheme) <= room {
            pieces.push(grapheme);
        } else {
            pieces.extend(grapheme.char_indices().map(|(at, c)| &grapheme[at..at + c.len_utf8()]));
        }
    }
    pieces
}

fn trimmed<'a, 'b>(pieces: &'a [&'b str]) -> &'a [&'b str] {
    match (
        pieces.iter().position(|piece| !is_space(piece)),
        pieces.iter().rposition(|piece| !is_space(piece)),
    ) {
        (Some(first), Some(last)) => &pieces[first..=last],
        _ => &[],
    }
}

fn is_space(piece: &str) -> bool {
    piece.chars().all(char::is_whitespace)
}

/// How well a text may be cut at a place; the greater, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Word,
    Sentence,
    Line,
    Paragraph,
}

/// How many of `rest` (trimmed, not empty) make the next part: up to the last of the best ends in the second half of the
/// room, for an earlier one would make small parts and each costs a message. An earlier end of a word is still better
/// than none: a long address is worth keeping whole.
fn end_of_part(rest: &[&str], room: usize) -> usize {
    let mut used = 0;
    let mut best = None;
    let mut after_space = true;
    for (index, piece) in rest.iter().enumerate() {
        let space = is_space(piece);
        if space && !after_space {
            let (before, after) = rest.split_at(index);
            let end = if used * 2 < room { End::Word } else { end_between(before, after) };
            if best.is_none_or(|(least, _)| end >= least) {
                best = Some((end, index));
            }
        }
        after_space = space;
        used += utf16_len(piece);
        if used > room {
            return best.map_or(index, |(_, index)| index);
        }
    }
    rest.len()
}

/// What ends where white space begins.
fn end_between(before: &[&str], after: &[&str]) -> End {
    let lines = after.iter().take_while(|piece| is_space(piece)).filter(|piece| piece.contains('\n')).count();
    match lines {
        0 if is_sentence(before, after) => End::Sentence,
        0 => End::Word,
        1 => End::Line,
        _ => End::Paragraph,
    }
}

/// A full stop and its like, perhaps with quotation marks or brackets after it; but what goes on in lower case was an
/// abbreviation.
fn is_sentence(before: &[&str], after: &[&str]) -> bool {
    const CLOSING: [&str; 7] = ["»", "”", "’", "\"", "'", ")", "]"];
    let stop = before.iter().rev().find(|piece| !CLOSING.contains(piece));
    let next = after.iter().find(|piece| !is_space(piece)).and_then(|piece| piece.chars().next());
    stop.is_some_and(|piece| [".", "!", "?", "…"].contains(piece)) && !next.is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests;
