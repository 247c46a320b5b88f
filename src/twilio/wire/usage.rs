//! Twilio's Usage Records. Amounts are read from the JSON's own text, a number or a string, and never become a float. A bill
//! is read whole or not at all: of our categories no record may be missed.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::app::gateway::UsageRecord;

/// A page of usage.
#[derive(Debug)]
pub struct UsagePage {
    /// Our categories only.
    pub records: Vec<UsageRecord>,
    /// To be followed verbatim.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow)]
    usage_records: Vec<RecordWire<'a>>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct RecordWire<'a> {
    category: Option<String>,
    #[serde(borrow)]
    count: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow)]
    price: Option<&'a RawValue>,
    price_unit: Option<String>,
    start_date: Option<NaiveDate>,
    end_date: Option<NaiveDate>,
}

/// A page of usage in JSON; `None` if it is none, or one of our records makes no sense.
pub fn page(text: &str) -> Option<UsagePage> {
    let page: PageWire = serde_json::from_str(text).ok()?;
    let ours = |record: &RecordWire| record.category.as_deref().is_some_and(is_ours);
    let records = page.usage_records.into_iter().filter(ours).map(RecordWire::read).collect::<Option<_>>()?;
    Some(UsagePage { records, next: page.next_page_uri })
}

/// Twilio's fee for each message, WhatsApp's fees, Twilio's for failed ones (its table of usage categories).
fn is_ours(category: &str) -> bool {
    category == "failed-message-processing-fee"
        || ["channels-messaging", "channels-whatsapp"].iter().any(|name| category.starts_with(name))
}

/// Leaves out each category that sums up others: `channels-whatsapp` is all `channels-whatsapp-…` together, and adding both
/// would double the bill.
pub fn without_sums(records: Vec<UsageRecord>) -> Vec<UsageRecord> {
    let names: Vec<String> = records.iter().map(|record| record.category.clone()).collect();
    let is_sum = |record: &UsageRecord| {
        names.iter().any(|name| name.strip_prefix(&record.category).is_some_and(|rest| rest.starts_with('-')))
    };
    records.into_iter().filter(|record| !is_sum(record)).collect()
}

impl RecordWire<'_> {
    fn read(self) -> Option<UsageRecord> {
        Some(UsageRecord {
            category: self.category?,
            count: self.count.map_or(Some(0), |count| plain(count)?.parse().ok())?,
            usage: self.usage.and_then(decimal),
            price: decimal(self.price?)?,
            price_unit: self.price_unit?.to_ascii_uppercase(),
            start: self.start_date?,
            end: self.end_date?,
        })
    }
}

/// A number's own text, or what a string holds.
fn plain(value: &RawValue) -> Option<String> {
    let text = value.get();
    if text.starts_with('"') { serde_json::from_str(text).ok() } else { Some(text.to_owned()) }
}

fn decimal(value: &RawValue) -> Option<Decimal> {
    let text = plain(value)?;
    let text = text.trim();
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(category: &str, price: &str) -> String {
        format!(
            r#"{{"category":"{category}","count":"3","usage":"3","price":{price},"price_unit":"usd","start_date":"2026-11-01","end_date":"2026-11-30","as_of":"2026-11-23T00:00:00+00:00","subresource_uris":{{}}}}"#
        )
    }

    fn read(records: &[String]) -> Option<UsagePage> {
        page(&format!(r#"{{"usage_records":[{}],"next_page_uri":null}}"#, records.join(",")))
    }

    #[test]
    fn prices_are_exact_to_the_last_digit_as_number_or_as_text() {
        for (written, exact) in [
            ("123456789012.345678901", "123456789012.345678901"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
            ("\"56.915\"", "56.915"),
            ("1.5e-5", "0.000015"),
            ("0", "0"),
        ] {
            let page = read(&[record("channels-messaging-outbound", written)]).unwrap();
            assert_eq!(page.records[0].price.to_string(), exact, "{written}");
        }
        let page = read(&[record("channels-messaging-outbound", "0.015")]).unwrap();
        assert_eq!((page.records[0].count, page.records[0].price_unit.as_str()), (3, "USD"));
        assert_eq!(page.records[0].end.to_string(), "2026-11-30");
    }

    #[test]
    fn only_our_categories_are_read_and_sums_are_not_counted_twice() {
        let page = read(&[
            record("channels-messaging", "58.68"),
            record("channels-messaging-inbound", "1.765"),
            record("channels-messaging-outbound", "56.915"),
            record("channels-whatsapp", "104.7075"),
            record("channels-whatsapp-template-marketing", "98.2918"),
            record("channels-whatsapp-template-utility", "6.4157"),
            record("failed-message-processing-fee", "0.003"),
            record("phonenumbers", "1.15"),
            record("totalprice", "164.5405"),
            r#"{"category":null,"price":{}}"#.to_owned(),
        ])
        .unwrap();
        let records = without_sums(page.records);
        let total: Decimal = records.iter().map(|record| record.price).sum();
        assert_eq!(total.to_string(), "163.3905");
        assert_eq!(records.len(), 5);
    }

    #[test]
    fn a_sum_whose_parts_are_not_told_counts_itself() {
        let page = read(&[record("channels-whatsapp", "6.4157")]).unwrap();
        assert_eq!(without_sums(page.records).len(), 1);
    }

    #[test]
    fn a_record_of_ours_that_makes_no_sense_spoils_the_page() {
        for price in ["null", "\"free\"", "{}", "\"1,000.00\""] {
            assert!(read(&[record("channels-messaging-outbound", price)]).is_none(), "{price}");
        }
        assert!(read(&[record("phonenumbers", "null")]).is_some());
        assert!(page("<html>").is_none());
    }
}
