//! The address of a picture to send along. Twilio fetches it; no page of ours ever does.

/// An `https` address of at most 2,000 characters with a host and no spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageUrl(String);

impl ImageUrl {
    /// Parses what was typed; an empty text is no picture. The error is the sentence for the form.
    pub fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let Some(rest) = strip_https(text) else {
            return Err("La dirección de la imagen debe empezar con https://.");
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let whole =
            !host.contains('@') && host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
        if whole && text.len() <= 2000 && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Some(Self(text.to_owned())))
        } else {
            Err("La dirección de la imagen no está completa. Péguela así: https://ejemplo.com/foto.jpg.")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn strip_https(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked(8)?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_https_address_is_a_picture() {
        assert_eq!(ImageUrl::parse("  "), Ok(None));
        assert!(matches!(ImageUrl::parse("https://okla.com.do/images/car.jpg"), Ok(Some(_))));
        for wrong in [
            "http://okla.com.do/a.jpg",
            "javascript:alert(1)",
            "https://",
            "https://x",
            "https://a.do/ b",
            "https://u:p@a.do/x",
        ] {
            assert!(ImageUrl::parse(wrong).is_err(), "{wrong:?} was taken");
        }
    }
}
