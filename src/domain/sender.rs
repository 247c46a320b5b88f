//! Our number as a WhatsApp sender, in Twilio's words (Senders API; fact sheet §6).

/// What Meta lets the number do: so many people outside their window within 24 hours, or as many as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagingLimit {
    Most(u32),
    Unlimited,
}

impl MessagingLimit {
    /// Twilio's words: `250 Customers/24hr`, `10K Customers/24hr`, `Unlimited Customers/24hr`; Meta's own: `TIER_10K`.
    /// `None`: words that say nothing to us.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("TIER_").unwrap_or(&text);
        if text.starts_with("UNLIMITED") {
            return Some(Self::Unlimited);
        }
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',').len();
        let (number, rest) = text.split_at(digits);
        let factor = match rest.split(|c: char| !c.is_ascii_alphanumeric()).next() {
            Some("") => 1,
            Some("K") => 1_000,
            Some("M") => 1_000_000,
            _ => return None,
        };
        number.replace(',', "").parse::<u32>().ok()?.checked_mul(factor).map(Self::Most)
    }
}

/// How people take what the number writes to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    High,
    Medium,
    Low,
}

impl Quality {
    /// Twilio's word, or Meta's colour. `None`: not rated yet, or a word that says nothing to us.
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_ascii_uppercase().as_str() {
            "HIGH" | "GREEN" => Some(Self::High),
            "MEDIUM" | "YELLOW" => Some(Self::Medium),
            "LOW" | "RED" => Some(Self::Low),
            _ => None,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::High => "Alta",
            Self::Medium => "Media",
            Self::Low => "Baja",
        }
    }
}

/// Whether the number can send: Twilio's `ONLINE`, and `ONLINE:UPDATING` while its profile is being changed.
pub fn is_online(status: &str) -> bool {
    status.eq_ignore_ascii_case("ONLINE") || status.to_ascii_uppercase().starts_with("ONLINE:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_in_twilios_words_and_in_metas() {
        for (text, limit) in [
            ("250 Customers/24hr", Some(MessagingLimit::Most(250))),
            ("2K Customers/24hr", Some(MessagingLimit::Most(2_000))),
            ("10K Customers/24hr", Some(MessagingLimit::Most(10_000))),
            ("100,000 Customers/24hr", Some(MessagingLimit::Most(100_000))),
            ("TIER_1M", Some(MessagingLimit::Most(1_000_000))),
            ("1000", Some(MessagingLimit::Most(1_000))),
            ("Unlimited Customers/24hr", Some(MessagingLimit::Unlimited)),
            ("TIER_UNLIMITED", Some(MessagingLimit::Unlimited)),
            ("", None),
            ("K Customers", None),
            ("10Kg", None),
            ("5000000K", None),
            ("TIER_NOT_SET", None),
        ] {
            assert_eq!(MessagingLimit::parse(text), limit, "{text}");
        }
    }

    #[test]
    fn a_number_that_is_being_updated_can_send_and_one_that_is_offline_cannot() {
        assert!(is_online("ONLINE") && is_online("ONLINE:UPDATING"));
        assert!(!is_online("OFFLINE") && !is_online("PENDING_VERIFICATION"));
        assert_eq!((Quality::parse("low"), Quality::parse("UNKNOWN")), (Some(Quality::Low), None));
    }
}
