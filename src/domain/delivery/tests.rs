use std::collections::HashMap;

use uuid::Uuid;

use super::*;

const WORDS: [&str; 6] = ["queued", "sent", "delivered", "read", "failed", "undelivered"];
const PRICES: [Duration; 1] = [Duration::from_mins(2)];

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn id(number: u128) -> PartId {
    PartId(Uuid::from_u128(number))
}

/// A message whose first part a worker is handing over.
fn message(parts: u128) -> Delivery {
    let mut message =
        Delivery::fresh(MessageId(Uuid::from_u128(1)), Decimal::new(15, 3), (1..=parts).map(id));
    message.parts[0].waits = Waits::Leased;
    message
}

fn said(source: Source, word: &str, part: u128) -> Report {
    let code = match word {
        "failed" => Some(63_018),
        "undelivered" => Some(63_016),
        _ => None,
    };
    Report { sid: Some(format!("SM{part}")), error_code: code, ..Report::of(source, word) }
}

fn tell(message: &mut Delivery, part: u128, report: &Report) {
    assert_eq!(message.take_in(id(part), report, at(0), &PRICES), Taken::In);
}

fn taken(message: &mut Delivery, part: u128) {
    tell(message, part, &said(Source::Create, "queued", part));
}

/// All that a reader sees of the end, whatever the way to it.
fn end(message: &Delivery) -> impl PartialEq + std::fmt::Debug + use<> {
    let part = &message.parts[0];
    (
        message.status,
        message.error_code,
        message.cost,
        message.places,
        part.status,
        part.error_code,
        part.waits,
    )
}

/// Every sequence of up to `length` words, with repetition.
fn sequences(length: u32) -> impl Iterator<Item = Vec<&'static str>> {
    (0..=length).flat_map(|length| {
        (0..WORDS.len().pow(length)).map(move |mut number| {
            let mut words = Vec::new();
            for _ in 0..length {
                words.push(WORDS[number % WORDS.len()]);
                number /= WORDS.len();
            }
            words
        })
    })
}

#[test]
fn callbacks_in_any_order_however_often_and_before_our_own_commit_end_in_one_state() {
    let mut ends = HashMap::new();
    for words in sequences(5) {
        let mut set = words.clone();
        set.sort_unstable();
        set.dedup();
        for created_after in 0..=words.len() {
            let mut message = message(1);
            for (place, word) in words.iter().enumerate() {
                if place == created_after {
                    taken(&mut message, 1);
                }
                tell(&mut message, 1, &said(Source::Callback, word, 1));
            }
            if created_after == words.len() {
                taken(&mut message, 1);
            }
            let first = ends.entry(set.clone()).or_insert_with(|| end(&message));
            assert_eq!(*first, end(&message), "{words:?}, created after {created_after}");
        }
    }
    assert_eq!(ends.len(), 63, "every set of up to five of six words");
}

#[test]
fn all_six_words_in_every_order_are_read() {
    for words in sequences(6).filter(|words| WORDS.iter().all(|word| words.contains(word))) {
        let mut message = message(1);
        for word in words {
            tell(&mut message, 1, &said(Source::Callback, word, 1));
        }
        assert_eq!((message.status, message.cost), (Status::Read, Decimal::new(15, 3)));
    }
}

#[test]
fn part_goes_once_the_one_before_it_was_taken() {
    let mut message = message(3);
    assert_eq!(message.parts[1].waits, Waits::No);
    taken(&mut message, 1);
    let waits: Vec<Waits> = message.parts.iter().map(|part| part.waits).collect();
    assert_eq!(waits, [Waits::No, Waits::InLine, Waits::No]);
    taken(&mut message, 2);
    assert_eq!(message.parts[2].waits, Waits::InLine);
    assert_eq!(message.status, Status::Queued);
}

#[test]
fn failed_part_leaves_the_rest_unsent_and_what_never_left_is_given_back() {
    let mut message = message(3);
    taken(&mut message, 1);
    tell(&mut message, 1, &said(Source::Callback, "read", 1));
    tell(&mut message, 2, &Report::refused(Some(21_610), "no"));
    assert_eq!(message.status, Status::Failed);
    assert_eq!(message.error_code, Some(21_610));
    assert!(!message.not_sent, "its first part left");
    assert_eq!(message.parts[2].status, Status::Canceled);
    assert_eq!(message.parts[2].own_reason, Some(OwnReason::PartFailed));
    assert_eq!((message.cost, message.places), (Decimal::new(15, 3), 1));
}

#[test]
fn conversation_that_closes_between_parts_leaves_what_whatsapp_took_once_it_is_known() {
    let mut message = message(3);
    taken(&mut message, 1);
    taken(&mut message, 2);
    tell(&mut message, 2, &said(Source::Callback, "undelivered", 2));
    for word in ["queued", "sent"] {
        tell(&mut message, 1, &said(Source::Callback, word, 1));
        assert!(!message.wants_template(), "nobody knows what becomes of the first: {word}");
    }
    tell(&mut message, 1, &said(Source::Callback, "delivered", 1));
    assert!(message.wants_template() && message.is_partly_taken());
    assert_eq!(message.leave_rest(at(0)), [id(2), id(3)]);
    assert_eq!((message.status, message.places), (Status::Delivered, 1));
    assert!(!message.wants_template(), "once");
}

#[test]
fn what_we_keep_back_as_closed_waits_for_no_telephone_that_is_off() {
    let mut message = message(2);
    taken(&mut message, 1);
    tell(&mut message, 2, &Report::closed());
    assert!(!message.wants_template());
    tell(&mut message, 1, &said(Source::Callback, "sent", 1));
    assert!(message.wants_template() && message.is_partly_taken());
    assert_eq!(message.leave_rest(at(0)), [id(2)]);
    assert_eq!((message.status, message.error_code, message.cost), (Status::Sent, None, Decimal::new(15, 3)));

    let mut whole = self::message(2);
    tell(&mut whole, 1, &Report::closed());
    assert!(whole.wants_template() && !whole.is_partly_taken());
}

#[test]
fn refused_first_part_gives_everything_back() {
    let mut message = message(2);
    tell(&mut message, 1, &Report::refused(Some(21_211), "no"));
    assert!(message.not_sent);
    assert_eq!((message.cost, message.places), (Decimal::ZERO, 0));
    assert_eq!(message.own_reason, None, "Twilio's reason, not the second part's");
}

#[test]
fn what_we_called_not_created_and_twilio_has_is_taken_back_with_its_money_and_its_place() {
    let mut message = message(1);
    tell(&mut message, 1, &Report::unknown(Duration::from_secs(20)));
    assert_eq!(message.parts[0].next_check_at, Some(at(20)));
    tell(&mut message, 1, &Report::not_sent(OwnReason::NotCreated));
    assert_eq!((message.cost, message.places), (Decimal::ZERO, 0));
    tell(&mut message, 1, &said(Source::Callback, "sent", 1));
    assert_eq!((message.status, message.cost, message.places), (Status::Sent, Decimal::new(15, 3), 1));
    assert_eq!(message.own_reason, None);
}

#[test]
fn unknown_send_is_sent_again_only_while_twilio_has_said_nothing() {
    let mut message = message(1);
    tell(&mut message, 1, &Report::unknown(Duration::from_secs(20)));
    tell(&mut message, 1, &Report::sent_again());
    assert_eq!((message.status, message.parts[0].waits), (Status::Queued, Waits::InLine));
    assert_eq!(message.parts[0].next_check_at, None, "there is nothing to ask about");
    tell(&mut message, 1, &Report::unknown(Duration::from_secs(20)));
    assert_eq!(message.status, Status::Verifying, "the second attempt may be lost as well");
    tell(&mut message, 1, &said(Source::Callback, "delivered", 1));
    let before = message.clone();
    tell(&mut message, 1, &Report::sent_again());
    assert_eq!(message.status, before.status);
    assert_eq!(message.parts[0].waits, Waits::No);
}

#[test]
fn second_twilio_message_of_one_part_is_nobodys() {
    let mut message = message(1);
    taken(&mut message, 1);
    let before = message.clone();
    let other = said(Source::Callback, "read", 2);
    assert_eq!(message.take_in(id(1), &other, at(0), &PRICES), Taken::AnotherSid);
    assert_eq!(message, before);
}

#[test]
fn price_is_asked_for_after_the_final_word() {
    let mut message = message(1);
    taken(&mut message, 1);
    tell(&mut message, 1, &said(Source::Callback, "read", 1));
    assert_eq!(message.parts[0].next_check_at, Some(at(120)));
    let priced =
        Report { price: Some((Decimal::new(5, 3), "USD".to_owned())), ..said(Source::Fetch, "read", 1) };
    tell(&mut message, 1, &priced);
    assert_eq!(message.parts[0].next_check_at, None);
    assert_eq!(message.cost, Decimal::new(15, 3), "what the dealer pays is OKLA's price");
}
