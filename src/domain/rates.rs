//! What a message costs the dealer.

use rust_decimal::Decimal;

/// US$ 0.015 a part: the price OKLA quotes to dealers (owner's document, «Costos»). Estimated until Twilio bills.
pub const PRICE_PER_PART: Decimal = Decimal::from_parts(15, 0, 0, false, 3);
