use leptos::prelude::*;

use crate::domain::phone::Phone;

/// A number to be called, as people read it.
#[component]
pub fn PhoneLink<'a>(
    /// E.164.
    phone: &'a str,
) -> impl IntoView + use<> {
    let national = Phone::parse_api(phone).map_or_else(|_| phone.to_owned(), |phone| phone.national());
    view! { <a href=format!("tel:{phone}")>{national}</a> }
}
