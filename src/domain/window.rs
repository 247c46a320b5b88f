//! WhatsApp's customer-service window: free text reaches a person for 24 hours after his own last message, then only a
//! template does (fact sheet §6).

use chrono::{DateTime, TimeDelta, Utc};

/// For so long we rely on it: clocks differ, and a message waits its turn.
pub const OPEN_FOR: TimeDelta = TimeDelta::minutes(24 * 60 - 5);

/// Until when free text goes to whoever wrote at that moment.
pub fn closes_at(last_inbound: DateTime<Utc>) -> DateTime<Utc> {
    last_inbound + OPEN_FOR
}
