//! Twilio's official vectors (fact sheet §4.3) and what must be refused. The token of all is `12345`.

use super::*;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const U: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const P: &[(&str, &str)] = &[
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
];

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn holds_raw(url: &str, raw_body: &str, signature: &str) -> bool {
    verify(
        &["12345"],
        &SignedRequest {
            url,
            content_type: Some(FORM),
            raw_body: raw_body.as_bytes(),
            signature: Some(signature),
        },
    )
}

fn holds(url: &str, fields: &[(&str, &str)], signature: &str) -> bool {
    holds_raw(url, &form(fields), signature)
}

fn json_holds(url: &str, body: &str, signature: &str) -> bool {
    verify(
        &["12345"],
        &SignedRequest {
            url,
            content_type: Some("application/json"),
            raw_body: body.as_bytes(),
            signature: Some(signature),
        },
    )
}

#[test]
fn the_plain_form_vectors_hold() {
    assert!(holds(U, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    assert!(holds(U, &[], "zYQTYrRWXE7LtzbG4PfP7/bkkGo="));
    assert!(holds("https://mycompany.com/myapp.php", P, "1xaxFBvyzXYvWplzNOSs28HWO94="));
    assert!(holds(
        "https://mycompany.com/myapp.php?foo=hello%20world&bar=test%2Bvalue",
        P,
        "er2tvAP1Wx+iuTTE2BPgvEaN1cs="
    ));
}

#[test]
fn a_url_is_tried_with_and_without_its_port() {
    let http = "http://mycompany.com/myapp.php?foo=1&bar=2";
    let at = |origin: &str| format!("{origin}/myapp.php?foo=1&bar=2");
    for presented in [U, &at("https://mycompany.com:443")] {
        assert!(holds(presented, P, "kvajT1Ptam85bY51eRf/AJRuM3w="), "{presented}, signed with :443");
        assert!(holds(presented, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="), "{presented}, signed without");
    }
    for presented in [http, &at("http://mycompany.com:80")] {
        assert!(holds(presented, P, "0ZXoZLH/DfblKGATFgpif+LLRf4="), "{presented}, signed with :80");
    }
    assert!(holds(&at("http://mycompany.com:1234"), P, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="));
    assert!(holds(&at("https://mycompany.com:1234"), P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
}

#[test]
fn user_info_is_not_mistaken_for_host_and_port() {
    let at = |origin: &str| format!("{origin}/myapp.php?foo=1&bar=2");
    for (origin, plain, with_port) in [
        ("https://user:pass@mycompany.com", "CukzLTc1tT5dXEDIHm/tKBanW10=", "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
        ("https://user@mycompany.com", "2YRLlVAflCqxaNicjMpJcSTgzSs=", "aZfj4hyX1MLZhSS6QIL18Vn2/RA="),
    ] {
        for presented in [at(origin), at(&format!("{origin}:443"))] {
            assert!(holds(&presented, P, plain), "{presented}");
            assert!(holds(&presented, P, with_port), "{presented}");
        }
    }
}

#[test]
fn ports_are_found_after_user_info_and_ipv6_brackets() {
    let both = |url| (with_port(url, Port::Without).unwrap(), with_port(url, Port::With).unwrap());
    assert_eq!(
        both("http://[::1]:8080/a?b=c:d@e"),
        ("http://[::1]/a?b=c:d@e".into(), "http://[::1]:8080/a?b=c:d@e".into())
    );
    assert_eq!(both("https://[::1]?x"), ("https://[::1]?x".into(), "https://[::1]:443?x".into()));
    assert_eq!(both("https://u:p@h:8443/"), ("https://u:p@h/".into(), "https://u:p@h:8443/".into()));
    assert_eq!(both("http://u:p@h"), ("http://u:p@h".into(), "http://u:p@h:80".into()));
}

#[test]
fn a_query_may_have_been_serialised_again_on_its_way() {
    let signature = "TfZzewPq8wqrGlMfyAud8+/IvJ0=";
    assert!(holds(&format!("{U}&Body=It%27s+amazing"), P, signature));
    assert!(holds(&format!("{U}&Body=It's+amazing"), P, signature));
    assert!(!holds(&format!("{U}&Body=Its+amazing"), P, signature));
    assert!(spellings(&format!("{U}&Body=It%27s+amazing")).contains(&format!("{U}&Body=It's%20amazing")));
}

#[test]
fn repeated_blank_and_oddly_named_fields_are_signed_in_byte_order() {
    let address = "MessagingBinding.Address";
    for pair in [
        [(address, "+1325xxxxxxx"), (address, "+1415xxxxxxx")],
        [(address, "+1415xxxxxxx"), (address, "+1325xxxxxxx")],
    ] {
        assert!(holds(U, &pair, "83O6e2vORAoJHUNzJjDWN1jz+BA="));
    }
    let repeated = [
        ("Sid", "CA123"),
        ("SidAccount", "AC123"),
        ("Digits", "5678"),
        ("Digits", "1234"),
        ("Digits", "1234"),
    ];
    assert!(holds(U, &repeated, "IK+Dwps556ElfBT0I3Rgjkr1wJU="));
    let blank = [("Digits", ""), ("CallSid", "CA1234567890ABCDE"), ("EmptyParam", "")];
    assert!(holds(U, &blank, "9HHp/OqQMEwdrVebHDdA/+tqjX8="));
    let cases = [("callSid", "lowercase"), ("CallSid", "uppercase"), ("CALLSID", "allcaps")];
    assert!(holds(U, &cases, "jDK7WKT8wiNrwggd4ceTv4e1MJ4="));
    let special = [
        ("Message", "Hello & goodbye! @#$%^*()"),
        ("From", "+1 (415) 867-5309"),
        ("Special", "unicode: ñáéíóú"),
    ];
    assert!(holds(U, &special, "dCPiR4WtQ6QFN6pJh81CtlCcWLQ="));
    let prefixed: Vec<_> =
        P.iter().copied().chain([("ReasonConferenceEnded", "test"), ("Reason", "Participant")]).collect();
    assert!(holds(U, &prefixed, "vOEb5UThFn24KEfnOFLQY2AE5FY="));
    assert!(!holds(U, &prefixed, "95+Bu0JVPi0r/SsESZCVf0dWAjw="));
}

#[test]
fn a_json_body_is_covered_by_its_hash_in_the_url() {
    let body = r#"{"property": "value", "boolean": true}"#;
    let hash = "bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let with_query = format!("{U}&{hash}");
    assert!(json_holds(&with_query, body, "a9nBmqA0ju/hNViExpshrM61xv4="));
    let alone = format!("https://mycompany.com/myapp.php?{hash}");
    assert!(json_holds(&alone, body, "y77kIzt2vzLz71DgmJGsen2scGs="));
    let empty_object = "https://mycompany.com:443/myapp.php?foo=1&bar=2&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    assert!(json_holds(empty_object, "{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="));

    assert!(!json_holds(&with_query, "{}", "a9nBmqA0ju/hNViExpshrM61xv4="), "another body");
    assert!(!json_holds(U, "{}", "zYQTYrRWXE7LtzbG4PfP7/bkkGo="), "a body that no hash covers");
    assert!(json_holds(U, "", "zYQTYrRWXE7LtzbG4PfP7/bkkGo="), "no body, as in a GET");
}

const W1_URL: &str = "https://okla.example/webhooks/twilio/status?m=42";
const W1_BODY: &str = "ChannelToAddress=%2B1809555XXXX&ChannelPrefix=whatsapp&ChannelInstallSid=XE00000000000000000000000000000001&EventType=READ&SmsSid=SM00000000000000000000000000000001&SmsStatus=read&MessageStatus=read&To=whatsapp%3A%2B18095551234&MessageSid=SM00000000000000000000000000000001&AccountSid=AC00000000000000000000000000000001&From=whatsapp%3A%2B14155238886&ApiVersion=2010-04-01";
const W1_SIGNATURE: &str = "sslfB3MtGolpbf8jQhnsN9OSJvM=";

#[test]
fn the_whatsapp_shaped_vectors_hold() {
    assert!(holds_raw(W1_URL, W1_BODY, W1_SIGNATURE));
    assert!(holds_raw(W1_URL, W1_BODY, "D8v0qexbyN9IQfiq8n8d3KUkGSk="));
    let inbound = "https://okla.example/webhooks/twilio/inbound";
    let w2 = "SmsMessageSid=SM00000000000000000000000000000002&NumMedia=0&ProfileName=Jos%C3%A9+Pe%C3%B1a&MessageType=text&SmsSid=SM00000000000000000000000000000002&WaId=18095551234&SmsStatus=received&Body=+%C2%BFSigue+disponible%3F+%F0%9F%9A%97+&To=whatsapp%3A%2B14155238886&NumSegments=1&ReferralNumMedia=0&MessageSid=SM00000000000000000000000000000002&AccountSid=AC00000000000000000000000000000001&From=whatsapp%3A%2B18095551234&ApiVersion=2010-04-01";
    assert!(holds_raw(inbound, w2, "i1LJB+xGpBe6llenYh4wIGklh3o="));
    let w3 = "Body=&MediaContentType0=image%2Fjpeg&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2F2010-04-01%2FAccounts%2FAC1%2FMessages%2FMM1%2FMedia%2FME1&NumMedia=1";
    assert!(holds_raw(inbound, w3, "dYYP35Bf7yXS7JW9fgIu/8A0lqc="));
    assert!(holds_raw(
        "http://127.0.0.1:8080/webhooks/twilio/status",
        "MessageSid=SM1&MessageStatus=sent",
        "4K7BuQIgNjM4bwcq57g4xK6uTDs="
    ));
    assert!(holds_raw("https://okla.example/x", "A=2&A=1&A=1&AB=0&a=9", "Nl9uz6YAEz0SVv2xK3q7UOmGqwY="));
}

#[test]
fn the_fragment_of_connection_overrides_is_not_signed() {
    assert!(holds_raw(&format!("{W1_URL}#rc=3"), W1_BODY, W1_SIGNATURE));
}

fn w1(tokens: &[&str], url: &str, content_type: Option<&str>, body: &[u8], signature: Option<&str>) -> bool {
    verify(tokens, &SignedRequest { url, content_type, raw_body: body, signature })
}

#[test]
fn any_of_several_tokens_may_have_signed_and_no_other() {
    let signed_under =
        |tokens: &[&str]| w1(tokens, W1_URL, Some(FORM), W1_BODY.as_bytes(), Some(W1_SIGNATURE));
    assert!(signed_under(&["new", "12345"]));
    assert!(!signed_under(&["new"]), "another token");
    assert!(!signed_under(&[]), "no token");
    let under_empty_key = {
        let mac = Hmac::<Sha1>::new_from_slice(b"").unwrap();
        STANDARD.encode(
            mac.chain_update(W1_URL)
                .chain_update(fields_in_order(W1_BODY.as_bytes()))
                .finalize()
                .into_bytes(),
        )
    };
    assert!(
        !w1(&["", "12345"], W1_URL, Some(FORM), W1_BODY.as_bytes(), Some(&under_empty_key)),
        "an empty token would let anyone sign"
    );
}

#[test]
fn a_changed_request_is_refused() {
    let body = W1_BODY.as_bytes();
    for index in 0..body.len() {
        let mut changed = body.to_vec();
        changed[index] ^= 1;
        assert!(!w1(&["12345"], W1_URL, Some(FORM), &changed, Some(W1_SIGNATURE)), "byte {index}");
    }
    assert!(!w1(&["12345"], W1_URL, Some(FORM), &body[..body.len() - 1], Some(W1_SIGNATURE)), "cut short");
    for url in [
        "https://okla.example/webhooks/twilio/status?m=43",
        "https://okla.example/webhooks/twilio/status",
        "https://okla.example/webhooks/twilio/status/?m=42",
        "http://okla.example/webhooks/twilio/status?m=42",
        "https://evil.example/webhooks/twilio/status?m=42",
        "not a url",
    ] {
        assert!(!holds_raw(url, W1_BODY, W1_SIGNATURE), "{url}");
    }
    assert!(!w1(&["12345"], W1_URL, Some("text/plain"), body, Some(W1_SIGNATURE)), "not a form, no hash");
    assert!(!w1(&["12345"], W1_URL, None, body, Some(W1_SIGNATURE)), "no content type, no hash");
}

#[test]
fn a_missing_or_malformed_signature_is_refused() {
    let body = W1_BODY.as_bytes();
    assert!(!w1(&["12345"], W1_URL, Some(FORM), body, None));
    for signature in [
        "",
        " ",
        "=",
        "no base64!",
        "sslfB3MtGolpbf8jQhnsN9OSJvM",
        "c3NsZg==",
        "sslfB3MtGolpbf8jQhnsN9OSJvN=",
    ] {
        assert!(!w1(&["12345"], W1_URL, Some(FORM), body, Some(signature)), "{signature}");
    }
}
