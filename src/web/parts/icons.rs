//! Line icons on a grid of 24, drawn in the text's colour. A word always stands beside them.

use leptos::prelude::*;

pub const BACK: &str = "M15 5l-7 7 7 7";
pub const BAD: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6";
pub const AGAIN: &str = "M20 12a8 8 0 1 1-2.500-5.800M20 3v4.500h-4.500";
pub const CAR: &str = "M3 16v-4l2.5-1L8 6.500h7l3 4.500 3 1v4h-2M8 16h8M5 16H3M6.500 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17.500 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
pub const CHART: &str = "M4 20h16M7 16v-5M12 16V6M17 16v-8";
pub const CHAT: &str = "M3 5h12v9H8l-5 4zM18 9h3v12l-4-3.500h-7V17";
pub const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
pub const CHECKS: &str = "M2 13l4.5 4.5L15 8M11 16l1.5 1.5L22 8";
pub const CLOCK: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2";
pub const CLOSE: &str = "M6 6l12 12M18 6L6 18";
pub const COIN: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM14.5 9.2A3 3 0 0 0 12 8c-1.500 0-2.500.8-2.500 2s1 1.600 2.500 2 2.500.8 2.500 2-1 2-2.500 2a3 3 0 0 1-2.500-1.200M12 6.500v11";
pub const DEVICE: &str = "M4 5h16v11H4zM9 20h6M12 16v4";
pub const FLASK: &str = "M9 3h6M10 3v6l-5.5 9.5A1.7 1.7 0 0 0 6 21h12a1.7 1.7 0 0 0 1.5-2.5L14 9V3M7.5 15h9";
pub const HEART: &str = "M12 20s-7.500-4.500-7.500-10A4.300 4.300 0 0 1 12 7.200 4.300 4.300 0 0 1 19.500 10c0 5.500-7.500 10-7.500 10z";
pub const INFO: &str = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.1";
pub const LEAVE: &str = "M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5";
pub const MESSAGES: &str = "M4 5h16v11H9.5L4 20zM8 9.5h8M8 12.5h5";
pub const MOON: &str = "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z";
pub const NEXT: &str = "M9 5l7 7-7 7";
pub const PHONE: &str = "M7 3h10v18H7zM10.5 18.5h3";
pub const PICTURE: &str = "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15.5 9.5v.1";
pub const PIN: &str =
    "M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z";
pub const QUESTION: &str =
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.7a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.6M12 16.7v.1";
pub const SEARCH: &str = "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4";
pub const SEND: &str = "M4 11.5L20 4l-5 16-3.5-6.5zM11.5 13.5L20 4";
pub const SUN: &str = "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4";
pub const TAG: &str = "M4 4h8l8 8-8 8-8-8zM8 8v.1";
pub const USER: &str = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20.5a8 8 0 0 1 16 0";
pub const VERIFIED: &str = "M12 3l7 3v5.5c0 4.5-3 7.5-7 9.5-4-2-7-5-7-9.5V6zM8.5 12l2.5 2.5 4.5-5";
pub const WARN: &str = "M12 4L2.5 20h19zM12 10v5M12 17.6v.1";
pub const WHATSAPP: &str = "M4 20l1.3-4.2a8.3 8.3 0 1 1 3.1 2.9zM9.3 8.2c-.7.5-.9 1.3-.6 2.3a8 8 0 0 0 4.9 4.9c1 .3 1.8.1 2.3-.6l-1.9-1.8-1.1.8a6 6 0 0 1-2.6-2.6l.8-1.1z";

/// One icon; hidden from screen readers.
#[component]
pub fn Icon(path: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}
