use super::*;

const SID: &str = "SM0123456789abcdef0123456789ABCDEF";
const CREATED: &str = r#"{"body":"Hola","num_segments":"1","direction":"outbound-api","from":"whatsapp:+14155238886","date_updated":"Fri, 03 Nov 2023 17:23:23 +0000","price":null,"error_message":null,"uri":"/2010-04-01/Accounts/AC1/Messages/SM0123456789abcdef0123456789ABCDEF.json","account_sid":"AC1","num_media":"0","to":"whatsapp:+18095551234","date_created":"Fri, 03 Nov 2023 17:23:23 +0000","status":"queued","sid":"SM0123456789abcdef0123456789ABCDEF","date_sent":null,"messaging_service_sid":null,"error_code":null,"price_unit":"USD","api_version":"2010-04-01","subresource_uris":{"media":"/2010-04-01/Accounts/AC1/Media.json"}}"#;

fn outbound(content: Content, status_callback: &str) -> Outbound {
    Outbound {
        to: "+18095551234".into(),
        from: "+14155238886".into(),
        content,
        status_callback: status_callback.into(),
    }
}

fn with_field(name: &str, value: Value) -> ProviderMessage {
    let mut fields = object(CREATED).unwrap();
    fields.insert(name.to_owned(), value);
    message(&Value::Object(fields).to_string()).unwrap()
}

#[test]
fn a_text_with_a_picture_is_written_as_twilio_wants_it() {
    let content =
        Content::Text { body: "Hola ñ & +".into(), media_url: Some("https://okla.example/a.jpg".into()) };
    assert_eq!(
        form(&outbound(content, "https://okla.example/s?m=1")),
        [
            ("To", "whatsapp:+18095551234".to_owned()),
            ("From", "whatsapp:+14155238886".into()),
            ("StatusCallback", "https://okla.example/s?m=1#rc=3&rp=ct,rt,5xx&rt=4000".into()),
            ("Body", "Hola ñ & +".into()),
            ("MediaUrl", "https://okla.example/a.jpg".into()),
        ]
    );
}

#[test]
fn a_template_carries_its_variables_as_json_text_and_neither_body_nor_picture() {
    let content = Content::Template {
        content_sid: "HX1".into(),
        variables: BTreeMap::from([
            ("1".into(), "Ana \"la doctora\"".into()),
            ("2".into(), "Corolla".into()),
        ]),
    };
    let fields = form(&outbound(content, "https://okla.example/s#rc=0"));
    assert_eq!(
        fields[2..],
        [
            ("StatusCallback", "https://okla.example/s#rc=0".to_owned()),
            ("ContentSid", "HX1".into()),
            ("ContentVariables", r#"{"1":"Ana \"la doctora\"","2":"Corolla"}"#.into()),
        ]
    );
}

#[test]
fn a_real_answer_is_read_whole() {
    let message = created(CREATED).unwrap();
    assert_eq!(message.sid, SID);
    assert_eq!(message.status, "queued");
    assert_eq!(message.to.as_deref(), Some("+18095551234"));
    assert_eq!(message.from.as_deref(), Some("+14155238886"));
    assert_eq!(message.body.as_deref(), Some("Hola"));
    assert_eq!((message.num_segments, message.num_media), (Some(1), Some(0)));
    assert_eq!((message.price, message.error_code), (None, None));
    assert_eq!(message.date_created.unwrap().to_rfc3339(), "2023-11-03T17:23:23+00:00");
    assert_eq!(message.date_sent, None);
}

#[test]
fn a_price_is_positive_and_exact_as_text_or_number() {
    let price = |value| with_field("price", value).price.map(|price| price.to_string());
    assert_eq!(price("-0.00750".into()).as_deref(), Some("0.00750"));
    assert_eq!(price("0.005".into()).as_deref(), Some("0.005"));
    assert_eq!(price(serde_json::json!(-0.0075)).as_deref(), Some("0.0075"));
    assert_eq!(price(serde_json::json!(-1e-5)).as_deref(), Some("0.00001"));
    for none in ["", "free", "NaN", "1e999", "-"] {
        assert_eq!(price(none.into()), None, "{none}");
    }
    assert_eq!(with_field("price_unit", "usd".into()).price_unit.as_deref(), Some("USD"));
}

#[test]
fn wrong_types_and_unknown_words_are_taken_for_what_they_can_mean() {
    assert_eq!(with_field("status", "teleported".into()).status, "teleported");
    assert_eq!(with_field("num_segments", 2.into()).num_segments, Some(2));
    assert_eq!(with_field("error_code", "63016".into()).error_code, Some(63_016));
    assert_eq!(with_field("error_code", 63_016.into()).error_code, Some(63_016));
    for code in [
        Value::from("InvalidSandboxRequest"),
        0.into(),
        true.into(),
        Value::Array(Vec::new()),
        i64::MAX.into(),
    ] {
        assert_eq!(with_field("error_code", code).error_code, None);
    }
    assert_eq!(with_field("to", 18_095_551_234_i64.into()).to.as_deref(), Some("18095551234"));
    assert_eq!(with_field("body", "a\0b".into()).body.as_deref(), Some("ab"), "PostgreSQL stores no NUL");
    assert_eq!(with_field("date_sent", "yesterday".into()).date_sent, None);
}

#[test]
fn a_sid_is_recovered_from_any_text_that_has_one() {
    let xml = format!(
        "<?xml version=\"1.0\"?><TwilioResponse><Message><Sid>{SID}</Sid><Body>SM00000000000000000000000000000000</Body></Message></TwilioResponse>"
    );
    let cut_short = &CREATED[..CREATED.find("date_sent").unwrap()];
    for text in [
        xml.as_str(),
        cut_short,
        &format!("<html><p>Created {SID}.</p></html>"),
        &format!("[{{\"sid\": \"{SID}\"}}]"),
        &format!("{{\"sid\": 7, \"uri\": \"/Messages/{SID}.json\"}}"),
    ] {
        let message = created(text).unwrap_or_else(|| panic!("no sid in {text}"));
        assert_eq!(message.sid, SID);
        assert_eq!(message.status, "queued");
    }
}

#[test]
fn a_sid_is_not_guessed() {
    let other = "SM11111111111111111111111111111111";
    for text in [
        "",
        "<html>Created</html>",
        &format!("{SID} or {other}"),
        &format!("x{SID}"),
        &format!("{SID}0"),
        "SM0123",
        "SMñ",
    ] {
        assert_eq!(created(text), None, "{text}");
    }
}

#[test]
fn a_page_leaves_out_what_has_no_sid() {
    let text =
        format!(r#"{{"messages":[{CREATED},{{"sid":null}},7,null],"next_page_uri":"/next?PageToken=PA1"}}"#);
    let read = page(&text).unwrap();
    assert_eq!(read.messages.len(), 1);
    assert_eq!(read.next.as_deref(), Some("/next?PageToken=PA1"));
    assert!(page(r#"{"messages":[],"next_page_uri":null}"#).unwrap().next.is_none());
    assert!(page("{}").is_none());
    assert!(page("<html></html>").is_none());
}

#[test]
fn a_refusal_is_read_in_every_dialect_and_quotes_no_number() {
    let read = |text: &str| refusal(text);
    assert_eq!(
        read(
            r#"{"code":21211,"message":"The 'To' number whatsapp:+18095551234 is not valid.","status":400}"#
        ),
        (Some(21_211), "The 'To' number whatsapp:+1809…34 is not valid.".into())
    );
    assert_eq!(
        read(r#"{"type":"x","title":"Bad","status":400,"code":"21656","detail":"Variables"}"#),
        (Some(21_656), "Variables".into())
    );
    assert_eq!(read(r#"{"title":"Bad","status":400}"#), (None, "Bad".into()));
    assert_eq!(
        read(
            "<TwilioResponse><RestException><Code>20404</Code><Message>Not found</Message></RestException></TwilioResponse>"
        ),
        (Some(20_404), "Not found".into())
    );
    assert_eq!(read("<html>502</html>"), (None, "no readable explanation".into()));
    assert_eq!(refusal(&format!(r#"{{"message":"{}"}}"#, "é".repeat(999))).1.chars().count(), 300);
}

/// A small generator, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn no_field_of_any_type_hides_a_readable_sid() {
    let odd = [
        Value::Null,
        true.into(),
        (-7).into(),
        u64::MAX.into(),
        serde_json::json!(1e300),
        "".into(),
        "\0".into(),
        "ñ🚗".into(),
        "-".into(),
        serde_json::json!([1]),
        serde_json::json!({"a": {}}),
    ];
    let names: Vec<String> = object(CREATED).unwrap().keys().cloned().collect();
    for name in names.iter().filter(|name| *name != "sid") {
        for value in &odd {
            let mut fields = object(CREATED).unwrap();
            fields.insert(name.clone(), value.clone());
            let text = Value::Object(fields).to_string();
            assert_eq!(created(&text).map(|message| message.sid).as_deref(), Some(SID), "{text}");
        }
    }
}

#[test]
fn no_damage_to_an_answer_makes_the_decoder_panic() {
    let page_text = format!(r#"{{"messages":[{CREATED}],"next_page_uri":null}}"#);
    let mut dice = Dice(42);
    for _ in 0..20_000 {
        let mut bytes = if dice.below(2) == 0 { CREATED } else { &page_text }.as_bytes().to_vec();
        for _ in 0..=dice.below(4) {
            let at = dice.below(bytes.len());
            match dice.below(4) {
                0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
                1 => drop(bytes.drain(at..(at + dice.below(40)).min(bytes.len()))),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, b"{}[]\",:0-.eS\0\xc3"[dice.below(14)]),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = (created(&text), message(&text), page(&text), refusal(&text));
    }
}
