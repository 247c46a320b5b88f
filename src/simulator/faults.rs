//! The magic numbers: the last three digits of `To` choose what goes wrong.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 211: 400, code 21211.
    Invalid,
    /// 610: 400, code 21610.
    OptedOut,
    /// 003, 016, 018, 024, 049: created, later refused by WhatsApp with this code.
    Later(u32),
    /// 429: two answers 429, then normal.
    Throttled,
    /// 500: nothing created.
    ServerError,
    /// 502: created, then 502.
    BadGateway,
    /// 504: created, then no answer for a minute.
    CreatedThenHang,
    /// 505: no answer for a minute, nothing created.
    Hang,
    /// 506: created, then the connection is reset.
    Reset,
    /// 520: created, then 201 with a body that is HTML.
    Html,
    /// 777: callbacks shuffled, each twice.
    Shuffled,
    /// 888: no callback ever comes.
    Silent,
    /// 999: stays `sent`.
    StaysSent,
}

impl Fault {
    /// `to` is a channel address, `whatsapp:+…`.
    pub fn of(to: &str) -> Option<Self> {
        let (_, digits) = to.split_at_checked(to.len().checked_sub(3)?)?;
        Some(match digits {
            "211" => Self::Invalid,
            "610" => Self::OptedOut,
            "003" => Self::Later(63003),
            "016" => Self::Later(63016),
            "018" => Self::Later(63018),
            "024" => Self::Later(63024),
            "049" => Self::Later(63049),
            "429" => Self::Throttled,
            "500" => Self::ServerError,
            "502" => Self::BadGateway,
            "504" => Self::CreatedThenHang,
            "505" => Self::Hang,
            "506" => Self::Reset,
            "520" => Self::Html,
            "777" => Self::Shuffled,
            "888" => Self::Silent,
            "999" => Self::StaysSent,
            _ => return None,
        })
    }
}

/// What Twilio's error dictionary says of a code that comes after the create; empty for codes we never give.
pub fn error_text(code: u32) -> &'static str {
    match code {
        63003 => "Channel could not find To address",
        63016 => "Failed to send freeform message because you are outside the allowed window",
        63018 => "Rate limit exceeded for Channel",
        63024 => "Invalid message recipient",
        63040 => "Template rejected",
        63041 => "Template paused",
        63042 => "Template disabled",
        63049 => "Meta chose not to deliver this marketing message",
        _ => "",
    }
}
