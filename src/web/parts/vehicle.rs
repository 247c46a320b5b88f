use leptos::prelude::*;

use crate::domain::{money::Money, vehicle::VehicleCard};

/// A price with its currency.
#[component]
pub fn Price(money: Money) -> impl IntoView {
    view! { <span class="price">{money.to_string()}</span> }
}

/// A vehicle's drawing, its space kept before it loads.
#[component]
pub fn Picture<'a>(
    vehicle: &'a VehicleCard,
    /// Whether it is on the first screen: it is then asked for at once.
    #[prop(default = false)]
    first: bool,
) -> impl IntoView + use<> {
    view! {
        <img
            class="picture"
            src=vehicle.picture_path()
            alt=vehicle.picture_alt()
            width="480"
            height="240"
            loading=if first { "eager" } else { "lazy" }
        />
    }
}

/// Which vehicle a form or a message is about: picture, name, price, and who sells it.
#[component]
pub fn VehicleStrip<'a>(vehicle: &'a VehicleCard, seller: &'a str) -> impl IntoView + use<> {
    view! {
        <a class="strip" href=format!("/vehiculos/{}", vehicle.id)>
            <Picture vehicle=vehicle first=true/>
            <span>
                <strong>{vehicle.title()}</strong>
                <Price money=vehicle.price/>
                <span class="soft">{seller.to_owned()}</span>
            </span>
        </a>
    }
}
