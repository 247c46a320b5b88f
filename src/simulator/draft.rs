//! A create request, checked as Twilio checks it: everything that is refused before a message exists.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use super::{Options, address, form::Form, refusal::Refusal, state::State, wire};

/// Characters of a body, counted as UTF-16 does: an emoji is two.
const BODY_LIMIT: usize = 1_600;

/// What will be a message.
pub struct Draft {
    pub to: String,
    pub from: String,
    pub service_sid: Option<String>,
    pub body: String,
    pub media: Vec<String>,
    pub content_sid: Option<String>,
    pub content_variables: Option<String>,
    /// The template's, in Meta's words.
    pub category: Option<String>,
    /// Not an approved template: only for an open window.
    pub free_form: bool,
    /// With what Meta refuses its template later.
    pub fails_with: Option<u32>,
    pub status_callback: Option<String>,
    pub send_at: Option<DateTime<Utc>>,
}

impl Draft {
    /// Reads Twilio's parameters; unknown ones are ignored.
    pub fn read(form: &Form, options: &Options, state: &State, now: DateTime<Utc>) -> Result<Self, Refusal> {
        let own = format!("whatsapp:{}", options.whatsapp_number);
        let to = form.filled("To").ok_or_else(|| Refusal::bad(21604, "A 'To' phone number is required."))?;
        if !address::is_valid(to) || to == own {
            return Err(Refusal::bad(21211, format!("The 'To' number {to} is not a valid phone number.")));
        }
        let service_sid = form.filled("MessagingServiceSid").map(service).transpose()?;
        match form.filled("From") {
            None if service_sid.is_none() => {
                return Err(Refusal::bad(21603, "A 'From' phone number is required."));
            }
            Some(from) if from != own => {
                return Err(Refusal::bad(
                    63007,
                    "Twilio could not find a Channel with the specified From address",
                ));
            }
            _ => {}
        }
        let send_at = send_at(form, service_sid.is_some(), now)?;
        let status_callback = form.filled("StatusCallback").map(status_callback).transpose()?;
        let draft = Self {
            to: to.to_owned(),
            from: own,
            service_sid,
            body: String::new(),
            media: Vec::new(),
            content_sid: None,
            content_variables: None,
            category: None,
            free_form: true,
            fails_with: None,
            status_callback,
            send_at,
        };
        match form.filled("ContentSid") {
            Some(sid) => draft.with_template(state, sid, form.filled("ContentVariables"), now),
            None => draft.with_text(form),
        }
    }

    fn with_template(
        self,
        state: &State,
        sid: &str,
        variables: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let template =
            state.template(sid).ok_or_else(|| Refusal::bad(21655, "The ContentSid is invalid."))?;
        Ok(Self {
            body: template.render(variables)?,
            content_sid: Some(sid.to_owned()),
            content_variables: variables.map(str::to_owned),
            category: Some(template.category().to_owned()),
            free_form: template.status(now) != "approved",
            fails_with: template.fails_with(now),
            ..self
        })
    }

    fn with_text(self, form: &Form) -> Result<Self, Refusal> {
        if form.filled("ContentVariables").is_some() {
            return Err(Refusal::bad(21654, "ContentVariables can only be used with a ContentSid."));
        }
        let media = form.all("MediaUrl");
        if media.len() > 10 {
            return Err(Refusal::bad(21623, "Number of media files exceeds allowed limit"));
        }
        if let Some(bad) = media.iter().find(|media| web_url(media).is_none()) {
            return Err(Refusal::bad(21620, format!("Invalid media URL: {bad}")));
        }
        match form.first("Body") {
            None if media.is_empty() => {
                Err(Refusal::bad(21619, "A text message body or media urls must be specified."))
            }
            Some("") if media.is_empty() => Err(Refusal::bad(21602, "Message body is required.")),
            Some(body) if body.encode_utf16().count() > BODY_LIMIT => {
                Err(Refusal::bad(21617, "The concatenated message body exceeds the 1600 character limit"))
            }
            body => Ok(Self { body: body.unwrap_or_default().to_owned(), media, ..self }),
        }
    }
}

fn web_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Twilio refuses host names with an underscore and anything over 4,000 characters.
fn status_callback(text: &str) -> Result<String, Refusal> {
    let url = web_url(text).filter(|url| url.host_str().is_some_and(|host| !host.contains('_')));
    if url.is_none() || text.chars().count() > 4_000 {
        return Err(Refusal::bad(21609, format!("The StatusCallback URL {text} is not a valid URL.")));
    }
    Ok(text.to_owned())
}

/// The account has every service that is asked for, our number its only sender.
fn service(sid: &str) -> Result<String, Refusal> {
    let is_sid = sid
        .strip_prefix("MG")
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_sid {
        Ok(sid.to_owned())
    } else {
        Err(Refusal::bad(21701, "The Messaging Service does not exist."))
    }
}

fn send_at(form: &Form, via_service: bool, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
    let (kind, moment) = (form.filled("ScheduleType"), form.filled("SendAt"));
    if kind.is_none() && moment.is_none() {
        return Ok(None);
    }
    if !via_service {
        return Err(Refusal::bad(35118, "MessagingServiceSid is required to schedule a message"));
    }
    let (Some("fixed"), Some(moment)) = (kind, moment) else {
        return Err(Refusal::bad(35111, "ScheduleType 'fixed' and SendAt go together"));
    };
    let allowed = now + TimeDelta::minutes(15)..=now + TimeDelta::days(35);
    match wire::date(moment).filter(|moment| allowed.contains(moment)) {
        Some(moment) => Ok(Some(moment)),
        None => Err(Refusal::bad(35114, "SendAt must be between 15 minutes and 35 days from now")),
    }
}
