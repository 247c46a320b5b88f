//! States as people tell them apart: the pills over a list, the colours of a bar.

use super::message::Status;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateGroup {
    Waiting,
    Verifying,
    Sent,
    Delivered,
    Read,
    Failed,
}

impl StateGroup {
    /// In the order of a message's way.
    pub const ALL: [Self; 6] =
        [Self::Waiting, Self::Verifying, Self::Sent, Self::Delivered, Self::Read, Self::Failed];

    pub fn of(status: Status) -> Self {
        match status {
            Status::Queued | Status::Sending => Self::Waiting,
            Status::Verifying => Self::Verifying,
            Status::Sent => Self::Sent,
            Status::Delivered => Self::Delivered,
            Status::Read => Self::Read,
            Status::Undelivered | Status::Failed | Status::Canceled => Self::Failed,
        }
    }

    pub fn statuses(self) -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(move |status| Self::of(*status) == self)
    }

    /// In addresses and after `estado:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "cola",
            Self::Verifying => "verificacion",
            Self::Sent => "enviados",
            Self::Delivered => "entregados",
            Self::Read => "leidos",
            Self::Failed => "fallidos",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == word)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "En cola",
            Self::Verifying => "En verificación",
            Self::Sent => "Enviados",
            Self::Delivered => "Entregados",
            Self::Read => "Leídos",
            Self::Failed => "Fallidos",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_in_the_group_that_lists_it() {
        for status in Status::ALL {
            assert!(StateGroup::of(status).statuses().any(|own| own == status), "{status}");
        }
        for group in StateGroup::ALL {
            assert_eq!(StateGroup::parse(group.as_str()), Some(group));
        }
    }
}
