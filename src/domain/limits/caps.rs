//! Which other limit makes a value void.

use super::Limit;

impl Limit {
    /// The limits that count at least what this one counts: of none of them can more come through than it lets. A user's
    /// hour is also a buyer's, whom no dealer's limit holds; a dealer's own value of it is his users' alone.
    fn caps(self, is_own: bool) -> &'static [Self] {
        match self {
            Self::UserHour if is_own => {
                &[Self::DealerHour, Self::DealerDay, Self::PlatformDay, Self::MetaTier]
            }
            Self::DealerHour => &[Self::DealerDay, Self::PlatformDay, Self::MetaTier],
            Self::PairDay => &[Self::PlatformDay],
            Self::DealerDay | Self::BuyerDay | Self::UserHour => &[Self::PlatformDay, Self::MetaTier],
            Self::PlatformDay => &[Self::MetaTier],
            Self::DealerBudget | Self::MetaTier => &[],
        }
    }
}

/// What really holds where a limit lets `own` through (`None`: everything), and the other limit that makes it so, if one
/// does. `most` says what each lets through; `is_own`: to one dealer and his users.
pub fn effective(
    limit: Limit,
    is_own: bool,
    own: Option<i64>,
    most: impl Fn(Limit) -> Option<i64>,
) -> (Option<i64>, Option<Limit>) {
    let caps = limit.caps(is_own).iter().filter_map(|cap| Some((most(*cap)?, *cap)));
    match (own, caps.min_by_key(|(most, _)| *most)) {
        (own, Some((cap, rule))) if own.is_none_or(|own| cap < own) => (Some(cap), Some(rule)),
        (own, _) => (own, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_the_limits_above_binds_and_is_named() {
        let most = |limit| match limit {
            Limit::PlatformDay => Some(1_000),
            Limit::MetaTier => Some(250),
            Limit::DealerDay => Some(400),
            _ => None,
        };
        let of = |limit, own| effective(limit, true, own, most);
        assert_eq!(of(Limit::DealerDay, Some(2_000)), (Some(250), Some(Limit::MetaTier)));
        assert_eq!(of(Limit::DealerDay, Some(200)), (Some(200), None));
        assert_eq!(of(Limit::UserHour, None), (Some(250), Some(Limit::MetaTier)));
        assert_eq!(of(Limit::PairDay, Some(5_000)), (Some(1_000), Some(Limit::PlatformDay)));
        assert_eq!(of(Limit::MetaTier, None), (None, None));
        let few_an_hour = |limit| (limit == Limit::DealerHour).then_some(5);
        let of_users = |is_own| effective(Limit::UserHour, is_own, Some(100), few_an_hour);
        assert_eq!(of_users(true), (Some(5), Some(Limit::DealerHour)));
        assert_eq!(of_users(false), (Some(100), None), "a buyer is no dealer's user");
    }
}
