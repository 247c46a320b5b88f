//! The market by which Meta prices a WhatsApp message: the recipient's, told from the calling code of his number.
//!
//! Source: Meta, «Pricing on the WhatsApp Business Platform», its table of country calling codes as of 2026-10-01
//! (developers.facebook.com/documentation/business-messaging/whatsapp/pricing): a country of its own, or a region of those
//! listed for it; «if a country is not listed, it maps to Other». Under +1 the area code decides: the Dominican Republic,
//! Jamaica and Puerto Rico are Rest of Latin America, the remaining Caribbean is not listed and so is Other, and what is left
//! is North America. Seen in public copies of the table, not on Meta's page itself.

mod names;

use std::{fmt, str::FromStr};

/// A column of Meta's rate card. Its word in the database is the country's ISO 3166 code, or the region's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Market(&'static str);

/// Every market's word and the digits with which its numbers begin; the longest beginning decides.
const MARKETS: [(&str, &[&str]); 47] = [
    ("AR", &["54"]),
    ("BD", &["880"]),
    ("BR", &["55"]),
    ("CL", &["56"]),
    ("CO", &["57"]),
    ("EG", &["20"]),
    ("FR", &["33"]),
    ("DE", &["49"]),
    ("HK", &["852"]),
    ("HU", &["36"]),
    ("IN", &["91"]),
    ("ID", &["62"]),
    ("IQ", &["964"]),
    ("IL", &["972"]),
    ("IT", &["39"]),
    // Kazakhstan's share of +7.
    ("KZ", &["76", "77"]),
    ("KW", &["965"]),
    ("MY", &["60"]),
    ("MX", &["52"]),
    ("MA", &["212"]),
    ("NP", &["977"]),
    ("NL", &["31"]),
    ("NG", &["234"]),
    ("OM", &["968"]),
    ("PK", &["92"]),
    ("PE", &["51"]),
    ("PL", &["48"]),
    ("QA", &["974"]),
    ("RO", &["40"]),
    ("RU", &["7"]),
    ("SA", &["966"]),
    ("SG", &["65"]),
    ("ZA", &["27"]),
    ("ES", &["34"]),
    ("LK", &["94"]),
    ("TR", &["90"]),
    ("UA", &["380"]),
    ("AE", &["971"]),
    ("GB", &["44"]),
    ("north_america", &["1"]),
    (
        "rest_of_africa",
        &[
            "211", "213", "216", "218", "220", "221", "222", "223", "225", "226", "227", "228", "229", "231",
            "232", "233", "235", "237", "241", "242", "244", "245", "249", "250", "251", "252", "254", "255",
            "256", "257", "258", "260", "261", "263", "264", "265", "266", "267", "268", "291",
        ],
    ),
    (
        "rest_of_asia_pacific",
        &[
            "61", "63", "64", "66", "675", "81", "84", "855", "856", "86", "886", "93", "976", "992", "993",
            "998",
        ],
    ),
    (
        "rest_of_central_and_eastern_europe",
        &[
            "30", "355", "359", "370", "371", "373", "374", "375", "381", "385", "386", "389", "420", "421",
            "994", "995",
        ],
    ),
    (
        "rest_of_latin_america",
        &[
            "1809", "1829", "1849", "1658", "1876", "1787", "1939", "502", "503", "504", "505", "506", "507",
            "509", "58", "591", "593", "595", "598",
        ],
    ),
    ("rest_of_middle_east", &["961", "962", "967", "973"]),
    ("rest_of_western_europe", &["32", "351", "353", "358", "41", "43", "45", "46", "47"]),
    (
        "other",
        // Countries and territories under +1 that Meta does not list; every other unlisted code comes here by itself.
        &[
            "1242", "1246", "1264", "1268", "1284", "1345", "1441", "1473", "1649", "1664", "1721", "1758",
            "1767", "1784", "1868", "1869",
        ],
    ),
];

impl Market {
    /// Where the Dominican Republic belongs.
    pub const REST_OF_LATIN_AMERICA: Self = Self("rest_of_latin_america");
    pub const NORTH_AMERICA: Self = Self("north_america");
    /// Countries that Meta does not list.
    pub const OTHER: Self = Self("other");

    /// The market of a number in E.164 with `+`; Other for a user who hides his number.
    pub fn of(number: &str) -> Self {
        let digits = number.strip_prefix('+').unwrap_or_default();
        MARKETS
            .iter()
            .flat_map(|(market, codes)| codes.iter().map(move |code| (*market, *code)))
            .filter(|(_, code)| digits.starts_with(code))
            .max_by_key(|(_, code)| code.len())
            .map_or(Self::OTHER, |(market, _)| Self(market))
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// All of them, countries first.
    pub fn all() -> impl Iterator<Item = Self> {
        MARKETS.iter().map(|(market, _)| Self(market))
    }
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A word that is no market of Meta's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a market")]
pub struct UnknownMarket(pub String);

impl FromStr for Market {
    type Err = UnknownMarket;

    fn from_str(word: &str) -> Result<Self, UnknownMarket> {
        Self::all().find(|market| market.0 == word).ok_or_else(|| UnknownMarket(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_priced_by_its_country_and_under_plus_one_by_its_area() {
        for (number, market) in [
            ("+18095551234", "rest_of_latin_america"),
            ("+18295551234", "rest_of_latin_america"),
            ("+18495551234", "rest_of_latin_america"),
            ("+18765551234", "rest_of_latin_america"),
            ("+16585551234", "rest_of_latin_america"),
            ("+17875551234", "rest_of_latin_america"),
            ("+19395551234", "rest_of_latin_america"),
            ("+12425551234", "other"),
            ("+18685551234", "other"),
            ("+12125551234", "north_america"),
            ("+14165551234", "north_america"),
            ("+50937001234", "rest_of_latin_america"),
            ("+584121234567", "rest_of_latin_america"),
            ("+573001234567", "CO"),
            ("+5215512345678", "MX"),
            ("+34612345678", "ES"),
            ("+351912345678", "rest_of_western_europe"),
            ("+393331234567", "IT"),
            ("+380501234567", "UA"),
            ("+48501234567", "PL"),
            ("+79161234567", "RU"),
            ("+77011234567", "KZ"),
            ("+212612345678", "MA"),
            ("+213612345678", "rest_of_africa"),
            ("+97455123456", "QA"),
            ("+96171123456", "rest_of_middle_east"),
            ("+85291234567", "HK"),
            ("+85512345678", "rest_of_asia_pacific"),
            ("+9607771234", "other"),
            ("+1234567890", "north_america"),
            ("DO.1A2B3C", "other"),
            ("", "other"),
        ] {
            assert_eq!(Market::of(number).as_str(), market, "{number}");
        }
    }

    #[test]
    fn no_two_markets_claim_the_same_code_and_every_word_reads_back() {
        let mut codes: Vec<&str> = MARKETS.iter().flat_map(|(_, codes)| codes.iter().copied()).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        for market in Market::all() {
            assert_eq!(market.to_string().parse(), Ok(market));
        }
        for named in [Market::REST_OF_LATIN_AMERICA, Market::NORTH_AMERICA, Market::OTHER] {
            assert!(Market::all().any(|market| market == named), "{named}");
        }
        assert!("DO".parse::<Market>().is_err());
    }
}
