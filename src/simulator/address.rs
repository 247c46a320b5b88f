//! Channel addresses: `whatsapp:+<E.164>`, or since 2026 `whatsapp:<BSUID>` for users who hide their number.

const PREFIX: &str = "whatsapp:";

/// Whether Twilio would take it for a WhatsApp address.
pub fn is_valid(address: &str) -> bool {
    address.strip_prefix(PREFIX).is_some_and(|user| is_number(user) || is_bsuid(user))
}

/// The address that a person meant: the prefix and the `+` may be missing, or the `+` may have become a space on its way
/// through a query string.
pub fn completed(text: &str) -> String {
    let user = text.trim().strip_prefix(PREFIX).unwrap_or(text).trim();
    let plus = if user.starts_with(|first: char| first.is_ascii_digit()) { "+" } else { "" };
    format!("{PREFIX}{plus}{user}")
}

fn is_number(user: &str) -> bool {
    user.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// Two letters of a country, a dot, up to 128 letters, digits and dots.
fn is_bsuid(user: &str) -> bool {
    user.split_once('.').is_some_and(|(country, id)| {
        country.len() == 2
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_needs_prefix_plus_and_two_to_fifteen_digits() {
        for good in ["whatsapp:+1234567890", "whatsapp:+18095551234", "whatsapp:DO.1A2B3C"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "+18095551234",
            "whatsapp:18095551234",
            "whatsapp: 18095551234",
            "whatsapp:+0809",
            "whatsapp:+1",
            "",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn mangled_number_is_completed() {
        for text in
            ["+18095551234", " 18095551234", "18095551234", "whatsapp: 18095551234", "whatsapp:+18095551234"]
        {
            assert_eq!(completed(text), "whatsapp:+18095551234");
        }
        assert_eq!(completed("DO.1A2B"), "whatsapp:DO.1A2B");
    }
}
