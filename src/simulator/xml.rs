//! The older of Twilio's two tongues, made from the JSON answer: `date_sent` becomes `<DateSent>`, and links lose `.json`.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use serde_json::{Map, Value};

type Out = Writer<Vec<u8>>;

/// `<TwilioResponse>` around `root`. An object with an array among its fields is a list: the array's objects become its
/// elements, the other fields its attributes.
pub fn document(root: &str, value: &Value) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    out.create_element("TwilioResponse").write_inner_content(|out| {
        match list(value) {
            Some((fields, items)) => page(out, root, fields, items)?,
            None => element(out, root, value)?,
        }
        Ok(())
    })?;
    Ok(out.into_inner())
}

fn list(value: &Value) -> Option<(&Map<String, Value>, &Vec<Value>)> {
    let fields = value.as_object()?;
    Some((fields, fields.values().find_map(Value::as_array)?))
}

fn page(out: &mut Out, root: &str, fields: &Map<String, Value>, items: &[Value]) -> io::Result<()> {
    let attributes: Vec<(String, String)> = fields
        .iter()
        .filter(|(_, value)| !value.is_array())
        .map(|(name, value)| (name.replace('_', ""), text(value).unwrap_or_default()))
        .collect();
    out.create_element(root)
        .with_attributes(attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .write_inner_content(|out| {
            for item in items {
                element(out, root.trim_end_matches('s'), item)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn element(out: &mut Out, name: &str, value: &Value) -> io::Result<()> {
    let tag = out.create_element(name);
    match value {
        Value::Object(fields) => {
            tag.write_inner_content(|out| {
                for (name, value) in fields {
                    element(out, &pascal(name), value)?;
                }
                Ok(())
            })?;
        }
        _ => match text(value) {
            Some(text) => {
                tag.write_text_content(BytesText::new(&text))?;
            }
            None => {
                tag.write_empty()?;
            }
        },
    }
    Ok(())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.starts_with("/2010-04-01/") => Some(text.replacen(".json", "", 1)),
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn pascal(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            .unwrap_or_default()
    };
    name.split('_').map(capitalised).collect()
}
