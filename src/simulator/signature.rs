//! `X-Twilio-Signature`, from Twilio's description and not from the application's code: two independent hands that must agree.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac, digest::InvalidLength};
use sha1::Sha1;

/// Signs with one auth token.
pub struct Signer {
    keyed: Hmac<Sha1>,
}

impl Signer {
    pub fn new(auth_token: &str) -> Result<Self, InvalidLength> {
        Ok(Self { keyed: Hmac::new_from_slice(auth_token.as_bytes())? })
    }

    /// The signature of a form post of `fields` to `url`, which bears no fragment: HMAC-SHA1 over the URL, then each name in
    /// byte order followed by its value, again for each further value; base64.
    pub fn sign(&self, url: &str, fields: &[(String, String)]) -> String {
        let mut sorted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, value) in fields {
            sorted.entry(name).or_default().insert(value);
        }
        let mut mac = self.keyed.clone();
        mac.update(url.as_bytes());
        for (name, values) in sorted {
            for value in values {
                mac.update(name.as_bytes());
                mac.update(value.as_bytes());
            }
        }
        BASE64_STANDARD.encode(mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(url: &str, form: &str) -> String {
        let fields: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        Signer::new("12345").unwrap().sign(url, &fields)
    }

    #[test]
    fn twilios_own_example_gets_twilios_signature() {
        let form = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
        assert_eq!(sign("https://mycompany.com/myapp.php?foo=1&bar=2", form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn repeated_and_cased_names_sort_by_bytes() {
        assert_eq!(sign("https://okla.example/x", "A=2&A=1&A=1&AB=0&a=9"), "Nl9uz6YAEz0SVv2xK3q7UOmGqwY=");
    }

    #[test]
    fn inbound_text_with_spaces_at_its_ends_gets_the_libraries_signature() {
        let form = "SmsMessageSid=SM00000000000000000000000000000002&NumMedia=0&ProfileName=Jos%C3%A9+Pe%C3%B1a&\
                    MessageType=text&SmsSid=SM00000000000000000000000000000002&WaId=18095551234&SmsStatus=received&\
                    Body=+%C2%BFSigue+disponible%3F+%F0%9F%9A%97+&To=whatsapp%3A%2B14155238886&NumSegments=1&\
                    ReferralNumMedia=0&MessageSid=SM00000000000000000000000000000002&\
                    AccountSid=AC00000000000000000000000000000001&From=whatsapp%3A%2B18095551234&ApiVersion=2010-04-01";
        assert_eq!(
            sign("https://okla.example/webhooks/twilio/inbound", form),
            "i1LJB+xGpBe6llenYh4wIGklh3o="
        );
    }
}
