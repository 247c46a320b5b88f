//! How long the proofs take: the one knob, `OKLA_SOAK`. Unset: the short form. A number: the long form, drawn by that
//! seed.

use rand::{SeedableRng, rngs::StdRng};

/// The seed of the long form, if that is wanted.
#[expect(clippy::disallowed_methods, reason = "the tests' own knob; the program knows nothing of it")]
fn wanted() -> Option<u64> {
    std::env::var("OKLA_SOAK").ok().map(|text| text.parse().expect("OKLA_SOAK is a number, the seed"))
}

/// Two sizes of one thing: in the short form, and in the long.
pub fn scaled<T>(short: T, long: T) -> T {
    if wanted().is_some() { long } else { short }
}

/// The source of all that is drawn; the same for the same seed.
pub fn dice() -> StdRng {
    StdRng::seed_from_u64(wanted().unwrap_or(1))
}
