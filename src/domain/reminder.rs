//! What OKLA itself has to say at some time: to whom nobody writes, but whom something concerns.

use std::str::FromStr;

/// What it is. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Errand {
    /// A dealer's vehicle interests people.
    NewInterest,
    /// A listing expires in a week, tomorrow, or has.
    ListingWeek,
    ListingDay,
    ListingEnd,
    /// A test drive has a time, one more day, or none any more: a notice to each side.
    DriveSetBuyer,
    DriveSetDealer,
    DriveNearBuyer,
    DriveNearDealer,
    DriveOffBuyer,
    DriveOffDealer,
    /// A dealer has answered a buyer, who has not looked since.
    NewAnswer,
}

impl Errand {
    pub const ALL: [Self; 11] = [
        Self::NewInterest,
        Self::ListingWeek,
        Self::ListingDay,
        Self::ListingEnd,
        Self::DriveSetBuyer,
        Self::DriveSetDealer,
        Self::DriveNearBuyer,
        Self::DriveNearDealer,
        Self::DriveOffBuyer,
        Self::DriveOffDealer,
        Self::NewAnswer,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewInterest => "new_interest",
            Self::ListingWeek => "listing_week",
            Self::ListingDay => "listing_day",
            Self::ListingEnd => "listing_end",
            Self::DriveSetBuyer => "drive_set_buyer",
            Self::DriveSetDealer => "drive_set_dealer",
            Self::DriveNearBuyer => "drive_near_buyer",
            Self::DriveNearDealer => "drive_near_dealer",
            Self::DriveOffBuyer => "drive_off_buyer",
            Self::DriveOffDealer => "drive_off_dealer",
            Self::NewAnswer => "new_answer",
        }
    }

    /// What nobody asked for at this very moment rings no telephone at night.
    pub fn waits_for_morning(self) -> bool {
        matches!(
            self,
            Self::ListingWeek
                | Self::ListingDay
                | Self::ListingEnd
                | Self::DriveNearBuyer
                | Self::DriveNearDealer
                | Self::NewAnswer
        )
    }
}

impl FromStr for Errand {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|errand| errand.as_str() == word)
            .ok_or_else(|| format!("{word:?} is no errand"))
    }
}

/// How one ended. The database's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// When its time came there was nothing to say any more, or nobody who may be told.
    Needless,
    /// It could not go while it was of use.
    Late,
    /// Its recipient wants nothing of ours.
    OptedOut,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Needless => "needless",
            Self::Late => "late",
            Self::OptedOut => "opted_out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_names_one_errand() {
        for errand in Errand::ALL {
            assert_eq!(errand.as_str().parse(), Ok(errand));
        }
        assert!("otra".parse::<Errand>().is_err());
    }
}
