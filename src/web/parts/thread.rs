use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::{message_row::ERASED, status::Ticks};
use crate::{
    app::threads::Line,
    domain::time::{clock_in_santo_domingo, spoken_day},
};

/// What was said, the oldest first; the reader's own words on the right.
#[component]
pub fn ThreadLines<'a>(
    lines: &'a [Line],
    now: DateTime<Utc>,
    /// Whether the reader is the dealer.
    dealer: bool,
) -> impl IntoView + use<> {
    let mut day = None;
    let bubbles: Vec<_> = lines
        .iter()
        .map(|line| {
            let its_day = spoken_day(line.at, now);
            let begins = day.replace(its_day.clone()).as_ref() != Some(&its_day);
            let is_own = line.by_dealer == dealer;
            let speaker = if is_own {
                "Usted: "
            } else if line.by_dealer {
                "El concesionario: "
            } else {
                "El comprador: "
            };
            let words = if line.body.is_empty() { ERASED.to_owned() } else { line.body.clone() };
            view! {
                {begins.then(|| view! { <p class="day">{its_day}</p> })}
                <div class=if is_own { "bubble out" } else { "bubble" }>
                    <p><span class="unseen">{speaker}</span>{words}</p>
                    <span class="stamp">
                        <time datetime=line.at.to_rfc3339()>{clock_in_santo_domingo(line.at)}</time>
                        {line.status.filter(|_| is_own).map(|status| view! { <Ticks status=status/> })}
                    </span>
                </div>
            }
        })
        .collect();
    view! { <div class="chat" role="log" aria-label="Conversación">{bubbles}</div> }
}
